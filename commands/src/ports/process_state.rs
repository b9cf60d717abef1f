//! Where the process managers stand. A step moves the checkpoint and plans the work in one transaction, so that no event
//! is passed over and none plans twice.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{CampaignId, OrganizationId, Position, ScriptId};

use super::{PlannedWork, PortError};

/// What one step of a process manager changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessStep {
    /// Work that follows.
    pub plan: Vec<PlannedWork>,
    /// Campaigns that were submitted, and how many scripts each must settle.
    pub opened: Vec<(OrganizationId, CampaignId, u64)>,
    /// Scripts that settled; once is enough.
    pub settled: Vec<(CampaignId, ScriptId)>,
}

/// Checkpoints and counts of the process managers.
#[async_trait]
pub trait ProcessState: Send + Sync + std::fmt::Debug {
    /// How far the named process manager has read.
    async fn checkpoint(&self, name: &str) -> Result<Position, PortError>;

    /// In one transaction: checks that the checkpoint is still `from` and moves it to `to`, plans the work, counts the
    /// opened and settled. Returns the campaigns among those touched whose scripts have now all settled; nothing when
    /// another process was faster.
    async fn advance(
        &self,
        name: &str,
        from: Position,
        to: Position,
        step: ProcessStep,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<(OrganizationId, CampaignId)>>, PortError>;

    /// Campaigns whose scripts have all settled and that were not closed yet, at most 1,000: asked at start, because a
    /// crash may fall between [`ProcessState::advance`] and acting on its answer.
    async fn unclosed(&self) -> Result<Vec<(OrganizationId, CampaignId)>, PortError>;

    /// The organization's campaigns that were submitted and are not closed.
    async fn submitted(&self, organization: OrganizationId) -> Result<Vec<CampaignId>, PortError>;

    /// Notes that a campaign's completion was acted on.
    async fn close(&self, campaign: CampaignId) -> Result<(), PortError>;
}

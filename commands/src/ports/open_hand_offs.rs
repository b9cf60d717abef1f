//! Hand-offs of which the carrier has not said what became of them, as far as the read models know.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{CampaignId, OrganizationId, ScriptId};

use super::PortError;

/// A campaign with something open, or with another figure than was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCampaign {
    /// The tenant.
    pub organization: OrganizationId,
    /// The campaign.
    pub campaign: CampaignId,
    /// Hand-offs in the carrier's hands.
    pub waiting: u64,
    /// Hand-offs in doubt.
    pub in_doubt: u64,
}

/// What is still open.
#[async_trait]
pub trait OpenHandOffs: Send + Sync + std::fmt::Debug {
    /// Campaigns with hand-offs in the carrier's hands, or whose figure of those in doubt is not the one that was told; after a campaign,
    /// at most `limit`.
    async fn campaigns(&self, after: Option<CampaignId>, limit: u32) -> Result<Vec<OpenCampaign>, PortError>;

    /// Scripts of a campaign that were handed over before an instant and have no end; after a script, at most `limit`.
    async fn overdue(
        &self,
        of: OpenCampaign,
        before: DateTime<Utc>,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError>;
}

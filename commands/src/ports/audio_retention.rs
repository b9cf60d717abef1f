//! Which audio has outlived the time that its organization keeps it.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{CampaignId, OrganizationId, ScriptId};

use super::PortError;

/// Campaigns and scripts whose audio is to be deleted.
#[async_trait]
pub trait AudioRetention: Send + Sync + std::fmt::Debug {
    /// Campaigns that ended so long ago that their audio is to go, and have some; oldest first, at most some hundreds.
    async fn expired(&self, now: DateTime<Utc>) -> Result<Vec<(OrganizationId, CampaignId)>, PortError>;

    /// Scripts of a campaign with audio in the store, after a script, at most `limit`.
    async fn with_audio(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError>;

    /// Scripts of a campaign that have none and were once to be spoken, after a script, at most `limit`.
    async fn once_spoken(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError>;

    /// How long each organization keeps audio.
    async fn terms(&self) -> Result<Vec<(OrganizationId, Duration)>, PortError>;

    /// Which of these files, by SHA-256, are recordings that an organization still has; at most some hundreds are asked about.
    async fn kept(
        &self,
        organization: OrganizationId,
        sha256: &[String],
    ) -> Result<HashSet<String>, PortError>;
}

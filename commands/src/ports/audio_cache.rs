//! Audio that was bought once: the same words in the same voice and settings are never bought twice in an organization.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{MicroDollars, OrganizationId, ScriptId};

use super::PortError;

/// A finished clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    /// Where the file lies.
    pub storage_key: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// `audio/mpeg` or `audio/wav`.
    pub media_type: String,
    /// Length, milliseconds.
    pub duration_ms: u64,
    /// Characters billed.
    pub characters: u64,
    /// What it cost.
    pub cost: MicroDollars,
    /// The provider's reference.
    pub provider_id: String,
    /// The script that it was bought for, while what it cost stands in no event yet.
    pub owed_by: Option<ScriptId>,
}

/// A clip that may have outlived its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldClip {
    /// What it says how.
    pub content_hash: String,
    /// Where the file lies.
    pub storage_key: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClipClaim {
    /// Nobody has it: the caller buys it now, and says what came of it with [`AudioCache::complete`], [`AudioCache::abandon`] or
    /// [`AudioCache::doubt`].
    Claimed {
        /// It may have been bought since then by somebody whose answer was lost: the provider is asked before it is bought again.
        lost_since: Option<DateTime<Utc>>,
    },
    /// It is there.
    Ready(Clip),
    /// Somebody is buying it at this moment.
    InProgress,
}

/// The cache, by content hash.
#[async_trait]
pub trait AudioCache: Send + Sync + std::fmt::Debug {
    /// Claims the clip of a content hash. A claim in doubt, or older than `stale_before` (its owner died), is taken over.
    async fn claim(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        now: DateTime<Utc>,
        stale_before: DateTime<Utc>,
    ) -> Result<ClipClaim, PortError>;

    /// Files the bought clip. A second one for the same hash is passed over.
    async fn complete(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        clip: Clip,
    ) -> Result<(), PortError>;

    /// What these clips cost stands in an event: nobody owes it any more.
    async fn settle(
        &self,
        organization: OrganizationId,
        content_hashes: Vec<String>,
    ) -> Result<(), PortError>;

    /// Gives the claim up with its outcome unknown: the next owner asks the provider first.
    async fn doubt(&self, organization: OrganizationId, content_hash: &str) -> Result<(), PortError>;

    /// Forgets a clip whose file is gone or is another one now; passed over when another clip was filed meanwhile.
    async fn forget(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        storage_key: &str,
    ) -> Result<(), PortError>;

    /// Clips of an organization that were bought before then, after a content hash and by it, at most `limit`.
    async fn bought_before(
        &self,
        organization: OrganizationId,
        before: DateTime<Utc>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OldClip>, PortError>;

    /// Gives the claim back: nothing was bought.
    async fn abandon(&self, organization: OrganizationId, content_hash: &str) -> Result<(), PortError>;

    /// Media type and the carrier's reference of the file with this SHA-256, if it was uploaded before.
    async fn carrier_media(
        &self,
        organization: OrganizationId,
        sha256: &str,
    ) -> Result<Option<String>, PortError>;

    /// Remembers the carrier's reference of a file.
    async fn set_carrier_media(
        &self,
        organization: OrganizationId,
        sha256: &str,
        media_id: &str,
    ) -> Result<(), PortError>;
}

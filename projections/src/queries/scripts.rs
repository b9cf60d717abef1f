//! Questions about scripts.

use async_trait::async_trait;
use domain::{
    AttemptId, CampaignId, ContactId, OrganizationId, ScriptId,
    script::{Author, DeliveryStatus},
};
use serde::{Deserialize, Serialize};

use super::{Page, PageRequest, QueryError};
use crate::{
    AudioState, ReviewState,
    models::{ScriptRow, ScriptVersionRow},
};

/// Which scripts of a campaign are wanted. Absent fields leave all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptFilter {
    /// In this state of review.
    pub review: Option<ReviewState>,
    /// With the audio in this state.
    pub audio: Option<AudioState>,
    /// With the voicemail in one of these statuses; empty for all.
    pub deliveries: Vec<DeliveryStatus>,
    /// By this kind of author.
    pub author: Option<Author>,
    /// With findings of the lint that stop an approval, or without.
    pub stopped: Option<bool>,
    /// Reviewed by this request, and not since.
    pub review_request: Option<String>,
}

/// Which scripts a step of a process is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptCondition {
    /// All of the campaign.
    All,
    /// Not reviewed yet.
    Pending,
    /// Approved, and no audio made or asked for, or it failed.
    NeedsAudio,
    /// Asked to be spoken and not yet spoken.
    AudioRequested,
    /// Approved, with audio, and neither handed over nor settled.
    ReadyToSend,
    /// Not settled: something is still to come.
    Unsettled,
    /// In the carrier's hands without a report.
    AwaitingReport,
    /// Audio lies in the store.
    WithAudio,
    /// Was to be spoken and has no audio now: a file of earlier words may lie there.
    OnceSpoken,
}

/// Recordings that there are, by another voice than is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpokenOtherwise {
    /// How many.
    pub recordings: u64,
    /// Characters of the words that they say.
    pub characters: u64,
    /// How long they are together, milliseconds.
    pub audio_ms: u64,
}

/// Sums over the scripts of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScriptSums {
    /// Characters of those that have no audio and were not turned down.
    pub characters_to_speak: u64,
    /// Length of the audio that there is, milliseconds.
    pub audio_ms: u64,
    /// Scripts that a model was paid for.
    pub bought: u64,
}

/// Questions about scripts. Scripts whose contact was taken out of the campaign are only found by id.
#[async_trait]
pub trait ScriptQueries: Send + Sync {
    /// A page of a campaign's scripts, by script.
    async fn scripts(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        filter: &ScriptFilter,
        page: PageRequest<ScriptId>,
    ) -> Result<Page<ScriptRow, ScriptId>, QueryError>;

    /// Ids of a campaign's scripts for a step of a process, after a script, at most `limit`.
    async fn scripts_of(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        condition: ScriptCondition,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<(ScriptId, ContactId)>, QueryError>;

    /// Contacts of a campaign that have no script yet, after a contact, at most `limit`.
    async fn contacts_without_script(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactId>, QueryError>;

    /// One script.
    async fn script(
        &self,
        organization: OrganizationId,
        script: ScriptId,
    ) -> Result<Option<ScriptRow>, QueryError>;

    /// Several scripts by id, in no order; those that are not there are left out.
    async fn scripts_by_ids(
        &self,
        organization: OrganizationId,
        scripts: &[ScriptId],
    ) -> Result<Vec<ScriptRow>, QueryError>;

    /// Sums over the scripts of a campaign, for what it costs.
    async fn script_sums(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<ScriptSums, QueryError>;

    /// Recordings of approved scripts of a campaign that are not handed over and whose voice is another one than this.
    async fn spoken_otherwise(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        voice: &str,
    ) -> Result<SpokenOtherwise, QueryError>;

    /// Every version of a script, newest first.
    async fn script_versions(
        &self,
        organization: OrganizationId,
        script: ScriptId,
    ) -> Result<Vec<ScriptVersionRow>, QueryError>;

    /// These versions of scripts, in no order; those that are not there are left out.
    async fn script_versions_by_ids(
        &self,
        organization: OrganizationId,
        versions: &[(ScriptId, u32)],
    ) -> Result<Vec<ScriptVersionRow>, QueryError>;

    /// The script of a hand-off, in whichever organization: a carrier's report names no tenant.
    async fn script_of_attempt(&self, attempt: AttemptId) -> Result<Option<ScriptRow>, QueryError>;

    /// The script of a carrier's message reference, in whichever organization.
    async fn script_of_message(&self, message_id: &str) -> Result<Option<ScriptRow>, QueryError>;

    /// Scripts of a contact that are not handed over and not settled, in all campaigns: what an opt-out must stop.
    async fn unsettled_scripts_of_contact(
        &self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<Vec<ScriptRow>, QueryError>;
}

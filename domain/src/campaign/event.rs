//! What can happen to a campaign. Storage formats: names and fields only ever grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    CampaignId, ContactId, ImportBatchId, MicroDollars, PhoneNumber, ScriptBatchId, TeamId, UserId,
    aggregate::event_names, import::ContactSource,
};

/// What a campaign is for; decides the starter template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignType {
    /// People the agent knows.
    SphereOfInfluence,
    /// People the agent has closed with.
    PastClients,
    /// Owners whose listing expired, in one neighbourhood.
    NeighborhoodExpireds,
    /// Owners with much equity.
    HighEquity,
    /// Anything else.
    Custom,
}

impl CampaignType {
    /// The type as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SphereOfInfluence => "sphere_of_influence",
            Self::PastClients => "past_clients",
            Self::NeighborhoodExpireds => "neighborhood_expireds",
            Self::HighEquity => "high_equity",
            Self::Custom => "custom",
        }
    }
}

/// Who writes the scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptEngine {
    /// The campaign's template.
    Template,
    /// A language model of the named provider.
    Model {
        /// Provider's name, such as `groq`.
        provider: String,
        /// The provider's model id; nothing for the configured one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// By the provider's batches: cheaper, and some time within the next 24 hours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        batch: bool,
    },
}

/// How a batch of scripts ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptBatchOutcome {
    /// The provider got to every request, which does not say that it wrote every script.
    Completed,
    /// The provider did not get to every request in its time.
    Expired,
    /// It was cancelled; what was written by then is there.
    Cancelled,
    /// The provider would not work on it.
    Refused,
    /// The provider knows nothing of it, or no more.
    Lost,
    /// It was never submitted: nothing was left to write, or it was halted before.
    NotSubmitted,
}

fn is_nothing(amount: &MicroDollars) -> bool {
    *amount == MicroDollars::ZERO
}

/// A long step of which a campaign takes one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductionStep {
    /// Scripts are written.
    Scripts,
    /// Scripts are spoken.
    Audio,
}

/// What a duplicate check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateReport {
    /// Contacts of this campaign that another campaign has, too, or that were contacted within the interval.
    pub duplicates: u64,
    /// The other campaigns and how many contacts each shares.
    pub conflicts: Vec<(CampaignId, u64)>,
    /// The interval that was checked, days.
    pub min_interval_days: u32,
}

/// What was decided about duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateResolution {
    /// They were taken out.
    Removed,
    /// They stay, for a reason.
    Kept {
        /// Why.
        reason: String,
    },
}

/// How a campaign ended: every contact is in exactly one of the first five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTotals {
    /// Left in the mailbox (listened ones included).
    pub delivered: u64,
    /// Handed over, but not left.
    pub failed: u64,
    /// Never handed over: a rule forbids it.
    pub blocked: u64,
    /// Never handed over: held beyond the campaign's end.
    pub held: u64,
    /// Handed over, outcome unknown.
    pub in_doubt: u64,
}

/// What happened to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CampaignEvent {
    /// It was made; a draft.
    CampaignCreated {
        /// Its own id.
        campaign_id: CampaignId,
        /// What the agent calls it.
        name: String,
        /// What it is for.
        #[serde(rename = "type")]
        kind: CampaignType,
        /// The farm, such as `PDCC`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        neighborhood: Option<String>,
        /// Template of the scripts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        script_template: Option<String>,
        /// Values for the template beyond the contact's own.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        script_variables: BTreeMap<String, String>,
        /// Whose campaign it is.
        owner: UserId,
        /// The team that sees it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
    },
    /// Name, neighbourhood, template or variables were changed; absent fields stay.
    CampaignDetailsChanged {
        /// The new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The new neighbourhood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        neighborhood: Option<String>,
        /// The new template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        script_template: Option<String>,
        /// The new variables, all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        script_variables: Option<BTreeMap<String, String>>,
    },
    /// When it may send.
    ScheduleSet {
        /// The whole schedule.
        schedule: Schedule,
    },
    /// The number that recipients see.
    CallerIdSet {
        /// A number that the organization is entitled to.
        caller_id: PhoneNumber,
    },
    /// An import into it began; until it ends no other step is taken.
    ContactImportStarted {
        /// The import.
        batch_id: ImportBatchId,
    },
    /// Contacts were put in, at most 1,000 an event.
    ContactsImported {
        /// The import.
        batch_id: ImportBatchId,
        /// Where they came from.
        source: ContactSource,
        /// Who.
        contact_ids: Vec<ContactId>,
        /// Number of the chunk within the import.
        chunk: u32,
    },
    /// An import into it ended, well or not.
    ContactImportFinished {
        /// The import.
        batch_id: ImportBatchId,
    },
    /// Contacts were taken out, at most 1,000 an event.
    ContactsRemoved {
        /// Who.
        contact_ids: Vec<ContactId>,
        /// Why.
        reason: String,
    },
    /// Duplicates were looked for.
    DuplicatesChecked {
        /// What was found.
        report: DuplicateReport,
    },
    /// It was decided what happens to duplicates.
    DuplicatesResolved {
        /// What.
        resolution: DuplicateResolution,
        /// The interval for this campaign from here on, days.
        min_interval_days: u32,
    },
    /// Scripts are being written.
    ScriptGenerationStarted {
        /// Counts the generations of this campaign, from 1.
        run: u32,
        /// Who writes.
        engine: ScriptEngine,
        /// The agent's own instructions to the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt: Option<String>,
        /// SHA-256 of all that the model is told to do, hex; nothing where none writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt_sha256: Option<String>,
    },
    /// Scripts are written.
    ScriptGenerationFinished {
        /// Which generation.
        run: u32,
        /// Scripts written.
        generated: u64,
        /// Scripts that could not be written.
        failed: u64,
    },
    /// A model's texts that became no script were billed all the same: cut off, refused, or not wanted any more.
    WritingWasted {
        /// Of which generation.
        run: u32,
        /// How many texts.
        texts: u64,
        /// What was billed for them.
        cost: MicroDollars,
    },
    /// Recordings of words that were edited while they were spoken were billed all the same. They are kept: should the words come back,
    /// they are not bought again.
    SpeakingWasted {
        /// Of which rendering.
        run: u32,
        /// How many recordings.
        recordings: u64,
        /// What tells those that are kept from others, and others' words from theirs: SHA-256, hex.
        content_hashes: Vec<String>,
        /// Characters billed for them.
        characters: u64,
        /// What was billed for them.
        cost: MicroDollars,
    },
    /// A provider is to write the scripts of these contacts, at most 1,000, in one batch. Durable before the provider is asked.
    ScriptBatchPlanned {
        /// Which generation.
        run: u32,
        /// The batch.
        batch_id: ScriptBatchId,
        /// Provider's name, such as `groq`.
        provider: String,
        /// The provider's model id; nothing for the configured one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// For whom; the place in this list is how the provider's answers are told apart.
        contact_ids: Vec<ContactId>,
    },
    /// The provider has taken the batch.
    ScriptBatchSubmitted {
        /// The batch.
        batch_id: ScriptBatchId,
        /// What the provider calls it.
        reference: String,
    },
    /// The provider says how far it has got.
    ScriptBatchProgressed {
        /// The batch.
        batch_id: ScriptBatchId,
        /// Requests that it is through with.
        processed: u64,
    },
    /// The batch is over, and what was written is recorded.
    ScriptBatchEnded {
        /// The batch.
        batch_id: ScriptBatchId,
        /// How.
        outcome: ScriptBatchOutcome,
        /// Scripts that it wrote.
        written: u64,
        /// Contacts for whom the provider can't write one from this prompt: asked again, it would say the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unwritable: Vec<ContactId>,
        /// What was billed for texts that are no script of this campaign: cut off, or not wanted any more.
        #[serde(default, skip_serializing_if = "is_nothing")]
        unused_cost: MicroDollars,
    },
    /// Approved scripts are being spoken.
    AudioRenderingStarted {
        /// Counts the renderings of this campaign, from 1.
        run: u32,
        /// The provider's voice id.
        voice: String,
    },
    /// Approved scripts are spoken.
    AudioRenderingFinished {
        /// Which rendering.
        run: u32,
        /// Audios made or found in the cache.
        rendered: u64,
        /// Audios that could not be made.
        failed: u64,
    },
    /// A human halted the writing or speaking of scripts.
    ProductionPaused {
        /// Why.
        reason: String,
    },
    /// The writing or speaking goes on, or is tried again at once after a provider's trouble.
    ProductionResumed {
        /// What goes on.
        step: ProductionStep,
        /// Which generation or rendering.
        run: u32,
        /// Counts the times that this run went on, from 1.
        resumption: u32,
    },
    /// A provider is in trouble: the writing or speaking waits and is tried again by itself.
    ProductionHeld {
        /// What is wrong, and what to do where somebody must.
        reason: String,
    },
    /// The provider is well again.
    ProductionReleased,
    /// A human ended the writing or speaking before it was through; what is made stays.
    ProductionStopped {
        /// Why.
        reason: String,
    },
    /// It waits for a human's review.
    SentToReview,
    /// A human takes responsibility for sending it.
    CampaignApproved {
        /// Who.
        by: UserId,
        /// Contacts that it covers.
        contacts: u64,
        /// What sending was estimated to cost.
        cost_estimate: MicroDollars,
        /// How many contacts the pre-check found blocked.
        blocked: u64,
    },
    /// It was given to the dispatcher.
    CampaignSubmitted {
        /// Scripts that are to be settled.
        scripts: u64,
        /// Whether the carrier that delivers it says who listened. Without that nothing is known of listening, which is not the
        /// same as that nobody did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        listening_reported: bool,
    },
    /// The first voicemail was handed over.
    CampaignActivated,
    /// Nothing more is handed over for now.
    CampaignPaused {
        /// Why.
        reason: String,
    },
    /// Handing over goes on.
    CampaignResumed,
    /// Nothing more is handed over, ever.
    CampaignCancelled {
        /// Why.
        reason: String,
    },
    /// Every script is settled.
    CampaignCompleted {
        /// How.
        totals: CampaignTotals,
    },
    /// So many hand-offs are in doubt by now: the carrier never said what became of them. It is told when the figure changes, also after the
    /// campaign's end, where a late report has lifted a doubt.
    HandOffsInDoubt {
        /// How many.
        hand_offs: u64,
    },
    /// It can't go on.
    CampaignFailed {
        /// Why.
        reason: String,
    },
    /// The draft was thrown away.
    CampaignDeleted,
    /// It has ended and nobody wants to see it in lists; all of it is kept, and reports still count.
    CampaignArchived,
    /// It is in lists again.
    CampaignUnarchived,
}

event_names!(CampaignEvent {
    CampaignCreated = "1",
    CampaignDetailsChanged = "1",
    ScheduleSet = "1",
    CallerIdSet = "1",
    ContactImportStarted = "1",
    ContactsImported = "1",
    ContactImportFinished = "1",
    ContactsRemoved = "1",
    DuplicatesChecked = "1",
    DuplicatesResolved = "1",
    ScriptGenerationStarted = "1",
    ScriptGenerationFinished = "1",
    WritingWasted = "1",
    SpeakingWasted = "1",
    ScriptBatchPlanned = "1",
    ScriptBatchSubmitted = "1",
    ScriptBatchProgressed = "1",
    ScriptBatchEnded = "1",
    AudioRenderingStarted = "1",
    AudioRenderingFinished = "1",
    ProductionPaused = "1",
    ProductionResumed = "1",
    ProductionHeld = "1",
    ProductionReleased = "1",
    ProductionStopped = "1",
    SentToReview = "1",
    CampaignApproved = "1",
    CampaignSubmitted = "1",
    CampaignActivated = "1",
    CampaignPaused = "1",
    CampaignResumed = "1",
    CampaignCancelled = "1",
    CampaignCompleted = "1",
    HandOffsInDoubt = "1",
    CampaignFailed = "1",
    CampaignDeleted = "1",
    CampaignArchived = "1",
    CampaignUnarchived = "1",
});

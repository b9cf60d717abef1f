//! What can be asked of a campaign. Time, ids and who asks come in from outside.

use std::collections::BTreeMap;

use super::{
    CampaignTotals, CampaignType, DuplicateReport, DuplicateResolution, ProductionRun, Schedule,
    ScriptBatchOutcome, ScriptEngine,
};
use crate::{
    CampaignId, ContactId, ImportBatchId, MicroDollars, PhoneNumber, ScriptBatchId, TeamId, UserId,
    import::ContactSource,
};

/// What the approval rests on, counted from the scripts themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Contacts whose script is approved and has finished audio of the approved words.
    pub ready: u64,
    /// Contacts that the compliance pre-check, made for this approval, found blocked.
    pub blocked: u64,
    /// Contacts that the pre-check looked at.
    pub prechecked: u64,
    /// What sending is estimated to cost.
    pub cost_estimate: MicroDollars,
}

/// What can be asked of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignCommand {
    /// Make it.
    Create {
        /// Its id.
        id: CampaignId,
        /// What the agent calls it.
        name: String,
        /// What it is for.
        kind: CampaignType,
        /// The farm.
        neighborhood: Option<String>,
        /// Template of the scripts.
        script_template: Option<String>,
        /// Values for the template.
        script_variables: BTreeMap<String, String>,
        /// Whose it is.
        owner: UserId,
        /// The team that sees it.
        team: Option<TeamId>,
    },
    /// Change what is given.
    ChangeDetails {
        /// The new name.
        name: Option<String>,
        /// The new neighbourhood.
        neighborhood: Option<String>,
        /// The new template.
        script_template: Option<String>,
        /// The new variables.
        script_variables: Option<BTreeMap<String, String>>,
    },
    /// Set when it may send.
    SetSchedule(Schedule),
    /// Set the number that recipients see.
    SetCallerId(PhoneNumber),
    /// Begin an import into it.
    StartImport(ImportBatchId),
    /// Put contacts in; those already in are passed over.
    AddContacts {
        /// The import, or the batch that stands for a pick by hand.
        batch: ImportBatchId,
        /// Where they come from.
        source: ContactSource,
        /// Who; at most 1,000.
        contacts: Vec<ContactId>,
        /// Number of the chunk within the import.
        chunk: u32,
    },
    /// End the import.
    FinishImport(ImportBatchId),
    /// Take contacts out; those not in are passed over.
    RemoveContacts {
        /// Who; at most 1,000.
        contacts: Vec<ContactId>,
        /// Why.
        reason: String,
    },
    /// Record a duplicate check.
    RecordDuplicateCheck(DuplicateReport),
    /// Decide about duplicates.
    ResolveDuplicates {
        /// What.
        resolution: DuplicateResolution,
        /// The interval from here on, days.
        min_interval_days: u32,
    },
    /// Have the scripts written.
    StartScriptGeneration {
        /// Who writes.
        engine: ScriptEngine,
        /// The agent's own instructions.
        prompt: Option<String>,
        /// SHA-256 of all that the model is told to do, hex; nothing where none writes.
        prompt_sha256: Option<String>,
    },
    /// Close a generation.
    FinishScriptGeneration {
        /// Which.
        run: u32,
        /// Scripts written.
        generated: u64,
        /// Scripts that could not be written.
        failed: u64,
    },
    /// Have scripts written by a provider's batches; contacts that are in one already are passed over.
    PlanScriptBatches {
        /// Of which run; void once it is over or halted.
        run: ProductionRun,
        /// Each with its contacts, at most 1,000.
        batches: Vec<(ScriptBatchId, Vec<ContactId>)>,
    },
    /// Note what was billed for texts that became no script.
    NoteWaste {
        /// Of which generation.
        run: u32,
        /// How many texts.
        texts: u64,
        /// What was billed for them.
        cost: MicroDollars,
    },
    /// Note what was billed for recordings of words that were edited meanwhile.
    NoteSpeakingWaste {
        /// Of which rendering.
        run: u32,
        /// How many recordings.
        recordings: u64,
        /// Which of them are kept, by their content hashes.
        content_hashes: Vec<String>,
        /// Characters billed for them.
        characters: u64,
        /// What was billed for them.
        cost: MicroDollars,
    },
    /// Note that the provider has taken a batch.
    ConfirmScriptBatch {
        /// Which.
        batch: ScriptBatchId,
        /// What the provider calls it.
        reference: String,
    },
    /// Note how far the provider has got with a batch.
    NoteScriptBatchProgress {
        /// Which.
        batch: ScriptBatchId,
        /// Requests that it is through with.
        processed: u64,
    },
    /// Close a batch.
    EndScriptBatch {
        /// Which.
        batch: ScriptBatchId,
        /// How it ended.
        outcome: ScriptBatchOutcome,
        /// Scripts that it wrote.
        written: u64,
        /// Contacts for whom the provider can't write one from this prompt.
        unwritable: Vec<ContactId>,
        /// What was billed for texts that are no script.
        unused_cost: MicroDollars,
    },
    /// Have the approved scripts spoken.
    StartAudioRendering {
        /// The provider's voice id.
        voice: String,
    },
    /// Close a rendering.
    FinishAudioRendering {
        /// Which.
        run: u32,
        /// Audios made or found.
        rendered: u64,
        /// Audios that could not be made.
        failed: u64,
    },
    /// Halt the writing or speaking.
    PauseProduction {
        /// Why.
        reason: String,
    },
    /// Go on with the writing or speaking, or try it again at once.
    ResumeProduction,
    /// Note that a provider's trouble holds the writing or speaking up.
    HoldProduction {
        /// Of which run.
        run: ProductionRun,
        /// What is wrong.
        reason: String,
    },
    /// Note that the trouble is over.
    ReleaseProduction {
        /// Of which run.
        run: ProductionRun,
    },
    /// End the writing or speaking; what is made stays.
    StopProduction {
        /// Why.
        reason: String,
    },
    /// Take responsibility for sending it.
    Approve {
        /// Who.
        by: UserId,
        /// What it rests on.
        readiness: Readiness,
    },
    /// Give it to the dispatcher.
    Submit {
        /// Whether the carrier says who listened.
        listening_reported: bool,
    },
    /// Note the first hand-over.
    Activate,
    /// Hand nothing more over for now.
    Pause {
        /// Why.
        reason: String,
    },
    /// Go on handing over.
    Resume,
    /// Hand nothing more over, ever.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Close it: every script is settled.
    Complete {
        /// How.
        totals: CampaignTotals,
    },
    /// Tell how many hand-offs are in doubt.
    TellDoubts {
        /// How many.
        hand_offs: u64,
    },
    /// Give it up.
    Fail {
        /// Why.
        reason: String,
    },
    /// Throw the draft away.
    Delete,
    /// Put one that has ended out of sight.
    Archive,
    /// Take it out of the archive.
    Unarchive,
}

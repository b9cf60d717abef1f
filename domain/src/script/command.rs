//! What can be asked of a script.

use chrono::{DateTime, Utc};

use super::lint::Lint;
use super::{Author, FailureClass, Review, VoiceSettings};
use crate::{
    AttemptId, CampaignId, ContactId, MicroDollars, ScriptBatchId, Sealed, UserId, compliance::Decision,
};

/// A text and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedText {
    /// The words, under the contact's key.
    pub text: Sealed,
    /// Number of characters of the words.
    pub characters: u32,
    /// Who wrote it.
    pub by: Author,
    /// The provider's model id.
    pub model: Option<String>,
    /// SHA-256 of the instructions, hex.
    pub prompt_sha256: Option<String>,
    /// Tokens read and written.
    pub tokens: Option<u64>,
    /// What it cost.
    pub cost: MicroDollars,
    /// What the lint says of the words.
    pub lint: Lint,
    /// The batch in which the provider wrote it, if it did.
    pub batch: Option<ScriptBatchId>,
}

/// What the carrier says became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportedOutcome {
    /// On its way.
    Sent,
    /// In the mailbox.
    Delivered {
        /// What the carrier charged.
        cost: Option<MicroDollars>,
    },
    /// Played.
    Listened {
        /// How long, milliseconds.
        listen_ms: Option<u64>,
    },
    /// Not left.
    Failed {
        /// In plain words.
        reason: String,
        /// What follows.
        class: FailureClass,
    },
}

/// A carrier's report about this script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierReport {
    /// The carrier's id of the report; a second one with it is the same report.
    pub report_id: String,
    /// The carrier's reference of the drop.
    pub carrier_id: Option<String>,
    /// The carrier's code.
    pub code: String,
    /// What it says.
    pub outcome: ReportedOutcome,
}

/// What can be asked of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptCommand {
    /// Take a written text; a new version when there is one already.
    Generate {
        /// The campaign.
        campaign: CampaignId,
        /// The contact.
        contact: ContactId,
        /// The text.
        text: GeneratedText,
    },
    /// Change the words by hand.
    Edit {
        /// The words, under the contact's key.
        text: Sealed,
        /// Number of characters of the words.
        characters: u32,
        /// Who.
        by: UserId,
        /// What the lint says of the words.
        lint: Lint,
    },
    /// Say whether it may be spoken and sent.
    Review {
        /// The version that was read.
        version: u32,
        /// What was said.
        review: Review,
        /// Why.
        notes: Option<String>,
        /// Who.
        by: UserId,
    },
    /// Take back what was said of the newest version.
    UndoReview {
        /// The version that it was said of.
        version: u32,
        /// What was said and is taken back.
        said: Review,
        /// What held before.
        before: Option<Review>,
        /// Who.
        by: UserId,
    },
    /// Have the approved version spoken.
    RequestAudio {
        /// The provider's voice id.
        voice: String,
        /// How the voice is set.
        settings: VoiceSettings,
        /// What would be spoken how, hashed; nothing where the words can't be opened.
        content_hash: Option<String>,
    },
    /// Take the audio that was made.
    RecordAudio {
        /// The version that is spoken.
        version: u32,
        /// Where the file lies.
        storage_key: String,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// Length, milliseconds.
        duration_ms: u64,
        /// Characters billed.
        characters: u64,
        /// The provider's reference.
        provider_id: String,
        /// What it cost.
        cost: MicroDollars,
        /// What was spoken how, hashed.
        content_hash: Option<String>,
    },
    /// Note that the audio could not be made.
    RecordAudioFailure {
        /// The version.
        version: u32,
        /// Why.
        error: String,
        /// Whether trying again may help.
        retryable: bool,
        /// What it cost all the same.
        cost: MicroDollars,
        /// Characters billed all the same.
        characters: u64,
    },
    /// Note that the file of the audio was deleted.
    RemoveAudio {
        /// Why.
        reason: String,
    },
    /// Record a decision that does not clear it; a cleared one goes with [`ScriptCommand::HandOff`].
    Withhold {
        /// Held or blocked.
        decision: Decision,
    },
    /// Record the cleared decision and the attempt, before the carrier is called.
    HandOff {
        /// Must be cleared.
        decision: Decision,
        /// The new attempt.
        attempt: AttemptId,
        /// The key under which the carrier takes it once.
        idempotency_key: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The carrier took it.
    ConfirmSubmission {
        /// The attempt.
        attempt: AttemptId,
        /// The carrier's reference.
        message_id: String,
    },
    /// The carrier did not take it.
    RefuteSubmission {
        /// The attempt.
        attempt: AttemptId,
        /// What the carrier answered.
        code: String,
        /// What follows.
        class: FailureClass,
    },
    /// It is not known whether the carrier took it, or no report came.
    DoubtSubmission {
        /// The attempt.
        attempt: AttemptId,
        /// Why.
        reason: String,
    },
    /// End a doubt by hand, after a look at the carrier's own record.
    SettleDoubt {
        /// It was left in the mailbox.
        delivered: bool,
        /// Names this saying of it.
        report_id: String,
    },
    /// Give up handing it over: the campaign has ended.
    Lapse {
        /// Why.
        reason: String,
    },
    /// Take a report of the carrier.
    Report(CarrierReport),
}

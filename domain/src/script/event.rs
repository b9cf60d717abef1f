//! What can happen to a script. Storage formats: names and fields only ever grow.

use serde::{Deserialize, Serialize};

use crate::{
    AttemptId, CampaignId, ContactId, MicroDollars, ScriptBatchId, Sealed, UserId, aggregate::event_names,
    compliance::Decision, script::lint::Lint,
};

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A language model.
    Ai,
    /// A template.
    Template,
    /// A person.
    Manual,
}

/// What a reviewer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// It may be spoken and sent.
    Approved,
    /// It may not.
    Rejected,
    /// It may not as it is.
    NeedsRevision,
}

/// How a voice is set, in hundredths, so that equal settings compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VoiceSettings {
    /// 0 to 100; lower varies more.
    pub stability: u8,
    /// 0 to 100; closeness to the original voice.
    pub similarity: u8,
}

impl Default for VoiceSettings {
    /// The spec's settings: stability 0.5, similarity boost 0.75.
    fn default() -> Self {
        Self {
            stability: 50,
            similarity: 75,
        }
    }
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// This recipient will not get it: mailbox full or not set up.
    Final,
    /// Another time of day may do.
    Later,
    /// The number must never be contacted again.
    Suppress,
    /// The account or the carrier is in trouble: the campaign pauses.
    PausesCampaign,
    /// Something is set up wrong on our side.
    Configuration,
    /// The number does not exist.
    BadNumber,
    /// The request certainly did not reach the carrier; the attempt did not happen.
    NotSent,
}

impl FailureClass {
    /// The class as stored and shown, such as `bad_number`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Later => "later",
            Self::Suppress => "suppress",
            Self::PausesCampaign => "pauses_campaign",
            Self::Configuration => "configuration",
            Self::BadNumber => "bad_number",
            Self::NotSent => "not_sent",
        }
    }
}

fn is_nothing(cost: &MicroDollars) -> bool {
    *cost == MicroDollars::ZERO
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_none_billed(characters: &u64) -> bool {
    *characters == 0
}

/// What happened to a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScriptEvent {
    /// A text was written by machine, or a first one by hand.
    ScriptGenerated {
        /// The campaign.
        campaign_id: CampaignId,
        /// The contact.
        contact_id: ContactId,
        /// From 1.
        version: u32,
        /// The words, under the contact's key.
        text: Sealed,
        /// Number of characters of the words, for cost and length.
        characters: u32,
        /// Who wrote it.
        by: Author,
        /// The provider's model id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// SHA-256 of the instructions, hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt_sha256: Option<String>,
        /// Tokens read and written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tokens: Option<u64>,
        /// What it cost.
        #[serde(default)]
        cost: MicroDollars,
        /// What the lint said; nothing before scripts were checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lint: Option<Lint>,
        /// The batch in which the provider wrote it, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch_id: Option<ScriptBatchId>,
    },
    /// A person changed the words: a new version, review and audio start over.
    ScriptEdited {
        /// The new version.
        version: u32,
        /// The words, under the contact's key.
        text: Sealed,
        /// Number of characters of the words.
        characters: u32,
        /// Who.
        by: UserId,
        /// What the lint said; nothing before scripts were checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lint: Option<Lint>,
    },
    /// A reviewer has spoken.
    ScriptReviewed {
        /// The version that was read.
        version: u32,
        /// What was said.
        review: Review,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notes: Option<String>,
        /// Who.
        by: UserId,
    },
    /// What a reviewer said is taken back: what was said before holds again.
    ReviewUndone {
        /// The version.
        version: u32,
        /// What holds now; nothing when nobody had said anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<Review>,
        /// Who took it back.
        by: UserId,
    },
    /// Audio of the approved version is wanted.
    AudioRequested {
        /// The version.
        version: u32,
        /// The provider's voice id.
        voice: String,
        /// How the voice is set.
        settings: VoiceSettings,
    },
    /// Audio exists.
    AudioRendered {
        /// The version that is spoken.
        version: u32,
        /// Where the file lies.
        storage_key: String,
        /// SHA-256 of the file, hex: what was played, for the auditor.
        sha256: String,
        /// Length, milliseconds.
        duration_ms: u64,
        /// Characters billed; 0 from the cache.
        characters: u64,
        /// The provider's reference.
        provider_id: String,
        /// What it cost; nothing from the cache.
        cost: MicroDollars,
        /// What was spoken how: words as they are pronounced, voice, settings and model, hashed. Nothing in old recordings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_hash: Option<String>,
    },
    /// Audio could not be made.
    AudioFailed {
        /// The version.
        version: u32,
        /// Why.
        error: String,
        /// Whether trying again may help.
        retryable: bool,
        /// What it cost all the same: a recording was made, and can't be used.
        #[serde(default, skip_serializing_if = "is_nothing")]
        cost: MicroDollars,
        /// Characters billed all the same.
        #[serde(default, skip_serializing_if = "is_none_billed")]
        characters: u64,
    },
    /// The file of the audio was deleted; its hash stays for the auditor.
    AudioRemoved {
        /// Where the file lay.
        storage_key: String,
        /// Why.
        reason: String,
    },
    /// May it be handed over? The decision, whole.
    SubmissionDecided {
        /// Verdict and findings.
        decision: Decision,
    },
    /// The carrier is about to be called. Durable before the call.
    SubmissionAttempted {
        /// This hand-off.
        attempt_id: AttemptId,
        /// The key under which the carrier takes it once.
        idempotency_key: String,
    },
    /// The carrier has taken it into its queue.
    Submitted {
        /// This hand-off.
        attempt_id: AttemptId,
        /// The carrier's reference.
        message_id: String,
    },
    /// It is not known whether the carrier took it.
    SubmissionInDoubt {
        /// This hand-off.
        attempt_id: AttemptId,
        /// Why.
        reason: String,
    },
    /// The carrier did not take it.
    SubmissionFailed {
        /// This hand-off.
        attempt_id: AttemptId,
        /// What the carrier answered.
        code: String,
        /// What follows.
        class: FailureClass,
    },
    /// It never will be handed over: the campaign ended first.
    SubmissionLapsed {
        /// Why.
        reason: String,
    },
    /// The carrier is on its way.
    Sent {
        /// The carrier's report.
        report_id: String,
    },
    /// It lies in the mailbox.
    Delivered {
        /// The carrier's report.
        report_id: String,
        /// The carrier's reference of the drop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carrier_id: Option<String>,
        /// The carrier's code.
        code: String,
        /// What the carrier charged, if it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<MicroDollars>,
    },
    /// It was played.
    Listened {
        /// The carrier's report.
        report_id: String,
        /// How long, milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listen_ms: Option<u64>,
    },
    /// It was not left.
    DeliveryFailed {
        /// The carrier's report.
        report_id: String,
        /// The carrier's code.
        code: String,
        /// In plain words.
        reason: String,
        /// What follows.
        class: FailureClass,
    },
}

event_names!(ScriptEvent {
    ScriptGenerated = "1",
    ScriptEdited = "1",
    ScriptReviewed = "1",
    ReviewUndone = "1",
    AudioRequested = "1",
    AudioRendered = "1",
    AudioFailed = "1",
    AudioRemoved = "1",
    SubmissionDecided = "1",
    SubmissionAttempted = "1",
    Submitted = "1",
    SubmissionInDoubt = "1",
    SubmissionFailed = "1",
    SubmissionLapsed = "1",
    Sent = "1",
    Delivered = "1",
    Listened = "1",
    DeliveryFailed = "1",
});

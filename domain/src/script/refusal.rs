//! Why a script does not do what it was asked.

use super::{DeliveryStatus, lint::LintRule};
use crate::AttemptId;

/// A refused command; nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptRefusal {
    /// There is no such script.
    #[error("there is no such script")]
    NotFound,
    /// The stream belongs to another campaign or contact.
    #[error("the script belongs to another contact or campaign")]
    AnotherScript,
    /// No words, or too many.
    #[error("a script needs 1 to 5,000 characters")]
    InvalidText,
    /// The version that was meant is not the newest.
    #[error("version {given} was meant, but version {newest} is the newest; read it first")]
    StaleVersion {
        /// What was meant.
        given: u32,
        /// What there is.
        newest: u32,
    },
    /// It was handed over already, or is about to be.
    #[error("the script was handed to the carrier already and can't be changed")]
    AlreadyHandedOver,
    /// The lint found something that must not be said, or lacks something that must.
    #[error("the script can't be approved: {}", advice(.0))]
    LintBlocks(Vec<LintRule>),
    /// It was written before scripts were checked.
    #[error(
        "the script was written before scripts were checked; edit it or have it written again, then approve it"
    )]
    Unchecked,
    /// Something else was said of it meanwhile.
    #[error("something else was said of the script since; there is nothing to take back")]
    ReviewedSince,
    /// Nobody has approved it.
    #[error("the script is not approved; a reviewer must approve it first")]
    NotApproved,
    /// There is no finished audio of the approved words.
    #[error("the script has no finished audio of its approved words; render it first")]
    NoAudio,
    /// No audio was asked for.
    #[error("no audio of this version was asked for")]
    AudioNotRequested,
    /// The decision does not allow what was asked for.
    #[error("only a cleared decision allows a hand-off")]
    NotCleared,
    /// A cleared decision can't be withheld.
    #[error("a cleared decision goes with a hand-off")]
    Cleared,
    /// It was blocked for good or lapsed.
    #[error("the script will not be sent: it is {0}")]
    Settled(DeliveryStatus),
    /// There was an attempt, and it is not proven that it did not happen.
    #[error("attempt {0} may have reached the recipient; a second one is never made")]
    AlreadyAttempted(AttemptId),
    /// The attempt named is not this script's.
    #[error("attempt {0} is not of this script")]
    UnknownAttempt(AttemptId),
    /// It is known what became of it, or it is still waited for.
    #[error("the script is not in doubt: there is nothing to settle by hand")]
    NotInDoubt,
    /// A report about something that was never handed over.
    #[error("a report came for a script that was never handed over")]
    NeverAttempted,
}

fn advice(rules: &[LintRule]) -> String {
    let mut rules = rules.to_vec();
    rules.dedup();
    rules.iter().map(|r| r.advice()).collect::<Vec<_>>().join("; ")
}

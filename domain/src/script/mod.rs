//! A script: the words for one contact in one campaign, their versions, review, audio, hand-off and delivery. Keeps that
//! nothing unapproved is spoken or sent, and that no voicemail is handed over twice.

mod command;
mod decide;
mod delivery;
mod event;
pub mod lint;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use command::{CarrierReport, GeneratedText, ReportedOutcome, ScriptCommand};
pub use delivery::{Attempt, AttemptState, DeliveryStatus};
pub use event::{Author, FailureClass, Review, ScriptEvent, VoiceSettings};
pub use refusal::ScriptRefusal;
pub use state::{Audio, Script};

/// Longest script, characters: about four minutes, and what the smallest voice model takes in one request.
pub const TEXT_CHARS_MAX: usize = 5_000;

/// Carrier report ids that a script remembers, so that a report that comes again is recognised.
pub const REPORTS_REMEMBERED_MAX: usize = 64;

crate::aggregate::cqrs_aggregate!(Script);

//! What a script says when: the instants that rules about the words ask for. Only instants, no words, so that they can be recorded
//! with a decision. Estimated from the place in the text and the speed of the voice, like the length.

use serde::{Deserialize, Serialize};

/// What is said when, milliseconds from the beginning; nothing where it is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The caller's name has been said for the first time by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_ms: Option<u64>,
    /// It is said for the last time from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_last_ms: Option<u64>,
    /// The business's name has been said by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_ms: Option<u64>,
    /// The number for calling back has been said by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_ms: Option<u64>,
    /// It is said for the last time from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_last_ms: Option<u64>,
    /// How to opt out has been said by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_out_ms: Option<u64>,
    /// That the voice is artificial has been said by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artificial_voice_ms: Option<u64>,
    /// How long all of it takes.
    pub length_ms: u64,
}

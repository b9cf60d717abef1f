//! What a compliance decision says, as it is recorded in the script's stream: the verdict, and every finding behind it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::case::Inputs;
use crate::UsState;

/// May this voicemail be handed to the carrier now?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "until")]
pub enum Verdict {
    /// Yes, now.
    Cleared,
    /// Not before this instant; it is decided again then.
    HeldUntil(DateTime<Utc>),
    /// No.
    Blocked,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, such as `US.WINDOW` or `US-CA.STATE_OFF`.
    pub rule: String,
    /// What it means for the drop.
    pub effect: Effect,
    /// In plain words, with local times and zones, without personal data.
    pub detail: String,
}

/// What a finding means for the drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "until")]
pub enum Effect {
    /// The rule is kept.
    Passes,
    /// The rule is kept from this instant on.
    Holds(DateTime<Utc>),
    /// The rule forbids the drop.
    Blocks,
}

/// Whether a rule of this id stands for something that an admin may lift.
fn may_be_lifted(rule: &str, is_switched_off: impl Fn(UsState) -> bool) -> bool {
    let Some((jurisdiction, name)) = rule.split_once('.') else {
        return false;
    };
    let state = jurisdiction
        .strip_prefix("US-")
        .and_then(|code| code.parse().ok());
    match name {
        "EMERGENCY.DECLARED" => true,
        "STATE_OFF" => state.is_some_and(is_switched_off),
        _ => false,
    }
}

/// A decision with all that it rests on. Recorded whole, so that a replay can show why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The outcome.
    pub verdict: Verdict,
    /// Every rule's finding, not the first failing one only.
    pub findings: Vec<Finding>,
    /// Candidate time zones that all had to be open.
    pub zones: Vec<String>,
    /// Candidate states whose rules all had to be kept.
    pub states: Vec<UsState>,
    /// Id of the rule pack.
    pub pack_id: String,
    /// SHA-256 of the rule pack's content, hex.
    pub pack_sha256: String,
    /// Version of the evaluation code.
    pub engine_version: String,
    /// The first instant at which it would be cleared with nothing else changed; nothing when none was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_allowed: Option<DateTime<Utc>>,
    /// What it was decided on; nothing in decisions of engine version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Box<Inputs>>,
}

impl Decision {
    /// Whether nothing blocks it but what somebody may lift at any moment: an emergency that an admin declared, or a state that an admin
    /// switched off again. A state that never was on is no such thing.
    pub fn is_stopped_by_a_switch(&self, is_switched_off: impl Fn(UsState) -> bool) -> bool {
        let mut blocking = self
            .findings
            .iter()
            .filter(|f| f.effect == Effect::Blocks)
            .peekable();
        blocking.peek().is_some() && blocking.all(|f| may_be_lifted(&f.rule, &is_switched_off))
    }

    /// The same as a hold, for a campaign that is being sent: what an admin stops waits for the admin, and does not end. It is looked at
    /// again then at the latest.
    #[must_use]
    pub fn waiting_until(mut self, look: DateTime<Utc>) -> Self {
        let mut until = look;
        for finding in &mut self.findings {
            match finding.effect {
                Effect::Blocks => finding.effect = Effect::Holds(look),
                Effect::Holds(other) => until = until.max(other),
                Effect::Passes => {}
            }
        }
        self.verdict = Verdict::HeldUntil(until);
        self.next_allowed = None;
        self
    }

    /// The findings that block or hold.
    pub fn obstacles(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.effect != Effect::Passes)
    }
}

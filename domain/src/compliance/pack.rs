//! A rule pack: what the law asks for, as data with its sources. Identified by the hash of its content, which every
//! decision records.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    calendar::{DayHours, Holidays, Hours},
    table::{parts, rows},
};
use crate::UsState;

const STATES: &str = include_str!("us_states.csv");
const HOLIDAYS: &str = include_str!("us_holidays.csv");
const US_ID: &str = "us";
const US_VERSION: &str = "2026-11-22";

/// Federal hours, 47 CFR 64.1200(c)(1): they hold in every state, whatever its own line says.
pub(super) const FEDERAL_HOURS: Hours = Hours {
    from: 8 * 60,
    to: 21 * 60,
};

/// What was made of a state's law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateStatus {
    /// Written consent is enough.
    Allow,
    /// Counsel must look at it first.
    Review,
    /// No way was seen in the text to do this on prior consent.
    Block,
}

/// How sure a line of the pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The primary text was read.
    High,
    /// Two or more secondary sources agree, or the primary text was read in part.
    Medium,
    /// One source, a conflict, or memory.
    Low,
}

/// Most attempts within a rolling time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// Attempts.
    pub attempts: usize,
    /// Rolling hours.
    pub hours: u32,
}

/// What one state asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRules {
    /// What was made of its law.
    pub status: StateStatus,
    /// When it is open.
    pub hours: DayHours,
    /// Most attempts.
    pub cap: Option<Cap>,
    /// Zones in which the state reads its hours besides the recipient's own.
    pub clocks: Vec<Tz>,
    /// Every zone of the state.
    pub zones: Vec<Tz>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where it was read.
    pub source: &'static str,
    /// What else a reader should know.
    pub note: &'static str,
}

/// All rules of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePack {
    id: String,
    sha256: String,
    states: BTreeMap<UsState, StateRules>,
    pub(super) holidays: Holidays,
}

static US: LazyLock<RulePack> = LazyLock::new(|| RulePack {
    id: format!("{US_ID}@{US_VERSION}"),
    sha256: hex::encode(
        Sha256::new()
            .chain_update(US_ID)
            .chain_update(US_VERSION)
            .chain_update(STATES)
            .chain_update(HOLIDAYS)
            .chain_update(include_str!("area_codes.csv"))
            .chain_update(include_str!("zip3.csv"))
            .finalize(),
    ),
    states: rows(STATES).filter_map(state_rules).collect(),
    holidays: Holidays::of(
        rows(HOLIDAYS)
            .filter_map(|[state, date, name]: [&'static str; 3]| {
                Some(((state.parse().ok()?, date.parse::<NaiveDate>().ok()?), name))
            })
            .collect(),
    ),
});

impl RulePack {
    /// The embedded pack for the United States.
    pub fn us() -> &'static Self {
        &US
    }

    /// Name and version, such as `us@2026-11-22`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the content, hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The rules of a state; nothing when the pack does not know it.
    pub fn state(&self, state: UsState) -> Option<&StateRules> {
        self.states.get(&state)
    }

    /// Every state with its rules, by postal code.
    pub fn states(&self) -> impl Iterator<Item = (UsState, &StateRules)> {
        self.states.iter().map(|(state, rules)| (*state, rules))
    }
}

fn state_rules(fields: [&'static str; 12]) -> Option<(UsState, StateRules)> {
    let [
        state,
        status,
        weekday,
        saturday,
        sunday,
        holiday,
        cap,
        clocks,
        zones,
        confidence,
        source,
        note,
    ] = fields;
    let rules = StateRules {
        status: match status {
            "allow" => StateStatus::Allow,
            "review" => StateStatus::Review,
            "block" => StateStatus::Block,
            _ => return None,
        },
        hours: DayHours {
            weekday: hours(weekday).ok()?,
            saturday: hours(saturday).ok()?,
            sunday: hours(sunday).ok()?,
            holiday: match holiday {
                "" => None,
                text => Some(hours(text).ok()?),
            },
        },
        cap: match cap.split_once('/') {
            None if cap.is_empty() => None,
            None => return None,
            Some((attempts, hours)) => Some(Cap {
                attempts: attempts.parse().ok()?,
                hours: hours.parse().ok()?,
            }),
        },
        clocks: parts(clocks)?,
        zones: parts(zones)?,
        confidence: match confidence {
            "H" => Confidence::High,
            "M" => Confidence::Medium,
            "L" => Confidence::Low,
            _ => return None,
        },
        source,
        note,
    };
    Some((state.parse().ok()?, rules))
}

/// A field that is no window.
struct InvalidHours;

/// The window, or nothing for `none`, a closed day.
fn hours(text: &str) -> Result<Option<Hours>, InvalidHours> {
    if text == "none" {
        Ok(None)
    } else {
        Hours::parse(text).map(Some).ok_or(InvalidHours)
    }
}

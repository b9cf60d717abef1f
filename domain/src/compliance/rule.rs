//! A rule as data: whose it is, what it tests, from when to when, and where it was read. `parse.rs` makes them of a pack's
//! text, `checks.rs` and `hours.rs` apply them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Hours, WeeklyHours},
    case::ConsentStanding,
};
use crate::{UsState, suppression::ListKind};

/// Whose rule it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Jurisdiction {
    /// Our own, for everybody.
    House,
    /// Federal: in every state, whatever its own rules say.
    Federal,
    /// One state's, for whoever may be there.
    State(UsState),
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::House => f.write_str("HOUSE"),
            Self::Federal => f.write_str("US"),
            Self::State(state) => write!(f, "US-{state}"),
        }
    }
}

/// A text that names no jurisdiction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a jurisdiction is HOUSE, US or US- and a state's postal code")]
pub struct InvalidJurisdiction;

impl FromStr for Jurisdiction {
    type Err = InvalidJurisdiction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "HOUSE" => Ok(Self::House),
            "US" => Ok(Self::Federal),
            _ => text
                .strip_prefix("US-")
                .and_then(|code| code.parse().ok())
                .map(Self::State)
                .ok_or(InvalidJurisdiction),
        }
    }
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// The primary text was read.
    #[serde(rename = "H")]
    High,
    /// Two or more secondary sources agree, or the primary text was read in part.
    #[serde(rename = "M")]
    Medium,
    /// One source, a conflict, or memory.
    #[serde(rename = "L")]
    Low,
}

/// The instant that a window's law counts. The guard keeps both inside in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// When the call is made.
    Initiated,
    /// When it arrives.
    Received,
    /// Both, or it was not said which.
    #[default]
    Both,
}

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

/// What attempts a cap counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapScope {
    /// Those on the same number.
    Number,
    /// Those on the person, at any number.
    Person,
    /// Those on the person about the same subject; one of an unknown subject counts for each.
    Subject,
}

/// How long a business relationship lasts, in calendar months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationshipTerm {
    /// After a purchase or transaction.
    pub purchase_months: u32,
    /// After an inquiry or application.
    pub inquiry_months: u32,
}

/// Most attempts within a rolling time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Attempts, at least one.
    pub attempts: usize,
    /// Rolling hours: an attempt stops counting when exactly that many have gone by.
    pub hours: u32,
    /// What is counted together.
    pub scope: CapScope,
    /// It does not bind while such a relationship lasts.
    #[serde(default)]
    pub unless_relationship: Option<RelationshipTerm>,
}

/// What a voicemail must say and by when, seconds from its beginning. Only what is set is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentRule {
    /// Names of caller and seller by then.
    pub identity_within_seconds: Option<u64>,
    /// The number for calling back by then.
    pub callback_within_seconds: Option<u64>,
    /// How to opt out by then.
    pub opt_out_within_seconds: Option<u64>,
    /// Name and number again in the last so many seconds.
    pub repeated_in_last_seconds: Option<u64>,
    /// That the voice is not a person's.
    pub artificial_voice_disclosed: bool,
}

/// A licence or registration that a state asks the caller to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitKind {
    /// Registration as a telephone solicitor.
    Registration,
    /// Permit for the device that dials or plays.
    Device,
}

impl PermitKind {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Device => "device",
        }
    }
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Whether the state may be sent to at all: off until an admin switches it on.
    State {
        /// What was made of its law.
        status: StateStatus,
    },
    /// Hours of the week.
    Window {
        /// Open hours by kind of day.
        hours: WeeklyHours,
        /// Zones in which they are read besides the recipient's own.
        clocks: Vec<Tz>,
    },
    /// Hours of the state's legal holidays; a day of a year without calendar is closed.
    Holiday {
        /// Open hours on them; nothing when closed.
        hours: Option<Hours>,
        /// A holiday on Saturday closes the Friday before too, one on Sunday the Monday after.
        shifts: bool,
    },
    /// Nothing is sent from one instant to another.
    Emergency {
        /// First instant of it.
        from: DateTime<Utc>,
        /// First instant after it.
        until: DateTime<Utc>,
    },
    /// Most attempts.
    Cap(Cap),
    /// Consent in this form, naming this seller and this channel.
    Consent {
        /// The least that will do.
        form: ConsentStanding,
    },
    /// What counts as a business relationship. It is shown, and never stands in for consent.
    Relationship(RelationshipTerm),
    /// A do-not-call list may be no older than that.
    ListAge {
        /// Which list.
        list: ListKind,
        /// Days, to the second, since it was obtained.
        days: u32,
        /// It must have been loaded at all, unless consent is in writing.
        required: bool,
    },
    /// A permit in force.
    Permit {
        /// Which.
        permit: PermitKind,
    },
    /// What the words must hold.
    Content(ContentRule),
    /// The owner of a property with such a listing has a broker, whom nobody may go round.
    Listing {
        /// Statuses, in lower case.
        statuses: BTreeSet<String>,
    },
}

impl Test {
    /// The kind as packs write it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::State { .. } => "state",
            Self::Window { .. } => "window",
            Self::Holiday { .. } => "holiday",
            Self::Emergency { .. } => "emergency",
            Self::Cap(_) => "cap",
            Self::Consent { .. } => "consent",
            Self::Relationship(_) => "relationship",
            Self::ListAge { .. } => "list_age",
            Self::Permit { .. } => "permit",
            Self::Content(_) => "content",
            Self::Listing { .. } => "listing",
        }
    }
}

/// To whom a rule applies; nothing set is everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Applies {
    /// Only with one of these standings of consent.
    pub consent: Vec<ConsentStanding>,
}

impl Applies {
    pub(super) fn to(&self, consent: ConsentStanding) -> bool {
        self.consent.is_empty() || self.consent.contains(&consent)
    }
}

/// Where a rule was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The law, or whose rule it is.
    pub citation: String,
    /// What was read of it.
    pub source: String,
    /// When it was read.
    pub read_on: NaiveDate,
    /// How sure it is.
    pub confidence: Confidence,
    /// What else a reader should know.
    pub note: String,
}

/// A worked example: what the rule finds in a case. Kept as written; the tests of this crate work each of them out.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What it shows.
    pub says: String,
    /// What differs from a case that nothing speaks against.
    pub given: toml::Table,
    /// `passes`, `blocks`, `holds until <instant>` or `is silent`.
    pub expect: String,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name in each jurisdiction, such as `WINDOW` or `CAP.24H`.
    pub name: String,
    /// Whose it is.
    pub jurisdictions: Vec<Jurisdiction>,
    /// What it asks for.
    pub test: Test,
    /// First local day on which it is in force; nothing when it always was.
    pub effective_from: Option<NaiveDate>,
    /// First local day on which it is no longer in force.
    pub effective_to: Option<NaiveDate>,
    /// To whom it applies.
    pub applies: Applies,
    /// The instant that it counts.
    pub anchor: Anchor,
    /// Where it was read.
    pub provenance: Provenance,
    /// Worked examples.
    pub examples: Vec<Example>,
}

impl Rule {
    /// The rule's id in a jurisdiction, such as `US-FL.CAP.24H`.
    pub fn id(&self, jurisdiction: Jurisdiction) -> String {
        format!("{jurisdiction}.{}", self.name)
    }

    /// Whether it is in force on a local day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.effective_from.is_none_or(|from| from <= day) && self.effective_to.is_none_or(|to| day < to)
    }

    /// Whether it is in force at an instant in any of the zones. Without a zone in UTC's.
    pub(super) fn is_in_force_anywhere(&self, at: DateTime<Utc>, zones: &[Tz]) -> bool {
        if zones.is_empty() {
            return self.is_in_force(at.date_naive());
        }
        (zones.iter()).any(|zone| self.is_in_force(at.with_timezone(zone).date_naive()))
    }
}

//! All that a decision depends on, and what of it is recorded with the decision.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::rule::PermitKind;
use crate::{
    Location, UsState,
    campaign::Schedule,
    contact::{ConsentForm, Contact},
    script::lint::Said,
    suppression::ListKind,
};

/// What is known of the person's consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStanding {
    /// None on record.
    #[default]
    None,
    /// Spoken only.
    Oral,
    /// Signed, naming this seller and this channel.
    Written,
    /// Given to another seller: it says nothing of this one.
    AnotherSeller,
    /// Given once and taken back.
    Revoked,
}

impl ConsentStanding {
    /// Whether it will do where `least` is asked for.
    pub(super) const fn satisfies(self, least: Self) -> bool {
        match self {
            Self::Written => true,
            Self::Oral => matches!(least, Self::Oral | Self::None),
            Self::None | Self::AnotherSeller => matches!(least, Self::None),
            Self::Revoked => false,
        }
    }
}

impl ConsentStanding {
    /// Of a contact, to a seller of these names: the organization's own, and the one that its brokerage is licensed by.
    pub fn of(contact: &Contact, sellers: &[&str]) -> Self {
        match (&contact.consent, contact.consent_revoked) {
            (_, true) => Self::Revoked,
            (None, false) => Self::None,
            (Some(consent), false) if !is_one_of(&consent.seller, sellers) => Self::AnotherSeller,
            (Some(consent), false) => match consent.form {
                ConsentForm::Written => Self::Written,
                ConsentForm::Oral => Self::Oral,
            },
        }
    }
}

/// Whether a seller is meant: letters large or small, spaces as they come.
fn is_one_of(seller: &str, names: &[&str]) -> bool {
    let plain = |name: &str| {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    let seller = plain(seller);
    !seller.is_empty() && names.iter().any(|name| plain(name) == seller)
}

/// An earlier attempt on the person, by any campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// On another number of the person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_another_number: bool,
    /// What it was about; nothing when that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A suppression list in force, and whether it holds the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListStanding {
    /// Its name.
    pub name: String,
    /// What kind of list it is.
    pub kind: ListKind,
    /// Whose registry it is, for a state's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UsState>,
    /// The publisher's name of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When it was obtained; nothing for the organization's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obtained_at: Option<DateTime<Utc>>,
    /// Whether the number is on it.
    pub holds_number: bool,
}

/// A permit that the organization says it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitStanding {
    /// Of which state.
    pub state: UsState,
    /// Which.
    pub permit: PermitKind,
    /// Its number.
    pub number: String,
    /// The last day on which it is in force.
    pub expires_on: NaiveDate,
}

/// An emergency that an admin has declared for a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// Which state, all of it.
    pub state: UsState,
    /// First instant after it; nothing while that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// On what grounds.
    pub reason: String,
}

/// When the person last did business with the seller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// The last purchase or transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchased_on: Option<NaiveDate>,
    /// The last inquiry or application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquired_on: Option<NaiveDate>,
}

/// What is known of the words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "said")]
pub enum Content {
    /// Nothing is written yet: a dry run before there are scripts. Without words nothing can be handed over.
    #[default]
    Unwritten,
    /// There are words that were never looked through for this, or not by a rule that is known.
    Unknown,
    /// What was said when.
    Known(Said),
}

/// All that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Where the contact is, as far as known.
    pub location: &'a Location,
    /// What is known of the person's consent.
    pub consent: ConsentStanding,
    /// The person must not be contacted.
    pub do_not_contact: bool,
    /// The person wants no voicemails.
    pub voicemail_opt_out: bool,
    /// The suppression lists in force.
    pub lists: &'a [ListStanding],
    /// States that are switched on, each with the grounds given.
    pub states_on: &'a BTreeMap<UsState, String>,
    /// Emergencies that an admin has declared.
    pub emergencies: &'a [Emergency],
    /// Permits on record.
    pub permits: &'a [PermitStanding],
    /// Business with the person.
    pub relationship: Relationship,
    /// When the person was last contacted by any campaign.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// Days that must lie between two contacts.
    pub min_interval_days: u32,
    /// Attempts on the person within the last days, in any order.
    pub attempts: &'a [Attempt],
    /// What the voicemail is about.
    pub subject: Option<&'a str>,
    /// When the campaign may send.
    pub schedule: &'a Schedule,
    /// Listing status of the property, as the source gave it.
    pub listing_status: Option<&'a str>,
    /// What the voicemail says.
    pub content: Content,
}

/// The inputs of a decision as recorded with it: enough to work it out again with the same pack, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The instant it was decided for.
    pub at: DateTime<Utc>,
    /// Area code of the number.
    pub area_code: String,
    /// First three digits of the ZIP code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip3: Option<String>,
    /// State of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UsState>,
    /// Standing of consent.
    pub consent: ConsentStanding,
    /// Attempts that were counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The last contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact_at: Option<DateTime<Utc>>,
    /// Days between two contacts.
    pub min_interval_days: u32,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Lists that were looked at, each with its version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListStanding>,
    /// Permits of the states concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permits: Vec<PermitStanding>,
    /// Business with the person.
    #[serde(default)]
    pub relationship: Relationship,
    /// What the words say when.
    #[serde(default)]
    pub content: Content,
    /// The person must not be contacted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub do_not_contact: bool,
    /// The person wants no voicemails.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voicemail_opt_out: bool,
    /// Of the states concerned those that were on, each with the grounds given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states_on: BTreeMap<UsState, String>,
    /// Emergencies declared for the states concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emergencies: Vec<Emergency>,
    /// When the campaign may send; nothing in decisions of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Listing status of the property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_status: Option<String>,
    /// Version of the time zone database.
    pub tzdb: String,
}

impl Inputs {
    pub(super) fn of(case: &Case<'_>, states: &[UsState]) -> Self {
        Self {
            at: case.now,
            area_code: case.location.area_code.clone(),
            zip3: case
                .location
                .zip
                .as_deref()
                .and_then(|zip| zip.get(..3))
                .map(str::to_owned),
            state: case.location.state,
            consent: case.consent,
            attempts: case.attempts.to_vec(),
            last_contact_at: case.last_contact_at,
            min_interval_days: case.min_interval_days,
            subject: case.subject.map(str::to_owned),
            lists: case.lists.to_vec(),
            permits: case
                .permits
                .iter()
                .filter(|p| states.contains(&p.state))
                .cloned()
                .collect(),
            relationship: case.relationship,
            content: case.content,
            do_not_contact: case.do_not_contact,
            voicemail_opt_out: case.voicemail_opt_out,
            states_on: case
                .states_on
                .iter()
                .filter(|(state, _)| states.contains(state))
                .map(|(state, grounds)| (*state, grounds.clone()))
                .collect(),
            emergencies: case
                .emergencies
                .iter()
                .filter(|emergency| states.contains(&emergency.state))
                .cloned()
                .collect(),
            schedule: Some(case.schedule.clone()),
            listing_status: case.listing_status.map(str::to_owned),
            tzdb: chrono_tz::IANA_TZDB_VERSION.to_owned(),
        }
    }
}

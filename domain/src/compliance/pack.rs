//! A rule pack: what the law and the house ask for, as data with its sources. Identified by the hash of its content, which every
//! decision records. The one for the United States lies in `domain/compliance/us`, a file a state.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    calendar::Calendar,
    rule::{Jurisdiction, Rule},
};
use crate::UsState;

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Which pack.
    pub id: String,
    /// Its version: the day it was made.
    pub version: String,
    /// The version before it.
    #[serde(default)]
    pub supersedes: Option<String>,
    /// When somebody last read all of it against the law.
    pub reviewed_on: NaiveDate,
    /// The last day on which it may be relied on without another review; from the day after it blocks everything.
    pub next_review_on: NaiveDate,
    /// Nothing is handed over in the first minutes of a window: our clock and the recipient's differ.
    pub guard_after_opening_minutes: u32,
    /// Nothing is handed over in the last minutes of a window: the law may count when the voicemail arrives.
    pub guard_before_closing_minutes: u32,
}

/// All rules of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePack {
    head: Head,
    name: String,
    sha256: String,
    zones: BTreeMap<UsState, Vec<Tz>>,
    calendars: BTreeMap<UsState, Calendar>,
    rules: Vec<Rule>,
    /// Places in `rules`, by whose they are.
    by_jurisdiction: BTreeMap<Jurisdiction, Vec<usize>>,
}

/// The files of the United States' pack.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../compliance/us/", $name)))),*]
    };
}

pub(super) const US_FILES: &[(&str, &str)] = files![
    "pack.toml",
    "house.toml",
    "federal.toml",
    "holidays.toml",
    "states/al.toml",
    "states/ar.toml",
    "states/az.toml",
    "states/ca.toml",
    "states/ct.toml",
    "states/fl.toml",
    "states/ga.toml",
    "states/il.toml",
    "states/in.toml",
    "states/ky.toml",
    "states/la.toml",
    "states/ma.toml",
    "states/md.toml",
    "states/me.toml",
    "states/mi.toml",
    "states/mn.toml",
    "states/ms.toml",
    "states/mt.toml",
    "states/nc.toml",
    "states/ne.toml",
    "states/nj.toml",
    "states/nm.toml",
    "states/nv.toml",
    "states/ny.toml",
    "states/ok.toml",
    "states/or.toml",
    "states/pa.toml",
    "states/ri.toml",
    "states/sd.toml",
    "states/tn.toml",
    "states/tx.toml",
    "states/ut.toml",
    "states/va.toml",
    "states/wa.toml",
    "states/wy.toml",
    "states/not_researched.toml",
];
pub(super) const AREA_CODES: &str = include_str!("../../compliance/us/area_codes.csv");
pub(super) const ZIP3: &str = include_str!("../../compliance/us/zip3.csv");

/// A pack that can't be read is none, and without rules nothing is cleared; a test proves that this one can be read.
static US: LazyLock<RulePack> = LazyLock::new(|| {
    RulePack::parse(US_FILES, &[AREA_CODES, ZIP3]).unwrap_or_else(|_| {
        let head = Head {
            id: "unreadable".to_owned(),
            version: String::new(),
            supersedes: None,
            reviewed_on: NaiveDate::MIN,
            next_review_on: NaiveDate::MIN,
            guard_after_opening_minutes: 0,
            guard_before_closing_minutes: 0,
        };
        RulePack::of(head, BTreeMap::new(), BTreeMap::new(), vec![])
    })
});

impl RulePack {
    /// The embedded pack for the United States.
    pub fn us() -> &'static Self {
        &US
    }

    pub(super) fn of(
        head: Head,
        zones: BTreeMap<UsState, Vec<Tz>>,
        calendars: BTreeMap<UsState, Calendar>,
        rules: Vec<Rule>,
    ) -> Self {
        let mut by_jurisdiction: BTreeMap<Jurisdiction, Vec<usize>> = BTreeMap::new();
        for (place, rule) in rules.iter().enumerate() {
            for jurisdiction in &rule.jurisdictions {
                by_jurisdiction.entry(*jurisdiction).or_default().push(place);
            }
        }
        Self {
            name: format!("{}@{}", head.id, head.version),
            head,
            sha256: String::new(),
            zones,
            calendars,
            rules,
            by_jurisdiction,
        }
    }

    pub(super) fn with_hash<'a>(self, texts: impl Iterator<Item = &'a str>) -> Self {
        let hash = texts.fold(Sha256::new(), |hash, text| {
            // With its length, so that a line that moves from one file to the next changes the hash.
            hash.chain_update((text.len() as u64).to_be_bytes())
                .chain_update(text)
        });
        Self {
            sha256: hex::encode(hash.finalize()),
            ..self
        }
    }

    /// What it says of itself.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The pack with its version, such as `us@2026-11-23`.
    pub fn id(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its content, hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Every rule, those too that are no longer or not yet in force.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules of one jurisdiction.
    pub fn rules_of(&self, jurisdiction: Jurisdiction) -> impl Iterator<Item = &Rule> {
        let places = self
            .by_jurisdiction
            .get(&jurisdiction)
            .map(Vec::as_slice)
            .unwrap_or_default();
        places.iter().filter_map(|place| self.rules.get(*place))
    }

    /// Every time zone of a state.
    pub fn zones_of(&self, state: UsState) -> &[Tz] {
        self.zones.get(&state).map(Vec::as_slice).unwrap_or_default()
    }

    /// The holidays of a state, where its rules need them.
    pub fn calendar(&self, state: UsState) -> Option<&Calendar> {
        self.calendars.get(&state)
    }
}

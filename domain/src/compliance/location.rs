//! Where a contact may be: the union of what area code, ZIP code and address say. A more specific source never takes a
//! zone away that a less specific one named, because mobile numbers travel and addresses are old.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::LazyLock,
};

use chrono_tz::Tz;

use super::{
    pack::{AREA_CODES, RulePack, ZIP3},
    table::{parts, rows},
};
use crate::{Location, UsState};

/// More zones than this are no location any more.
pub const CANDIDATE_ZONES_MAX: usize = 4;

/// States and zones of an area code or a ZIP prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) states: Vec<UsState>,
    pub(super) zones: Vec<Tz>,
}

pub(super) static PLACES_BY_AREA_CODE: LazyLock<BTreeMap<&'static str, Place>> =
    LazyLock::new(|| places(AREA_CODES));
pub(super) static PLACES_BY_ZIP3: LazyLock<BTreeMap<&'static str, Place>> = LazyLock::new(|| places(ZIP3));

fn places(table: &'static str) -> BTreeMap<&'static str, Place> {
    rows(table)
        .filter_map(|[key, states, zones]| {
            let place = Place {
                states: parts(states)?,
                zones: parts(zones)?,
            };
            Some((key, place))
        })
        .collect()
}

/// What named a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The area code, with every zone of the area that it lies over.
    AreaCode,
    /// The ZIP code, by its first three digits.
    Zip,
    /// The state of the address.
    Address,
}

/// What one source says of where a contact may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which source.
    pub source: Source,
    /// What it was asked for: an area code, a ZIP prefix, a state. None is personal.
    pub key: String,
    /// The states that it names.
    pub states: Vec<UsState>,
    /// The zones that it names; none where a narrower source stands in.
    pub zones: Vec<Tz>,
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<&str> = self.states.iter().map(UsState::code).collect();
        let zones: Vec<&str> = self.zones.iter().map(|zone| zone.name()).collect();
        let source = match self.source {
            Source::AreaCode => "area code",
            Source::Zip => "ZIP codes beginning with",
            Source::Address => "an address in",
        };
        write!(f, "{source} {} says {}", self.key, states.join(" or "))?;
        if zones.is_empty() {
            return Ok(());
        }
        write!(f, " on the time of {}", zones.join(" or "))
    }
}

/// Every state and zone that a contact may be in: all of them must allow the drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// By name.
    pub zones: Vec<Tz>,
    /// By postal code.
    pub states: Vec<UsState>,
    /// Who said so.
    pub sightings: Vec<Sighting>,
}

/// Why it can't be said where a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnknownLocation {
    /// The area code is toll-free, not geographic, or not of the United States.
    #[error("the area code belongs to no place in the United States")]
    AreaCode,
    /// The ZIP code is of no known place; military mail is one such case.
    #[error("the ZIP code belongs to no known place; correct it or take it away")]
    Zip,
    /// The sources are too far apart.
    #[error("area code, ZIP code and address allow more than {CANDIDATE_ZONES_MAX} time zones")]
    TooManyZones,
}

/// Where the contact may be, or why that can't be said.
pub fn candidates(location: &Location, pack: &RulePack) -> Result<Candidates, UnknownLocation> {
    let area = PLACES_BY_AREA_CODE
        .get(location.area_code.as_str())
        .ok_or(UnknownLocation::AreaCode)?;
    let mut sightings = vec![Sighting {
        source: Source::AreaCode,
        key: location.area_code.clone(),
        states: area.states.clone(),
        zones: area.zones.clone(),
    }];
    let by_zip = location.zip.as_deref().map(place_of_zip).transpose()?;
    sightings.extend(by_zip.map(|(prefix, place)| Sighting {
        source: Source::Zip,
        key: prefix.to_owned(),
        states: place.states.clone(),
        zones: place.zones.clone(),
    }));
    sightings.extend(location.state.map(|state| {
        // A ZIP code within the stated state is narrower than the state; one outside it is a contradiction.
        let is_narrower = by_zip.is_some_and(|(_, place)| place.states.contains(&state));
        Sighting {
            source: Source::Address,
            key: state.name().to_owned(),
            states: vec![state],
            zones: if is_narrower {
                vec![]
            } else {
                pack.zones_of(state).to_vec()
            },
        }
    }));
    let states: BTreeSet<UsState> = sightings.iter().flat_map(|s| s.states.iter().copied()).collect();
    let mut zones: Vec<Tz> = sightings.iter().flat_map(|s| s.zones.iter().copied()).collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    if zones.len() > CANDIDATE_ZONES_MAX {
        return Err(UnknownLocation::TooManyZones);
    }
    Ok(Candidates {
        zones,
        states: states.into_iter().collect(),
        sightings,
    })
}

fn place_of_zip(zip: &str) -> Result<(&str, &'static Place), UnknownLocation> {
    let well_formed = zip.len() == 5 && zip.bytes().all(|b| b.is_ascii_digit());
    zip.get(..3)
        .filter(|_| well_formed)
        .and_then(|prefix| Some((prefix, PLACES_BY_ZIP3.get(prefix)?)))
        .ok_or(UnknownLocation::Zip)
}

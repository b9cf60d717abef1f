//! Where a contact may be: the union of what area code, ZIP code and address say. A more specific source never takes a
//! zone away that a less specific one named, because mobile numbers travel and addresses are old.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use chrono_tz::Tz;

use super::{
    pack::RulePack,
    table::{parts, rows},
};
use crate::{Location, UsState};

/// More zones than this are no location any more.
pub const CANDIDATE_ZONES_MAX: usize = 4;

const AREA_CODES: &str = include_str!("area_codes.csv");
const ZIP3: &str = include_str!("zip3.csv");

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

/// Every state and zone that a contact may be in: all of them must allow the drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// By name.
    pub zones: Vec<Tz>,
    /// By postal code.
    pub states: Vec<UsState>,
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
    let mut states: BTreeSet<UsState> = area.states.iter().copied().collect();
    let mut zones = area.zones.clone();
    let by_zip = location.zip.as_deref().map(place_of_zip).transpose()?;
    if let Some(place) = by_zip {
        states.extend(&place.states);
        zones.extend(&place.zones);
    }
    if let Some(state) = location.state {
        states.insert(state);
        // A ZIP code within the stated state is narrower than the state; one outside it is a contradiction.
        if by_zip.is_none_or(|place| !place.states.contains(&state)) {
            zones.extend(
                pack.state(state)
                    .map(|rules| rules.zones.as_slice())
                    .unwrap_or_default(),
            );
        }
    }
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    if zones.len() > CANDIDATE_ZONES_MAX {
        return Err(UnknownLocation::TooManyZones);
    }
    Ok(Candidates {
        zones,
        states: states.into_iter().collect(),
    })
}

fn place_of_zip(zip: &str) -> Result<&'static Place, UnknownLocation> {
    let well_formed = zip.len() == 5 && zip.bytes().all(|b| b.is_ascii_digit());
    zip.get(..3)
        .filter(|_| well_formed)
        .and_then(|prefix| PLACES_BY_ZIP3.get(prefix))
        .ok_or(UnknownLocation::Zip)
}

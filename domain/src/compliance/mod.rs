//! May this voicemail be handed over now? A pure function over rules as data; denies by default: what is unknown, not
//! switched on or not consented to in writing is blocked. Every rule's finding is recorded, not the first failing one.
//!
//! To change a rule, change its line in `us_states.csv`, raise `US_VERSION` in `pack.rs` and give the reason in the line's
//! source. `location.rs` says where a contact may be, `calendar.rs` and `hours.rs` when hours are open, `pack.rs` what the states ask
//! for, `evaluate.rs` puts them together.

mod calendar;
mod decision;
mod evaluate;
mod hours;
mod location;
mod pack;
mod table;
#[cfg(test)]
mod tests;

pub use calendar::{DayHours, Hours};
pub use decision::{Decision, Effect, Finding, Verdict};
pub use evaluate::{
    Case, ConsentStanding, ENGINE_VERSION, GUARD_AFTER_OPENING_MINUTES, GUARD_BEFORE_CLOSING_MINUTES,
    HOUSE_CAPS, SEARCH_DAYS_MAX, decide,
};
pub use location::{CANDIDATE_ZONES_MAX, Candidates, UnknownLocation, candidates};
pub use pack::{Cap, Confidence, RulePack, StateRules, StateStatus};

//! May this voicemail be handed over now? A pure function over rules as data; denies by default: what is unknown, not
//! switched on or not consented to in writing is blocked. Every rule's finding is recorded, not the first failing one.
//!
//! To change a rule, change it in `domain/compliance/us`, with its source and its worked examples, and raise the version in `pack.toml`.
//! `rule.rs` says what a rule is, `parse.rs` reads them, `case.rs` holds what a decision depends on, `location.rs` says where a contact
//! may be, `calendar.rs` and `hours.rs` when hours are open, `checks.rs` applies the other kinds, `evaluate.rs` puts them together.

mod calendar;
mod case;
mod checks;
mod decision;
mod evaluate;
#[cfg(test)]
mod examples;
mod hours;
#[cfg(test)]
mod laws;
mod location;
mod pack;
mod parse;
mod rule;
mod table;
#[cfg(test)]
mod tests;

pub use calendar::{Calendar, Hours, WeeklyHours};
pub use case::{
    Attempt, Case, ConsentStanding, Content, Emergency, Inputs, ListStanding, PermitStanding, Relationship,
};
pub use decision::{Decision, Effect, Finding, Verdict};
pub use evaluate::{ENGINE_VERSION, decide, decide_again};
pub use hours::{CallingHours, SEARCH_DAYS_MAX};
pub use location::{CANDIDATE_ZONES_MAX, Candidates, Sighting, Source, UnknownLocation, candidates};
pub use pack::{Head, RulePack};
pub use parse::PackError;
pub use rule::{
    Anchor, Applies, Cap, CapScope, Confidence, ContentRule, Example, InvalidJurisdiction, Jurisdiction,
    PermitKind, Provenance, RelationshipTerm, Rule, StateStatus, Test,
};

//! The rules of voicedrop, pure: aggregates that decide and evolve, the events they emit, the values they are made of,
//! and the compliance decision. No I/O, no clock, no randomness, no ids made inside.
//!
//! To add an event: add the variant to the aggregate's `event.rs`, name its version in `event_names!`, handle it in
//! `evolve`, commit its golden fixture under `domain/tests/fixtures/events`, and give every projection its arm.

pub mod aggregate;
pub mod campaign;
pub mod clock;
pub mod compliance;
pub mod contact;
mod envelope;
mod event;
mod ids;
pub mod import;
pub mod organization;
mod personal;
pub mod script;
pub mod suppression;
#[cfg(test)]
mod testing;
pub mod upcast;
mod values;

pub use aggregate::{Decider, Subject};
pub use clock::{Clock, IdGenerator, ManualClock, SequentialIds};
pub use envelope::{Actor, InvalidActor, Metadata, Position, Recorded, StreamId};
pub use event::{Event, UnreadableEvent};
pub use ids::*;
pub use personal::{PersonalDetails, PhoneIndex, Sealed};
pub use values::{InvalidPhone, Location, MicroDollars, MoneyOverflow, PhoneNumber, UnknownState, UsState};

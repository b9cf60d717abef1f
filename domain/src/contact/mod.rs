//! A contact: a person at one or more numbers. Holds consent, opt-outs and the slot that keeps two campaigns from
//! reaching one person within the minimum interval.

mod command;
mod decide;
mod event;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use command::ContactCommand;
pub use event::{Consent, ConsentForm, ContactEvent, OptOutChannel};
pub use refusal::ContactRefusal;
pub use state::{Contact, ContactStanding, Slot};

/// Slots a contact remembers, enough for every rolling cap.
pub const SLOTS_REMEMBERED_MAX: usize = 32;

crate::aggregate::cqrs_aggregate!(Contact);

//! A suppression list: numbers that must not be contacted, with where they come from. Numbers appear as keyed indexes only.

mod age;
mod aggregate;
mod event;
#[cfg(test)]
mod tests;

pub use age::ListAge;
pub use aggregate::{SuppressionCommand, SuppressionList, SuppressionRefusal};
pub use event::{ListKind, ListLoad, LoadedList, SuppressionEvent};

crate::aggregate::cqrs_aggregate!(SuppressionList);

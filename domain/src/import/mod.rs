//! An import batch: one file, pull or push of contacts. Chunks carry their offset, so that a resumed or repeated import
//! makes nothing twice.

mod command;
mod decide;
mod event;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use command::ImportCommand;
pub use event::{ContactSource, ImportEvent, ImportTotals, RejectedRowRecord};
pub use refusal::ImportRefusal;
pub use state::{ImportBatch, ImportStatus};

/// Most rejected rows that one event names.
pub const REJECTED_PER_EVENT_MAX: usize = 500;

crate::aggregate::cqrs_aggregate!(ImportBatch);

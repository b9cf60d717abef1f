//! An import batch: one file, pull or push of contacts. Chunks carry their offset, so that a resumed or repeated import
//! makes nothing twice.

mod command;
mod decide;
mod event;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use command::{ImportChunk, ImportCommand, ImportOrigin};
pub use event::{ContactSource, FoldedRowRecord, ImportEvent, ImportTotals, RejectedRowRecord};
pub use refusal::ImportRefusal;
pub use state::{ImportBatch, ImportStatus};

/// Most rejected rows that one event names.
pub const REJECTED_PER_EVENT_MAX: usize = 500;

/// Most folded rows that one event names.
pub const FOLDED_PER_EVENT_MAX: usize = 500;

/// Most contacts that the end of an undo names as kept.
pub const KEPT_NAMED_MAX: usize = 1_000;

crate::aggregate::cqrs_aggregate!(ImportBatch);

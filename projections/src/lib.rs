//! The read models: what each event changes in them, pure. They form one read side that moves through the journal's order as one,
//! so a reader sees all of them at the same position. No I/O here: the store applies what [`batch::apply`] returns and moves its
//! checkpoint in the same transaction.
//!
//! To add a read model: declare its row with `read_model!` under `models`, name it in `tables!` (`rows.rs`), write what each event
//! does to it and name that in `models::MODELS` (or in `models::LOGS`, when it only ever adds rows), add its table to both
//! migration trees, raise [`VERSION`], and rebuild. To add a query: a trait under `queries`, its SQL in the store.

pub mod batch;
mod cell;
mod codes;
mod column;
pub mod digest;
pub mod duplicates;
pub mod figures;
mod model;
pub mod models;
pub mod queries;
pub mod rate;
mod rows;
mod shard;
pub mod verify;

pub use cell::Cell;
pub use codes::{AudioState, Outcome, ReviewState, VerdictCode};
pub use column::{Blank, Code, ColumnKind, ColumnValue, Json, WrongCell};
pub use model::{Column, ReadModel, Table};
pub use rows::{AnyRowSet, Comparison, RowSet, RowUpdates, Rows, TableChanges};
pub use shard::{SHARDS_MAX, shard_of};

/// Version of what the projections make of the events. A generation of tables that was built by another version is not used:
/// the store builds a new one beside it. Raise it whenever a row would come out differently.
pub const VERSION: u32 = 9;

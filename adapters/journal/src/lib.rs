//! The event store behind [`commands::ports::Journal`], three times: in memory (the model the others are tested
//! against), on SQLite and on PostgreSQL. Concurrent requests share one commit, and each gets its own answer. Refuses to
//! open a database that was not migrated, or that a newer release migrated.

mod error;
mod limits;
mod memory;
mod migrations;
mod open;
mod outcome;
mod postgres;
mod request;
mod sqlite;
mod tail;
mod wakeup;

pub use error::OpenError;
pub use limits::{
    BATCH_BYTES_MAX, BATCH_REQUESTS_MAX, LOAD_STREAMS_MAX, NAME_LENGTH_MAX, PAGE_EVENTS_MAX, POLL_INTERVAL,
    POSITIONS_MAX, QUEUE_REQUESTS_MAX, REQUEST_BYTES_MAX, REQUEST_EVENTS_MAX, REQUEST_STREAMS_MAX,
    WRITE_ATTEMPTS_MAX,
};
pub use memory::MemoryJournal;
pub use open::{Opened, migrate, open};
pub use postgres::{POSTGRES_SCHEMA, PostgresJournal};
pub use sqlite::SqliteJournal;

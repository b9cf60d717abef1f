//! What can go wrong with the read side, and what to do about it.

use commands::ports::JournalError;
use database::{DatabaseError, MigrationError};
use domain::{Position, UnreadableEvent};
use projections::{WrongCell, batch::BatchError, queries::QueryError};

/// Why the read side did not do what it was asked. Nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum ReadSideError {
    /// The tables can't be read or written.
    #[error("the read models: {0}")]
    Database(#[from] DatabaseError),
    /// The tables can't be brought up to date.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A stored row can't be read.
    #[error(transparent)]
    WrongCell(#[from] WrongCell),
    /// A projection does not settle.
    #[error("a projection does not settle on the rows that it needs: a defect")]
    Unsettled,
    /// A rebuild met an event that it can't take in; the generation that serves is untouched.
    #[error("the rebuild stopped at position {position}: {reason}")]
    RebuildStopped {
        /// Where.
        position: Position,
        /// Why.
        reason: String,
    },
    /// The program is being ended; nothing of the batch was written.
    #[error("interrupted: the program is being ended")]
    Interrupted,
    /// There is no generation that this program can read.
    #[error("no generation of read models is open: run `rebuild`")]
    NoGeneration,
    /// A stored value is out of range.
    #[error("the read side's own tables hold {0}, which can't be: rebuild")]
    Corrupt(&'static str),
}

impl From<BatchError<DatabaseError>> for ReadSideError {
    fn from(error: BatchError<DatabaseError>) -> Self {
        match error {
            BatchError::Source(error) => Self::Database(error),
            BatchError::WrongCell(error) => Self::WrongCell(error),
            BatchError::Unsettled => Self::Unsettled,
        }
    }
}

impl From<ReadSideError> for QueryError {
    fn from(error: ReadSideError) -> Self {
        match error {
            ReadSideError::WrongCell(wrong) => Self::Unreadable(wrong.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl ReadSideError {
    pub(super) fn stopped(position: Position, error: &UnreadableEvent) -> Self {
        Self::RebuildStopped {
            position,
            reason: error.to_string(),
        }
    }
}

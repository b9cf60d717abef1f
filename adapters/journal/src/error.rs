//! Why a journal does not open. Texts say what to do and never hold an address with its password.

use database::{InvalidDatabaseUrl, MigrationError};

/// A journal that can't be opened or migrated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The address is of no known form.
    #[error(transparent)]
    Url(#[from] InvalidDatabaseUrl),
    /// Tables are missing.
    #[error("the journal lacks migration {missing}: run `voicedrop migrate` first")]
    NotMigrated {
        /// The first migration that was not applied.
        missing: &'static str,
    },
    /// A later release has been here.
    #[error("the journal has migration {migration}, which this release does not know: run the newer release")]
    Newer {
        /// The migration that this release lacks.
        migration: String,
    },
    /// Migrating failed.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The file or server can't be used.
    #[error("the journal can't be opened: {0}")]
    Unreachable(String),
}

/// What a SQLite failure may tell: its code, since messages can quote values.
pub fn sqlite_text(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(code) => format!("SQLite error {}", code.extended_code),
        None => "SQLite gave an unexpected value".to_owned(),
    }
}

/// What a PostgreSQL failure may tell: its code, since messages can quote values.
pub fn postgres_text(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refused) => {
            format!("PostgreSQL error {}", refused.code().unwrap_or_default())
        }
        sqlx::Error::Io(io) => format!("connection to PostgreSQL: {}", io.kind()),
        sqlx::Error::PoolTimedOut => "no free connection to PostgreSQL in time".to_owned(),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            "the connections to PostgreSQL are closed".to_owned()
        }
        _ => "PostgreSQL gave an unexpected answer".to_owned(),
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unreachable(sqlite_text(&error))
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreachable(postgres_text(&error))
    }
}

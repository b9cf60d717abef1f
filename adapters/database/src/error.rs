//! What can go wrong in a statement, sorted by what the caller may do about it.

/// What may be done about a failed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseErrorKind {
    /// A row with this key is there already.
    UniqueViolation,
    /// Another transaction was in the way: the whole transaction may be run again.
    Busy,
    /// The database can't be reached, or is shutting down, or its disk is full. The outcome of a commit is unknown.
    Unavailable,
    /// The statement or its parameters are wrong; running it again will not help.
    Invalid,
}

/// A failed statement. The text names statements and constraints, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// What may be done about it.
    pub kind: DatabaseErrorKind,
    /// What the engine said.
    pub message: String,
}

impl DatabaseError {
    /// A failure of the given kind.
    pub fn new(kind: DatabaseErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A statement or parameter that can't be right.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(DatabaseErrorKind::Invalid, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(DatabaseErrorKind::Unavailable, message)
    }

    /// Whether the whole transaction may be run again.
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            DatabaseErrorKind::Busy | DatabaseErrorKind::Unavailable
        )
    }

    /// Whether a row with the same key was there.
    pub const fn is_unique_violation(&self) -> bool {
        matches!(self.kind, DatabaseErrorKind::UniqueViolation)
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(refused) => {
                let code = refused.code().unwrap_or_default().into_owned();
                let constraint = refused
                    .constraint()
                    .map(|name| format!(" (constraint {name})"))
                    .unwrap_or_default();
                Self::new(
                    kind_of_state(&code),
                    format!("PostgreSQL {code}: {}{constraint}", refused.message()),
                )
            }
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                Self::unavailable(format!("PostgreSQL can't be reached: {error}"))
            }
            _ => Self::invalid(format!("PostgreSQL: {error}")),
        }
    }
}

/// Sorts SQLSTATE codes (PostgreSQL manual, appendix A).
fn kind_of_state(code: &str) -> DatabaseErrorKind {
    match code {
        "23505" => DatabaseErrorKind::UniqueViolation,
        "40001" | "40P01" | "55P03" | "57014" => DatabaseErrorKind::Busy,
        _ if ["08", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class))
            || code == "25P03" =>
        {
            DatabaseErrorKind::Unavailable
        }
        _ => DatabaseErrorKind::Invalid,
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::invalid(format!("SQLite: {error}"));
        };
        let kind = match failure.code {
            Code::ConstraintViolation
                if matches!(
                    failure.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                        | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                        | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID
                ) =>
            {
                DatabaseErrorKind::UniqueViolation
            }
            Code::DatabaseBusy | Code::DatabaseLocked | Code::OperationInterrupted => DatabaseErrorKind::Busy,
            Code::CannotOpen | Code::SystemIoFailure | Code::DiskFull | Code::ReadOnly => {
                DatabaseErrorKind::Unavailable
            }
            _ => DatabaseErrorKind::Invalid,
        };
        let message = message.clone().unwrap_or_else(|| failure.to_string());
        Self::new(kind, format!("SQLite {}: {message}", failure.extended_code))
    }
}

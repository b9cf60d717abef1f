//! How a database's failure looks through a port: reads and fenced writes may be tried again, a wrong statement may not.

use chrono::{DateTime, Utc};
use commands::ports::{PortError, PortErrorKind};
use database::{DatabaseError, DatabaseErrorKind};

/// The port's view of a database failure. The text carries no values.
pub fn unreachable(error: DatabaseError) -> PortError {
    let kind = match error.kind {
        DatabaseErrorKind::Busy | DatabaseErrorKind::Unavailable => PortErrorKind::Retryable,
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::Invalid => PortErrorKind::Permanent,
    };
    PortError::new(kind, format!("the work store: {}", error.message))
}

pub(super) const fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

pub(super) fn instant(micros: i64) -> Result<DateTime<Utc>, DatabaseError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| DatabaseError::invalid("a stored instant is out of range"))
}

pub(super) fn opt_instant(micros: Option<i64>) -> Result<Option<DateTime<Utc>>, DatabaseError> {
    micros.map(instant).transpose()
}

/// A count as the engines keep it; one beyond the range is kept as the largest.
pub(super) fn bounded(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

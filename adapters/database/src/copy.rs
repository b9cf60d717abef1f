//! Rows as PostgreSQL's `COPY … (FORMAT binary)` wants them: the cheapest way to write many, without the arrays and
//! temporary relations of `unnest`. What the server refuses is its error; nothing of the rows is then written.
//!
//! The format: <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Before the first row: signature, flags, length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// After the last row.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// What stands in the place of a length for a missing value.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Rows to be copied, in order. Every row must have the columns that its statement names.
#[derive(Debug)]
pub struct CopyRows {
    bytes: Vec<u8>,
}

impl CopyRows {
    /// No rows yet, with room for so many bytes of them.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut buffer = Vec::with_capacity(bytes + HEADER.len() + TRAILER.len());
        buffer.extend_from_slice(HEADER);
        Self { bytes: buffer }
    }

    /// Begins a row of so many columns.
    pub fn row(&mut self, columns: usize) {
        // A table has at most 1,600 columns; a number that does not fit is refused by the server.
        let columns = i16::try_from(columns).unwrap_or(i16::MAX);
        self.bytes.extend_from_slice(&columns.to_be_bytes());
    }

    /// A missing value.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(&NULL);
    }

    /// A `bigint`.
    pub fn int(&mut self, value: i64) {
        self.field(&value.to_be_bytes());
    }

    /// A `double precision`.
    pub fn real(&mut self, value: f64) {
        self.field(&value.to_be_bytes());
    }

    /// A `text`, or a `json`.
    pub fn text(&mut self, value: &str) {
        self.field(value.as_bytes());
    }

    /// A `bytea`.
    pub fn bytes(&mut self, value: &[u8]) {
        self.field(value);
    }

    /// A `uuid`.
    pub fn uuid(&mut self, value: Uuid) {
        self.field(value.as_bytes());
    }

    /// A `timestamptz`, to the microsecond.
    pub fn timestamp(&mut self, value: DateTime<Utc>) {
        self.int(value.timestamp_micros().saturating_sub(POSTGRES_EPOCH_MICROS));
    }

    fn field(&mut self, value: &[u8]) {
        // The server's own limit is 1 GB: it refuses a longer value.
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// Writes the rows by `COPY … FROM STDIN (FORMAT binary)`; returns how many there were.
    pub async fn send(mut self, connection: &mut PgConnection, statement: &str) -> Result<u64, sqlx::Error> {
        self.bytes.extend_from_slice(&TRAILER);
        let mut copy = connection.copy_in_raw(statement).await?;
        if let Err(error) = copy.send(self.bytes).await {
            // The server says why it no longer listens, or the connection is gone; either ends the attempt.
            return Err(copy
                .abort("the rows could not be sent")
                .await
                .err()
                .unwrap_or(error));
        }
        copy.finish().await
    }
}

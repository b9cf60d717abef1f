//! Rows as PostgreSQL's `COPY … (FORMAT binary)` wants them: the cheapest way to write many, without the arrays and
//! temporary relations of `unnest`. What the server refuses is its error; nothing of the rows is then written.
//!
//! A copy that is given up in the middle leaves its connection unusable: what sends it must then drop the connection.
//!
//! The format: <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>.

use std::fmt;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, postgres::PgCopyIn};
use uuid::Uuid;

/// Before the first row: signature, flags, length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// After the last row.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// What stands in the place of a length for a missing value.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// How much goes to the server at once: enough for few calls, little enough that it works while the next is made ready.
const PIECE_BYTES: usize = 64 << 10;

/// Rows on their way, in order. Every row must have the columns that the statement names; nothing is written before
/// [`CopyIn::finish`].
pub struct CopyIn<'c> {
    copy: PgCopyIn<&'c mut PgConnection>,
    buffer: Vec<u8>,
}

impl fmt::Debug for CopyIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CopyIn")
    }
}

impl<'c> CopyIn<'c> {
    /// Begins `COPY … FROM STDIN (FORMAT binary)`.
    pub async fn begin(connection: &'c mut PgConnection, statement: &str) -> Result<Self, sqlx::Error> {
        let copy = connection.copy_in_raw(statement).await?;
        let mut buffer = Vec::with_capacity(2 * PIECE_BYTES);
        buffer.extend_from_slice(HEADER);
        Ok(Self { copy, buffer })
    }

    /// Begins a row of so many columns.
    pub fn row(&mut self, columns: usize) {
        // A table has at most 1,600 columns; a number that does not fit is refused by the server.
        let columns = i16::try_from(columns).unwrap_or(i16::MAX);
        self.buffer.extend_from_slice(&columns.to_be_bytes());
    }

    /// A missing value.
    pub fn null(&mut self) {
        self.buffer.extend_from_slice(&NULL);
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
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(value);
    }

    /// Sends what has gathered, when it is enough. To be called after every row.
    pub async fn send_when_full(&mut self) -> Result<(), sqlx::Error> {
        if self.buffer.len() < PIECE_BYTES {
            return Ok(());
        }
        self.copy.send(self.buffer.as_slice()).await?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes the rows; returns how many there were.
    pub async fn finish(mut self) -> Result<u64, sqlx::Error> {
        self.buffer.extend_from_slice(&TRAILER);
        self.copy.send(self.buffer.as_slice()).await?;
        self.copy.finish().await
    }
}

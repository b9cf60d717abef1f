//! One generation of tables: a file or schema of its own, with its shards and how far each has got.

use chrono::{DateTime, Utc};
use database::{Database, Engine, Sql, int};
use domain::Position;

use super::{
    ReadSideError,
    ahead::Ahead,
    tables::{READ_MIGRATIONS, READ_SET},
};

/// An open generation.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) number: u32,
    pub(super) sql: Sql,
    /// How many shards it has; fixed when it was made.
    pub(super) shards: u32,
    pub(super) ahead: Ahead,
}

/// How far one shard has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShardProgress {
    pub(super) shard: u32,
    pub(super) position: Position,
}

/// The file's stem or the schema of a generation.
pub(super) fn name_of(generation: u32) -> String {
    format!("read_{generation}")
}

pub(super) fn position(stored: i64) -> Result<Position, ReadSideError> {
    u64::try_from(stored)
        .map(Position::new)
        .map_err(|_| ReadSideError::Corrupt("a negative position"))
}

impl Generation {
    /// Opens its tables; makes them, with `shards` shards, if they are missing.
    pub(super) async fn open(database: &Database, number: u32, shards: u32) -> Result<Self, ReadSideError> {
        let sql = database.sql(&name_of(number))?;
        sql.migrate(READ_SET, READ_MIGRATIONS.of(sql.engine())).await?;
        if sql.engine() == Engine::Sqlite {
            // A crash of the machine may take the last batches away, rows and checkpoint together; they are then taken in again.
            sql.with_sqlite(|connection| Ok(connection.pragma_update(None, "synchronous", "NORMAL")?))
                .await?;
        }
        for shard in 0..shards {
            // Whoever comes first decides how many there are.
            sql.execute(
                "INSERT INTO shards (shard, shards, position) SELECT CAST($1 AS bigint), CAST($2 AS bigint), 0
                 WHERE NOT EXISTS (SELECT 1 FROM shards WHERE shards <> $2) ON CONFLICT DO NOTHING",
                vec![int(i64::from(shard)), int(i64::from(shards))],
            )
            .await?;
        }
        let made = sql.query_opt("SELECT max(shards) FROM shards", vec![]).await?;
        let made = made.map(|row| row.int(0)).transpose()?;
        let shards = made
            .and_then(|n| u32::try_from(n).ok())
            .ok_or(ReadSideError::Corrupt("no shards"))?;
        Ok(Self {
            number,
            sql,
            shards,
            ahead: Ahead::default(),
        })
    }

    /// How far each shard has got, by shard.
    pub(super) async fn shard_progress(&self) -> Result<Vec<ShardProgress>, ReadSideError> {
        let rows = self
            .sql
            .query("SELECT shard, position FROM shards ORDER BY shard", vec![])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ShardProgress {
                    shard: u32::try_from(row.int(0)?)
                        .map_err(|_| ReadSideError::Corrupt("a negative shard"))?,
                    position: position(row.int(1)?)?,
                })
            })
            .collect()
    }

    /// Position that every shard has reached, and when the last event that was taken in had been recorded.
    pub(super) async fn progress(&self) -> Result<(Position, Option<DateTime<Utc>>), ReadSideError> {
        let row = self
            .sql
            .query_opt("SELECT min(position), max(applied_at) FROM shards", vec![])
            .await?
            .ok_or(ReadSideError::Corrupt("no shards"))?;
        let applied_at = row.opt_int(1)?.and_then(DateTime::from_timestamp_micros);
        Ok((position(row.opt_int(0)?.unwrap_or(0))?, applied_at))
    }

    /// Streams that are parked.
    pub(super) async fn parked_count(&self) -> Result<u64, ReadSideError> {
        let row = self
            .sql
            .query_opt("SELECT count(*) FROM parked_streams", vec![])
            .await?;
        Ok(row.map_or(Ok(0), |row| row.count(0))?)
    }

    /// The statement that reads a shard's position and retries, and keeps every other runner off it until the transaction ends. With
    /// `wait` it waits for its turn; without, a shard that another runner has gives no row.
    pub(super) const fn lock_statement(&self, wait: bool) -> &'static str {
        match (self.sql.engine(), wait) {
            // The transaction holds the only writer, so there is nobody to keep off.
            (Engine::Sqlite, _) => "SELECT position, retries FROM shards WHERE shard = $1",
            (Engine::Postgres, true) => "SELECT position, retries FROM shards WHERE shard = $1 FOR UPDATE",
            (Engine::Postgres, false) => {
                "SELECT position, retries FROM shards WHERE shard = $1 FOR UPDATE SKIP LOCKED"
            }
        }
    }
}

//! What a shard's events of one page come to: the rows to write, worked out in memory. The next page's can be worked out while those of
//! this one are being written, because all that a batch changes is at hand for the one that follows. Whether nobody else was here
//! meanwhile is looked at under the shard's lock, before anything is written.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::StoredEvent;
use database::{DatabaseError, Engine, Row, Sql, Transaction};
use domain::{Event, Position, Recorded, StreamId};
use projections::{
    Cell, Rows, Table, TableChanges,
    batch::{self, RowSource},
};

use super::{
    ReadSideError,
    advance::{Tolerance, settings_for_batches},
    ahead::Decoded,
    columns::{columns_of, key_of},
};

/// Where a shard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) position: Position,
    /// How often events were taken in late.
    pub(super) retries: i64,
}

/// What a batch builds upon.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) standing: Standing,
    /// Streams that wait.
    pub(super) waiting: HashSet<StreamId>,
    /// Rows as the batch before left them, stored or not.
    pub(super) rows: Rows,
}

/// A batch that is ready to be written.
#[derive(Debug)]
pub(super) struct Worked {
    /// Where the shard must stand for it.
    pub(super) from: Standing,
    pub(super) changes: Vec<TableChanges>,
    pub(super) sorted: Sorted,
    /// What the next builds upon.
    pub(super) next: Base,
}

impl Worked {
    /// Works out these events, which end at `scanned`.
    pub(super) async fn out<S>(
        events: Vec<Decoded>,
        scanned: Position,
        tolerance: Tolerance,
        base: Base,
        source: &mut S,
    ) -> Result<Self, ReadSideError>
    where
        S: RowSource<Error = DatabaseError>,
    {
        let Base {
            standing: from,
            mut waiting,
            mut rows,
        } = base;
        let mut sorted = Sorted::default();
        for event in events {
            sorted.sort(event, tolerance, &mut waiting)?;
        }
        let events = std::mem::take(&mut sorted.events);
        let changes = batch::apply_after(&mut rows, &events, source).await?;
        let standing = Standing {
            position: scanned,
            ..from
        };
        Ok(Self {
            from,
            changes,
            sorted,
            next: Base {
                standing,
                waiting,
                rows,
            },
        })
    }

    /// The same in a thread of its own, with what is stored now: hundreds of milliseconds of calculation must not keep the thread from
    /// feeding the database.
    pub(super) async fn out_apart(
        events: Vec<Decoded>,
        scanned: Position,
        tolerance: Tolerance,
        base: Base,
        sql: Sql,
    ) -> Result<Self, ReadSideError> {
        let runtime = tokio::runtime::Handle::current();
        let work = async move {
            let mut source = StoredRows::of(sql).await?;
            Self::out(events, scanned, tolerance, base, &mut source).await
        };
        tokio::task::spawn_blocking(move || runtime.block_on(work))
            .await
            .map_err(|_| ReadSideError::Interrupted)?
    }
}

/// Events that can be taken in, and events that can't.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) events: Vec<Recorded>,
    /// Events to park, each with the reason when it is the first of its stream.
    pub(super) parked: Vec<(Arc<StoredEvent>, Option<String>)>,
    pub(super) unknown: u64,
    pub(super) recorded_at: Option<DateTime<Utc>>,
}

impl Sorted {
    pub(super) fn sort(
        &mut self,
        Decoded {
            stored: event,
            event: decoded,
        }: Decoded,
        tolerance: Tolerance,
        waiting: &mut HashSet<StreamId>,
    ) -> Result<(), ReadSideError> {
        self.recorded_at = self.recorded_at.max(Some(event.recorded_at));
        if waiting.contains(&event.stream) {
            self.parked.push((event, None));
            return Ok(());
        }
        match decoded {
            Ok(Recorded {
                event: Event::Unknown { name, version },
                ..
            }) => {
                if tolerance == Tolerance::Strict {
                    return Err(ReadSideError::RebuildStopped {
                        position: event.position,
                        reason: format!("event {name} version {version} is of no known kind"),
                    });
                }
                self.unknown += 1;
            }
            Ok(recorded) => self.events.push(recorded),
            Err(error) => {
                if tolerance == Tolerance::Strict {
                    return Err(ReadSideError::stopped(event.position, &error));
                }
                tracing::error!(
                    event.position = event.position.number(),
                    event.name = %event.name,
                    stream = %event.stream,
                    error = %error,
                    "an event can't be read: its stream is parked"
                );
                waiting.insert(event.stream.clone());
                self.parked.push((event, Some(error.to_string())));
            }
        }
        Ok(())
    }
}

/// Loads rows inside the batch's own transaction.
pub(super) struct TableRows<'a>(pub(super) &'a mut Transaction);

#[async_trait]
impl RowSource for TableRows<'_> {
    type Error = DatabaseError;

    async fn load(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, DatabaseError> {
        let (columns, key) = (columns_of(table), key_of(table));
        let rows = self.0.bulk_select(table.name, &columns, &key, keys).await?;
        Ok(cells(rows))
    }
}

/// Loads rows beside a batch that is being written.
enum StoredRows {
    /// By a transaction that only reads, for the planner's settings.
    Postgres(Transaction),
    /// A transaction would hold the only writer.
    Sqlite(Sql),
}

impl StoredRows {
    async fn of(sql: Sql) -> Result<Self, DatabaseError> {
        if sql.engine() == Engine::Sqlite {
            return Ok(Self::Sqlite(sql));
        }
        let mut tx = sql.begin().await?;
        settings_for_batches(&mut tx).await?;
        Ok(Self::Postgres(tx))
    }
}

#[async_trait]
impl RowSource for StoredRows {
    type Error = DatabaseError;

    async fn load(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, DatabaseError> {
        let (columns, key) = (columns_of(table), key_of(table));
        let rows = match self {
            Self::Postgres(tx) => tx.bulk_select(table.name, &columns, &key, keys).await?,
            Self::Sqlite(sql) => sql.bulk_select(table.name, &columns, &key, keys).await?,
        };
        Ok(cells(rows))
    }
}

fn cells(rows: Vec<Row>) -> Vec<Vec<Cell>> {
    rows.into_iter().map(Row::into_cells).collect()
}

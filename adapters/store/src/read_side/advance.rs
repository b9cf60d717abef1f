//! Takes in a page of the journal: each shard's events in one transaction with its checkpoint. A crash at any point leaves a shard
//! where it was or where it goes; two processes never advance one shard at a time.

use futures::FutureExt;
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::StoredEvent;
use database::{DatabaseError, Engine, Transaction, int, opt_int};
use domain::{Event, Position, Recorded, StreamId};
use projections::{
    Cell, Table, TableChanges,
    batch::{self, RowSource},
    shard_of,
};

use super::{
    Generation, ReadSideError,
    ahead::{Decoded, Page},
    columns::{columns_of, key_of},
    follow::Shared,
    generation::position,
    parked,
};

/// Events of one live batch.
pub const EVENTS_PER_BATCH: usize = 5_000;

/// Events of one batch of a rebuild: larger, because nobody waits for a single one.
pub const EVENTS_PER_REBUILD_BATCH: usize = 5_000;

/// How PostgreSQL works on a batch. A crash of the server may take the last batches away, rows and checkpoint together; they are then
/// taken in again. Rows are found by their keys, by a plan made for the tables as they are now: a plan that was made while they were
/// empty, or for rows of which the planner knows nothing yet, would read all of a table for each batch.
const BATCH_SETTINGS: &str = "SELECT set_config('synchronous_commit', 'off', true),
    set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

/// What a step found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There were events; there may be more.
    Worked,
    /// Nothing to do, or another process is doing it.
    Idle,
}

/// What becomes of events that can't be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tolerance {
    /// Unknown ones are passed over, unreadable ones are parked with their stream.
    Live,
    /// Either stops the rebuild.
    Strict,
}

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advance {
    pub(super) step: Step,
    /// Position that every shard has reached.
    pub(super) position: Position,
    /// Events of unknown kinds that were passed over.
    pub(super) unknown: u64,
}

/// The events of one page that belong to one shard.
struct ShardPage {
    shard: u32,
    /// Where the page begins: a shard that is not as far must not skip.
    after: Position,
    /// Where the page ends.
    scanned: Position,
    events: Vec<Decoded>,
}

impl Generation {
    /// Takes in the next page of at most `limit` events.
    pub(super) async fn advance(
        &self,
        shared: &Shared,
        limit: usize,
        tolerance: Tolerance,
    ) -> Result<Advance, ReadSideError> {
        let progress = self.shard_progress().await?;
        let after = progress.iter().map(|s| s.position).min().unwrap_or_default();
        let page = match self.ahead.take(after) {
            Some(page) => page,
            None => Page::read(shared.feed.as_ref(), after, limit).await?,
        };
        let (scanned, count) = (page.scanned, page.events.len());
        if scanned <= after {
            return Ok(Advance {
                step: Step::Idle,
                position: after,
                unknown: 0,
            });
        }
        let mut by_shard: BTreeMap<u32, Vec<Decoded>> = BTreeMap::new();
        for event in page.events {
            let shard = shard_of(event.stored.organization, self.shards);
            let taken = progress
                .iter()
                .any(|s| s.shard == shard && s.position >= event.stored.position);
            if !taken {
                by_shard.entry(shard).or_default().push(event);
            }
        }
        let quiet: Vec<u32> = progress
            .iter()
            .map(|s| s.shard)
            .filter(|s| !by_shard.contains_key(s))
            .collect();
        let mut busy = Vec::with_capacity(by_shard.len());
        for (shard, events) in by_shard {
            let page = ShardPage {
                shard,
                after,
                scanned,
                events,
            };
            // Boxed, so that the whole can be moved between threads: the compiler can't see that of a closure's futures.
            busy.push(self.advance_shard(shared, page, tolerance).boxed());
        }
        let write = futures::future::try_join_all(busy);
        let prepare = self.ahead.prepare(shared.feed.as_ref(), scanned, count, limit);
        let (outcomes, ()) = futures::future::join(write, prepare).await;
        let outcomes = outcomes?;
        self.pass_over(&quiet, after, scanned).await?;
        let (position, _) = self.progress().await?;
        Ok(Advance {
            step: if position > after {
                Step::Worked
            } else {
                Step::Idle
            },
            position,
            unknown: outcomes.iter().sum(),
        })
    }

    /// Moves shards without events on this page past it. One that another runner has moved further stays there.
    async fn pass_over(
        &self,
        shards: &[u32],
        after: Position,
        scanned: Position,
    ) -> Result<(), ReadSideError> {
        if shards.is_empty() {
            return Ok(());
        }
        // Numbers of our own making, so that one statement does for all.
        let list: Vec<_> = shards.iter().map(ToString::to_string).collect();
        let sql = format!(
            "UPDATE shards SET position = $1 WHERE position >= $2 AND position < $1 AND shard IN ({})",
            list.join(", ")
        );
        self.sql.execute(&sql, vec![at(scanned), at(after)]).await?;
        Ok(())
    }

    /// Takes in one shard's events; returns how many were of unknown kinds.
    async fn advance_shard(
        &self,
        shared: &Shared,
        page: ShardPage,
        tolerance: Tolerance,
    ) -> Result<u64, ReadSideError> {
        let mut tx = self.sql.begin().await?;
        if tx.engine() == Engine::Postgres {
            tx.execute(BATCH_SETTINGS, vec![]).await?;
        }
        let locked = tx
            .query(self.lock_statement(false), vec![int(i64::from(page.shard))])
            .await?;
        let Some(row) = locked.first() else {
            return Ok(0);
        };
        let reached = position(row.int(0)?)?;
        if reached < page.after || reached >= page.scanned {
            // Another runner was here between our look and our turn.
            return Ok(0);
        }
        let mut waiting = parked::streams_of(&mut tx, page.shard).await?;
        let mut sorted = Sorted::default();
        for event in page.events.into_iter().filter(|e| e.stored.position > reached) {
            sorted.sort(event, tolerance, &mut waiting)?;
        }
        let changes = batch::apply(&sorted.events, &mut TableRows(&mut tx)).await?;
        write(&mut tx, changes).await?;
        parked::park(&mut tx, page.shard, &sorted.parked, shared.clock.now()).await?;
        tx.execute(
            "UPDATE shards SET position = $1, applied_at = coalesce($2, applied_at) WHERE shard = $3",
            vec![
                at(page.scanned),
                opt_int(sorted.recorded_at.map(|t| t.timestamp_micros())),
                int(i64::from(page.shard)),
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(sorted.unknown)
    }
}

/// A position as a parameter.
pub(super) const fn at(position: Position) -> Cell {
    int(position.number() as i64)
}

/// Events that can be taken in, and events that can't.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) events: Vec<Recorded>,
    /// Events to park, each with the reason when it is the first of its stream.
    pub(super) parked: Vec<(Arc<StoredEvent>, Option<String>)>,
    pub(super) unknown: u64,
    recorded_at: Option<DateTime<Utc>>,
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
        let rows = self
            .0
            .bulk_select(table.name, &columns_of(table), &key_of(table), keys)
            .await?;
        Ok(rows.into_iter().map(database::Row::into_cells).collect())
    }
}

/// Writes a batch's changes, a statement or two a table.
pub(super) async fn write(tx: &mut Transaction, changes: Vec<TableChanges>) -> Result<(), DatabaseError> {
    for TableChanges {
        table,
        inserts,
        updates,
        upserts,
        deletes,
    } in changes
    {
        tx.bulk_insert(table.name, &columns_of(table), inserts).await?;
        if !updates.rows.is_empty() {
            let all = columns_of(table);
            let changed: Vec<_> = updates
                .columns
                .iter()
                .filter_map(|place| all.get(*place))
                .copied()
                .collect();
            tx.bulk_update(table.name, &key_of(table), &changed, updates.rows)
                .await?;
        }
        if !upserts.is_empty() {
            tx.bulk_upsert(table.name, &columns_of(table), &table.key_names(), upserts)
                .await?;
        }
        if !deletes.is_empty() {
            tx.bulk_delete(table.name, &key_of(table), deletes).await?;
        }
    }
    Ok(())
}

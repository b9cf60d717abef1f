//! Takes in a page of the journal: each shard's events in one transaction with its checkpoint. A crash at any point leaves a shard
//! where it was or where it goes; two processes never advance one shard at a time.

use std::collections::{BTreeMap, HashMap};

use database::{DatabaseError, Engine, Transaction, int, opt_int};
use domain::Position;
use futures::FutureExt;
use projections::{Cell, Rows, TableChanges, shard_of};
use tokio::sync::oneshot;

use super::{
    Generation, ReadSideError,
    ahead::{Decoded, FOLLOWED_MIN, Page},
    columns::{columns_of, key_of},
    follow::Shared,
    generation::position,
    parked,
    worked::{Base, Standing, TableRows, Worked},
};

/// Events of one live batch. A carrier tells most of a voicemail's story within some thousand reports; what comes in one batch is
/// written once.
pub const EVENTS_PER_BATCH: usize = 10_000;

/// Events of one batch of a rebuild.
pub const EVENTS_PER_REBUILD_BATCH: usize = 10_000;

/// How PostgreSQL works on a batch. A crash of the server may take the last batches away, rows and checkpoint together; they are then
/// taken in again. Rows are found by their keys, by a plan made for the tables as they are now: a plan that was made while they were
/// empty, or for rows of which the planner knows nothing yet, would read all of a table for each batch.
const BATCH_SETTINGS: &str = "SELECT set_config('synchronous_commit', 'off', true),
    set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

/// Makes those settings, until the transaction ends. SQLite has none of them.
pub(super) async fn settings_for_batches(tx: &mut Transaction) -> Result<(), DatabaseError> {
    if tx.engine() == Engine::Postgres {
        tx.execute(BATCH_SETTINGS, vec![]).await?;
    }
    Ok(())
}

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

/// The part of one page that belongs to one shard.
struct ShardPage {
    shard: u32,
    /// Where the page begins: a shard that is not as far must not skip.
    after: Position,
    /// Where the page ends.
    scanned: Position,
    part: Part,
}

/// Events as they were read, or what they come to.
pub(super) enum Part {
    Read(Vec<Decoded>),
    Worked(Box<Worked>),
}

/// What came of a shard's part.
#[derive(Debug, Clone, Copy, Default)]
struct TakenIn {
    /// Events of unknown kinds.
    unknown: u64,
    /// It was worked out for what is no more, and is to be read anew, at once.
    anew: bool,
}

impl TakenIn {
    const ANEW: Self = Self {
        unknown: 0,
        anew: true,
    };
}

/// What each shard's next batch will build upon, once that is known.
type Bases = HashMap<u32, oneshot::Receiver<Base>>;

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
        let page = match self.ahead.take_worked(after, tolerance) {
            Some(page) => page,
            None => self.read(shared, after, limit).await?,
        };
        let (scanned, count) = (page.scanned, page.count);
        if scanned <= after {
            return Ok(Advance {
                step: Step::Idle,
                position: after,
                unknown: 0,
            });
        }
        let parts = self.parts_of(page);
        let quiet: Vec<u32> = progress
            .iter()
            .map(|s| s.shard)
            .filter(|s| !parts.contains_key(s))
            .collect();
        let mut busy = Vec::with_capacity(parts.len());
        let mut bases = Bases::new();
        for (shard, part) in parts {
            let page = ShardPage {
                shard,
                after,
                scanned,
                part,
            };
            let (next, base) = oneshot::channel();
            bases.insert(shard, base);
            // Boxed, so that the whole can be moved between threads: the compiler can't see that of a closure's futures.
            busy.push(self.advance_shard(shared, page, tolerance, next).boxed());
        }
        let write = futures::future::try_join_all(busy);
        let prepare = async {
            if count >= FOLLOWED_MIN.min(limit) {
                self.prepare(shared, scanned, limit, tolerance, bases).await;
            }
        };
        let (outcomes, ()) = futures::future::join(write, prepare.boxed()).await;
        let outcomes = outcomes?;
        self.pass_over(&quiet, after, scanned).await?;
        let (position, _) = self.progress().await?;
        Ok(Advance {
            step: if position > after || outcomes.iter().any(|o| o.anew) {
                Step::Worked
            } else {
                Step::Idle
            },
            position,
            unknown: outcomes.iter().map(|o| o.unknown).sum(),
        })
    }

    fn parts_of(&self, page: Page) -> BTreeMap<u32, Part> {
        let read = self.by_shard(page.events).into_iter();
        let read = read.map(|(shard, events)| (shard, Part::Read(events)));
        let worked = page.worked.into_iter();
        let worked = worked.map(|(shard, worked)| (shard, Part::Worked(Box::new(worked))));
        read.chain(worked).collect()
    }

    fn by_shard(&self, events: Vec<Decoded>) -> BTreeMap<u32, Vec<Decoded>> {
        let mut by_shard: BTreeMap<u32, Vec<Decoded>> = BTreeMap::new();
        for event in events {
            let shard = shard_of(event.stored.organization, self.shards);
            by_shard.entry(shard).or_default().push(event);
        }
        by_shard
    }

    /// The page after `after`, which may have been read already.
    async fn read(&self, shared: &Shared, after: Position, limit: usize) -> Result<Page, ReadSideError> {
        match self.ahead.take_read(after) {
            Some(page) => Ok(page),
            None => Ok(Page::read(shared.feed.as_ref(), after, limit).await?),
        }
    }

    /// Makes the page ready that follows on one that is being written, and reads the one after it. A failure is met again when the
    /// page is needed.
    async fn prepare(
        &self,
        shared: &Shared,
        after: Position,
        limit: usize,
        tolerance: Tolerance,
        bases: Bases,
    ) {
        let read = self.read(shared, after, limit).await;
        let Some(page) = read.ok().filter(|page| page.count > 0) else {
            return;
        };
        let (scanned, count) = (page.scanned, page.count);
        let read_on = async {
            if count >= FOLLOWED_MIN.min(limit)
                && let Ok(further) = Page::read(shared.feed.as_ref(), scanned, limit).await
                && further.count > 0
            {
                self.ahead.keep_read(further);
            }
        };
        futures::future::join(self.work_out(page, tolerance, bases), read_on.boxed()).await;
    }

    /// Works out what a page comes to for each shard, as soon as it is known what that builds upon.
    async fn work_out(&self, mut page: Page, tolerance: Tolerance, mut bases: Bases) {
        let scanned = page.scanned;
        let events = std::mem::take(&mut page.events);
        for (shard, events) in self.by_shard(events) {
            let base = match bases.remove(&shard) {
                Some(base) => base.await.ok(),
                None => None,
            };
            let Some(base) = base else {
                page.events.extend(events);
                continue;
            };
            let worked = Worked::out_apart(events, scanned, tolerance, base, self.sql.clone()).await;
            let Ok(worked) = worked else { return };
            page.worked.insert(shard, worked);
        }
        self.ahead.keep_worked(page, tolerance);
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

    /// Takes in one shard's part of a page. Tells what the next batch builds upon as soon as that is known, before it is stored.
    async fn advance_shard(
        &self,
        shared: &Shared,
        page: ShardPage,
        tolerance: Tolerance,
        next: oneshot::Sender<Base>,
    ) -> Result<TakenIn, ReadSideError> {
        let mut tx = self.sql.begin().await?;
        settings_for_batches(&mut tx).await?;
        let locked = tx
            .query(self.lock_statement(false), vec![int(i64::from(page.shard))])
            .await?;
        let Some(row) = locked.first() else {
            return Ok(TakenIn::default());
        };
        let standing = Standing {
            position: position(row.int(0)?)?,
            retries: row.int(1)?,
        };
        let reached = standing.position;
        if reached < page.after || reached >= page.scanned {
            // Another runner was here between our look and our turn.
            return Ok(TakenIn::default());
        }
        let worked = match page.part {
            Part::Worked(worked) if worked.from == standing => *worked,
            // It was worked out for another standing.
            Part::Worked(_) => return Ok(TakenIn::ANEW),
            Part::Read(mut events) => {
                events.retain(|event| event.stored.position > reached);
                let base = Base {
                    standing,
                    waiting: parked::streams_of(&mut tx, page.shard).await?,
                    rows: Rows::of_batch(),
                };
                Worked::out(events, page.scanned, tolerance, base, &mut TableRows(&mut tx)).await?
            }
        };
        // Nobody may be waiting for it.
        let _ = next.send(worked.next);
        write(&mut tx, worked.changes).await?;
        let sorted = worked.sorted;
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
        Ok(TakenIn {
            unknown: sorted.unknown,
            ..TakenIn::default()
        })
    }
}

/// A position as a parameter.
pub(super) const fn at(position: Position) -> Cell {
    int(position.number() as i64)
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

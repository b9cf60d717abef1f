//! Builds the next generation of read models beside the one that serves, in large batches, then lets it serve. Taken up where it was
//! after a crash. The one before is kept until the next rebuild, so that one can go back.

use std::{sync::Arc, time::Duration};

use database::Engine;
use projections::VERSION;

use super::{
    EVENTS_PER_REBUILD_BATCH, Generation, GenerationState, ReadSide, ReadSideError, Step, advance::Tolerance,
    follow::Shared, generation::name_of, verify::lock_all,
};

/// What becomes of events that can't be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The rebuild stops at the first, and the generation that serves goes on serving.
    Stop,
    /// As live: unknown ones are passed over and counted, unreadable ones are parked with their stream.
    Park,
}

impl ReadSide {
    /// Builds a new generation up to the journal's head and lets it serve; returns its number.
    pub async fn rebuild(&self, unreadable: Unreadable) -> Result<u32, ReadSideError> {
        let shared = &self.shared;
        drop_unused(shared).await?;
        let number = shared.pointer.building(VERSION, shared.clock.now()).await?;
        let generation = shared.generation(number).await?;
        fill(shared, &generation, unreadable).await?;
        let serving = shared.current.borrow().clone();
        if let Some(serving) = serving {
            take_over(shared, &serving, generation).await?;
        } else {
            shared.pointer.activate(number).await?;
            shared.switch_to(generation).await?;
        }
        tracing::info!(generation = number, "a new generation of read models serves");
        Ok(number)
    }
}

/// Lets a generation serve in the place of another that stands still meanwhile, once it is as far: whoever reads throughout must not
/// see again what was before.
async fn take_over(
    shared: &Shared,
    serving: &Generation,
    generation: Arc<Generation>,
) -> Result<(), ReadSideError> {
    let mut tx = serving.sql.begin().await?;
    let shards = lock_all(&mut tx, serving).await?;
    let reached = shards.iter().map(|s| s.position).max().unwrap_or_default();
    while generation.progress().await?.0 < reached {
        let advance = generation
            .advance(shared, EVENTS_PER_REBUILD_BATCH, Tolerance::Live)
            .await?;
        if advance.step == Step::Idle {
            // Another process has the shards; it moves them on.
            tokio::time::sleep(TURN).await;
        }
    }
    // The transaction may have ended by the database's own limit; then the other one has gone on.
    lock_all(&mut tx, serving).await?;
    shared.pointer.activate(generation.number).await?;
    shared.switch_to(generation).await?;
    tx.rollback().await?;
    Ok(())
}

/// How long a rebuild waits for another process's turn, while nothing moves.
const TURN: Duration = Duration::from_millis(10);

/// Most batches beyond the head that a rebuild began with: a journal that never rests must not keep it from ending.
const ROUNDS_BEHIND_MAX: u32 = 20;

/// Takes in the journal until there is nothing left. What is recorded from then on, the runners take in.
async fn fill(
    shared: &Shared,
    generation: &Arc<Generation>,
    unreadable: Unreadable,
) -> Result<(), ReadSideError> {
    let tolerance = match unreadable {
        Unreadable::Stop => Tolerance::Strict,
        Unreadable::Park => Tolerance::Live,
    };
    let head = shared.feed.head().await?;
    let mut behind_rounds = ROUNDS_BEHIND_MAX;
    while behind_rounds > 0 {
        let advance = generation
            .advance(shared, EVENTS_PER_REBUILD_BATCH, tolerance)
            .await?;
        shared
            .unknown
            .fetch_add(advance.unknown, std::sync::atomic::Ordering::Relaxed);
        tracing::info!(
            generation = generation.number,
            position = advance.position.number(),
            head = head.number(),
            "building read models"
        );
        let caught_up = advance.position >= head;
        match advance.step {
            Step::Idle if caught_up => return Ok(()),
            // Another process has the shards; it moves them on.
            Step::Idle => tokio::time::sleep(super::POLL).await,
            Step::Worked if caught_up => behind_rounds -= 1,
            Step::Worked => {}
        }
    }
    Ok(())
}

/// Drops generations that serve no more, and half-built ones of other projections.
async fn drop_unused(shared: &Shared) -> Result<(), ReadSideError> {
    for record in shared.pointer.all().await? {
        let unused = match record.state {
            GenerationState::Active => false,
            GenerationState::Retired => true,
            GenerationState::Building => record.projections_version != VERSION,
        };
        if !unused {
            continue;
        }
        let name = name_of(record.generation);
        match (shared.database.engine(), shared.database.directory()) {
            (Engine::Postgres, _) => shared.pointer.drop_schema(&name).await?,
            (Engine::Sqlite, Some(directory)) => {
                for ending in ["db", "db-wal", "db-shm"] {
                    // A file that is gone already is what is wanted.
                    let _ = tokio::fs::remove_file(directory.join(format!("{name}.{ending}"))).await;
                }
            }
            (Engine::Sqlite, None) => {}
        }
        shared.pointer.forget(record.generation).await?;
    }
    Ok(())
}

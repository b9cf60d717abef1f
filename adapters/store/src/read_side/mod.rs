//! The read side: all read models advance through the journal as one, a batch a transaction with its checkpoint, so a reader sees
//! every model at the same position. Each generation of tables is a file or schema of its own; a new one is built beside the one
//! that serves, then the pointer moves. It has no effects on the world and never waits for the journal's lock.

mod advance;
mod ahead;
mod columns;
mod error;
mod follow;
mod generation;
mod import_records;
mod open_hand_offs;
mod parked;
mod pointer;
mod queries;
mod rates;
mod rebuild;
mod retention;
mod suppressed;
mod tables;
mod verify;
mod worked;

use std::{sync::Arc, time::Duration};

use commands::ports::Feed;
use database::{Database, Engine, Sql};
use domain::{Clock, Position};
use futures::FutureExt as _;
use projections::{
    VERSION,
    queries::{Lag, ReadModels},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use advance::{EVENTS_PER_BATCH, EVENTS_PER_REBUILD_BATCH, Step};
pub use error::ReadSideError;
pub use parked::{ParkedStream, RetryReport};
pub use pointer::{GenerationRecord, GenerationState};
pub use rebuild::Unreadable;
pub use tables::{POINTER_MIGRATIONS, POINTER_SET, READ_MIGRATIONS, READ_SET};

use advance::Tolerance;
use follow::Shared;
use generation::Generation;
use pointer::Pointer;
use queries::Queries;

/// How long a runner that is up to date waits for a hint before it looks by itself.
const POLL: Duration = Duration::from_millis(500);

/// How long a runner waits after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How the read side is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadSideOptions {
    /// Shards of a generation that is made from here on; nothing for 1 on SQLite and 4 on PostgreSQL. At most
    /// [`projections::SHARDS_MAX`].
    pub shards: Option<u32>,
    /// Events of one live batch.
    pub batch: usize,
}

impl Default for ReadSideOptions {
    fn default() -> Self {
        Self {
            shards: None,
            batch: EVENTS_PER_BATCH,
        }
    }
}

/// The read side of one process. Cheap to clone; all clones follow the same generation.
#[derive(Debug, Clone)]
pub struct ReadSide {
    shared: Arc<Shared>,
}

impl ReadSide {
    /// Opens the active generation. If there is none, the first one is made; if the active one was built by other projections,
    /// a new one is built up to the journal's head before this returns.
    pub async fn open(
        database: &Database,
        feed: Arc<dyn Feed>,
        clock: Arc<dyn Clock>,
        options: ReadSideOptions,
    ) -> Result<Self, ReadSideError> {
        let work = database.sql("work")?;
        work.migrate(POINTER_SET, POINTER_MIGRATIONS.of(work.engine()))
            .await?;
        let pointer = Pointer::new(work);
        let shards = options.shards.unwrap_or(match database.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres => 4,
        });
        let shared = Shared {
            database: database.clone(),
            feed,
            clock,
            pointer,
            shards: shards.clamp(1, projections::SHARDS_MAX),
            batch: options.batch.max(1),
            current: watch::Sender::new(None),
            position: watch::Sender::new(Position::START),
            unknown: std::sync::atomic::AtomicU64::new(0),
        };
        let side = Self {
            shared: Arc::new(shared),
        };
        side.open_generation().await?;
        Ok(side)
    }

    async fn open_generation(&self) -> Result<(), ReadSideError> {
        let shared = &self.shared;
        match shared.pointer.active().await? {
            None => {
                let number = shared.pointer.first(VERSION, shared.clock.now()).await?;
                shared.switch_to(shared.generation(number).await?).await
            }
            Some(active) if active.projections_version == VERSION => {
                shared
                    .switch_to(shared.generation(active.generation).await?)
                    .await
            }
            Some(active) => {
                tracing::info!(
                    built_by = active.projections_version,
                    needed = VERSION,
                    "the read models were built by other projections: building a new generation"
                );
                self.rebuild(Unreadable::Park).await.map(drop)
            }
        }
    }

    /// Takes in the next batch, if there is one.
    pub async fn step(&self) -> Result<Step, ReadSideError> {
        let generation = self.shared.current()?;
        let advance = generation
            .advance(&self.shared, self.shared.batch, Tolerance::Live)
            .await?;
        self.shared.note(&generation, &advance);
        Ok(advance.step)
    }

    /// Takes in batches until every read model has reached `position` or there is nothing left; returns where they are.
    pub async fn step_until(&self, position: Position) -> Result<Position, ReadSideError> {
        loop {
            let step = self.step().await?;
            let reached = *self.shared.position.borrow();
            if reached >= position || step == Step::Idle {
                return Ok(reached);
            }
        }
    }

    /// Advances the read models until told to stop: woken by the journal, and by itself twice a second. Any number of processes
    /// may run this; they share the shards.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut woken = self.shared.feed.woken();
        let mut looks = tokio::time::interval(POLL);
        while !cancel.is_cancelled() {
            // Also while there is always something to do.
            if looks.tick().now_or_never().is_some()
                && let Err(error) = self.shared.follow_pointer(true).await
            {
                tracing::warn!(error = %error, "the pointer to the read models could not be read");
            }
            let wait = match self.step().await {
                Ok(Step::Worked) => continue,
                Ok(Step::Idle) => POLL,
                Err(error) => {
                    tracing::error!(error = %error, "the read models could not be advanced");
                    PAUSE_AFTER_FAILURE
                }
            };
            let hint = async {
                // A journal that has gone wakes nobody any more; the timer goes on.
                if woken.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = cancel.cancelled() => break,
                () = hint => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Follows the pointer and the position without advancing anything, until told to stop: for a process that only reads.
    pub async fn follow(&self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let followed = async {
                self.shared.follow_pointer(false).await?;
                self.shared.refresh_position().await
            };
            if let Err(error) = followed.await {
                tracing::warn!(error = %error, "the read models could not be reached");
            }
            tokio::select! {
                () = cancel.cancelled() => break,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Everything that can be asked.
    pub fn queries(&self) -> Arc<dyn ReadModels> {
        Arc::new(Queries::new(Arc::clone(&self.shared)))
    }

    /// Position that every read model has reached, as far as this process knows; changes as they advance.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.shared.position.subscribe()
    }

    /// Waits until every read model has reached `position`; whether they have within `timeout`.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        self.shared.wait_for(position, timeout).await
    }

    /// How far the read models are behind the journal.
    pub async fn lag(&self) -> Result<Lag, ReadSideError> {
        let head = self.shared.feed.head().await?;
        let generation = self.shared.current()?;
        let (position, applied_at) = generation.progress().await?;
        Ok(Lag {
            head,
            position,
            behind: head.number().saturating_sub(position.number()),
            applied_at,
            parked_streams: generation.parked_count().await?,
            unknown_events: self.shared.unknown.load(std::sync::atomic::Ordering::Relaxed),
        })
    }

    /// Every generation there is, oldest first.
    pub async fn generations(&self) -> Result<Vec<GenerationRecord>, ReadSideError> {
        self.shared.pointer.all().await
    }

    /// The tables that serve, for look-ups of an operator.
    pub fn sql(&self) -> Result<Sql, ReadSideError> {
        Ok(self.shared.current()?.sql.clone())
    }
}

//! What all parts of one process's read side share: which generation it reads, and how far that has got.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use commands::ports::Feed;
use database::{Database, Sql};
use domain::{Clock, Position};
use projections::VERSION;
use tokio::sync::watch;

use super::{
    Generation, Pointer, ReadSideError, Step,
    advance::{Advance, Tolerance},
};

/// How often a waiting reader looks into the tables: another process may be the one that advances them.
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Shared {
    pub(super) database: Database,
    pub(super) feed: Arc<dyn Feed>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pointer: Pointer,
    pub(super) shards: u32,
    pub(super) batch: usize,
    pub(super) current: watch::Sender<Option<Arc<Generation>>>,
    pub(super) position: watch::Sender<Position>,
    pub(super) unknown: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadSide")
            .field("database", &self.database)
            .field("position", &*self.position.borrow())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The generation that this process reads.
    pub(super) fn current(&self) -> Result<Arc<Generation>, ReadSideError> {
        self.current.borrow().clone().ok_or(ReadSideError::NoGeneration)
    }

    /// The tables of that generation.
    pub(super) fn sql(&self) -> Result<Sql, ReadSideError> {
        Ok(self.current()?.sql.clone())
    }

    /// Opens a generation's tables, making them if they are missing.
    pub(super) async fn generation(&self, number: u32) -> Result<Arc<Generation>, ReadSideError> {
        Ok(Arc::new(
            Generation::open(&self.database, number, self.shards).await?,
        ))
    }

    pub(super) async fn switch_to(&self, generation: Arc<Generation>) -> Result<(), ReadSideError> {
        let (position, _) = generation.progress().await?;
        self.current.send_replace(Some(generation));
        self.position.send_replace(position);
        Ok(())
    }

    /// Goes over to the generation that serves, once it is as far as the one that this process reads. One that this program can't read
    /// is left alone: an older process goes on with its own. Whoever `advances` read models moves the generation on meanwhile.
    pub(super) async fn follow_pointer(&self, advances: bool) -> Result<(), ReadSideError> {
        let Some(active) = self.pointer.active().await? else {
            return Ok(());
        };
        let reads = self.current.borrow().as_ref().map(|g| g.number);
        if reads == Some(active.generation) || active.projections_version != VERSION {
            return Ok(());
        }
        let (generation, known) = (self.generation(active.generation).await?, *self.position.borrow());
        let mut reached = generation.progress().await?.0;
        while advances && reached < known {
            let advance = generation.advance(self, self.batch, Tolerance::Live).await?;
            reached = advance.position;
            if advance.step == Step::Idle {
                break;
            }
        }
        if reached < known {
            return Ok(());
        }
        self.switch_to(generation).await
    }

    pub(super) async fn refresh_position(&self) -> Result<Position, ReadSideError> {
        let (position, _) = self.current()?.progress().await?;
        self.rise(position);
        Ok(position)
    }

    fn rise(&self, position: Position) {
        self.position.send_if_modified(|known| {
            let rises = position > *known;
            if rises {
                *known = position;
            }
            rises
        });
    }

    /// Takes note of what a batch has done, if the generation still is the one that this process reads.
    pub(super) fn note(&self, generation: &Arc<Generation>, advance: &Advance) {
        self.unknown.fetch_add(advance.unknown, Ordering::Relaxed);
        let still = self
            .current
            .borrow()
            .as_ref()
            .is_some_and(|g| g.number == generation.number);
        if still {
            self.rise(advance.position);
        }
    }

    pub(super) async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        let mut known = self.position.subscribe();
        let reached = async {
            loop {
                if *known.borrow_and_update() >= position {
                    return;
                }
                tokio::select! {
                    _ = known.changed() => {}
                    () = tokio::time::sleep(LOOK) => {
                        // A database that can't be reached now may be reached at the next look.
                        let _ = self.refresh_position().await;
                    }
                }
            }
        };
        tokio::time::timeout(timeout, reached).await.is_ok()
    }
}

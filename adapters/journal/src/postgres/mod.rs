//! The journal in PostgreSQL. One task writes what has queued in one call of a database function, so that a commit and the
//! lock that orders positions are paid once for many requests. Loads are grouped in the same way.

mod batch;
mod connection;
mod loader;
mod readers;
mod rows;
mod session;
mod sorting;
mod watcher;
mod writer;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use commands::ports::{
    AppendRequest, Appended, Feed, FeedPage, Journal, JournalError, StoredEvent, StreamSlice,
};
use database::DatabaseUrl;
use domain::{Position, StreamId};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use uuid::Uuid;

use self::{
    batch::Job,
    loader::LoadJob,
    readers::Readers,
    rows::{At, Head, Page, StreamHeads},
    session::Session,
    watcher::Watcher,
    writer::Writer,
};
use crate::{
    OpenError,
    error::postgres_text,
    limits::{PAGE_EVENTS_MAX, QUEUE_REQUESTS_MAX},
    migrations, request,
    tail::Tail,
    wakeup::Wakeup,
};

pub use connection::POSTGRES_SCHEMA;

/// Loads that run at the same time; each takes all that has queued.
const LOADERS: usize = 2;

/// A journal on a server. Its tasks end when the last handle is dropped and everything queued is answered.
pub struct PostgresJournal {
    writes: mpsc::Sender<Job>,
    loads: mpsc::Sender<LoadJob>,
    readers: Arc<Readers>,
    /// Loads that are under way; the first of them needs no grouping.
    loading: AtomicUsize,
    wakeup: Wakeup,
    tail: Arc<Tail>,
    identity: Uuid,
    _watching: DropGuard,
}

impl fmt::Debug for PostgresJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresJournal")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

fn server(url: &str) -> Result<Box<PgConnectOptions>, OpenError> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Postgres(options) => Ok(options),
        DatabaseUrl::Sqlite(_) => Err(database::InvalidDatabaseUrl::Postgres.into()),
    }
}

impl PostgresJournal {
    /// Makes the schema and its tables, or brings them up to date.
    pub async fn migrate(url: &str) -> Result<(), OpenError> {
        Self::migrate_with(server(url)?.as_ref()).await
    }

    /// As [`PostgresJournal::migrate`], with an address that is read already.
    pub async fn migrate_with(options: &PgConnectOptions) -> Result<(), OpenError> {
        let pool = connection::pool(options, 1);
        let outcome =
            database::migrate_postgres(&pool, POSTGRES_SCHEMA, migrations::SET, migrations::POSTGRES).await;
        pool.close().await;
        Ok(outcome?)
    }

    /// Opens a migrated journal at `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::connect_with(server(url)?.as_ref()).await
    }

    /// As [`PostgresJournal::connect`], with an address that is read already.
    pub async fn connect_with(options: &PgConnectOptions) -> Result<Self, OpenError> {
        let pool = connection::pool(options, connection::LISTENING_CONNECTIONS_MAX);
        migrations::check(migrations::POSTGRES, &connection::applied(&pool).await?)?;
        let identity = sqlx::query_scalar("SELECT id FROM journal_identity")
            .fetch_one(&pool)
            .await?;
        let readers = Arc::new(Readers::new(options));
        let wakeup = Wakeup::at(readers.call(&Head).await?);
        // Apart from `wakeup`, which rises with the appends of others too: those are not ours to announce.
        let appended = wakeup.apart();
        let (writes, write_queue) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (loads, load_queue) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let tail = Arc::new(Tail::default());
        let writer = Writer::new(
            Session::new(options),
            wakeup.clone(),
            appended.clone(),
            Arc::clone(&tail),
        );
        tasks.spawn(writer.serve(write_queue));
        let load_queue = Arc::new(Mutex::new(load_queue));
        for _ in 0..LOADERS {
            tasks.spawn(loader::serve(Session::new(options), Arc::clone(&load_queue)));
        }
        let watcher = Watcher {
            pool,
            readers: Arc::clone(&readers),
            wakeup: wakeup.clone(),
            appended: appended.subscribe(),
        };
        tasks.spawn(watcher.serve(stop.clone()));
        Ok(Self {
            writes,
            loads,
            readers,
            loading: AtomicUsize::new(0),
            wakeup,
            tail,
            identity,
            _watching: stop.drop_guard(),
        })
    }

    /// Which journal this is; made with its tables.
    pub const fn identity(&self) -> Uuid {
        self.identity
    }
}

/// Counts a load for as long as it lasts, also when its caller gives up.
struct Loading<'c> {
    count: &'c AtomicUsize,
    alone: bool,
}

impl<'c> Loading<'c> {
    fn begin(count: &'c AtomicUsize) -> Self {
        let alone = count.fetch_add(1, Ordering::Relaxed) == 0;
        Self { count, alone }
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

fn closed() -> JournalError {
    JournalError::Unavailable("the journal is closed".to_owned())
}

fn unavailable(error: &sqlx::Error) -> JournalError {
    JournalError::Unavailable(postgres_text(error))
}

#[async_trait]
impl Journal for PostgresJournal {
    async fn append(&self, request: AppendRequest) -> Result<Appended, JournalError> {
        let bytes = request::check(&request)?;
        let (reply, answer) = oneshot::channel();
        let job = Job {
            request,
            bytes,
            reply,
        };
        self.writes.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

#[async_trait]
impl Feed for PostgresJournal {
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError> {
        request::check_load(&streams)?;
        let loading = Loading::begin(&self.loading);
        if loading.alone {
            return loader::load_alone(&self.readers, &streams).await;
        }
        let (reply, answer) = oneshot::channel();
        self.loads
            .send(LoadJob { streams, reply })
            .await
            .map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, JournalError> {
        request::check_load(&streams)?;
        let heads = self.readers.call(&StreamHeads(&streams)).await;
        heads.map_err(|e| unavailable(&e))
    }

    async fn at(&self, mut positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError> {
        request::check_positions(&mut positions)?;
        let rows = self.readers.call(&At(&positions)).await;
        let rows = rows.map_err(|e| unavailable(&e))?;
        rows.iter().map(rows::with_stream).collect()
    }

    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError> {
        let limit = limit.min(PAGE_EVENTS_MAX);
        if let Some(page) = self.tail.read(after, limit) {
            return Ok(page);
        }
        let page = Page { after, limit };
        let rows = self.readers.call(&page).await.map_err(|e| unavailable(&e))?;
        rows::page(&rows, after)
    }

    async fn read_kinds(
        &self,
        after: Position,
        limit: usize,
        kinds: &[&str],
    ) -> Result<FeedPage, JournalError> {
        let limit = limit.min(PAGE_EVENTS_MAX);
        let wanted = |event: &StoredEvent| kinds.contains(&event.stream.kind.as_str());
        if let Some(page) = self.tail.read_those(after, limit, wanted) {
            return Ok(page);
        }
        let mut page = self.read(after, limit).await?;
        page.events.retain(|event| wanted(event));
        Ok(page)
    }

    async fn head(&self) -> Result<Position, JournalError> {
        self.readers.call(&Head).await.map_err(|e| unavailable(&e))
    }

    fn woken(&self) -> watch::Receiver<Position> {
        self.wakeup.subscribe()
    }
}

//! The journal in a SQLite file: one thread writes, a few read, and the async threads never wait for a disk. An append
//! that was answered survives a power cut (`synchronous=FULL`).

mod connection;
mod reader;
mod writer;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use commands::ports::{
    AppendRequest, Appended, Feed, FeedPage, Journal, JournalError, StoredEvent, StreamSlice,
};
use domain::{Position, StreamId};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use self::{
    reader::{Answer, Read},
    writer::Job,
};
use crate::{
    OpenError,
    error::sqlite_text,
    limits::{PAGE_EVENTS_MAX, QUEUE_REQUESTS_MAX},
    migrations, request,
    tail::Tail,
    wakeup::Wakeup,
};

/// A journal in a file. Its threads end when the last handle is dropped and everything queued is answered.
pub struct SqliteJournal {
    path: PathBuf,
    writes: mpsc::Sender<Job>,
    loads: mpsc::Sender<Read>,
    pages: mpsc::Sender<Read>,
    wakeup: Wakeup,
    tail: Arc<Tail>,
    identity: Uuid,
    /// Dropped with the journal, which ends the polling thread.
    _poll: std::sync::mpsc::Sender<()>,
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SqliteJournal {
    /// Makes the file and its tables, or brings them up to date. Blocks for as long as that takes.
    pub async fn migrate(path: &Path) -> Result<(), OpenError> {
        let path = path.to_owned();
        blocking(move || {
            let mut connection = connection::create(&path)?;
            Ok(database::migrate_sqlite(
                &mut connection,
                migrations::SET,
                migrations::SQLITE,
            )?)
        })
        .await
    }

    /// Opens a migrated file.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let path = path.to_owned();
        blocking(move || Self::start(path)).await
    }

    fn start(path: PathBuf) -> Result<Self, OpenError> {
        let writer = connection::write(&path)?;
        migrations::check(migrations::SQLITE, &connection::applied(&writer)?)?;
        let identity = connection::identity(&writer)?;
        let wakeup = Wakeup::at(reader::head(&writer)?);
        let (writes, write_queue) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (loads, load_queue) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (pages, page_queue) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (poll, stopped) = std::sync::mpsc::channel();
        let tail = Arc::new(Tail::default());
        let (heads, written) = (wakeup.clone(), Arc::clone(&tail));
        thread("journal-writer", move || {
            writer::serve(writer, write_queue, &heads, &written);
        })?;
        // Loads have a thread to themselves: one at a time they gather, and none waits behind a page.
        let connection = connection::read(&path)?;
        thread("journal-loads", move || {
            reader::serve(&connection, load_queue);
        })?;
        let connection = connection::read(&path)?;
        thread("journal-pages", move || {
            reader::serve(&connection, page_queue);
        })?;
        let (connection, heads) = (connection::read(&path)?, wakeup.clone());
        thread("journal-poll", move || {
            reader::poll(&connection, &stopped, &heads);
        })?;
        Ok(Self {
            path,
            writes,
            loads,
            pages,
            wakeup,
            tail,
            identity,
            _poll: poll,
        })
    }

    /// Which journal this is; made with its tables.
    pub const fn identity(&self) -> Uuid {
        self.identity
    }
}

async fn ask<T>(queue: &mpsc::Sender<Read>, read: impl FnOnce(Answer<T>) -> Read) -> Result<T, JournalError> {
    let (reply, answer) = oneshot::channel();
    queue.send(read(reply)).await.map_err(|_| closed())?;
    answer.await.map_err(|_| closed())?
}

fn closed() -> JournalError {
    JournalError::Unavailable("the journal is closed".to_owned())
}

fn unavailable(error: &rusqlite::Error) -> JournalError {
    JournalError::Unavailable(sqlite_text(error))
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|e| OpenError::Unreachable(format!("no thread for the journal: {}", e.kind())))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OpenError> + Send + 'static,
) -> Result<T, OpenError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| OpenError::Unreachable("opening was cut short".to_owned()))?
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn append(&self, request: AppendRequest) -> Result<Appended, JournalError> {
        let bytes = request::check(&request)?;
        request::check_json(&request)?;
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
impl Feed for SqliteJournal {
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError> {
        request::check_load(&streams)?;
        ask(&self.loads, |reply| Read::Load { streams, reply }).await
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, JournalError> {
        request::check_load(&streams)?;
        ask(&self.loads, |reply| Read::Heads { streams, reply }).await
    }

    async fn at(&self, mut positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError> {
        request::check_positions(&mut positions)?;
        ask(&self.loads, |reply| Read::At { positions, reply }).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError> {
        let limit = limit.min(PAGE_EVENTS_MAX);
        if let Some(page) = self.tail.read(after, limit) {
            return Ok(page);
        }
        ask(&self.pages, |reply| Read::Page { after, limit, reply }).await
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
        ask(&self.pages, |reply| Read::Head { reply }).await
    }

    fn woken(&self) -> watch::Receiver<Position> {
        self.wakeup.subscribe()
    }
}

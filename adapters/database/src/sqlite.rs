//! Statements on SQLite: one thread writes, a few read, because a connection must stay on one thread to be fast. Writes
//! that arrive while another commits share the next commit, each in a savepoint of its own, so that one which fails
//! leaves its neighbours alone. A write is durable when it is answered (`synchronous=FULL`).

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc as blocking},
    thread,
    time::Duration,
};

use projections::Cell;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{DatabaseError, Row};

mod statements;

pub(crate) use statements::{execute, execute_rows, query, query_rows, translated};

/// An interactive transaction that sends no statement for so long is rolled back: it holds the only writer.
pub const TRANSACTION_IDLE_MAX: Duration = Duration::from_secs(30);

/// Jobs that may wait for a thread; who comes later waits to queue.
const QUEUE_MAX: usize = 1_024;

/// Most writes that share a commit.
const SHARED_COMMIT_MAX: usize = 256;

/// Threads that read.
const READERS: usize = 2;

/// Page cache of the connection that writes, in KiB.
const WRITER_CACHE_KIB: i64 = 12 << 10;

/// Page cache of a connection that reads, in KiB.
const READER_CACHE_KIB: i64 = 2 << 10;

/// Pages in the write-ahead log before it is copied back: 64 MiB, as copying often writes the same pages again and again.
const CHECKPOINT_PAGES: i64 = 16_384;

/// Wait for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Prepared statements that a connection keeps.
const STATEMENTS_CACHED_MAX: usize = 512;

type Reply<T> = oneshot::Sender<Result<T, DatabaseError>>;

/// Tells the caller what became of its write, once the commit is known.
type Settle = Box<dyn FnOnce(Result<(), DatabaseError>) + Send>;

/// A write that may share a commit: whether it went well, and how to answer. Given no connection it only answers.
type SharedWrite = Box<dyn FnOnce(Option<&Connection>) -> (bool, Settle) + Send>;

/// Work that has the connection to itself.
type Exclusive = Box<dyn FnOnce(&mut Connection) + Send>;

enum Write {
    Shared(SharedWrite),
    Exclusive(Exclusive),
}

/// The threads of one file. They end when the last handle is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Threads {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Exclusive>,
}

/// A statement inside an interactive transaction.
pub(crate) type Step = Box<dyn FnOnce(&Connection) + Send>;

/// What an open transaction is told.
pub(crate) enum Turn {
    Step(Step),
    Commit(Reply<()>),
}

/// Opens a file the way every connection to it is opened: WAL, full synchronisation, foreign keys.
pub fn open_connection(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    Ok(connection)
}

impl Threads {
    pub(crate) fn start(path: &Path) -> Result<Self, DatabaseError> {
        let writer = open_connection(path)?;
        let (writes, write_queue) = mpsc::channel(QUEUE_MAX);
        let (reads, read_queue) = mpsc::channel(QUEUE_MAX);
        spawn("sqlite-writer", move || serve_writes(writer, write_queue))?;
        let read_queue = Arc::new(Mutex::new(read_queue));
        for _ in 0..READERS {
            let connection = open_connection(path)?;
            connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
            let queue = Arc::clone(&read_queue);
            spawn("sqlite-reader", move || serve_reads(connection, &queue))?;
        }
        Ok(Self { writes, reads })
    }

    /// Runs work with the writer's connection to itself.
    pub(crate) async fn exclusive<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (reply, answer) = oneshot::channel();
        let job: Exclusive = Box::new(move |connection| {
            let _ = reply.send(work(connection));
        });
        self.writes
            .send(Write::Exclusive(job))
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Runs a write that may share a commit; answers when it is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (reply, answer) = oneshot::channel();
        let job: SharedWrite = Box::new(move |connection| {
            let outcome = connection.map(work).transpose();
            let went_well = outcome.is_ok();
            let settle: Settle = Box::new(move |committed| {
                let answer = outcome.and_then(|done| {
                    committed?;
                    done.ok_or_else(gone)
                });
                let _ = reply.send(answer);
            });
            (went_well, settle)
        });
        self.writes.send(Write::Shared(job)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Runs a query on a reader, or on the writer when it turns out to change rows (`… RETURNING`).
    pub(crate) async fn query(&self, sql: &str, parameters: Vec<Cell>) -> Result<Vec<Row>, DatabaseError> {
        let sql = translated(sql);
        let (reply, answer) = oneshot::channel();
        let job: Exclusive = {
            let sql = sql.clone();
            Box::new(move |connection| {
                let outcome = connection
                    .prepare_cached(&sql)
                    .map(|statement| statement.readonly())
                    .map_err(DatabaseError::from)
                    .and_then(|readonly| {
                        if readonly {
                            query(connection, &sql, &parameters).map(Ok)
                        } else {
                            Ok(Err(parameters))
                        }
                    });
                let _ = reply.send(outcome);
            })
        };
        self.reads.send(job).await.map_err(|_| gone())?;
        match answer.await.map_err(|_| gone())?? {
            Ok(rows) => Ok(rows),
            Err(parameters) => {
                self.write(move |connection| query(connection, &sql, &parameters))
                    .await
            }
        }
    }

    /// Runs work that only reads on a reader.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (reply, answer) = oneshot::channel();
        let job: Exclusive = Box::new(move |connection| {
            let _ = reply.send(work(connection));
        });
        self.reads.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Begins an interactive transaction once the writer is free.
    pub(crate) async fn begin(&self) -> Result<blocking::Sender<Turn>, DatabaseError> {
        let (turns, queue) = blocking::channel();
        let (ready, begun) = oneshot::channel();
        let job: Exclusive = Box::new(move |connection| run_transaction(connection, ready, &queue));
        self.writes
            .send(Write::Exclusive(job))
            .await
            .map_err(|_| gone())?;
        begun.await.map_err(|_| gone())??;
        Ok(turns)
    }
}

fn gone() -> DatabaseError {
    DatabaseError::unavailable("the SQLite thread has ended")
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), DatabaseError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|e| DatabaseError::unavailable(format!("can't start a thread: {e}")))
}

fn serve_reads(mut connection: Connection, queue: &Mutex<mpsc::Receiver<Exclusive>>) {
    loop {
        let job = queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        match job {
            Some(job) => job(&mut connection),
            None => return,
        }
    }
}

fn serve_writes(mut connection: Connection, mut queue: mpsc::Receiver<Write>) {
    while let Some(first) = queue.blocking_recv() {
        let mut shared = Vec::new();
        let mut next = Some(first);
        let mut exclusive = None;
        while let Some(job) = next.take() {
            match job {
                Write::Shared(write) => shared.push(write),
                Write::Exclusive(work) => {
                    exclusive = Some(work);
                    break;
                }
            }
            if shared.len() < SHARED_COMMIT_MAX {
                next = queue.try_recv().ok();
            }
        }
        if !shared.is_empty() {
            commit_together(&connection, shared);
        }
        if let Some(work) = exclusive {
            work(&mut connection);
        }
    }
}

fn commit_together(connection: &Connection, writes: Vec<SharedWrite>) {
    let began = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(DatabaseError::from);
    if let Err(error) = began {
        for write in writes {
            let (_, settle) = write(None);
            settle(Err(error.clone()));
        }
        return;
    }
    let alone = writes.len() == 1;
    let mut settles = Vec::with_capacity(writes.len());
    let mut fault = None;
    for write in writes {
        let (went_well, settle) = if alone {
            write(Some(connection))
        } else {
            in_savepoint(connection, write, &mut fault)
        };
        settles.push(settle);
        if alone && !went_well {
            fault = Some(DatabaseError::invalid("rolled back"));
        }
    }
    let committed = match fault {
        None => connection.execute_batch("COMMIT").map_err(DatabaseError::from),
        Some(error) => Err(error),
    };
    if committed.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    for settle in settles {
        settle(committed.clone());
    }
}

fn in_savepoint(
    connection: &Connection,
    write: SharedWrite,
    fault: &mut Option<DatabaseError>,
) -> (bool, Settle) {
    let opened = connection.execute_batch("SAVEPOINT one");
    let (went_well, settle) = write(Some(connection));
    let closed = opened.and_then(|()| {
        connection.execute_batch(if went_well {
            "RELEASE one"
        } else {
            "ROLLBACK TO one; RELEASE one"
        })
    });
    if let Err(error) = closed {
        *fault = Some(error.into());
    }
    (went_well, settle)
}

fn run_transaction(connection: &mut Connection, ready: Reply<()>, turns: &blocking::Receiver<Turn>) {
    let began = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(DatabaseError::from);
    let open = began.is_ok();
    if ready.send(began).is_err() || !open {
        if open {
            let _ = connection.execute_batch("ROLLBACK");
        }
        return;
    }
    loop {
        match turns.recv_timeout(TRANSACTION_IDLE_MAX) {
            Ok(Turn::Step(step)) => step(connection),
            Ok(Turn::Commit(reply)) => {
                let committed = connection.execute_batch("COMMIT").map_err(DatabaseError::from);
                if committed.is_err() && !connection.is_autocommit() {
                    let _ = connection.execute_batch("ROLLBACK");
                }
                let _ = reply.send(committed);
                return;
            }
            Err(_) => {
                let _ = connection.execute_batch("ROLLBACK");
                return;
            }
        }
    }
}

/// The file that a directory and name stand for, with its directory made.
pub(crate) fn prepared_path(path: &Path) -> Result<PathBuf, DatabaseError> {
    if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|e| DatabaseError::unavailable(format!("can't make {}: {e}", directory.display())))?;
    }
    Ok(path.to_owned())
}

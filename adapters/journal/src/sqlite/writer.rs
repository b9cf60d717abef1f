//! The writing thread: takes what has queued while the last commit ran, and commits it together. Whether requests fit is
//! asked under the write lock, so one that does not fit takes nothing from its neighbours.

use commands::ports::{AppendRequest, Appended, JournalError, StreamAppend};
use domain::{EventId, Position};
use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension, params};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::unavailable;
use crate::{
    error::sqlite_text,
    limits::{BATCH_BYTES_MAX, BATCH_REQUESTS_MAX, WRITE_ATTEMPTS_MAX, retry_pause},
    outcome::{Fit, Found, judge},
    request,
    tail::Tail,
    wakeup::Wakeup,
};

/// A request and who waits for it.
#[derive(Debug)]
pub struct Job {
    pub request: AppendRequest,
    pub bytes: usize,
    pub reply: oneshot::Sender<Result<Appended, JournalError>>,
}

type Outcome = Result<Appended, JournalError>;

const HEAD: &str = "SELECT sequence FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2
    ORDER BY sequence DESC LIMIT 1";

const NEXT: &str = "SELECT event_id, position FROM events
    WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence > ?3 ORDER BY sequence LIMIT ?4";

const INSERT: &str =
    "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
    metadata, event_id, organization_id, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// Events of a batch from which on the table's own guard is lifted while it is written.
const GUARD_LIFTED_MIN: usize = 1_000;

/// Writes until the last handle is gone and the queue is empty.
pub fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Job>, wakeup: &Wakeup, tail: &Tail) {
    while let Some(first) = queue.blocking_recv() {
        let mut bytes = first.bytes;
        let mut batch = vec![first];
        while batch.len() < BATCH_REQUESTS_MAX
            && bytes < BATCH_BYTES_MAX
            && let Ok(job) = queue.try_recv()
        {
            bytes += job.bytes;
            batch.push(job);
        }
        answer(&mut connection, batch, wakeup, tail);
    }
}

fn answer(connection: &mut Connection, batch: Vec<Job>, wakeup: &Wakeup, tail: &Tail) {
    match write_patiently(connection, &batch) {
        Ok(outcomes) => {
            let last = outcomes.iter().flatten().map(|appended| appended.last).max();
            let mut answers = Vec::with_capacity(batch.len());
            for (job, outcome) in batch.into_iter().zip(outcomes) {
                if let Ok(Appended { last, already: false }) = &outcome {
                    tail.push(job.request, *last);
                }
                answers.push((job.reply, outcome));
            }
            if let Some(last) = last {
                wakeup.raise(last);
            }
            for (reply, outcome) in answers {
                // A caller that has gone away does not undo what is written.
                let _ = reply.send(outcome);
            }
        }
        Err(error) if batch.len() > 1 && !is_transient(&error) => {
            tracing::warn!(
                error = sqlite_text(&error),
                "a batch failed and is written in halves"
            );
            let mut left = batch;
            let right = left.split_off(left.len() / 2);
            answer(connection, left, wakeup, tail);
            answer(connection, right, wakeup, tail);
        }
        Err(error) => {
            tracing::error!(error = sqlite_text(&error), "the journal could not be written");
            for job in batch {
                let _ = job.reply.send(Err(unavailable(&error)));
            }
        }
    }
}

/// Tries again while another process holds the lock. A repeat after an unclear commit finds its own events.
fn write_patiently(connection: &mut Connection, batch: &[Job]) -> rusqlite::Result<Vec<Outcome>> {
    let mut attempt = 1;
    loop {
        match write(connection, batch) {
            Err(error) if is_transient(&error) && attempt < WRITE_ATTEMPTS_MAX => {
                tracing::warn!(attempt, error = sqlite_text(&error), "the journal is busy");
                std::thread::sleep(retry_pause(attempt));
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn is_transient(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::SystemIoFailure)
    )
}

/// Whether streams that are expected to be new are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NewStreams {
    /// The first event of each finds its place taken if there is one: a look-up less for each.
    TakenAtTheirWord,
    /// So that it can be said which it is.
    LookedFor,
}

/// Takes new streams at their word; when one was there, the batch is rolled back and written with looking.
fn write(connection: &mut Connection, batch: &[Job]) -> rusqlite::Result<Vec<Outcome>> {
    match write_with(connection, batch, NewStreams::TakenAtTheirWord) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            write_with(connection, batch, NewStreams::LookedFor)
        }
        outcome => outcome,
    }
}

fn write_with(
    connection: &mut Connection,
    batch: &[Job],
    new_streams: NewStreams,
) -> rusqlite::Result<Vec<Outcome>> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let events = batch.iter().flat_map(|job| &job.request.streams);
    let events: usize = events.map(|part| part.events.len()).sum();
    let lifted = if events >= GUARD_LIFTED_MIN {
        lift_guard(&tx)?
    } else {
        None
    };
    let mut outcomes = Vec::with_capacity(batch.len());
    {
        let mut statements = Statements::prepare(&tx)?;
        for job in batch {
            outcomes.push(statements.append(&tx, &job.request, new_streams)?);
        }
    }
    if let Some(guard) = lifted {
        tx.execute_batch(&guard)?;
    }
    tx.commit()?;
    Ok(outcomes)
}

/// Takes the guard against `INSERT OR REPLACE` away within this transaction; answers the statement that puts it back. What is written
/// here is a plain `INSERT`, which the table's keys keep from replacing anything, and nobody else can write before it is back: it is
/// never missing from a committed state. For each row it costs a copy of the event and two look-ups, a quarter of the whole.
fn lift_guard(tx: &Connection) -> rusqlite::Result<Option<String>> {
    let guard: Option<String> = tx
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'events_keep_replace'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if guard.is_some() {
        tx.execute_batch("DROP TRIGGER events_keep_replace")?;
    }
    Ok(guard)
}

struct Statements<'c> {
    head: CachedStatement<'c>,
    next: CachedStatement<'c>,
    insert: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            head: connection.prepare_cached(HEAD)?,
            next: connection.prepare_cached(NEXT)?,
            insert: connection.prepare_cached(INSERT)?,
        })
    }

    fn append(
        &mut self,
        connection: &Connection,
        request: &AppendRequest,
        new_streams: NewStreams,
    ) -> rusqlite::Result<Outcome> {
        let mut found = Vec::with_capacity(request.streams.len());
        let mut fits = true;
        for part in &request.streams {
            let is_new = request::expected(part) == 0 && !part.events.is_empty();
            let head = if is_new && new_streams == NewStreams::TakenAtTheirWord {
                0
            } else {
                self.head(part)?
            };
            fits &= head == request::expected(part);
            found.push(Found {
                head,
                next: Vec::new(),
            });
        }
        if !fits {
            for (part, found) in request.streams.iter().zip(&mut found) {
                found.head = self.head(part)?;
                found.next = self.next(part)?;
            }
        }
        Ok(match judge(request, &found) {
            Fit::Fits => Ok(self.insert(connection, request)?),
            Fit::Already(last) => Ok(Appended { last, already: true }),
            Fit::Conflict(conflict) => Err(conflict),
        })
    }

    fn head(&mut self, part: &StreamAppend) -> rusqlite::Result<u64> {
        let head = self
            .head
            .query_row((&part.stream.kind, &part.stream.id), |row| row.get::<_, i64>(0))
            .optional()?;
        Ok(head.unwrap_or(0) as u64)
    }

    fn next(&mut self, part: &StreamAppend) -> rusqlite::Result<Vec<(EventId, Position)>> {
        let place = params![
            part.stream.kind,
            part.stream.id,
            request::expected(part) as i64,
            part.events.len() as i64
        ];
        self.next
            .query_map(place, |row| {
                let id = EventId::from_uuid(Uuid::from_bytes(row.get(0)?));
                Ok((id, Position::new(row.get::<_, i64>(1)? as u64)))
            })?
            .collect()
    }

    fn insert(&mut self, connection: &Connection, request: &AppendRequest) -> rusqlite::Result<Appended> {
        let organization = request.organization.as_uuid().into_bytes();
        let recorded_at = request.recorded_at.timestamp_micros();
        for part in &request.streams {
            for (sequence, event) in (request::expected(part) as i64 + 1..).zip(&part.events) {
                self.insert.execute(params![
                    part.stream.kind,
                    part.stream.id,
                    sequence,
                    event.name,
                    event.version,
                    event.payload,
                    event.metadata,
                    event.event_id.as_uuid().as_bytes(),
                    organization,
                    recorded_at
                ])?;
            }
        }
        Ok(Appended {
            last: Position::new(connection.last_insert_rowid() as u64),
            already: false,
        })
    }
}

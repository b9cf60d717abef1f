//! The reading threads: whole streams, pages and the head, each from one statement's snapshot.

use std::sync::Arc;

use commands::ports::{FeedPage, JournalError, StoredEvent, StreamSlice};
use domain::{EventId, OrganizationId, Position, StreamId};
use rusqlite::{Connection, OptionalExtension, Row};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::unavailable;
use crate::{
    error::sqlite_text,
    limits::{LOAD_REQUESTS_MAX, POLL_INTERVAL},
    wakeup::Wakeup,
};

pub type Answer<T> = oneshot::Sender<Result<T, JournalError>>;

/// A question to a reading thread.
#[derive(Debug)]
pub enum Read {
    Load {
        streams: Vec<StreamId>,
        reply: Answer<Vec<StreamSlice>>,
    },
    Heads {
        streams: Vec<StreamId>,
        reply: Answer<Vec<u64>>,
    },
    At {
        positions: Vec<Position>,
        reply: Answer<Vec<StoredEvent>>,
    },
    Page {
        after: Position,
        limit: usize,
        reply: Answer<FeedPage>,
    },
    Head {
        reply: Answer<Position>,
    },
}

const STREAM: &str =
    "SELECT position, sequence, event_id, organization_id, event_type, event_version, payload, metadata,
        recorded_at FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 ORDER BY sequence";

const STREAM_HEAD: &str = "SELECT max(sequence) FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2";

const PAGE: &str =
    "SELECT position, sequence, event_id, organization_id, event_type, event_version, payload, metadata,
        recorded_at, aggregate_type, aggregate_id FROM events WHERE position > ?1 ORDER BY position LIMIT ?2";

const AT: &str =
    "SELECT position, sequence, event_id, organization_id, event_type, event_version, payload, metadata,
        recorded_at, aggregate_type, aggregate_id FROM events WHERE position = ?1";

/// Answers until the last handle is gone.
pub fn serve(connection: &Connection, mut queue: mpsc::Receiver<Read>) {
    let mut reads = Vec::new();
    while queue.blocking_recv_many(&mut reads, LOAD_REQUESTS_MAX) > 0 {
        // One snapshot for all saves taking and giving back the shared lock for each.
        let begun = connection.execute_batch("BEGIN").is_ok();
        for read in reads.drain(..) {
            answer(connection, read);
        }
        if begun && let Err(error) = connection.execute_batch("COMMIT") {
            tracing::warn!(error = sqlite_text(&error), "a reading transaction did not end");
        }
    }
}

/// A caller that has gone away needs no answer.
fn answer(connection: &Connection, read: Read) {
    match read {
        Read::Load { streams, reply } if !reply.is_closed() => {
            let _ = reply.send(load(connection, streams).map_err(|e| unavailable(&e)));
        }
        Read::Heads { streams, reply } if !reply.is_closed() => {
            let _ = reply.send(heads(connection, &streams).map_err(|e| unavailable(&e)));
        }
        Read::At { positions, reply } if !reply.is_closed() => {
            let _ = reply.send(at(connection, &positions).map_err(|e| unavailable(&e)));
        }
        Read::Page { after, limit, reply } if !reply.is_closed() => {
            let _ = reply.send(page(connection, after, limit).map_err(|e| unavailable(&e)));
        }
        Read::Head { reply } => {
            let _ = reply.send(head(connection).map_err(|e| unavailable(&e)));
        }
        Read::Load { .. } | Read::Heads { .. } | Read::At { .. } | Read::Page { .. } => {}
    }
}

pub fn head(connection: &Connection) -> rusqlite::Result<Position> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(position) FROM events")?
        .query_row([], |row| row.get(0))?;
    Ok(Position::new(last.unwrap_or(0) as u64))
}

fn load(connection: &Connection, streams: Vec<StreamId>) -> rusqlite::Result<Vec<StreamSlice>> {
    let mut statement = connection.prepare_cached(STREAM)?;
    let mut slices = Vec::with_capacity(streams.len());
    for stream in streams {
        let events = statement
            .query_map((&stream.kind, &stream.id), |row| stored(row, stream.clone()))?
            .collect::<Result<_, _>>()?;
        slices.push(StreamSlice { stream, events });
    }
    Ok(slices)
}

fn heads(connection: &Connection, streams: &[StreamId]) -> rusqlite::Result<Vec<u64>> {
    let mut statement = connection.prepare_cached(STREAM_HEAD)?;
    let mut heads = Vec::with_capacity(streams.len());
    for stream in streams {
        let last: Option<i64> = statement.query_row((&stream.kind, &stream.id), |row| row.get(0))?;
        heads.push(last.unwrap_or(0) as u64);
    }
    Ok(heads)
}

fn page(connection: &Connection, after: Position, limit: usize) -> rusqlite::Result<FeedPage> {
    let after_number = i64::try_from(after.number()).unwrap_or(i64::MAX);
    let events: Vec<Arc<StoredEvent>> = connection
        .prepare_cached(PAGE)?
        .query_map((after_number, limit as i64), |row| with_stream(row).map(Arc::new))?
        .collect::<Result<_, _>>()?;
    Ok(FeedPage {
        scanned: events.last().map_or(after, |event| event.position),
        events,
    })
}

fn at(connection: &Connection, positions: &[Position]) -> rusqlite::Result<Vec<StoredEvent>> {
    let mut statement = connection.prepare_cached(AT)?;
    let mut events = Vec::with_capacity(positions.len());
    for position in positions {
        let number = i64::try_from(position.number()).unwrap_or(i64::MAX);
        events.extend(statement.query_row([number], with_stream).optional()?);
    }
    Ok(events)
}

/// The event of a row that ends with its stream.
fn with_stream(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let stream = StreamId {
        kind: row.get(9)?,
        id: row.get(10)?,
    };
    stored(row, stream)
}

fn stored(row: &Row<'_>, stream: StreamId) -> rusqlite::Result<StoredEvent> {
    let micros: i64 = row.get(8)?;
    Ok(StoredEvent {
        position: Position::new(row.get::<_, i64>(0)? as u64),
        stream,
        sequence: row.get::<_, i64>(1)? as u64,
        event_id: EventId::from_uuid(Uuid::from_bytes(row.get(2)?)),
        organization: OrganizationId::from_uuid(Uuid::from_bytes(row.get(3)?)),
        name: row.get(4)?,
        version: row.get(5)?,
        payload: row.get(6)?,
        metadata: row.get(7)?,
        recorded_at: chrono::DateTime::from_timestamp_micros(micros)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(8, micros))?,
        as_written: None,
    })
}

/// Looks for appends of other processes until the journal is dropped.
pub fn poll(connection: &Connection, stopped: &std::sync::mpsc::Receiver<()>, wakeup: &Wakeup) {
    use std::sync::mpsc::RecvTimeoutError::Timeout;
    while stopped.recv_timeout(POLL_INTERVAL) == Err(Timeout) {
        match head(connection) {
            Ok(head) => wakeup.raise(head),
            Err(error) => tracing::warn!(
                error = sqlite_text(&error),
                "the journal's head could not be read"
            ),
        }
    }
}

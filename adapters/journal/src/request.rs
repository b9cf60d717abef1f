//! What every implementation asks of a request before it goes anywhere near a database, so that a wrong one is refused
//! alike and never spoils the batch it would have shared.

use std::collections::HashSet;

use chrono::DateTime;
use commands::ports::{AppendRequest, Expected, JournalError, NewEvent, StoredEvent, StreamAppend};
use domain::{Position, StreamId};
use serde::de::IgnoredAny;

use crate::limits::{
    LOAD_STREAMS_MAX, NAME_LENGTH_MAX, POSITIONS_MAX, REQUEST_BYTES_MAX, REQUEST_EVENTS_MAX,
    REQUEST_STREAMS_MAX,
};

/// The sequence that a part expects its stream to be at.
pub const fn expected(part: &StreamAppend) -> u64 {
    let Expected::Sequence(sequence) = part.expected;
    sequence
}

/// The answer for a stream that is elsewhere.
pub fn conflict(part: &StreamAppend) -> JournalError {
    JournalError::Conflict {
        stream: part.stream.clone(),
        expected: expected(part),
    }
}

fn invalid(text: impl Into<String>) -> JournalError {
    JournalError::Invalid(text.into())
}

/// The events of a request that is stored, as a reader finds them; `last` is the position of the last, and the others follow on
/// each other up to it.
pub fn stored(request: AppendRequest, last: Position) -> Vec<StoredEvent> {
    let count: usize = request.streams.iter().map(|part| part.events.len()).sum();
    let first = last.number().saturating_sub(count as u64) + 1;
    // The stores keep microseconds.
    let recorded_at = DateTime::from_timestamp_micros(request.recorded_at.timestamp_micros())
        .unwrap_or(request.recorded_at);
    let mut stored = Vec::with_capacity(count);
    for part in request.streams {
        let sequences = expected(&part) + 1..;
        for (sequence, event) in sequences.zip(part.events) {
            stored.push(StoredEvent {
                position: Position::new(first + stored.len() as u64),
                stream: part.stream.clone(),
                sequence,
                event_id: event.event_id,
                organization: request.organization,
                name: event.name,
                version: event.version,
                payload: event.payload,
                metadata: event.metadata,
                recorded_at,
                as_written: event.as_written,
            });
        }
    }
    stored
}

/// Refuses a request that is wrong in itself; returns its bytes of payload and metadata. Whether they are JSON is for
/// [`check_json`] where the store does not see to it.
pub fn check(request: &AppendRequest) -> Result<usize, JournalError> {
    if request.streams.len() > REQUEST_STREAMS_MAX {
        return Err(invalid(format!("more than {REQUEST_STREAMS_MAX} streams")));
    }
    let events: usize = request.streams.iter().map(|part| part.events.len()).sum();
    if events == 0 {
        return Err(invalid("it has no events"));
    }
    if events > REQUEST_EVENTS_MAX {
        return Err(invalid(format!("more than {REQUEST_EVENTS_MAX} events")));
    }
    let mut bytes = 0;
    for part in &request.streams {
        check_stream(&part.stream)?;
        if i64::try_from(expected(part)).is_err() {
            return Err(invalid(format!("{} can't have so high a sequence", part.stream)));
        }
        for event in &part.events {
            bytes += event.payload.len() + event.metadata.len();
        }
    }
    if bytes > REQUEST_BYTES_MAX {
        return Err(invalid(format!("more than {REQUEST_BYTES_MAX} bytes")));
    }
    request
        .streams
        .iter()
        .flat_map(|part| &part.events)
        .try_for_each(check_event)?;
    check_named_once(request)?;
    Ok(bytes)
}

/// Refuses to look for too many events at once; puts their positions in order, each once.
pub fn check_positions(positions: &mut Vec<Position>) -> Result<(), JournalError> {
    if positions.len() > POSITIONS_MAX {
        return Err(invalid(format!("more than {POSITIONS_MAX} positions")));
    }
    positions.sort_unstable();
    positions.dedup();
    Ok(())
}

/// Refuses a request whose payload or metadata is not JSON. What comes with what it says was written from that.
pub fn check_json(request: &AppendRequest) -> Result<(), JournalError> {
    let events = request.streams.iter().flat_map(|part| &part.events);
    for event in events.filter(|event| event.as_written.is_none()) {
        for (text, what) in [(&event.payload, "payload"), (&event.metadata, "metadata")] {
            if serde_json::from_str::<IgnoredAny>(text).is_err() {
                return Err(invalid(format!("the {what} of a {} is not JSON", event.name)));
            }
        }
    }
    Ok(())
}

fn check_named_once(request: &AppendRequest) -> Result<(), JournalError> {
    if request.streams.len() < 2 {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(request.streams.len());
    match request.streams.iter().find(|part| !seen.insert(&part.stream)) {
        Some(twice) => Err(invalid(format!("{} is named twice", twice.stream))),
        None => Ok(()),
    }
}

fn check_stream(stream: &StreamId) -> Result<(), JournalError> {
    check_name(&stream.kind, "stream kind")?;
    check_name(&stream.id, "stream id")
}

fn check_event(event: &NewEvent) -> Result<(), JournalError> {
    check_name(&event.name, "event name")?;
    check_name(&event.version, "event version")
}

fn check_name(text: &str, what: &str) -> Result<(), JournalError> {
    if text.is_empty() || text.len() > NAME_LENGTH_MAX || text.contains('\0') {
        return Err(invalid(format!(
            "a {what} is empty, has a NUL or is longer than {NAME_LENGTH_MAX} bytes"
        )));
    }
    Ok(())
}

/// Refuses a load that is too wide.
pub fn check_load(streams: &[StreamId]) -> Result<(), JournalError> {
    if streams.len() > LOAD_STREAMS_MAX {
        return Err(invalid(format!(
            "more than {LOAD_STREAMS_MAX} streams in one load"
        )));
    }
    Ok(())
}

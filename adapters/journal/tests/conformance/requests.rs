//! Requests to append, made short.

use std::sync::Arc;

use commands::ports::{AppendRequest, Expected, JournalError, NewEvent, StoredEvent, StreamAppend};
use domain::{EventId, IdGenerator, OrganizationId, SequentialIds, StreamId};
use uuid::Uuid;

/// The tenant of most stories.
pub fn brokerage() -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

/// The stream of the campaign with this number.
pub fn campaign(number: u32) -> StreamId {
    StreamId::new("campaign", Uuid::from_u128(u128::from(number)))
}

/// Makes events with fresh ids.
pub struct Author(SequentialIds);

impl Author {
    /// Authors with different seeds never make the same event.
    pub fn new(seed: u64) -> Self {
        Self(SequentialIds::seeded(seed))
    }

    pub fn event(&self) -> NewEvent {
        let id = self.0.next();
        NewEvent {
            event_id: EventId::from_uuid(id),
            name: "CampaignRenamed".to_owned(),
            version: "1".to_owned(),
            payload: format!(r#"{{"CampaignRenamed":  {{"name": "Café \u2713 {id}"}}}}"#),
            metadata: r#"{"actor":"carrier"}"#.to_owned(),
            as_written: None,
        }
    }

    /// `count` events for a stream that is at `expected`.
    pub fn part(&self, stream: StreamId, expected: u64, count: usize) -> StreamAppend {
        StreamAppend {
            stream,
            expected: Expected::Sequence(expected),
            events: (0..count).map(|_| self.event()).collect(),
        }
    }

    /// A request for one stream.
    pub fn one(&self, stream: StreamId, expected: u64, count: usize) -> AppendRequest {
        request(vec![self.part(stream, expected, count)])
    }
}

/// A request over streams.
pub fn request(streams: Vec<StreamAppend>) -> AppendRequest {
    AppendRequest {
        organization: brokerage(),
        recorded_at: chrono::DateTime::from_timestamp_micros(1_767_225_600_123_456).unwrap(),
        streams,
    }
}

/// Ids of a request's events, in order.
pub fn ids(request: &AppendRequest) -> Vec<EventId> {
    let events = request.streams.iter().flat_map(|part| &part.events);
    events.map(|event| event.event_id).collect()
}

/// Ids of stored events, in order.
pub fn stored_ids(events: &[Arc<StoredEvent>]) -> Vec<EventId> {
    events.iter().map(|event| event.event_id).collect()
}

/// The answer when this stream is elsewhere.
pub fn conflict(stream: StreamId, expected: u64) -> JournalError {
    JournalError::Conflict { stream, expected }
}

//! The event store. One order over all streams: when an event is visible, everything before it is visible or will
//! never exist, so a reader needs `position > checkpoint` and nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{EventId, Metadata, OrganizationId, Position, StreamId};
use tokio::sync::watch;

/// What an event's texts say, as its writer knows it, so that whoever follows closely in the same process need not read them again.
/// Adds nothing to an event: all are equal.
#[derive(Debug, Clone)]
pub struct AsWritten(Arc<(domain::Event, Metadata)>);

impl AsWritten {
    /// Of these texts: they must say the same.
    pub fn new(event: domain::Event, metadata: Metadata) -> Self {
        Self(Arc::new((event, metadata)))
    }
}

impl PartialEq for AsWritten {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for AsWritten {}

/// An event on its way into the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Chosen by the caller; the same ids again are answered with the first outcome instead of a second write.
    pub event_id: EventId,
    /// Stored name, such as `ScriptGenerated`.
    pub name: String,
    /// Stored version, such as `1`.
    pub version: String,
    /// The event as JSON text.
    pub payload: String,
    /// [`Metadata`] as JSON text.
    pub metadata: String,
    /// What the texts say, where the writer still knows it.
    pub as_written: Option<AsWritten>,
}

/// What the caller believes a stream's head to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The last sequence of the stream; 0 for a stream that must not exist yet.
    Sequence(u64),
}

/// The part of a request that goes to one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamAppend {
    /// Where to.
    pub stream: StreamId,
    /// The head that the decision was made on.
    pub expected: Expected,
    /// In order; may be empty, which only checks the head.
    pub events: Vec<NewEvent>,
}

/// One all-or-nothing request over one or more streams, each named at most once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendRequest {
    /// The tenant of every event in it.
    pub organization: OrganizationId,
    /// When it is recorded, by the caller's clock.
    pub recorded_at: DateTime<Utc>,
    /// The streams, at least one event among them.
    pub streams: Vec<StreamAppend>,
}

/// The answer to a request that is now durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Position of the request's last event.
    pub last: Position,
    /// Whether these same events were there already (a repeated request).
    pub already: bool,
}

/// Why nothing was recorded, or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Another command changed the stream first.
    #[error("{stream} is at another sequence than the {expected} that was expected")]
    Conflict {
        /// The first stream that did not fit.
        stream: StreamId,
        /// What the caller expected.
        expected: u64,
    },
    /// The request itself is wrong: no events, a stream twice, or over a limit.
    #[error("the journal does not take this request: {0}")]
    Invalid(String),
    /// The store can't be reached or answered with an error; the writer has retried with the same ids.
    #[error("the journal is not available: {0}")]
    Unavailable(String),
}

/// An event as stored, not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the journal.
    pub position: Position,
    /// The stream that it belongs to.
    pub stream: StreamId,
    /// Place in its stream, from 1.
    pub sequence: u64,
    /// Its id.
    pub event_id: EventId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Stored name.
    pub name: String,
    /// Stored version.
    pub version: String,
    /// JSON text of the event.
    pub payload: String,
    /// JSON text of its [`Metadata`].
    pub metadata: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What the texts say, where this process wrote them a moment ago.
    pub as_written: Option<AsWritten>,
}

impl StoredEvent {
    /// Decodes event and metadata.
    pub fn decode(&self) -> Result<domain::Recorded, domain::UnreadableEvent> {
        if let Some(AsWritten(known)) = &self.as_written {
            let (event, metadata) = known.as_ref().clone();
            return Ok(self.recorded(event, metadata));
        }
        let event = domain::Event::read(&self.stream.kind, &self.name, &self.version, &self.payload)?;
        let metadata: Metadata =
            serde_json::from_str(&self.metadata).map_err(|e| domain::UnreadableEvent {
                kind: self.stream.kind.clone(),
                name: self.name.clone(),
                version: self.version.clone(),
                reason: format!(
                    "its metadata has a {:?} error at column {}",
                    e.classify(),
                    e.column()
                ),
            })?;
        Ok(self.recorded(event, metadata))
    }

    fn recorded(&self, event: domain::Event, metadata: Metadata) -> domain::Recorded {
        domain::Recorded {
            position: self.position,
            stream: self.stream.clone(),
            sequence: self.sequence,
            event_id: self.event_id,
            metadata,
            event,
        }
    }
}

/// One stream's events, oldest first; empty when the stream does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSlice {
    /// The stream.
    pub stream: StreamId,
    /// Its events from the requested sequence on.
    pub events: Vec<StoredEvent>,
}

/// Writing. Implementations group the requests and loads of concurrent callers, and give each caller its own outcome.
#[async_trait]
pub trait Journal: Feed + std::fmt::Debug {
    /// Makes the request durable, or records nothing of it. A repeat with the same event ids is `already`.
    async fn append(&self, request: AppendRequest) -> Result<Appended, JournalError>;
}

/// A page of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// In position order; all of them after the asked position. Shared, since several follow the newest ones at once.
    pub events: Vec<Arc<StoredEvent>>,
    /// How far this page has looked: a checkpoint may move here. At least the last event's position.
    pub scanned: Position,
}

/// Reading: the one order, and whole streams.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Loads whole streams, in the order asked for.
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError>;

    /// The last sequence of each stream, in the order asked for; 0 of one that does not exist. Tells cheaply whether what was loaded
    /// still stands.
    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, JournalError> {
        let slices = self.load(streams).await?;
        let head = |slice: &StreamSlice| slice.events.last().map_or(0, |event| event.sequence);
        Ok(slices.iter().map(head).collect())
    }

    /// The next at most `limit` events after `after`, without those of other kinds of streams: for a follower whom few concern.
    async fn read_kinds(
        &self,
        after: Position,
        limit: usize,
        kinds: &[&str],
    ) -> Result<FeedPage, JournalError> {
        let mut page = self.read(after, limit).await?;
        page.events
            .retain(|event| kinds.contains(&event.stream.kind.as_str()));
        Ok(page)
    }

    /// The events at these positions, in position order, as they lie in the store at this moment and not as somebody remembers them; one
    /// that is not there is left out.
    async fn at(&self, positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError>;

    /// The next at most `limit` events after `after`.
    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError>;

    /// Position of the last event; [`Position::START`] when there is none.
    async fn head(&self) -> Result<Position, JournalError>;

    /// Changes whenever this process, or (by poll or notification) another, has appended. A hint: readers read until empty.
    fn woken(&self) -> watch::Receiver<Position>;
}

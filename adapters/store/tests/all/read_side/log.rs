//! A journal in memory that these stories write by hand, also with events that nobody can read and with reads that fail.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use commands::ports::{Feed, FeedPage, JournalError, StoredEvent, StreamSlice};
use domain::{Event, Position, Recorded, StreamId};
use tokio::sync::watch;

/// The journal.
#[derive(Debug)]
pub struct Log {
    events: Mutex<Vec<StoredEvent>>,
    woken: watch::Sender<Position>,
    /// Reads that still succeed; negative for all.
    reads_left: AtomicI64,
}

fn stored(recorded: &Recorded) -> StoredEvent {
    let payload = match &recorded.event {
        Event::CampaignEvent(e) => serde_json::to_string(e),
        Event::ScriptEvent(e) => serde_json::to_string(e),
        Event::ContactEvent(e) => serde_json::to_string(e),
        Event::ImportEvent(e) => serde_json::to_string(e),
        Event::SuppressionEvent(e) => serde_json::to_string(e),
        Event::OrganizationEvent(e) => serde_json::to_string(e),
        Event::Unknown { .. } => Ok("{}".to_owned()),
    };
    StoredEvent {
        position: recorded.position,
        stream: recorded.stream.clone(),
        sequence: recorded.sequence,
        event_id: recorded.event_id,
        organization: recorded.metadata.organization_id,
        name: recorded.event.name().to_owned(),
        version: "1".to_owned(),
        payload: payload.unwrap(),
        metadata: serde_json::to_string(&recorded.metadata).unwrap(),
        recorded_at: recorded.metadata.recorded_at,
        as_written: None,
    }
}

impl Log {
    /// A journal that holds these events.
    pub fn of(events: &[Recorded]) -> Self {
        let log = Self {
            events: Mutex::default(),
            woken: watch::Sender::new(Position::START),
            reads_left: AtomicI64::new(-1),
        };
        log.append(events);
        log
    }

    /// Appends events.
    pub fn append(&self, events: &[Recorded]) {
        self.events.lock().unwrap().extend(events.iter().map(stored));
        self.woken.send_replace(self.last());
    }

    /// Position of the last event.
    pub fn last(&self) -> Position {
        let events = self.events.lock().unwrap();
        events.last().map_or(Position::START, |e| e.position)
    }

    /// Changes a stored event, as no real journal would.
    pub fn tamper(&self, position: Position, change: impl FnOnce(&mut StoredEvent)) {
        let mut events = self.events.lock().unwrap();
        change(events.iter_mut().find(|e| e.position == position).unwrap());
    }

    /// Lets so many reads succeed and every later one fail.
    pub fn fail_after(&self, reads: i64) {
        self.reads_left.store(reads, Ordering::SeqCst);
    }

    /// Lets all reads succeed again.
    pub fn heal(&self) {
        self.reads_left.store(-1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Feed for Log {
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError> {
        let events = self.events.lock().unwrap();
        let slice = |stream: StreamId| StreamSlice {
            events: events.iter().filter(|e| e.stream == stream).cloned().collect(),
            stream,
        };
        Ok(streams.into_iter().map(slice).collect())
    }

    async fn at(&self, positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError> {
        let events = self.events.lock().unwrap();
        let found = events.iter().filter(|e| positions.contains(&e.position));
        Ok(found.cloned().collect())
    }

    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError> {
        let left = self.reads_left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(JournalError::Unavailable("as this story wants it".to_owned()));
        }
        if left > 0 {
            self.reads_left.store(left - 1, Ordering::SeqCst);
        }
        let events = self.events.lock().unwrap();
        let page: Vec<_> = events
            .iter()
            .filter(|e| e.position > after)
            .take(limit)
            .map(|event| std::sync::Arc::new(event.clone()))
            .collect();
        Ok(FeedPage {
            scanned: page.last().map_or(after, |e| e.position),
            events: page,
        })
    }

    async fn head(&self) -> Result<Position, JournalError> {
        Ok(self.last())
    }

    fn woken(&self) -> watch::Receiver<Position> {
        self.woken.subscribe()
    }
}

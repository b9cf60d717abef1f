//! The journal in memory: the model that the real ones are compared with, and the journal of tests. Keeps nothing after
//! the process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use commands::ports::{
    AppendRequest, Appended, Feed, FeedPage, Journal, JournalError, StoredEvent, StreamAppend, StreamSlice,
};
use domain::{Position, StreamId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    limits::PAGE_EVENTS_MAX,
    outcome::{Fit, Found, judge},
    request,
    wakeup::Wakeup,
};

#[derive(Debug, Default)]
struct Contents {
    /// Position `n` is at index `n - 1`.
    events: Vec<Arc<StoredEvent>>,
    streams: HashMap<StreamId, Vec<Arc<StoredEvent>>>,
}

/// A journal that is lost with the process. Clones share it.
#[derive(Debug, Clone)]
pub struct MemoryJournal {
    contents: Arc<RwLock<Contents>>,
    wakeup: Wakeup,
    identity: Uuid,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryJournal {
    /// An empty journal. All of them have the same identity, as none outlives its process.
    pub fn new() -> Self {
        Self {
            contents: Arc::default(),
            wakeup: Wakeup::at(Position::START),
            identity: Uuid::nil(),
        }
    }

    /// Which journal this is.
    pub const fn identity(&self) -> Uuid {
        self.identity
    }
}

impl Contents {
    fn found(&self, part: &StreamAppend) -> Found {
        let events = self.streams.get(&part.stream).map_or(&[][..], Vec::as_slice);
        Found {
            head: events.len() as u64,
            next: events
                .iter()
                .skip(request::expected(part) as usize)
                .take(part.events.len())
                .map(|event| (event.event_id, event.position))
                .collect(),
        }
    }

    fn record(&mut self, request: &AppendRequest) -> Position {
        for part in &request.streams {
            for (sequence, event) in (request::expected(part) + 1..).zip(&part.events) {
                let stored = Arc::new(StoredEvent {
                    position: Position::new(self.events.len() as u64 + 1),
                    stream: part.stream.clone(),
                    sequence,
                    event_id: event.event_id,
                    organization: request.organization,
                    name: event.name.clone(),
                    version: event.version.clone(),
                    payload: event.payload.clone(),
                    metadata: event.metadata.clone(),
                    recorded_at: request.recorded_at,
                    as_written: None,
                });
                self.events.push(Arc::clone(&stored));
                self.streams.entry(part.stream.clone()).or_default().push(stored);
            }
        }
        Position::new(self.events.len() as u64)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, request: AppendRequest) -> Result<Appended, JournalError> {
        request::check(&request)?;
        request::check_json(&request)?;
        let mut contents = self.contents.write().unwrap_or_else(PoisonError::into_inner);
        let found: Vec<_> = request.streams.iter().map(|part| contents.found(part)).collect();
        match judge(&request, &found) {
            Fit::Fits => {
                let last = contents.record(&request);
                self.wakeup.raise(last);
                Ok(Appended { last, already: false })
            }
            Fit::Already(last) => Ok(Appended { last, already: true }),
            Fit::Conflict(conflict) => Err(conflict),
        }
    }
}

#[async_trait]
impl Feed for MemoryJournal {
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError> {
        request::check_load(&streams)?;
        let contents = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        let slices = streams.into_iter().map(|stream| StreamSlice {
            events: contents
                .streams
                .get(&stream)
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .map(|event| StoredEvent::clone(event))
                .collect(),
            stream,
        });
        Ok(slices.collect())
    }

    async fn at(&self, mut positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError> {
        request::check_positions(&mut positions)?;
        let contents = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        let places = positions.iter().map(|position| position.number() as usize);
        let found = places.filter_map(|place| contents.events.get(place.checked_sub(1)?));
        Ok(found.map(|event| StoredEvent::clone(event)).collect())
    }

    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError> {
        let contents = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        let events: Vec<_> = contents
            .events
            .iter()
            .skip(after.number() as usize)
            .take(limit.min(PAGE_EVENTS_MAX))
            .cloned()
            .collect();
        Ok(FeedPage {
            scanned: events.last().map_or(after, |event| event.position),
            events,
        })
    }

    async fn head(&self) -> Result<Position, JournalError> {
        let contents = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Position::new(contents.events.len() as u64))
    }

    fn woken(&self) -> watch::Receiver<Position> {
        self.wakeup.subscribe()
    }
}

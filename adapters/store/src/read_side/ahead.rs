//! Pages of the journal, read and decoded. The next page is made ready while the one before it is written: the one needs this
//! process, the other mostly the database.

use std::sync::{Arc, Mutex, PoisonError};

use commands::ports::{Feed, JournalError, StoredEvent};
use domain::{Position, Recorded, UnreadableEvent};

/// From how many events on decoding has a thread of its own; fewer are done sooner than handed over.
const DECODED_APART_MIN: usize = 256;

/// Most payload of one page, bytes: an import's event names a thousand contacts, each with rows of its own.
const PAYLOAD_PER_PAGE_MAX: usize = 8 << 20;

/// An event as stored, and what it says.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) stored: Arc<StoredEvent>,
    pub(super) event: Result<Recorded, UnreadableEvent>,
}

impl From<Arc<StoredEvent>> for Decoded {
    fn from(stored: Arc<StoredEvent>) -> Self {
        let event = stored.decode();
        Self { stored, event }
    }
}

/// All events after one position up to another.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) after: Position,
    pub(super) scanned: Position,
    pub(super) events: Vec<Decoded>,
}

impl Page {
    /// Reads at most `limit` events after `after`.
    pub(super) async fn read(feed: &dyn Feed, after: Position, limit: usize) -> Result<Self, JournalError> {
        let page = feed.read(after, limit).await?;
        let mut events = page.events;
        let scanned = cut(&mut events).unwrap_or(page.scanned);
        let decode = move || events.into_iter().map(Decoded::from).collect::<Vec<_>>();
        let apart = page.scanned.number() - after.number() >= DECODED_APART_MIN as u64;
        let events = if apart {
            tokio::task::spawn_blocking(decode)
                .await
                .map_err(|e| JournalError::Unavailable(e.to_string()))?
        } else {
            decode()
        };
        Ok(Self {
            after,
            scanned,
            events,
        })
    }
}

/// Leaves the first events whose payloads together stay within the limit, at least one; answers where they end when some
/// were cut off.
fn cut(events: &mut Vec<Arc<StoredEvent>>) -> Option<Position> {
    let mut payload = 0_usize;
    let fit = events
        .iter()
        .take_while(|event| {
            payload = payload.saturating_add(event.payload.len());
            payload <= PAYLOAD_PER_PAGE_MAX
        })
        .count()
        .max(1);
    if fit >= events.len() {
        return None;
    }
    events.truncate(fit);
    events.last().map(|last| last.position)
}

/// The page that was made ready, if any.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<Option<Page>>);

impl Ahead {
    /// The page after `after` when it is ready and holds anything: an empty one may have been overtaken.
    pub(super) fn take(&self, after: Position) -> Option<Page> {
        let page = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        page.filter(|page| page.after == after && page.scanned > after)
    }

    /// Makes the page ready that follows one of so many events. Only after a full one: otherwise the next is not there yet. A
    /// failure is met again when the page is needed.
    pub(super) async fn prepare(&self, feed: &dyn Feed, after: Position, events: usize, limit: usize) {
        if events < limit / 2 || events < DECODED_APART_MIN {
            return;
        }
        if let Ok(page) = Page::read(feed, after, limit).await {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        }
    }
}

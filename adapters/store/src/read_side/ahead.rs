//! Pages of the journal, read, decoded and worked out. The next page is made ready while the one before it is written: the one needs
//! this process, the other mostly the database.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use commands::ports::{Feed, JournalError, StoredEvent};
use domain::{Position, Recorded, UnreadableEvent};

use super::{advance::Tolerance, worked::Worked};

/// From how many events on decoding has a thread of its own; fewer are done sooner than handed over.
const DECODED_APART_MIN: usize = 256;

/// Most payload of one page, bytes: an import's event names a thousand contacts, each with rows of its own.
const PAYLOAD_PER_PAGE_MAX: usize = 3 << 20;

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

/// All events after one position up to another, or what they come to.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) after: Position,
    pub(super) scanned: Position,
    /// How many events there were.
    pub(super) count: usize,
    /// Those that nothing was worked out for.
    pub(super) events: Vec<Decoded>,
    /// What those of a shard come to.
    pub(super) worked: HashMap<u32, Worked>,
}

impl Page {
    /// Reads at most `limit` events after `after`.
    pub(super) async fn read(feed: &dyn Feed, after: Position, limit: usize) -> Result<Self, JournalError> {
        let page = feed.read(after, limit).await?;
        let mut events = page.events;
        let scanned = cut(&mut events).unwrap_or(page.scanned);
        let count = events.len();
        let decode = move || events.into_iter().map(Decoded::from).collect::<Vec<_>>();
        let events = if count >= DECODED_APART_MIN {
            tokio::task::spawn_blocking(decode)
                .await
                .map_err(|e| JournalError::Unavailable(e.to_string()))?
        } else {
            decode()
        };
        Ok(Self {
            after,
            scanned,
            count,
            events,
            worked: HashMap::new(),
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

/// The page that was made ready, if any, and by which rule for events that can't be taken in.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<Option<(Page, Tolerance)>>);

impl Ahead {
    /// The page after `after`, when it is ready.
    pub(super) fn take(&self, after: Position, tolerance: Tolerance) -> Option<Page> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let fits = |page: &Page, rule| page.after == after && rule == tolerance;
        kept.filter(|(page, rule)| fits(page, *rule))
            .map(|(page, _)| page)
    }

    /// Keeps a page until its turn.
    pub(super) fn keep(&self, page: Page, tolerance: Tolerance) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((page, tolerance));
    }
}

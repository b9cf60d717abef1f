//! Pages of the journal, read, decoded and worked out. While a page is written the next one is worked out, and the one after that is
//! read: each needs this process and the database by turns, so that together they keep both busy.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use commands::ports::{Feed, JournalError, StoredEvent};
use domain::{Position, Recorded, UnreadableEvent};

use super::{advance::Tolerance, worked::Worked};

/// From how many events on decoding has a thread of its own; fewer are done sooner than handed over.
const DECODED_APART_MIN: usize = 256;

/// From how many events of a page on the next one is made ready while it is written: there is much to take in.
pub(super) const FOLLOWED_MIN: usize = 1_000;

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

/// The pages that were made ready, if any.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// By which rule for events that can't be taken in, too.
    worked: Mutex<Option<(Page, Tolerance)>>,
    read: Mutex<Option<Page>>,
}

impl Ahead {
    /// The page after `after`, when it is worked out.
    pub(super) fn take_worked(&self, after: Position, tolerance: Tolerance) -> Option<Page> {
        let fits = |(page, rule): &(Page, Tolerance)| page.after == after && *rule == tolerance;
        taken(&self.worked).filter(fits).map(|(page, _)| page)
    }

    /// Keeps a page that is worked out until its turn.
    pub(super) fn keep_worked(&self, page: Page, tolerance: Tolerance) {
        *self.worked.lock().unwrap_or_else(PoisonError::into_inner) = Some((page, tolerance));
    }

    /// The page after `after`, when it is read.
    pub(super) fn take_read(&self, after: Position) -> Option<Page> {
        taken(&self.read).filter(|page| page.after == after)
    }

    /// Keeps a page that is read until its turn.
    pub(super) fn keep_read(&self, page: Page) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
    }
}

fn taken<T>(kept: &Mutex<Option<T>>) -> Option<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).take()
}

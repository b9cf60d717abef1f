//! The newest events that this process wrote, in memory: those who follow the journal closely read them from here and not from
//! the store, which spares it most of its reading while much is written. Holds an unbroken run of positions only; what
//! another process wrote in between breaks it, and is read from the store.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use commands::ports::{AppendRequest, FeedPage, StoredEvent};
use domain::Position;

use crate::{limits::TAIL_BYTES_MAX, request};

/// The run. Cheap to read; nothing in it is not durable.
#[derive(Debug, Default)]
pub struct Tail {
    run: Mutex<Run>,
}

#[derive(Debug, Default)]
struct Run {
    /// Every position after this one, up to `until`, is here.
    after: Position,
    until: Position,
    events: VecDeque<Arc<StoredEvent>>,
    bytes: usize,
}

/// What it holds in memory, about: what its texts say is as large as they are.
fn bytes_of(event: &StoredEvent) -> usize {
    let texts = event.payload.len() + event.metadata.len() + event.stream.id.len();
    texts * if event.as_written.is_some() { 2 } else { 1 }
}

impl Tail {
    /// Takes in a request that is durable; `last` is the position of its last event, those before it follow on each other.
    pub fn push(&self, appended: AppendRequest, last: Position) {
        let events = request::stored(appended, last);
        let before = Position::new(last.number().saturating_sub(events.len() as u64));
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if run.until != before {
            run.after = before;
            run.events.clear();
            run.bytes = 0;
        }
        run.until = last;
        run.bytes += events.iter().map(bytes_of).sum::<usize>();
        run.events.extend(events.into_iter().map(Arc::new));
        while run.bytes > TAIL_BYTES_MAX
            && let Some(oldest) = run.events.pop_front()
        {
            run.bytes -= bytes_of(&oldest);
            run.after = oldest.position;
        }
    }

    /// The next at most `limit` events after `after`; nothing when they are not all here, or when there may be others.
    pub fn read(&self, after: Position, limit: usize) -> Option<FeedPage> {
        self.read_those(after, limit, |_| true)
    }

    /// The same without those that are not wanted.
    pub fn read_those(
        &self,
        after: Position,
        limit: usize,
        wanted: impl Fn(&StoredEvent) -> bool,
    ) -> Option<FeedPage> {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if after < run.after || after >= run.until {
            return None;
        }
        let skipped = (after.number() - run.after.number()) as usize;
        let looked_at = run.events.iter().skip(skipped).take(limit);
        let scanned = looked_at.clone().next_back()?.position;
        let events = looked_at.filter(|event| wanted(event)).cloned().collect();
        Some(FeedPage { events, scanned })
    }
}

#[cfg(test)]
mod tests {
    use commands::ports::{Expected, NewEvent, StreamAppend};
    use domain::{EventId, OrganizationId, StreamId};
    use uuid::Uuid;

    use super::*;

    fn request(events: usize, payload: &str) -> AppendRequest {
        let event = NewEvent {
            event_id: EventId::from_uuid(Uuid::nil()),
            name: "ScriptGenerated".to_owned(),
            version: "1".to_owned(),
            payload: payload.to_owned(),
            metadata: "{}".to_owned(),
            as_written: None,
        };
        AppendRequest {
            organization: OrganizationId::from_uuid(Uuid::nil()),
            recorded_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            streams: vec![StreamAppend {
                stream: StreamId::new("script", Uuid::nil()),
                expected: Expected::Sequence(4),
                events: vec![event; events],
            }],
        }
    }

    fn positions(page: Option<FeedPage>) -> Vec<u64> {
        let events = page.map(|page| page.events).unwrap_or_default();
        events.iter().map(|event| event.position.number()).collect()
    }

    #[test]
    fn a_follower_reads_on_where_it_stands_and_no_further_back_than_the_run() {
        let tail = Tail::default();
        tail.push(request(3, "{}"), Position::new(13));
        tail.push(request(2, "{}"), Position::new(15));
        assert_eq!(positions(tail.read(Position::new(10), 10)), [11, 12, 13, 14, 15]);
        assert_eq!(positions(tail.read(Position::new(12), 2)), [13, 14]);
        let sequences: Vec<_> = tail
            .read(Position::new(10), 3)
            .unwrap()
            .events
            .iter()
            .map(|event| event.sequence)
            .collect();
        assert_eq!(sequences, [5, 6, 7]);
        assert!(tail.read(Position::new(9), 10).is_none());
        assert!(tail.read(Position::new(15), 10).is_none());
    }

    #[test]
    fn positions_that_others_took_break_the_run() {
        let tail = Tail::default();
        tail.push(request(3, "{}"), Position::new(3));
        tail.push(request(1, "{}"), Position::new(9));
        assert!(tail.read(Position::new(2), 10).is_none());
        assert_eq!(positions(tail.read(Position::new(8), 10)), [9]);
    }

    #[test]
    fn the_run_stays_bounded_by_leaving_the_oldest() {
        let tail = Tail::default();
        let payload = "x".repeat(TAIL_BYTES_MAX / 4);
        for last in 1..=10 {
            tail.push(request(1, &payload), Position::new(last));
        }
        assert!(tail.read(Position::new(5), 10).is_none());
        assert_eq!(positions(tail.read(Position::new(8), 10)), [9, 10]);
    }
}

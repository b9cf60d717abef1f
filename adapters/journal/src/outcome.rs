//! Sorting a request by what its streams hold: it fits, it is there already, or another came first.

use commands::ports::{AppendRequest, JournalError};
use domain::{EventId, Position};

use crate::request::{conflict, expected};

/// What is known of a part's stream.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The stream's last sequence, 0 when it does not exist.
    pub head: u64,
    /// Ids and positions of the events after the expected sequence, as many as the part has.
    pub next: Vec<(EventId, Position)>,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// Every stream is where it was expected.
    Fits,
    /// Every event is stored, the last at this position.
    Already(Position),
    /// Another command came first.
    Conflict(JournalError),
}

/// Judges a request by what was found for each of its parts, in their order.
///
/// A repeat is told by its events alone: what it only checked may have moved on since it was recorded.
pub fn judge(request: &AppendRequest, found: &[Found]) -> Fit {
    let parts = || request.streams.iter().zip(found);
    let Some((misfit, _)) = parts().find(|(part, found)| found.head != expected(part)) else {
        return Fit::Fits;
    };
    let repeated = parts().all(|(part, found)| {
        let ours = part.events.iter().map(|event| event.event_id);
        ours.eq(found.next.iter().map(|(id, _)| *id))
    });
    let last = parts()
        .flat_map(|(_, found)| found.next.iter().map(|(_, position)| *position))
        .max();
    match last {
        Some(last) if repeated => Fit::Already(last),
        _ => Fit::Conflict(conflict(misfit)),
    }
}

//! The hint that there is something to read.

use domain::Position;
use tokio::sync::watch;

/// The highest head seen so far; it never goes back.
#[derive(Debug, Clone)]
pub struct Wakeup(watch::Sender<Position>);

impl Wakeup {
    pub fn at(head: Position) -> Self {
        Self(watch::Sender::new(head))
    }

    /// One that begins here and rises on its own.
    pub fn apart(&self) -> Self {
        Self::at(*self.0.borrow())
    }

    pub fn raise(&self, head: Position) {
        self.0.send_if_modified(|seen| {
            let news = head > *seen;
            if news {
                *seen = head;
            }
            news
        });
    }

    pub fn subscribe(&self) -> watch::Receiver<Position> {
        self.0.subscribe()
    }
}

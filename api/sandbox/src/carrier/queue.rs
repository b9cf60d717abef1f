//! Reports by the time they are due. As long as it is, it holds no more than a few entries for each remembered send.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::log::{Channel, Sent};

/// One report on its way.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) sent: Arc<Sent>,
    pub(crate) channel: Channel,
    /// From 1.
    pub(crate) attempt: u32,
    /// Posts of it once it is answered: 1, or 2 when it is duplicated.
    pub(crate) copies: u32,
    /// The report that is due once this one is through.
    pub(crate) next: Option<Box<Job>>,
    /// How long `next` waits then.
    pub(crate) next_after: Duration,
}

/// Longest wait: what is put off further is due then.
const MAX_WAIT: Duration = Duration::from_hours(24);

#[derive(Debug)]
struct Due {
    at: Instant,
    order: u64,
    job: Job,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<BinaryHeap<Reverse<Due>>>,
    order: AtomicU64,
    pending: AtomicUsize,
    changed: Notify,
}

impl Queue {
    /// Puts a report in; it and what follows it count as pending until [`Queue::done`].
    pub(crate) fn push(&self, job: Job, after: Duration) {
        self.pending.fetch_add(1, Ordering::SeqCst);
        let due = Due {
            at: Instant::now() + after.min(MAX_WAIT),
            order: self.order.fetch_add(1, Ordering::SeqCst),
            job,
        };
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Reverse(due));
        self.changed.notify_one();
    }

    /// A report taken by [`Queue::next`] is through. What follows it must have been pushed before.
    pub(crate) fn done(&self) {
        self.pending.fetch_sub(1, Ordering::SeqCst);
    }

    /// Waits for the next report that is due.
    pub(crate) async fn next(&self) -> Job {
        loop {
            let wait = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                let first_at = waiting.peek().map(|Reverse(due)| due.at);
                match first_at {
                    Some(at) if at <= Instant::now() => {
                        if let Some(Reverse(due)) = waiting.pop() {
                            return due.job;
                        }
                        None
                    }
                    at => at,
                }
            };
            match wait {
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// Reports waiting or on their way.
    pub(crate) fn pending(&self) -> usize {
        self.pending.load(Ordering::SeqCst)
    }
}

//! Time and identity as parameters. Nothing in the domain reads a clock or draws a random number; whoever needs "now"
//! or a new id is handed one of these.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// Where "now" comes from. Instants have microsecond precision, as both databases keep them.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// Where new identifiers come from.
pub trait IdGenerator: Send + Sync + std::fmt::Debug {
    /// A fresh UUIDv7.
    fn next(&self) -> Uuid;
}

/// A clock that moves only when told: for tests and for the demonstration, which skips waiting.
#[derive(Debug, Clone)]
pub struct ManualClock {
    micros: Arc<AtomicI64>,
}

impl ManualClock {
    /// Starts at `start`.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self {
            micros: Arc::new(AtomicI64::new(start.timestamp_micros())),
        }
    }

    /// Moves on by `by`; a negative duration is ignored, time does not run backwards.
    pub fn advance(&self, by: Duration) {
        self.micros
            .fetch_add(by.num_microseconds().unwrap_or(0).max(0), Ordering::SeqCst);
    }

    /// Moves on to `instant`, or stays where it is when that has passed.
    pub fn advance_to(&self, instant: DateTime<Utc>) {
        self.micros
            .fetch_max(instant.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Ids that count up from a seed: for tests, so that snapshots are stable.
#[derive(Debug)]
pub struct SequentialIds {
    seed: u64,
    next: AtomicI64,
}

impl SequentialIds {
    /// Two generators with different seeds never make the same id.
    pub const fn seeded(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicI64::new(1),
        }
    }
}

impl IdGenerator for SequentialIds {
    fn next(&self) -> Uuid {
        let n = self.next.fetch_add(1, Ordering::SeqCst) as u64;
        let mut bytes = [0_u8; 16];
        // A fixed second in 2026 plus the counter as milliseconds keeps them in order of their making.
        let millis = 1_767_225_600_000_u64 + n;
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        bytes[9..12].copy_from_slice(&self.seed.to_be_bytes()[5..]);
        bytes[12..].copy_from_slice(&(n as u32).to_be_bytes());
        Uuid::from_bytes(bytes)
    }
}

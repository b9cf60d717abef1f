//! Every limit of the journal, in one place.

use std::time::Duration;

/// Most events in one request.
pub const REQUEST_EVENTS_MAX: usize = 10_000;

/// Most streams in one request, those that are only checked included.
pub const REQUEST_STREAMS_MAX: usize = 10_000;

/// Most bytes of payload and metadata in one request.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest stream kind, stream id, event name or event version, in bytes: they are index keys.
pub const NAME_LENGTH_MAX: usize = 200;

/// Requests that wait for the writer before a caller has to wait for a place.
pub const QUEUE_REQUESTS_MAX: usize = 4_096;

/// Most requests that share one commit.
pub const BATCH_REQUESTS_MAX: usize = 512;

/// Payload bytes at which a batch is full; a single larger request goes alone.
pub const BATCH_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Most streams of one load.
pub const LOAD_STREAMS_MAX: usize = 10_000;

/// Most events that are asked for by their positions at once.
pub const POSITIONS_MAX: usize = 10_000;

/// Loads that share one statement.
pub const LOAD_REQUESTS_MAX: usize = 256;

/// Most events of a page, whatever the reader asks for.
pub const PAGE_EVENTS_MAX: usize = 10_000;

/// Most bytes of the newest events that are kept in memory for those who follow closely.
pub const TAIL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How often appends of other processes are looked for when no notification comes.
pub const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The shortest time between two announcements to other processes; the one after it tells the newest head.
pub const ANNOUNCE_PAUSE: Duration = Duration::from_millis(10);

/// How often a batch is sent, with the same event ids, before its callers are told that the store is unavailable.
pub const WRITE_ATTEMPTS_MAX: u32 = 10;

/// The first pause between two attempts; it doubles up to [`RETRY_PAUSE_MAX`].
pub const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// The longest pause between two attempts.
pub const RETRY_PAUSE_MAX: Duration = Duration::from_secs(2);

/// The pause before attempt `attempt`, counted from 1.
pub fn retry_pause(attempt: u32) -> Duration {
    RETRY_PAUSE
        .saturating_mul(1 << attempt.saturating_sub(1).min(10))
        .min(RETRY_PAUSE_MAX)
}

/// How often a batch is sorted anew because other processes keep changing its streams.
pub const CONTENTION_ROUNDS_MAX: u32 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_stay_bounded() {
        assert_eq!(retry_pause(1), RETRY_PAUSE);
        assert_eq!(retry_pause(2), RETRY_PAUSE * 2);
        assert_eq!(retry_pause(60), RETRY_PAUSE_MAX);
    }
}

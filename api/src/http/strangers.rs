//! Requests at the carrier's door that are not the carrier's are kept for the auditor, but not without end: so many a minute of each
//! process, cut to what shows what they were. More are counted and answered as ever.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// Kept at once after a quiet time.
const BURST: f64 = 600.0;
/// Kept a second from then on.
const A_SECOND: f64 = 2.0;
/// Of a body, bytes: a report has some hundreds.
pub const BODY_BYTES_MAX: usize = 4 << 10;

/// How many are kept, and how many were not.
#[derive(Debug)]
pub struct Strangers {
    left: Mutex<(f64, DateTime<Utc>)>,
    turned_away: AtomicU64,
}

impl Default for Strangers {
    fn default() -> Self {
        Self {
            left: Mutex::new((BURST, DateTime::<Utc>::MIN_UTC)),
            turned_away: AtomicU64::new(0),
        }
    }
}

impl Strangers {
    /// Whether one that comes now is kept; otherwise it is counted.
    pub fn is_kept(&self, now: DateTime<Utc>) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, since) = *left;
        let seconds = (now - since).num_milliseconds().max(0) as f64 / 1_000.0;
        let tokens = (tokens + seconds * A_SECOND).min(BURST);
        let is_kept = tokens >= 1.0;
        *left = (if is_kept { tokens - 1.0 } else { tokens }, since.max(now));
        if !is_kept {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        is_kept
    }

    /// How many were not kept since the process began.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// As much of a body as is kept.
pub fn cut(body: &Bytes) -> Bytes {
    // A copy: a slice would hold on to all of it.
    Bytes::copy_from_slice(&body[..body.len().min(BODY_BYTES_MAX)])
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn a_flood_is_kept_up_to_its_limit_and_what_trickles_in_always() {
        let strangers = Strangers::default();
        let now = DateTime::UNIX_EPOCH;
        let kept = (0..10_000).filter(|_| strangers.is_kept(now)).count();
        assert_eq!((kept, strangers.turned_away()), (600, 9_400));
        assert!(strangers.is_kept(now + Duration::seconds(1)));
        let later = now + Duration::minutes(1);
        let trickle = (0..100)
            .filter(|n| strangers.is_kept(later + Duration::seconds(*n)))
            .count();
        assert_eq!(trickle, 100);
        // A clock that is set back gives nothing for nothing.
        let flood = (0..1_000).filter(|_| strangers.is_kept(now)).count();
        assert!(flood < 300, "{flood}");
    }

    #[test]
    fn a_long_body_is_cut() {
        assert_eq!(cut(&Bytes::from(vec![b'x'; 60_000])).len(), BODY_BYTES_MAX);
        assert_eq!(cut(&Bytes::from_static(b"short")), "short");
    }
}

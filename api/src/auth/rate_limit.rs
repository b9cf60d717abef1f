//! Attempts to sign in, counted per account and per address in windows of a quarter of an hour. In memory: a restart
//! forgets, and each process counts for itself.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

/// Attempts of one key in a window.
pub const ATTEMPTS_MAX: u32 = 10;
/// Length of a window.
const WINDOW: Duration = Duration::minutes(15);
/// Most keys remembered; past it, expired ones are dropped, and if all are fresh every new key is refused.
const KEYS_MAX: usize = 50_000;

/// Counts attempts.
#[derive(Debug, Default)]
pub struct SignInLimits {
    counted: Mutex<HashMap<String, (DateTime<Utc>, u32)>>,
}

impl SignInLimits {
    /// Counts an attempt; whether it may be made.
    pub fn admit(&self, key: &str, now: DateTime<Utc>) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if !counted.contains_key(key) && counted.len() >= KEYS_MAX {
            counted.retain(|_, (since, _)| now - *since < WINDOW);
            if counted.len() >= KEYS_MAX {
                return false;
            }
        }
        let (since, attempts) = counted.entry(key.to_owned()).or_insert((now, 0));
        if now - *since >= WINDOW {
            (*since, *attempts) = (now, 0);
        }
        *attempts = attempts.saturating_add(1);
        *attempts <= ATTEMPTS_MAX
    }

    /// Forgets a key after a success.
    pub fn forget(&self, key: &str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_attempt_is_refused_until_the_window_has_passed() {
        let limits = SignInLimits::default();
        let start = DateTime::UNIX_EPOCH;
        assert!((0..ATTEMPTS_MAX).all(|_| limits.admit("a", start)));
        assert!(!limits.admit("a", start));
        assert!(limits.admit("b", start));
        assert!(limits.admit("a", start + WINDOW));
    }
}

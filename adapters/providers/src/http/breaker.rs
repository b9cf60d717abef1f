//! The circuit breaker of one provider: after some failures in a row nothing is sent for a while, then one call tries. What an open
//! breaker turns away was certainly not done. Time is a parameter.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Failures in a row after which the breaker opens.
const FAILURES_MAX: u32 = 8;
/// How long an open breaker lets nothing through, and how long it waits for the call that tries.
const BREAK: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be prepared; how long not, otherwise.
    pub(super) fn ask(&self, now: Instant) -> Result<(), Duration> {
        match self.state().open_until {
            Some(until) if until > now => Err(until - now),
            _ => Ok(()),
        }
    }

    /// Lets a call through. When the break is over only one passes: for the others it begins anew, until that one's outcome is
    /// counted. A call that is dropped half-way so blocks nobody for longer than a break.
    pub(super) fn pass(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match state.open_until {
            Some(until) if until > now => Err(until - now),
            Some(_) => {
                state.open_until = Some(now + BREAK);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Counts an outcome; true when it opened the breaker.
    pub(super) fn count(&self, trouble: bool, now: Instant) -> bool {
        let mut state = self.state();
        if !trouble {
            *state = State::default();
            return false;
        }
        state.failures = state.failures.saturating_add(1);
        let opens = state.failures >= FAILURES_MAX;
        if opens {
            state.open_until = Some(now + BREAK);
        }
        opens
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        for n in 1..=FAILURES_MAX {
            assert_eq!(breaker.count(true, now), n == FAILURES_MAX);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_it_says_for_how_long() {
        let now = Instant::now();
        assert_eq!(
            opened(now).pass(now + Duration::from_secs(2)),
            Err(Duration::from_secs(3))
        );
    }

    #[test]
    fn a_success_in_between_keeps_it_closed() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for n in 0..FAILURES_MAX * 3 {
            breaker.count(n % FAILURES_MAX != 0, now);
            assert_eq!(breaker.pass(now), Ok(()));
        }
    }

    #[test]
    fn after_the_break_one_call_tries_and_its_success_lets_all_through() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + BREAK;
        assert_eq!(breaker.ask(later), Ok(()));
        assert_eq!(breaker.pass(later), Ok(()));
        assert_eq!(breaker.pass(later), Err(BREAK));
        breaker.count(false, later);
        assert_eq!(breaker.pass(later), Ok(()));
    }

    #[test]
    fn a_trial_that_fails_opens_it_again_at_once() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + BREAK;
        assert_eq!(breaker.pass(later), Ok(()));
        assert!(breaker.count(true, later));
        assert_eq!(breaker.pass(later), Err(BREAK));
    }

    #[test]
    fn a_trial_that_never_ends_blocks_for_one_break() {
        let now = Instant::now();
        let breaker = opened(now);
        assert_eq!(breaker.pass(now + BREAK), Ok(()));
        assert_eq!(breaker.pass(now + BREAK * 2), Ok(()));
    }
}

//! Which failures are tried again on the spot, and after which wait. A wait that is longer than a few seconds is the work queue's.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use commands::ports::{PortError, PortErrorKind};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::Repeat;

/// Times that a call is made.
pub(super) const TRIES_MAX: u32 = 4;
/// A longer wait is not spent here; the work is rescheduled.
const WAIT_IN_PLACE_MAX: Duration = Duration::from_secs(5);

/// A failed try.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: PortError,
    /// Another try at once would meet the same, whatever the kind says.
    is_final_here: bool,
    /// The request went out, and no answer came back.
    is_lost: bool,
}

impl Failure {
    /// Tried again if its kind allows it.
    pub(super) const fn repeatable(error: PortError) -> Self {
        Self {
            error,
            is_final_here: false,
            is_lost: false,
        }
    }

    /// The request went out, and no answer came back: tried again where that is harmless.
    pub(super) const fn lost(error: PortError) -> Self {
        Self {
            error,
            is_final_here: false,
            is_lost: true,
        }
    }

    /// Whether an answer was lost that may have been billed.
    pub(super) const fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Not tried again here.
    pub(super) const fn final_here(error: PortError) -> Self {
        Self {
            error,
            is_final_here: true,
            is_lost: false,
        }
    }

    /// Whether it speaks of a provider that can't be reached or does not answer.
    pub(super) const fn is_trouble(&self) -> bool {
        !self.is_final_here && matches!(self.error.kind, PortErrorKind::Unknown | PortErrorKind::Retryable)
    }

    /// How long to wait for another try; nothing when there is to be none.
    pub(super) fn wait_in_place(&self, repeat: Repeat, jittered: Duration) -> Option<Duration> {
        if self.is_final_here {
            return None;
        }
        let wait = match self.error.kind {
            PortErrorKind::Retryable => jittered,
            PortErrorKind::Limited { after } => after.unwrap_or_default().max(jittered),
            PortErrorKind::Unknown if repeat == Repeat::Harmless => jittered,
            PortErrorKind::Unknown
            | PortErrorKind::Permanent
            | PortErrorKind::Unauthorised
            | PortErrorKind::Exhausted => return None,
        };
        (wait <= WAIT_IN_PLACE_MAX).then_some(wait)
    }
}

/// Waits that double, half of each by chance, so that callers who failed together do not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    chance: Mutex<StdRng>,
}

impl Backoff {
    pub(super) fn new(first: Duration) -> Self {
        Self {
            first,
            chance: Mutex::new(StdRng::from_entropy()),
        }
    }

    /// The wait after the `tries`th try, counted from 1.
    pub(super) fn wait(&self, tries: u32) -> Duration {
        let whole = self
            .first
            .saturating_mul(1 << tries.saturating_sub(1).min(TRIES_MAX))
            .min(WAIT_IN_PLACE_MAX);
        let share = self
            .chance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .gen_range(0.5..=1.0);
        whole.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JITTERED: Duration = Duration::from_millis(150);

    fn wait(kind: PortErrorKind, repeat: Repeat) -> Option<Duration> {
        Failure::repeatable(PortError::new(kind, "")).wait_in_place(repeat, JITTERED)
    }

    #[test]
    fn what_certainly_was_not_done_is_tried_again_even_where_a_repeat_matters() {
        assert_eq!(wait(PortErrorKind::Retryable, Repeat::Matters), Some(JITTERED));
        let limited = |after| wait(PortErrorKind::Limited { after }, Repeat::Matters);
        assert_eq!(limited(None), Some(JITTERED));
        assert_eq!(
            limited(Some(Duration::from_secs(2))),
            Some(Duration::from_secs(2))
        );
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_only_where_that_is_harmless() {
        assert_eq!(wait(PortErrorKind::Unknown, Repeat::Harmless), Some(JITTERED));
        assert_eq!(wait(PortErrorKind::Unknown, Repeat::Matters), None);
    }

    #[test]
    fn long_waits_and_failures_that_somebody_must_mend_go_to_the_caller() {
        let long = Some(Duration::from_secs(6));
        assert_eq!(
            wait(PortErrorKind::Limited { after: long }, Repeat::Harmless),
            None
        );
        for kind in [
            PortErrorKind::Permanent,
            PortErrorKind::Unauthorised,
            PortErrorKind::Exhausted,
        ] {
            assert_eq!(wait(kind, Repeat::Harmless), None);
        }
    }

    #[test]
    fn waits_double_within_their_bounds() {
        let backoff = Backoff::new(Duration::from_millis(200));
        for tries in 1..=TRIES_MAX {
            let whole = Duration::from_millis(200 << (tries - 1));
            let wait = backoff.wait(tries);
            assert!((whole / 2..=whole).contains(&wait), "{tries}: {wait:?}");
        }
        assert!(Backoff::new(Duration::from_secs(4)).wait(TRIES_MAX) <= WAIT_IN_PLACE_MAX);
    }
}

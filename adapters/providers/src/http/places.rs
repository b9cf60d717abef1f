//! Places for calls under way. Their number follows what the provider allows, between one and the configured number. A call that
//! is under way keeps its place; the place of one too many goes when the call ends.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

#[derive(Debug)]
pub(super) struct Places {
    permits: Semaphore,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Places there should be.
    allowed: usize,
    /// Places of calls under way that are not given to others after them.
    owed: usize,
}

/// The place of one call, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    places: &'a Places,
    permit: Option<SemaphorePermit<'a>>,
}

impl Places {
    /// The configured number, at least one.
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state = State {
            allowed: most,
            owed: 0,
        };
        Self {
            permits: Semaphore::new(most),
            most,
            state: Mutex::new(state),
        }
    }

    pub(super) const fn most(&self) -> usize {
        self.most
    }

    /// Waits for a place.
    pub(super) async fn take(&self) -> Result<Place<'_>, AcquireError> {
        let permit = Some(self.permits.acquire().await?);
        Ok(Place { places: self, permit })
    }

    /// So many calls at once from now on; true when that is another number than before.
    pub(super) fn allow(&self, at_once: usize) -> bool {
        let at_once = at_once.clamp(1, self.most);
        let mut state = self.state();
        let before = std::mem::replace(&mut state.allowed, at_once);
        let fewer = before.saturating_sub(at_once);
        state.owed += fewer - self.permits.forget_permits(fewer);
        let more = at_once.saturating_sub(before);
        let kept = more.min(state.owed);
        state.owed -= kept;
        self.permits.add_permits(more - kept);
        before != at_once
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.places.state();
        let Some(permit) = self.permit.take() else { return };
        if state.owed > 0 {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(places: &Places) -> usize {
        places.permits.available_permits()
    }

    #[tokio::test]
    async fn fewer_are_allowed_at_once_and_those_under_way_keep_their_places() {
        let places = Places::new(4);
        let (a, b, c) = tokio::join!(places.take(), places.take(), places.take());
        assert!(places.allow(2));
        assert_eq!(free(&places), 0);
        drop(a);
        assert_eq!(free(&places), 0);
        drop(b);
        assert_eq!(free(&places), 1);
        drop(c);
        assert_eq!(free(&places), 2);
        assert!(!places.allow(2));
    }

    #[tokio::test]
    async fn what_was_taken_away_comes_back_up_to_the_configured_number() {
        let places = Places::new(4);
        let held = [places.take().await, places.take().await, places.take().await];
        places.allow(1);
        places.allow(100);
        assert_eq!(free(&places), 1);
        drop(held);
        assert_eq!(free(&places), 4);
    }

    #[test]
    fn one_place_is_always_left() {
        let places = Places::new(0);
        places.allow(0);
        assert_eq!(free(&places), 1);
    }
}

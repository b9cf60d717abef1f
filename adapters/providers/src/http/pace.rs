//! The rate that a provider allows, kept on our side so that its 429 is the exception. Small bursts pass, no larger than the calls
//! that may be under way at once.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Pace(RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<Duration>>);

impl Pace {
    pub(super) fn new(requests_per_minute: NonZeroU32, burst: usize) -> Self {
        let burst = u32::try_from(burst).ok().and_then(NonZeroU32::new);
        let quota = Quota::per_minute(requests_per_minute)
            .allow_burst(burst.unwrap_or(NonZeroU32::MIN).min(requests_per_minute));
        Self(RateLimiter::direct_with_clock(
            quota,
            RuntimeClock(Instant::now()),
        ))
    }

    pub(super) async fn wait(&self) {
        while let Err(early) = self.0.check() {
            tokio::time::sleep(early.wait_time_from(self.0.clock().now())).await;
        }
    }
}

/// The runtime's clock, which its waits go by, too.
#[derive(Debug, Clone)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        // One in 20 seconds after the burst of three: the fourth would have to wait.
        let pace = Pace::new(NonZeroU32::new(3).unwrap(), 16);
        let passed = (0..4).take_while(|_| pace.0.check().is_ok()).count();
        assert_eq!(passed, 3);
    }
}

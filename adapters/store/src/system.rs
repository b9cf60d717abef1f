//! The clock and the ids of the running system: the only place that reads either.

use chrono::{DateTime, SubsecRound, Utc};
use domain::{Clock, IdGenerator};
use uuid::Uuid;

/// The machine's clock, to the microsecond, as the databases keep it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the replacement that the ban names"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// UUIDv7 in the order of their making, also within a millisecond.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdGenerator for SystemIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the replacement that the ban names"
    )]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

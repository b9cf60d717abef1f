//! The simulated clock: starts inside calling hours, goes on where the journal ended, and jumps to the next thing that is due
//! when nothing can happen before it.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Datelike, Duration, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::America::New_York;
use commands::{
    CommandError, Ports,
    processes::{Kind, PLANNER},
};
use domain::{Clock, ManualClock};
use tokio_util::sync::CancellationToken;

/// When a demonstration day begins in New York: open on the mainland from coast to coast, not yet in Hawaii.
const START_HOUR: u32 = 12;
/// How often it is looked whether anything can still happen.
const LOOK: StdDuration = StdDuration::from_millis(15);
/// Looks in a row that must find nothing before the clock jumps: a callback may be between two of them.
const QUIET_LOOKS: u32 = 3;

/// The last Tuesday, Wednesday or Thursday before `now`, 12:30 in New York: never in the future, and no state bans it as a
/// weekend.
pub fn start_instant(now: DateTime<Utc>) -> DateTime<Utc> {
    let mut day = now
        .with_timezone(&New_York)
        .date_naive()
        .pred_opt()
        .unwrap_or_default();
    while !matches!(day.weekday(), Weekday::Tue | Weekday::Wed | Weekday::Thu) {
        day = day.pred_opt().unwrap_or_default();
    }
    let noon = NaiveTime::from_hms_opt(START_HOUR, 30, 0).unwrap_or_default();
    New_York
        .from_local_datetime(&day.and_time(noon))
        .earliest()
        .map_or(now, |local| local.with_timezone(&Utc))
}

/// Drives a manual clock.
#[derive(Debug, Clone)]
pub struct SkippingClock {
    clock: ManualClock,
}

impl SkippingClock {
    /// Drives `clock`.
    pub const fn new(clock: ManualClock) -> Self {
        Self { clock }
    }

    /// Moves the clock until cancelled. `outside` is how much the sandbox still has to report.
    pub async fn run(
        self,
        ports: Ports,
        outside: impl Fn() -> usize + Send + Sync + 'static,
        cancel: CancellationToken,
    ) {
        let mut quiet = 0;
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            match self.is_quiet(&ports, outside()).await {
                Ok(true) => quiet += 1,
                Ok(false) => {
                    quiet = 0;
                    // Work takes time, also here: the day goes on while something is being done.
                    self.clock.advance(Duration::milliseconds(250));
                }
                Err(error) => tracing::error!("the simulated clock can't see the work: {error}"),
            }
            if quiet >= QUIET_LOOKS {
                quiet = 0;
                self.jump(&ports).await;
            }
        }
    }

    /// Nothing is being done, on its way, or due.
    async fn is_quiet(&self, ports: &Ports, outside: usize) -> Result<bool, CommandError> {
        if outside > 0 || ports.inbox.counts().await?.waiting > 0 {
            return Ok(false);
        }
        if ports.processes.checkpoint(PLANNER).await? < ports.journal.head().await? {
            return Ok(false);
        }
        for kind in Kind::ALL {
            if ports.queue.counts(kind.as_str(), None).await?.running > 0 {
                return Ok(false);
            }
        }
        let due = ports.queue.next_due().await?;
        Ok(due.is_none_or(|due| due > self.clock.now()))
    }

    async fn jump(&self, ports: &Ports) {
        match ports.queue.next_due().await {
            Ok(Some(due)) => self.clock.advance_to(due),
            Ok(None) => {}
            Err(error) => tracing::error!("the simulated clock can't see what is due: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_inside_calling_hours_on_a_past_weekday_whatever_the_hour() {
        for hour in 0..(24 * 9) {
            let now = Utc.with_ymd_and_hms(2026, 11, 20, 0, 0, 0).unwrap() + Duration::hours(hour);
            let start = start_instant(now);
            let eastern = start.with_timezone(&New_York);
            assert!(start < now, "{now}");
            assert!(matches!(
                eastern.weekday(),
                Weekday::Tue | Weekday::Wed | Weekday::Thu
            ));
            assert_eq!(eastern.format("%H:%M").to_string(), "12:30");
        }
    }
}

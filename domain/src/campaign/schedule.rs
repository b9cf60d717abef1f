//! When a campaign may send, in the recipient's local time, inside what the law allows.

use chrono::{DateTime, Duration, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// A stretch of the recipient's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyWindow {
    /// First instant, local time.
    pub start: NaiveTime,
    /// First instant no longer in it, local time; later than `start`.
    pub end: NaiveTime,
}

/// Start, end, windows, days and rate. Empty windows or days mean no limit of the campaign's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Nothing is sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime<Utc>>,
    /// Nothing is sent from here on; what is still held then stays unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime<Utc>>,
    /// Windows of the recipient's day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<DailyWindow>,
    /// Days of the recipient's week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// Most hand-offs a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Most hand-offs in any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
}

/// Why a schedule can't be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// The end is not after the start.
    #[error("the campaign's end must be later than its start")]
    EndsBeforeStart,
    /// A window's end is not after its start.
    #[error("a window must end later in the day than it starts")]
    EmptyWindow,
    /// A rate of nothing.
    #[error("the rate must be at least one hand-off a minute")]
    NoRate,
    /// A cap of nothing.
    #[error("the cap must be at least one hand-off a day; to send nothing, pause the campaign")]
    NoCap,
}

impl Schedule {
    /// What must lie between two hand-offs; nothing where no rate is set.
    pub fn spacing(&self) -> Duration {
        self.per_minute.map_or(Duration::zero(), |n| {
            Duration::minutes(1) / n.max(1).cast_signed()
        })
    }

    /// Checks that it can be kept at all.
    pub fn check(&self) -> Result<(), InvalidSchedule> {
        if matches!((self.start, self.end), (Some(start), Some(end)) if end <= start) {
            return Err(InvalidSchedule::EndsBeforeStart);
        }
        if self.windows.iter().any(|w| w.end <= w.start) {
            return Err(InvalidSchedule::EmptyWindow);
        }
        if self.per_minute == Some(0) {
            return Err(InvalidSchedule::NoRate);
        }
        if self.per_day == Some(0) {
            return Err(InvalidSchedule::NoCap);
        }
        Ok(())
    }
}

//! When hours are open: weekly windows, dated holidays, and local time in a zone. Refuses nothing; a day without a window
//! is closed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::{
    DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::Tz;

/// A stretch of a local day, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// First minute in it.
    pub from: u32,
    /// First minute no longer in it; at most 1,440.
    pub to: u32,
}

impl Hours {
    /// Parses `8-21` or `13:30-21`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let hours = Self {
            from: minutes(from)?,
            to: minutes(to)?,
        };
        (hours.from < hours.to && hours.to <= 24 * 60).then_some(hours)
    }

    /// Whether the local time lies in it, `after_opening` minutes into it and `before_closing` minutes from its end.
    pub(super) const fn contains(self, minute: u32, after_opening: u32, before_closing: u32) -> bool {
        minute >= self.from + after_opening && minute + before_closing < self.to
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(
            f,
            "{:02}:{:02}–{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
    let minutes: u32 = minutes.parse().ok().filter(|m| *m < 60)?;
    Some(hours.parse::<u32>().ok().filter(|h| *h <= 24)? * 60 + minutes)
}

/// Hours by kind of day; nothing means closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeeklyHours {
    /// Monday to Friday.
    pub weekday: Option<Hours>,
    /// Saturday.
    pub saturday: Option<Hours>,
    /// Sunday.
    pub sunday: Option<Hours>,
}

impl WeeklyHours {
    /// The hours of a day.
    pub const fn on(&self, day: Weekday) -> Option<Hours> {
        match day {
            Weekday::Sat => self.saturday,
            Weekday::Sun => self.sunday,
            _ => self.weekday,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Hours> {
        [self.weekday, self.saturday, self.sunday].into_iter().flatten()
    }
}

/// Legal holidays of one state, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, String>,
    years: BTreeSet<i32>,
}

/// What a calendar says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayKind<'a> {
    Ordinary,
    Holiday(&'a str),
    /// No holidays are on record for the year: it can't be said.
    NotOnRecord,
}

impl FromIterator<(NaiveDate, String)> for Calendar {
    fn from_iter<I: IntoIterator<Item = (NaiveDate, String)>>(days: I) -> Self {
        let days: BTreeMap<_, _> = days.into_iter().collect();
        let years = days.keys().map(Datelike::year).collect();
        Self { days, years }
    }
}

impl Calendar {
    /// What kind of day it is. With `shifts` a holiday on Saturday makes the Friday before one too, and one on Sunday the Monday after.
    pub(super) fn kind(&self, date: NaiveDate, shifts: bool) -> DayKind<'_> {
        let observed = match date.weekday() {
            Weekday::Fri if shifts => date.succ_opt(),
            Weekday::Mon if shifts => date.pred_opt(),
            _ => None,
        };
        for day in [Some(date), observed].into_iter().flatten() {
            match self.days.get(&day) {
                Some(name) => return DayKind::Holiday(name),
                None if !self.years.contains(&day.year()) => return DayKind::NotOnRecord,
                None => {}
            }
        }
        DayKind::Ordinary
    }

    /// The days on record, by date.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.days.iter().map(|(date, name)| (*date, name.as_str()))
    }
}

/// Minutes after local midnight, as a clock on the wall shows them.
pub(super) fn minute_of_day(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

/// The instants at which a wall clock in the zone shows this minute of this day: two when clocks go back, the first
/// instant after the gap when they skip it.
pub(super) fn instants(zone: Tz, date: NaiveDate, minute: u32) -> Vec<DateTime<Utc>> {
    let midnight = date.and_time(NaiveTime::MIN);
    let Some(local) = midnight.checked_add_signed(Duration::minutes(i64::from(minute))) else {
        return vec![];
    };
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => vec![at.to_utc()],
        LocalResult::Ambiguous(first, second) => vec![first.to_utc(), second.to_utc()],
        LocalResult::None => (1..=180)
            .filter_map(|skipped| local.checked_add_signed(Duration::minutes(skipped)))
            .find_map(|later| zone.from_local_datetime(&later).earliest())
            .map(|at| at.to_utc())
            .into_iter()
            .collect(),
    }
}

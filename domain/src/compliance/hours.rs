//! All opening hours that apply to one drop, together: federal, state and campaign, each in every candidate zone. Finds
//! the next instant at which all of them are open.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Duration, Utc};
use chrono_tz::Tz;

use super::{
    calendar::{DayKind, Hours, instants, minute_of_day},
    evaluate::{GUARD_AFTER_OPENING_MINUTES, GUARD_BEFORE_CLOSING_MINUTES, SEARCH_DAYS_MAX},
    location::Candidates,
    pack::{FEDERAL_HOURS, RulePack, StateRules},
};
use crate::{UsState, campaign::Schedule};

/// Hours that must be open, in one zone.
#[derive(Debug)]
struct Constraint<'a> {
    rule: String,
    zone: Tz,
    hours: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    Federal,
    State(UsState, &'a StateRules),
    Campaign(&'a Schedule),
}

/// What a constraint says of an instant.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) rule: String,
    pub(super) open: bool,
    /// The local time and what it is measured against.
    pub(super) detail: String,
}

/// Every constraint on one drop.
#[derive(Debug)]
pub(super) struct OpeningHours<'a> {
    constraints: Vec<Constraint<'a>>,
    pack: &'a RulePack,
}

impl<'a> OpeningHours<'a> {
    pub(super) fn of(place: &Candidates, pack: &'a RulePack, schedule: &'a Schedule) -> Self {
        let mut constraints = Vec::new();
        let mut add = |rule: String, zone: Tz, hours: Source<'a>| {
            constraints.push(Constraint { rule, zone, hours });
        };
        for &zone in &place.zones {
            add("US.WINDOW".to_owned(), zone, Source::Federal);
        }
        for &state in &place.states {
            let Some(rules) = pack.state(state) else { continue };
            let clocks: BTreeSet<&str> = (place.zones.iter().chain(&rules.clocks))
                .map(|zone| zone.name())
                .collect();
            for zone in clocks.into_iter().filter_map(|name| name.parse().ok()) {
                add(format!("US-{state}.WINDOW"), zone, Source::State(state, rules));
            }
        }
        for &zone in &place.zones {
            add("CAMPAIGN.WINDOW".to_owned(), zone, Source::Campaign(schedule));
        }
        Self { constraints, pack }
    }

    pub(super) fn are_open(&self, at: DateTime<Utc>) -> bool {
        self.constraints.iter().all(|c| c.is_open(at, self.pack))
    }

    pub(super) fn readings(&self, at: DateTime<Utc>) -> impl Iterator<Item = Reading> {
        self.constraints.iter().map(move |c| Reading {
            rule: c.rule.clone(),
            open: c.is_open(at, self.pack),
            detail: c.detail(at, self.pack),
        })
    }

    /// The first instant from `from` on at which all are open; nothing when there is none for `SEARCH_DAYS_MAX` days.
    ///
    /// Hours open together when the last of them opens, so only openings need to be looked at.
    pub(super) fn next_open(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.are_open(from) {
            return Some(from);
        }
        let limit = from.checked_add_signed(Duration::days(i64::from(SEARCH_DAYS_MAX)))?;
        let minutes: BTreeSet<u32> = self.constraints.iter().flat_map(Constraint::openings).collect();
        let zones: BTreeSet<&str> = self.constraints.iter().map(|c| c.zone.name()).collect();
        let mut openings = BTreeSet::new();
        for zone in zones.into_iter().filter_map(|name| name.parse::<Tz>().ok()) {
            let first = from.with_timezone(&zone).date_naive();
            let days = (0..=u64::from(SEARCH_DAYS_MAX)).filter_map(|n| first.checked_add_days(Days::new(n)));
            for day in days {
                openings.extend(minutes.iter().flat_map(|minute| instants(zone, day, *minute)));
            }
        }
        openings
            .range(from..=limit)
            .copied()
            .find(|at| self.are_open(*at))
    }
}

impl Constraint<'_> {
    fn is_open(&self, at: DateTime<Utc>, pack: &RulePack) -> bool {
        let local = at.with_timezone(&self.zone);
        let minute = minute_of_day(local.time());
        let lawful =
            |hours: Hours| hours.contains(minute, GUARD_AFTER_OPENING_MINUTES, GUARD_BEFORE_CLOSING_MINUTES);
        match &self.hours {
            Source::Federal => lawful(FEDERAL_HOURS),
            Source::State(state, rules) => {
                state_hours(*state, rules, local.date_naive(), pack).is_some_and(lawful)
            }
            Source::Campaign(schedule) => {
                let day = schedule.days.is_empty() || schedule.days.contains(&local.weekday());
                let window = schedule.windows.is_empty()
                    || schedule
                        .windows
                        .iter()
                        .any(|w| w.start <= local.time() && local.time() < w.end);
                day && window
            }
        }
    }

    /// Minutes of the day at which it may open.
    fn openings(&self) -> Vec<u32> {
        let guarded = |hours: Hours| hours.from + GUARD_AFTER_OPENING_MINUTES;
        match &self.hours {
            Source::Federal => vec![guarded(FEDERAL_HOURS)],
            Source::State(_, rules) => {
                let hours = rules.hours;
                let all = [
                    hours.weekday,
                    hours.saturday,
                    hours.sunday,
                    hours.holiday.flatten(),
                ];
                all.into_iter().flatten().map(guarded).collect()
            }
            // Midnight, where the days are limited and the windows are not.
            Source::Campaign(schedule) => {
                let starts = schedule.windows.iter().map(|w| minute_of_day(w.start));
                starts.chain([0]).collect()
            }
        }
    }

    fn detail(&self, at: DateTime<Utc>, pack: &RulePack) -> String {
        let local = at.with_timezone(&self.zone);
        let date = local.date_naive();
        let when = format!("{} in {}", local.format("%a %d %b %Y %H:%M %Z"), self.zone.name());
        let guard = format!(
            "kept {GUARD_AFTER_OPENING_MINUTES} min after opening and {GUARD_BEFORE_CLOSING_MINUTES} min before closing"
        );
        match &self.hours {
            Source::Federal => format!("{when}; open {FEDERAL_HOURS}, {guard}"),
            Source::State(state, rules) => {
                let day = match (rules.hours.holiday, pack.holidays.kind(*state, date)) {
                    (Some(_), DayKind::Holiday(name)) => format!(" on {name}"),
                    (Some(_), DayKind::NotOnRecord) => ", no holidays on record for the year".to_owned(),
                    _ => String::new(),
                };
                match state_hours(*state, rules, date, pack) {
                    Some(hours) => format!("{when}{day}; {} opens {hours}, {guard}", state.name()),
                    None => format!("{when}{day}; {} is closed that day", state.name()),
                }
            }
            Source::Campaign(_) => format!("{when}; measured against the campaign's own days and windows"),
        }
    }
}

fn state_hours(
    state: UsState,
    rules: &StateRules,
    date: chrono::NaiveDate,
    pack: &RulePack,
) -> Option<Hours> {
    let Some(on_holidays) = rules.hours.holiday else {
        return rules.hours.on(date.weekday());
    };
    match pack.holidays.kind(state, date) {
        DayKind::Ordinary => rules.hours.on(date.weekday()),
        DayKind::Holiday(_) => on_holidays,
        DayKind::NotOnRecord => None,
    }
}

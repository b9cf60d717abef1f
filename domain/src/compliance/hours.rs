//! All opening hours that apply to one drop, together: federal, state and campaign, each in every candidate zone. Finds
//! the next instant at which all of them are open.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    calendar::{Calendar, DayKind, Hours, WeeklyHours, instants, minute_of_day},
    case::ConsentStanding,
    location::Candidates,
    pack::{Head, RulePack},
    rule::{Jurisdiction, Rule, Test},
};
use crate::campaign::Schedule;

/// How far ahead an opening is looked for; a drop without one is blocked.
pub const SEARCH_DAYS_MAX: u32 = 14;

/// Hours that must be open, in one zone.
#[derive(Debug)]
struct Constraint<'a> {
    id: String,
    zone: Tz,
    source: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    Week(&'a Rule, &'a WeeklyHours),
    Holidays {
        rule: &'a Rule,
        hours: Option<Hours>,
        shifts: bool,
        /// Nothing where the pack has no calendar: then no day is known to be ordinary.
        calendar: Option<&'a Calendar>,
    },
    Campaign(&'a Schedule),
}

/// What a day allows.
enum Day<'a> {
    /// Nothing stands in the way.
    Free,
    /// These hours.
    Open(Hours, Option<&'a str>),
    /// Nothing.
    Closed(Option<&'a str>),
}

/// What a constraint says of now, and of the instant at which other holds end.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) rule: String,
    pub(super) is_open: bool,
    pub(super) is_open_then: bool,
    /// The local time and what it is measured against.
    pub(super) detail: String,
}

/// Every constraint on one drop.
#[derive(Debug)]
pub(super) struct OpeningHours<'a> {
    constraints: Vec<Constraint<'a>>,
    head: &'a Head,
}

impl<'a> OpeningHours<'a> {
    pub(super) fn of(
        place: &Candidates,
        pack: &'a RulePack,
        consent: ConsentStanding,
        schedule: &'a Schedule,
    ) -> Self {
        let mut constraints = Vec::new();
        let states = place.states.iter().map(|state| Jurisdiction::State(*state));
        for jurisdiction in [Jurisdiction::House, Jurisdiction::Federal]
            .into_iter()
            .chain(states)
        {
            for rule in pack
                .rules_of(jurisdiction)
                .filter(|rule| rule.applies.to(consent))
            {
                constraints.extend(constraints_of(rule, jurisdiction, place, pack));
            }
        }
        constraints.extend(place.zones.iter().map(|zone| Constraint {
            id: "CAMPAIGN.WINDOW".to_owned(),
            zone: *zone,
            source: Source::Campaign(schedule),
        }));
        Self {
            constraints,
            head: pack.head(),
        }
    }

    pub(super) fn are_open(&self, at: DateTime<Utc>) -> bool {
        self.constraints.iter().all(|c| c.is_open(at, self.head))
    }

    /// What each constraint says that is in force at one of the two instants.
    pub(super) fn readings(&self, now: DateTime<Utc>, then: DateTime<Utc>) -> impl Iterator<Item = Reading> {
        let in_force = move |c: &&Constraint<'_>| c.is_in_force(now) || c.is_in_force(then);
        self.constraints.iter().filter(in_force).map(move |c| Reading {
            rule: c.id.clone(),
            is_open: c.is_open(now, self.head),
            is_open_then: c.is_open(then, self.head),
            detail: c.detail(now, self.head),
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
        let minutes: BTreeSet<u32> = (self.constraints.iter())
            .flat_map(|c| c.openings(self.head))
            .collect();
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

/// The hours in which somebody may be called by law and by the campaign, apart from everything else that may stand in the way: for
/// looking ahead over many days. What is sent is decided anew when its time has come.
#[derive(Debug)]
pub struct CallingHours<'a>(OpeningHours<'a>);

impl<'a> CallingHours<'a> {
    /// Of people who may be here and have consented so.
    pub fn of(
        place: &Candidates,
        consent: ConsentStanding,
        schedule: &'a Schedule,
        pack: &'a RulePack,
    ) -> Self {
        Self(OpeningHours::of(place, pack, consent, schedule))
    }

    /// The first instant from `from` on at which they are open; nothing when there is none for [`SEARCH_DAYS_MAX`] days.
    pub fn next_open(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.next_open(from)
    }
}

/// The constraints that a rule makes, one a zone; none when it is about something else than hours.
fn constraints_of<'a>(
    rule: &'a Rule,
    jurisdiction: Jurisdiction,
    place: &Candidates,
    pack: &'a RulePack,
) -> impl Iterator<Item = Constraint<'a>> {
    let clocks = match &rule.test {
        Test::Window { clocks, .. } => clocks.as_slice(),
        _ => &[],
    };
    let zones: BTreeSet<&str> = place.zones.iter().chain(clocks).map(|zone| zone.name()).collect();
    let zones: Vec<Tz> = zones.into_iter().filter_map(|name| name.parse().ok()).collect();
    zones.into_iter().filter_map(move |zone| {
        let source = match (&rule.test, jurisdiction) {
            (Test::Window { hours, .. }, _) => Source::Week(rule, hours),
            (Test::Holiday { hours, shifts }, Jurisdiction::State(state)) => Source::Holidays {
                rule,
                hours: *hours,
                shifts: *shifts,
                calendar: pack.calendar(state),
            },
            _ => return None,
        };
        Some(Constraint {
            id: rule.id(jurisdiction),
            zone,
            source,
        })
    })
}

impl Constraint<'_> {
    /// What the law makes of a local day; nothing for a campaign's own hours.
    fn day(&self, date: NaiveDate) -> Option<Day<'_>> {
        match &self.source {
            Source::Campaign(_) => None,
            Source::Week(rule, _) | Source::Holidays { rule, .. } if !rule.is_in_force(date) => {
                Some(Day::Free)
            }
            Source::Week(_, hours) => Some(match hours.on(date.weekday()) {
                Some(hours) => Day::Open(hours, None),
                None => Day::Closed(None),
            }),
            Source::Holidays {
                hours,
                shifts,
                calendar,
                ..
            } => {
                let kind = calendar.map_or(DayKind::NotOnRecord, |c| c.kind(date, *shifts));
                Some(match (kind, hours) {
                    (DayKind::Ordinary, _) => Day::Free,
                    (DayKind::Holiday(name), Some(hours)) => Day::Open(*hours, Some(name)),
                    (DayKind::Holiday(name), None) => Day::Closed(Some(name)),
                    (DayKind::NotOnRecord, _) => Day::Closed(Some("a year whose holidays are not on record")),
                })
            }
        }
    }

    fn is_in_force(&self, at: DateTime<Utc>) -> bool {
        match &self.source {
            Source::Campaign(_) => true,
            Source::Week(rule, _) | Source::Holidays { rule, .. } => {
                rule.is_in_force(at.with_timezone(&self.zone).date_naive())
            }
        }
    }

    fn is_open(&self, at: DateTime<Utc>, head: &Head) -> bool {
        let local = at.with_timezone(&self.zone);
        let minute = minute_of_day(local.time());
        match (&self.source, self.day(local.date_naive())) {
            (_, Some(Day::Free)) => true,
            (_, Some(Day::Open(hours, _))) => hours.contains(
                minute,
                head.guard_after_opening_minutes,
                head.guard_before_closing_minutes,
            ),
            (Source::Campaign(schedule), None) => {
                let day = schedule.days.is_empty() || schedule.days.contains(&local.weekday());
                let window = schedule.windows.is_empty()
                    || (schedule.windows.iter()).any(|w| w.start <= local.time() && local.time() < w.end);
                day && window
            }
            (_, Some(Day::Closed(_)) | None) => false,
        }
    }

    /// Minutes of the day at which it may open.
    fn openings(&self, head: &Head) -> Vec<u32> {
        let guarded = |hours: Hours| hours.from + head.guard_after_opening_minutes;
        match &self.source {
            // Midnight as well: that is when a rule ends.
            Source::Week(_, hours) => hours.all().map(guarded).chain([0]).collect(),
            Source::Holidays { hours, .. } => hours.iter().copied().map(guarded).chain([0]).collect(),
            // Midnight, where the days are limited and the windows are not.
            Source::Campaign(schedule) => {
                let starts = schedule.windows.iter().map(|w| minute_of_day(w.start));
                starts.chain([0]).collect()
            }
        }
    }

    fn detail(&self, at: DateTime<Utc>, head: &Head) -> String {
        let local = at.with_timezone(&self.zone);
        let when = format!("{} in {}", local.format("%a %d %b %Y %H:%M %Z"), self.zone.name());
        let guard = format!(
            "kept {} min after opening and {} min before closing",
            head.guard_after_opening_minutes, head.guard_before_closing_minutes
        );
        let on = |name: Option<&str>| name.map(|name| format!(", {name}")).unwrap_or_default();
        match self.day(local.date_naive()) {
            Some(Day::Free) => format!("{when}; no limit that day"),
            Some(Day::Open(hours, name)) => format!("{when}{}; the law opens {hours}, {guard}", on(name)),
            Some(Day::Closed(name)) => format!("{when}{}; the law closes that day", on(name)),
            None => format!("{when}; measured against the campaign's own days and windows"),
        }
    }
}

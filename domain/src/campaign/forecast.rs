//! When a campaign will have handed everything over: the places in time that its hand-offs would take, run ahead of time by the same
//! rules by which real ones are given. It promises nothing: opt-outs, halts and a carrier in trouble are not foreseen, and how long
//! one hand-off takes is not counted.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Duration, Utc};

use super::Schedule;

/// How far ahead is looked; what has no place until then is counted and no more.
pub const FORECAST_DAYS_MAX: i64 = 366;

/// People who can be called from the same instant on, in the same hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The first instant at which they may be called, as the decision says.
    pub from: DateTime<Utc>,
    /// Which hours: their place among those that are given.
    pub hours: usize,
    /// How many.
    pub people: u64,
}

/// How fast the campaign goes, and how far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pacing {
    /// What must lie between two hand-offs.
    pub spacing: Duration,
    /// Most hand-offs in any 24 hours.
    pub per_day: Option<u32>,
    /// Nothing is handed over from here on.
    pub end: Option<DateTime<Utc>>,
    /// Hand-offs of the last 24 hours, in order.
    pub recent: Vec<DateTime<Utc>>,
}

impl Pacing {
    /// As a schedule asks for it, after these hand-offs.
    pub fn of(schedule: &Schedule, recent: Vec<DateTime<Utc>>) -> Self {
        Self {
            spacing: schedule.spacing(),
            per_day: schedule.per_day,
            end: schedule.end,
            recent,
        }
    }
}

/// What the rest of a campaign comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forecast {
    /// When the last one is handed over; nothing when none is.
    pub finish: Option<DateTime<Utc>>,
    /// People who are called.
    pub called: u64,
    /// People whose turn comes only after the campaign's end.
    pub too_late: u64,
    /// People of whom it can't be said: no hours that open, or none within [`FORECAST_DAYS_MAX`] days.
    pub unknown: u64,
}

/// Runs the rest of the campaign ahead. `opening(hours, at)` is the first instant from `at` on at which those hours are open.
pub fn forecast(
    waiting: impl IntoIterator<Item = Waiting>,
    pacing: Pacing,
    opening: impl Fn(usize, DateTime<Utc>) -> Option<DateTime<Utc>>,
) -> Forecast {
    let mut queue = Queue::default();
    for group in waiting {
        queue.push(group.from, group.hours, group.people);
    }
    let mut found = Forecast::default();
    let Some(first) = queue.first() else { return found };
    let horizon = first + Duration::days(FORECAST_DAYS_MAX);
    let mut places = Places::of(pacing);
    let mut closed = Closed::default();
    while let Some((from, hours, people)) = queue.pop() {
        let at = places.next(from);
        if places.end.is_some_and(|end| at >= end) {
            found.too_late += people;
            continue;
        }
        // The decision says that they may be called from then on; a later place has to be open, too.
        let open = if at == from {
            Some(at)
        } else {
            closed.opening(hours, at, &opening)
        };
        match open.filter(|open| *open <= horizon) {
            None => found.unknown += people,
            Some(open) if open > at => queue.push(open, hours, people),
            Some(_) => {
                let taken = places.take(at, people);
                found.called += taken;
                found.finish = found.finish.max(Some(at));
                queue.push(from, hours, people - taken);
            }
        }
    }
    found
}

/// Who waits, by the instant and the hours: those of the same are one, so that it stays short however many they are.
#[derive(Default)]
struct Queue(BTreeMap<(DateTime<Utc>, usize), u64>);

impl Queue {
    fn push(&mut self, from: DateTime<Utc>, hours: usize, people: u64) {
        if people > 0 {
            *self.0.entry((from, hours)).or_default() += people;
        }
    }

    fn first(&self) -> Option<DateTime<Utc>> {
        self.0.keys().next().map(|(from, _)| *from)
    }

    fn pop(&mut self) -> Option<(DateTime<Utc>, usize, u64)> {
        self.0
            .pop_first()
            .map(|((from, hours), people)| (from, hours, people))
    }
}

/// Of each hours the last stretch that was found closed, so that it is searched once for all who run into it.
#[derive(Default)]
struct Closed(HashMap<usize, (DateTime<Utc>, DateTime<Utc>)>);

impl Closed {
    fn opening(
        &mut self,
        hours: usize,
        at: DateTime<Utc>,
        opening: &impl Fn(usize, DateTime<Utc>) -> Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        if let Some((from, open)) = self.0.get(&hours)
            && (*from..=*open).contains(&at)
        {
            return Some(*open);
        }
        let open = opening(hours, at)?;
        if open > at {
            self.0.insert(hours, (at, open));
        }
        Some(open)
    }
}

/// The places that are taken, as far as they bear on the next one.
struct Places {
    spacing: Duration,
    per_day: Option<usize>,
    end: Option<DateTime<Utc>>,
    /// The latest, in order; at most as many as one day may have.
    taken: VecDeque<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
}

impl Places {
    fn of(pacing: Pacing) -> Self {
        let mut places = Self {
            spacing: pacing.spacing,
            per_day: pacing.per_day.map(|cap| cap.max(1) as usize),
            end: pacing.end,
            taken: VecDeque::new(),
            last: None,
        };
        for at in pacing.recent {
            places.note(at);
        }
        places
    }

    fn next(&self, from: DateTime<Utc>) -> DateTime<Utc> {
        let spaced = self.last.map(|last| last + self.spacing);
        let is_full = self.per_day.is_some_and(|cap| self.taken.len() >= cap);
        let capped = self
            .taken
            .front()
            .filter(|_| is_full)
            .map(|first| *first + Duration::days(1));
        from.max(spaced.unwrap_or(from)).max(capped.unwrap_or(from))
    }

    /// Takes places at this instant for so many people; answers for how many. Without a pace all go at once.
    fn take(&mut self, at: DateTime<Utc>, people: u64) -> u64 {
        self.note(at);
        if self.spacing.is_zero() && self.per_day.is_none() {
            people
        } else {
            1
        }
    }

    fn note(&mut self, at: DateTime<Utc>) {
        self.last = self.last.max(Some(at));
        let Some(cap) = self.per_day else { return };
        self.taken.push_back(at);
        while self.taken.len() > cap {
            self.taken.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::{
        Location,
        campaign::DailyWindow,
        compliance::{CallingHours, ConsentStanding, RulePack, candidates},
    };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn people(from: &str, hours: usize, people: u64) -> Waiting {
        Waiting {
            from: at(from),
            hours,
            people,
        }
    }

    fn schedule(per_minute: Option<u32>, per_day: Option<u32>) -> Schedule {
        Schedule {
            per_minute,
            per_day,
            ..Schedule::default()
        }
    }

    /// The hours of written consent behind an area code, by the rules that ship.
    fn hours<'a>(area_code: &str, schedule: &'a Schedule) -> CallingHours<'a> {
        let location = Location {
            area_code: area_code.to_owned(),
            ..Location::default()
        };
        let place = candidates(&location, RulePack::us()).unwrap();
        CallingHours::of(&place, ConsentStanding::Written, schedule, RulePack::us())
    }

    fn run(waiting: &[Waiting], schedule: &Schedule, hours: &[CallingHours<'_>]) -> Forecast {
        let pacing = Pacing::of(schedule, vec![]);
        forecast(waiting.iter().copied(), pacing, |n, from| {
            hours[n].next_open(from)
        })
    }

    #[test]
    fn nobody_left_is_no_finish() {
        let plain = schedule(Some(1), Some(1));
        assert_eq!(run(&[], &plain, &[]), Forecast::default());
    }

    #[test]
    fn without_a_pace_it_is_over_when_the_last_hold_ends() {
        let plain = schedule(None, None);
        let waiting = [
            people("2026-11-18T19:00:00Z", 0, 5_000),
            people("2026-11-20T16:10:00Z", 0, 3),
        ];
        let found = run(&waiting, &plain, &[hours("760", &plain)]);
        assert_eq!(
            (found.called, found.finish),
            (5_003, Some(at("2026-11-20T16:10:00Z")))
        );
    }

    #[test]
    fn at_one_a_minute_the_hundredth_goes_ninety_nine_minutes_after_the_first() {
        let paced = schedule(Some(1), None);
        let waiting = [people("2026-11-18T19:00:00Z", 0, 100)];
        let found = run(&waiting, &paced, &[hours("760", &paced)]);
        assert_eq!(found.finish, Some(at("2026-11-18T20:39:00Z")));
    }

    #[test]
    fn what_does_not_fit_into_the_hours_goes_on_when_they_open_again() {
        // California closes at 20:30 with the guard band: 04:30 UTC. Ten minutes are left, so the eleventh waits until 08:10.
        let paced = schedule(Some(1), None);
        let waiting = [people("2026-11-19T04:20:00Z", 0, 11)];
        let found = run(&waiting, &paced, &[hours("760", &paced)]);
        assert_eq!(found.finish, Some(at("2026-11-19T16:10:00Z")));
    }

    #[test]
    fn whoever_may_be_called_now_does_not_wait_for_those_who_sleep() {
        // Evening in New York, afternoon in California: the ten in New York wait for the morning and keep nobody up.
        let paced = schedule(Some(1), None);
        let waiting = [
            people("2026-11-19T13:10:00Z", 0, 10),
            people("2026-11-19T02:00:00Z", 1, 30),
        ];
        let hours = [hours("212", &paced), hours("760", &paced)];
        let found = run(&waiting, &paced, &hours);
        assert_eq!(found.finish, Some(at("2026-11-19T13:19:00Z")));
    }

    #[test]
    fn a_daily_cap_counts_any_24_hours_and_what_went_out_before() {
        let capped = schedule(None, Some(10));
        let hours = [hours("760", &capped)];
        let waiting = [people("2026-11-18T19:00:00Z", 0, 25)];
        let fresh = run(&waiting, &capped, &hours);
        assert_eq!(fresh.finish, Some(at("2026-11-20T19:00:00Z")));
        let recent = vec![at("2026-11-18T18:00:00Z"); 10];
        let pacing = Pacing::of(&capped, recent);
        let found = forecast(waiting, pacing, |n, from| hours[n].next_open(from));
        assert_eq!(found.finish, Some(at("2026-11-21T18:00:00Z")));
    }

    #[test]
    fn an_opening_moves_by_an_hour_when_clocks_go_back() {
        // Ten in the morning in Los Angeles: 17:00 UTC on Friday, 18:00 UTC on Monday, after the night of 1 November 2026.
        let mut mornings = schedule(None, Some(1));
        mornings.windows = vec![DailyWindow {
            start: NaiveTime::from_hms_opt(10, 0, 0).unwrap(),
            end: NaiveTime::from_hms_opt(10, 5, 0).unwrap(),
        }];
        mornings.days = vec![chrono::Weekday::Fri, chrono::Weekday::Mon];
        let waiting = [people("2026-10-30T17:00:00Z", 0, 2)];
        let found = run(&waiting, &mornings, &[hours("213", &mornings)]);
        assert_eq!(found.finish, Some(at("2026-11-02T18:00:00Z")));
    }

    #[test]
    fn what_comes_after_the_campaigns_end_is_counted_apart() {
        let mut paced = schedule(Some(1), None);
        paced.end = Some(at("2026-11-18T19:10:00Z"));
        let waiting = [people("2026-11-18T19:00:00Z", 0, 30)];
        let found = run(&waiting, &paced, &[hours("760", &paced)]);
        assert_eq!((found.called, found.too_late), (10, 20));
        assert_eq!(found.finish, Some(at("2026-11-18T19:09:00Z")));
    }

    #[test]
    fn hours_that_never_open_and_years_of_waiting_are_said_to_be_unknown() {
        let slow = schedule(None, Some(1));
        let waiting = [
            people("2026-11-18T19:00:00Z", 0, 2),
            people("2026-11-18T19:00:00Z", 1, 1),
        ];
        let never = forecast(waiting, Pacing::of(&slow, vec![]), |n, from| {
            (n == 1).then_some(from)
        });
        assert_eq!((never.called, never.unknown), (2, 1));
        let crowd = [people("2026-11-18T19:00:00Z", 0, 100_000)];
        let years = forecast(crowd, Pacing::of(&slow, vec![]), |_, from| Some(from));
        assert_eq!((years.called, years.unknown), (367, 99_633));
    }
}

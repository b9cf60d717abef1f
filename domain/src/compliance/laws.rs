//! Laws that no decision may break, over random packs, people and times. The checker beside them reads the same rules in the plainest way
//! there is and shares no code with the engine but the rules themselves and where the contact may be.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{
    examples::{Situation, at, complete},
    location::PLACES_BY_AREA_CODE,
    *,
};
use crate::{
    UsState,
    campaign::{DailyWindow, Schedule},
    script::lint::Said,
    suppression::ListKind,
};

/// About whose time everything happens: around the night on which clocks go back.
const BEGINNING: &str = "2026-10-25T00:00:00Z";
const WORKDAYS: [Weekday; 5] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
];
const AREAS: [&str; 8] = ["760", "212", "850", "208", "605", "907", "602", "915"];

fn provenance() -> Provenance {
    Provenance {
        citation: "a law".to_owned(),
        source: "made up".to_owned(),
        read_on: NaiveDate::MIN,
        confidence: Confidence::Low,
        note: String::new(),
    }
}

fn any_hours() -> impl Strategy<Value = Option<Hours>> {
    let some = (0_u32..22, 1_u32..16).prop_map(|(from, length)| Hours {
        from: from * 60,
        to: ((from + length) * 60).min(24 * 60),
    });
    proptest::option::weighted(0.85, some)
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..21).prop_map(|days| at(BEGINNING).date_naive() + Days::new(days))
}

fn any_standing() -> impl Strategy<Value = ConsentStanding> {
    prop_oneof![
        1 => Just(ConsentStanding::None),
        1 => Just(ConsentStanding::Oral),
        1 => Just(ConsentStanding::Revoked),
        1 => Just(ConsentStanding::AnotherSeller),
        8 => Just(ConsentStanding::Written),
    ]
}

fn any_term() -> impl Strategy<Value = RelationshipTerm> {
    (0_u32..24, 0_u32..6).prop_map(|(purchase_months, inquiry_months)| RelationshipTerm {
        purchase_months,
        inquiry_months,
    })
}

fn any_cap() -> impl Strategy<Value = Test> {
    let scope = prop_oneof![
        Just(CapScope::Number),
        Just(CapScope::Person),
        Just(CapScope::Subject)
    ];
    (1_usize..4, 1_u32..100, scope, proptest::option::of(any_term())).prop_map(
        |(attempts, hours, scope, unless_relationship)| {
            Test::Cap(Cap {
                attempts,
                hours,
                scope,
                unless_relationship,
            })
        },
    )
}

fn any_content() -> impl Strategy<Value = Test> {
    let seconds = || proptest::option::weighted(0.3, 1_u64..40);
    (seconds(), seconds(), seconds(), seconds(), any::<bool>()).prop_map(
        |(identity, callback, opt_out, again, disclosed)| {
            Test::Content(ContentRule {
                identity_within_seconds: identity,
                callback_within_seconds: callback,
                opt_out_within_seconds: opt_out,
                repeated_in_last_seconds: again,
                artificial_voice_disclosed: disclosed,
            })
        },
    )
}

fn any_test() -> impl Strategy<Value = Test> {
    let list = prop_oneof![Just(ListKind::FederalDnc), Just(ListKind::StateDnc)];
    prop_oneof![
        (
            any_hours(),
            any_hours(),
            any_hours(),
            proptest::collection::vec(Just(Tz::America__Chicago), 0..2)
        )
            .prop_map(|(weekday, saturday, sunday, clocks)| Test::Window {
                hours: WeeklyHours {
                    weekday,
                    saturday,
                    sunday
                },
                clocks,
            }),
        (any_hours(), any::<bool>()).prop_map(|(hours, shifts)| Test::Holiday { hours, shifts }),
        (0_i64..400, 1_i64..100).prop_map(|(from, length)| {
            let from = at(BEGINNING) + Duration::hours(from);
            Test::Emergency {
                from,
                until: from + Duration::hours(length),
            }
        }),
        any_cap(),
        any_standing().prop_map(|form| Test::Consent { form }),
        any_term().prop_map(Test::Relationship),
        (list, 1_u32..60, any::<bool>()).prop_map(|(list, days, required)| Test::ListAge {
            list,
            days,
            required
        }),
        prop_oneof![Just(PermitKind::Registration), Just(PermitKind::Device)]
            .prop_map(|permit| Test::Permit { permit }),
        any_content(),
        Just(Test::Listing {
            statuses: ["active".to_owned()].into()
        }),
    ]
}

fn rule(name: String, jurisdiction: Jurisdiction, test: Test) -> Rule {
    Rule {
        name,
        jurisdictions: vec![jurisdiction],
        test,
        effective_from: None,
        effective_to: None,
        applies: Applies::default(),
        anchor: Anchor::Both,
        provenance: provenance(),
        examples: vec![],
    }
}

prop_compose! {
    /// A rule of a state that some of the areas are in, or of everybody.
    fn any_rule()(
        test in any_test(),
        place in 0_usize..8,
        from in proptest::option::weighted(0.2, any_day()),
        to in proptest::option::weighted(0.2, any_day()),
        consent in proptest::collection::vec(any_standing(), 0..2),
    ) -> Rule {
        let states: Vec<UsState> = AREAS.iter().flat_map(|a| PLACES_BY_AREA_CODE[a].states.clone()).collect();
        let is_of_a_state = matches!(test, Test::Holiday { .. } | Test::Emergency { .. } | Test::Permit { .. });
        let jurisdiction = match place {
            0 if !is_of_a_state => Jurisdiction::Federal,
            1 if !is_of_a_state => Jurisdiction::House,
            _ => Jurisdiction::State(states[place % states.len()]),
        };
        Rule {
            effective_from: from,
            effective_to: to,
            applies: Applies { consent },
            ..rule("RANDOM".to_owned(), jurisdiction, test)
        }
    }
}

prop_compose! {
    /// A pack with what no pack may be without, and random rules.
    fn any_pack()(
        rules in proptest::collection::vec(any_rule(), 0..12),
        holidays in proptest::collection::vec(any_day(), 1..4),
    ) -> RulePack {
        let us = RulePack::us();
        let week = Some(Hours { from: 8 * 60, to: 21 * 60 });
        let hours = WeeklyHours { weekday: week, saturday: week, sunday: week };
        let mut all = vec![
            rule("WINDOW".to_owned(), Jurisdiction::Federal, Test::Window { hours, clocks: vec![] }),
            rule("CONSENT".to_owned(), Jurisdiction::Federal, Test::Consent { form: ConsentStanding::Written }),
        ];
        all.extend(UsState::all().map(|state| {
            let status = StateStatus::Allow;
            rule("STATE_OFF".to_owned(), Jurisdiction::State(state), Test::State { status })
        }));
        all.extend(rules.into_iter().enumerate().map(|(number, rule)| Rule { name: format!("RULE.{number}"), ..rule }));
        let zones = UsState::all().map(|state| (state, us.zones_of(state).to_vec())).collect();
        let calendar: Calendar = holidays.into_iter().map(|day| (day, "a holiday".to_owned())).collect();
        let calendars: BTreeMap<UsState, Calendar> = UsState::all().map(|s| (s, calendar.clone())).collect();
        RulePack::of(us.head().clone(), zones, calendars, all)
    }
}

fn any_said() -> impl Strategy<Value = Said> {
    (0_u64..40_000, 0_u64..40_000, 0_u64..40_000, any::<bool>()).prop_map(
        |(seller, callback, opt_out, disclosed)| Said {
            seller_ms: Some(seller),
            callback_ms: Some(callback),
            callback_last_ms: Some(callback),
            opt_out_ms: Some(opt_out),
            artificial_voice_ms: disclosed.then_some(5_000),
            ..complete()
        },
    )
}

prop_compose! {
    fn any_situation()(
        minute in 0_i64..(21 * 24 * 60),
        area in 0..AREAS.len(),
        consent in any_standing(),
        attempts in proptest::collection::vec((0_i64..100, any::<bool>(), 0_u8..3), 0..4),
        lists in proptest::collection::vec((0_u8..2, 0_i64..60, proptest::bool::weighted(0.1)), 0..3),
        (purchase, inquiry) in (proptest::option::of(0_u32..30), proptest::option::of(0_u32..8)),
        permits in proptest::option::of(-3_i64..60),
        said in proptest::option::weighted(0.4, any_said()),
        (off, marked, listed) in (proptest::bool::weighted(0.1), proptest::bool::weighted(0.1), proptest::bool::weighted(0.1)),
        declared in proptest::option::weighted(0.1, proptest::option::of(-10_i64..50)),
        (opted_out, last_contact) in (
            proptest::bool::weighted(0.1), proptest::option::weighted(0.3, 0_i64..(20 * 24)),
        ),
        (start, end, window, workdays) in (
            proptest::option::weighted(0.1, -40_i64..60),
            proptest::option::weighted(0.1, -40_i64..200),
            proptest::option::weighted(0.2, (7_u32..17, 1_u32..7)),
            proptest::bool::weighted(0.2),
        ),
    ) -> Situation {
        let now = at(BEGINNING) + Duration::minutes(minute);
        let mut made = Situation::in_area(AREAS[area]);
        made.now = now;
        made.consent = consent;
        made.attempts = attempts.into_iter().map(|(hours, elsewhere, subject)| Attempt {
            at: now - Duration::hours(hours),
            on_another_number: elsewhere,
            subject: [None, Some("expired listings"), Some("just sold")][usize::from(subject)].map(str::to_owned),
        }).collect();
        let state = PLACES_BY_AREA_CODE[AREAS[area]].states[0];
        made.lists = lists.into_iter().map(|(kind, days, holds_number)| ListStanding {
            name: "list".to_owned(),
            kind: [ListKind::FederalDnc, ListKind::StateDnc][usize::from(kind)],
            state: (kind == 1).then_some(state),
            version: None,
            obtained_at: Some(now - Duration::days(days)),
            holds_number,
        }).collect();
        let months_ago = |months: u32| now.date_naive() - Months::new(months);
        made.relationship = Relationship {
            purchased_on: purchase.map(months_ago),
            inquired_on: inquiry.map(months_ago),
        };
        match permits {
            None => made.permits.clear(),
            Some(days) => made.permits.iter_mut().for_each(|p| p.expires_on = (now + Duration::days(days)).date_naive()),
        }
        made.content = said.map_or(Content::Known(complete()), Content::Known);
        if off {
            made.states_on.clear();
        }
        made.do_not_contact = marked;
        made.voicemail_opt_out = opted_out;
        made.last_contact_at = last_contact.map(|hours| now - Duration::hours(hours));
        made.schedule = Schedule {
            start: start.map(|hours| now + Duration::hours(hours)),
            end: end.map(|hours| now + Duration::hours(hours)),
            windows: window.into_iter().map(|(from, length)| DailyWindow {
                start: NaiveTime::from_hms_opt(from, 0, 0).unwrap(),
                end: NaiveTime::from_hms_opt(from + length, 0, 0).unwrap(),
            }).collect(),
            days: if workdays { WORKDAYS.to_vec() } else { vec![] },
            ..Schedule::default()
        };
        made.listing_status = listed.then(|| "Active".to_owned());
        made.emergencies = declared.into_iter().map(|hours| Emergency {
            state,
            until: hours.map(|hours| now + Duration::hours(hours)),
            reason: "a hurricane".to_owned(),
        }).collect();
        made
    }
}

/// Whether the law is kept, read as plainly as can be.
mod plainly {
    use super::*;

    fn days(now: DateTime<Utc>, zones: &[Tz]) -> Vec<NaiveDate> {
        zones
            .iter()
            .map(|zone| now.with_timezone(zone).date_naive())
            .collect()
    }

    fn in_force(rule: &Rule, day: NaiveDate) -> bool {
        !(rule.effective_from.is_some_and(|from| day < from) || rule.effective_to.is_some_and(|to| day >= to))
    }

    fn within(hours: Option<Hours>, local: DateTime<Tz>) -> bool {
        let minute = local.hour() * 60 + local.minute();
        hours.is_some_and(|h| minute >= h.from + 10 && minute + 30 < h.to)
    }

    fn is_holiday(calendar: &Calendar, day: NaiveDate, shifts: bool) -> bool {
        let listed = |day: NaiveDate| calendar.days().any(|(date, _)| date == day);
        listed(day)
            || (shifts && day.weekday() == Weekday::Mon && listed(day - Days::new(1)))
            || (shifts && day.weekday() == Weekday::Fri && listed(day + Days::new(1)))
    }

    fn lasts(term: RelationshipTerm, s: &Situation, days: &[NaiveDate]) -> bool {
        let until = |on: Option<NaiveDate>, months| on.map(|on| on + Months::new(months));
        let end = until(s.relationship.purchased_on, term.purchase_months)
            .max(until(s.relationship.inquired_on, term.inquiry_months));
        end.is_some_and(|end| days.iter().all(|day| *day < end))
    }

    fn capped(cap: &Cap, s: &Situation, days: &[NaiveDate]) -> bool {
        let counted = s.attempts.iter().filter(|a| {
            let theirs = match cap.scope {
                CapScope::Person => true,
                CapScope::Number => !a.on_another_number,
                CapScope::Subject => a.subject.as_deref() != Some("just sold"),
            };
            theirs && s.now - a.at < Duration::hours(i64::from(cap.hours))
        });
        counted.count() >= cap.attempts && !cap.unless_relationship.is_some_and(|term| lasts(term, s, days))
    }

    fn lacks(rule: &ContentRule, content: &Content) -> bool {
        let Content::Known(said) = content else {
            return true;
        };
        let late =
            |at: Option<u64>, by: Option<u64>| by.is_some_and(|by| at.is_none_or(|at| at > by * 1_000));
        let early = |at: Option<u64>| {
            let last = rule.repeated_in_last_seconds;
            last.is_some_and(|last| at.is_none_or(|at| at + last * 1_000 < said.length_ms))
        };
        late(said.caller_ms, rule.identity_within_seconds)
            || late(said.seller_ms, rule.identity_within_seconds)
            || late(said.callback_ms, rule.callback_within_seconds)
            || late(said.opt_out_ms, rule.opt_out_within_seconds)
            || early(said.caller_last_ms)
            || early(said.callback_last_ms)
            || (rule.artificial_voice_disclosed && said.artificial_voice_ms.is_none())
    }

    /// Whether a list is older than allowed, or missing where it must not be.
    fn is_stale(list: ListKind, days: u32, required: bool, state: Option<UsState>, s: &Situation) -> bool {
        let theirs = s
            .lists
            .iter()
            .filter(|l| l.kind == list && (state.is_none() || l.state == state));
        match theirs.filter_map(|l| l.obtained_at).max() {
            Some(newest) => s.now - newest > Duration::days(i64::from(days)),
            None => required && s.consent != ConsentStanding::Written,
        }
    }

    fn broken_by(rule: &Rule, state: Option<UsState>, s: &Situation, pack: &RulePack, zones: &[Tz]) -> bool {
        let days = days(s.now, zones);
        let mut all = zones.to_vec();
        if let Test::Window { clocks, .. } = &rule.test {
            all.extend(clocks);
        }
        let locals = all.iter().map(|zone| s.now.with_timezone(zone));
        let mut locals_in_force = locals.filter(|local| in_force(rule, local.date_naive()));
        match &rule.test {
            Test::Window { hours, .. } => locals_in_force.any(|local| {
                let hours = match local.weekday() {
                    Weekday::Sat => hours.saturday,
                    Weekday::Sun => hours.sunday,
                    _ => hours.weekday,
                };
                !within(hours, local)
            }),
            Test::Holiday { hours, shifts } => {
                let calendar = pack.calendar(state.unwrap()).unwrap();
                locals_in_force
                    .any(|local| is_holiday(calendar, local.date_naive(), *shifts) && !within(*hours, local))
            }
            _ if !days.iter().any(|day| in_force(rule, *day)) => false,
            Test::State { .. } => !s.states_on.contains_key(&state.unwrap()),
            Test::Emergency { from, until } => *from <= s.now && s.now < *until,
            Test::Cap(cap) => capped(cap, s, &days),
            Test::Consent { form } => match form {
                ConsentStanding::Written => s.consent != ConsentStanding::Written,
                ConsentStanding::Oral => {
                    !matches!(s.consent, ConsentStanding::Written | ConsentStanding::Oral)
                }
                ConsentStanding::None | ConsentStanding::Revoked | ConsentStanding::AnotherSeller => {
                    s.consent == ConsentStanding::Revoked
                }
            },
            Test::Relationship(_) => false,
            Test::ListAge { list, days, required } => is_stale(*list, *days, *required, state, s),
            Test::Permit { permit } => !s.permits.iter().any(|p| {
                Some(p.state) == state && p.permit == *permit && days.iter().all(|day| *day <= p.expires_on)
            }),
            Test::Content(content) => lacks(content, &s.content),
            Test::Listing { .. } => s.listing_status.as_deref() == Some("Active"),
        }
    }

    /// Whether the campaign's own terms let it be sent now, by a clock there.
    pub(super) fn is_in_schedule(s: &Situation, zone: Tz) -> bool {
        let local = s.now.with_timezone(&zone);
        let schedule = &s.schedule;
        schedule.start.is_none_or(|start| start <= s.now)
            && schedule.end.is_none_or(|end| s.now < end)
            && (schedule.days.is_empty() || schedule.days.contains(&local.weekday()))
            && (schedule.windows.is_empty()
                || schedule
                    .windows
                    .iter()
                    .any(|w| w.start <= local.time() && local.time() < w.end))
    }

    /// The first rule that it breaks.
    pub(super) fn broken(s: &Situation, pack: &RulePack, zones: &[Tz], states: &[UsState]) -> Option<String> {
        for rule in pack.rules() {
            for jurisdiction in &rule.jurisdictions {
                let state = match jurisdiction {
                    Jurisdiction::State(state) if !states.contains(state) => continue,
                    Jurisdiction::State(state) => Some(*state),
                    _ => None,
                };
                let applies = rule.applies.consent.is_empty() || rule.applies.consent.contains(&s.consent);
                if applies && broken_by(rule, state, s, pack, zones) {
                    return Some(rule.id(*jurisdiction));
                }
            }
        }
        None
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn nothing_is_cleared_that_any_rule_of_any_pack_forbids(s in any_situation(), pack in any_pack()) {
        let decision = s.decide_by(&pack);
        let zones: Vec<Tz> = decision.zones.iter().map(|zone| zone.parse().unwrap()).collect();
        let broken = plainly::broken(&s, &pack, &zones, &decision.states);
        if decision.verdict == Verdict::Cleared {
            prop_assert_eq!(broken, None);
            prop_assert!(s.consent == ConsentStanding::Written && !s.do_not_contact);
            prop_assert!(s.lists.iter().all(|l| !l.holds_number));
            let is_over = |e: &Emergency| e.until.is_some_and(|until| until <= s.now);
            prop_assert!(s.emergencies.iter().all(is_over));
            prop_assert!(!s.voicemail_opt_out);
            prop_assert!(s.last_contact_at.is_none_or(|at| at + Duration::days(14) <= s.now));
            prop_assert!(zones.iter().all(|zone| plainly::is_in_schedule(&s, *zone)));
        } else if broken.is_none() {
            // The other way round: what no rule forbids is stopped by the person, a list, an emergency or the campaign's own terms alone.
            let is_stopped = s.do_not_contact
                || s.voicemail_opt_out
                || s.lists.iter().any(|l| l.holds_number)
                || !s.emergencies.is_empty()
                || s.last_contact_at.is_some_and(|at| at + Duration::days(14) > s.now)
                || s.schedule != Schedule::default();
            prop_assert!(is_stopped, "{:#?}", decision.obstacles().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_any_pack_holds_is_cleared_at_the_instant_it_names(mut s in any_situation(), pack in any_pack()) {
        let decision = s.decide_by(&pack);
        match (decision.verdict, decision.next_allowed) {
            (Verdict::HeldUntil(until), Some(allowed)) => {
                prop_assert_eq!(until, allowed);
                s.now = allowed;
                prop_assert_eq!(s.decide_by(&pack).verdict, Verdict::Cleared);
            }
            (Verdict::HeldUntil(until), None) => prop_assert!(until > s.now),
            (Verdict::Cleared, allowed) => prop_assert_eq!(allowed, Some(s.now)),
            (Verdict::Blocked, allowed) => prop_assert_eq!(allowed, None),
        }
    }

    #[test]
    fn a_recorded_decision_is_worked_out_again_from_its_inputs(s in any_situation(), pack in any_pack()) {
        let decision = s.decide_by(&pack);
        let stored = serde_json::to_string(&decision).unwrap();
        let read: Decision = serde_json::from_str(&stored).unwrap();
        let again = decide_again(read.inputs.as_deref().unwrap(), &pack);
        prop_assert_eq!(again, decision);
    }

    #[test]
    fn the_order_of_the_rules_changes_nothing(s in any_situation(), pack in any_pack(), turn in 0_usize..60) {
        let mut rules = pack.rules().to_vec();
        let turn = turn % rules.len();
        rules.rotate_left(turn);
        let zones = UsState::all().map(|state| (state, pack.zones_of(state).to_vec())).collect();
        let calendars = UsState::all().filter_map(|s| Some((s, pack.calendar(s)?.clone()))).collect();
        let turned = RulePack::of(pack.head().clone(), zones, calendars, rules);
        let (one, other) = (s.decide_by(&pack), s.decide_by(&turned));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.next_allowed, other.next_allowed);
        let sorted = |decision: Decision| {
            let mut findings: Vec<String> = decision.findings.iter().map(|f| format!("{f:?}")).collect();
            findings.sort();
            findings
        };
        prop_assert_eq!(sorted(one), sorted(other));
    }
}

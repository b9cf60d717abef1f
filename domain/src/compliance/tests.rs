//! The decision, by example and by law: worked cases of hours, traps of area codes, and properties that no case may break.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{
    examples::{Situation, at, attempt, state},
    location::{PLACES_BY_AREA_CODE, PLACES_BY_ZIP3},
    pack::{AREA_CODES, US_FILES, ZIP3},
    *,
};
use crate::{UsState, campaign::DailyWindow, suppression::ListKind};

fn number_in(area_code: &str) -> Situation {
    Situation::in_area(area_code)
}

fn held_until(text: &str) -> Verdict {
    Verdict::HeldUntil(at(text))
}

mod hours {
    use super::*;

    #[test]
    fn a_consenting_listener_in_california_is_reached_at_eleven_in_the_morning() {
        number_in("760").is(Verdict::Cleared);
    }

    #[test]
    fn the_first_ten_minutes_and_the_last_thirty_of_a_window_are_not_used() {
        number_in("760")
            .at("2026-11-18T16:09:59Z")
            .is(held_until("2026-11-18T16:10:00Z"));
        number_in("760").at("2026-11-18T16:10:00Z").is(Verdict::Cleared);
        number_in("760").at("2026-11-19T04:29:59Z").is(Verdict::Cleared);
        number_in("760")
            .at("2026-11-19T04:30:00Z")
            .is(held_until("2026-11-19T16:10:00Z"));
    }

    #[test]
    fn florida_closes_at_eight_in_the_evening() {
        number_in("305").at("2026-11-18T13:10:00Z").is(Verdict::Cleared);
        number_in("305").at("2026-11-19T00:29:00Z").is(Verdict::Cleared);
        number_in("305")
            .at("2026-11-19T00:30:00Z")
            .is(held_until("2026-11-19T13:10:00Z"));
    }

    #[test]
    fn texas_opens_at_noon_on_sundays_by_the_recipients_and_by_central_time() {
        number_in("214")
            .at("2026-11-22T17:00:00Z")
            .is(held_until("2026-11-22T18:10:00Z"));
        // El Paso is on Mountain time: noon there is one o'clock Central. Its area code reaches into both.
        number_in("915")
            .at("2026-11-22T18:30:00Z")
            .is(held_until("2026-11-22T19:10:00Z"));
    }

    #[test]
    fn rhode_island_is_closed_on_sundays_and_holidays_and_short_on_saturdays() {
        number_in("401")
            .at("2026-11-21T15:00:00Z")
            .is(held_until("2026-11-21T15:10:00Z"));
        number_in("401")
            .at("2026-11-22T18:00:00Z")
            .is(held_until("2026-11-23T14:10:00Z"));
        // Victory Day, the second Monday of August.
        number_in("401")
            .at("2026-08-10T16:00:00Z")
            .is(held_until("2026-08-11T13:10:00Z"));
    }

    #[test]
    fn a_pennsylvanian_holiday_is_closed_and_a_day_of_a_year_without_calendar_is_too() {
        // Flag Day 2027 is a Monday.
        number_in("215")
            .at("2027-06-14T16:00:00Z")
            .is(held_until("2027-06-15T12:10:00Z"));
        number_in("215")
            .at("2035-06-13T16:00:00Z")
            .is_blocked_by("US-PA.HOLIDAY");
    }

    #[test]
    fn a_holiday_that_falls_on_a_saturday_closes_the_friday_before_too() {
        // 4 July 2026 is a Saturday; Alabama is closed on Sunday as well.
        number_in("205")
            .at("2026-07-03T16:00:00Z")
            .is(held_until("2026-07-06T13:10:00Z"));
    }

    #[test]
    fn mississippi_counts_in_central_time_wherever_its_number_is_now() {
        let mut example = number_in("601");
        example.location.state = Some(state("CA"));
        // 20:10 in Jackson, 18:10 in California.
        example
            .at("2026-11-19T02:10:00Z")
            .is(held_until("2026-11-19T16:10:00Z"));
    }

    #[test]
    fn clocks_that_go_forward_move_the_opening_with_them() {
        // 8 March 2026, the United States but Arizona: 08:10 is 13:10 UTC the day before, 12:10 UTC that day.
        number_in("212")
            .at("2026-03-07T12:30:00Z")
            .is(held_until("2026-03-07T13:10:00Z"));
        number_in("212").at("2026-03-08T12:30:00Z").is(Verdict::Cleared);
        number_in("602")
            .at("2026-03-08T15:00:00Z")
            .is(held_until("2026-03-08T15:10:00Z"));
    }

    #[test]
    fn clocks_that_go_back_move_the_opening_with_them() {
        // 1 November 2026.
        number_in("212")
            .at("2026-11-01T12:30:00Z")
            .is(held_until("2026-11-01T13:10:00Z"));
    }

    #[test]
    fn a_window_that_starts_inside_the_skipped_hour_waits_for_the_lawful_opening() {
        let mut example = number_in("212").at("2026-03-08T05:00:00Z");
        example.schedule.windows = vec![window("02:30", "23:00")];
        example.is(held_until("2026-03-08T12:10:00Z"));
    }

    #[test]
    fn the_campaigns_own_days_and_windows_are_the_recipients() {
        let mut example = number_in("212");
        example.schedule.days = vec![Weekday::Thu];
        example.schedule.windows = vec![window("17:00", "19:00")];
        example.is(held_until("2026-11-19T22:00:00Z"));
    }

    #[test]
    fn days_and_hours_that_never_meet_block() {
        let mut example = number_in("401");
        example.schedule.days = vec![Weekday::Sun];
        example.is_blocked_by("CAMPAIGN.WINDOW");
    }

    #[test]
    fn a_campaign_holds_before_its_start_and_blocks_from_its_end() {
        let mut example = number_in("760");
        example.schedule.start = Some(at("2026-11-20T12:00:00Z"));
        example.is(held_until("2026-11-20T16:10:00Z"));
        example.schedule.start = None;
        example.schedule.end = Some(example.now);
        example.is_blocked_by("CAMPAIGN.END");
    }

    #[test]
    fn a_hold_beyond_the_campaigns_end_stays_a_hold() {
        let mut example = number_in("760").at("2026-11-19T05:00:00Z");
        example.schedule.end = Some(at("2026-11-19T06:00:00Z"));
        example.is(held_until("2026-11-19T16:10:00Z"));
    }
}

mod places {
    use super::*;

    fn zones(area_code: &str) -> Vec<String> {
        number_in(area_code).decide().zones
    }

    #[test]
    fn an_overlay_has_the_zones_of_the_area_that_it_lies_over() {
        let families = [
            ("448", "850"),
            ("364", "270"),
            ("930", "812"),
            ("458", "541"),
            ("729", "423"),
            ("986", "208"),
            ("531", "402"),
        ];
        for (overlay, area) in families {
            assert_eq!(zones(overlay), zones(area), "{overlay} and {area}");
            assert_eq!(zones(overlay).len(), 2, "{overlay}");
        }
    }

    #[test]
    fn split_area_codes_have_both_zones() {
        let split = [
            "208", "986", "219", "270", "364", "308", "423", "432", "541", "458", "574", "605", "606", "620",
            "701", "775", "785", "806", "575", "915", "812", "930", "850", "448", "906", "907", "928", "931",
            "402", "531",
        ];
        for area_code in split {
            assert_eq!(zones(area_code).len(), 2, "{area_code}");
        }
    }

    #[test]
    fn eight_in_the_east_is_too_early_for_the_panhandle() {
        number_in("448")
            .at("2026-11-18T13:15:00Z")
            .is(held_until("2026-11-18T14:10:00Z"));
    }

    #[test]
    fn an_unlisted_exchange_of_chattanooga_is_not_called_late_in_the_east() {
        number_in("423")
            .at("2026-11-19T02:00:00Z")
            .is(held_until("2026-11-19T14:10:00Z"));
    }

    #[test]
    fn toll_free_and_unknown_area_codes_are_blocked() {
        for area_code in ["800", "888", "833", "500", "900", "700", "416", "", "76", "7600"] {
            number_in(area_code).is_blocked_by("US.LOCATION");
        }
    }

    #[test]
    fn a_zip_code_adds_its_state_and_zone_and_takes_none_away() {
        let mut example = number_in("212");
        example.location.zip = Some("92270".to_owned());
        let decision = example.decide();
        assert_eq!(decision.states, [state("CA"), state("NY")]);
        assert_eq!(decision.zones, ["America/Los_Angeles", "America/New_York"]);
    }

    #[test]
    fn a_zip_code_within_the_stated_state_is_narrower_than_the_state() {
        let mut example = number_in("305");
        example.location.state = Some(state("FL"));
        assert_eq!(example.decide().zones, ["America/Chicago", "America/New_York"]);
        example.location.zip = Some("33139".to_owned());
        assert_eq!(example.decide().zones, ["America/New_York"]);
    }

    #[test]
    fn a_zip_code_of_nowhere_is_blocked() {
        for zip in ["09012", "96201", "9227", "ABCDE", "92270-1234", "00100", "é2270"] {
            let mut example = number_in("760");
            example.location.zip = Some(zip.to_owned());
            example.is_blocked_by("US.LOCATION");
        }
    }

    #[test]
    fn more_than_four_zones_are_no_location() {
        let mut example = number_in("907");
        example.location.zip = Some("96799".to_owned());
        example.location.state = Some(state("FL"));
        example.is_blocked_by("US.LOCATION");
    }

    #[test]
    fn one_contact_can_be_under_the_law_of_two_states() {
        let mut example = number_in("305").at("2026-11-19T00:45:00Z");
        example.location.state = Some(state("CA"));
        example.states_on.remove(&state("CA"));
        example.is_blocked_by("US-CA.STATE_OFF");
    }
}

mod consent_lists_and_caps {
    use super::*;

    #[test]
    fn only_written_consent_clears() {
        for consent in [
            ConsentStanding::None,
            ConsentStanding::Oral,
            ConsentStanding::AnotherSeller,
            ConsentStanding::Revoked,
        ] {
            let mut example = number_in("760");
            example.consent = consent;
            example.is_blocked_by("US.CONSENT");
        }
    }

    #[test]
    fn a_mark_an_opt_out_a_list_and_a_listing_each_block() {
        let mut example = number_in("760");
        example.do_not_contact = true;
        example.is_blocked_by("HOUSE.DO_NOT_CONTACT");
        let mut example = number_in("760");
        example.voicemail_opt_out = true;
        example.is_blocked_by("HOUSE.VOICEMAIL_OPT_OUT");
        let mut example = number_in("760");
        example.lists = vec![held_by("federal_dnc"), held_by("litigator")];
        example.is_blocked_by("LIST.federal_dnc");
        example.is_blocked_by("LIST.litigator");
        let mut example = number_in("760");
        example.listing_status = Some("Active".to_owned());
        example.is_blocked_by("HOUSE.LISTING");
        example.listing_status = Some("expired".to_owned());
        example.is(Verdict::Cleared);
    }

    #[test]
    fn every_obstacle_is_recorded_not_the_first_only() {
        let mut example = number_in("305").at("2026-11-19T05:00:00Z");
        example.consent = ConsentStanding::None;
        example.do_not_contact = true;
        example.states_on.clear();
        example.last_contact_at = Some(example.now - Duration::days(1));
        let rules: Vec<String> = example.decide().obstacles().map(|f| f.rule.clone()).collect();
        assert_eq!(
            rules,
            [
                "HOUSE.DO_NOT_CONTACT",
                "HOUSE.INTERVAL",
                "US.CONSENT",
                "US.LIST_AGE",
                "US-FL.STATE_OFF",
                "US-FL.WINDOW",
                "US.WINDOW"
            ]
        );
    }

    #[test]
    fn a_state_is_blocked_until_someone_switches_it_on_and_the_finding_says_on_what_grounds() {
        let mut example = number_in("760");
        example.states_on.clear();
        example.is_blocked_by("US-CA.STATE_OFF");
        example
            .states_on
            .insert(state("CA"), "letter of 3 May".to_owned());
        let decision = example.decide();
        let finding = decision
            .findings
            .iter()
            .find(|f| f.rule == "US-CA.STATE_OFF")
            .unwrap();
        assert!(finding.detail.contains("letter of 3 May"), "{}", finding.detail);
        assert!(
            finding.detail.contains("no way to do it on prior consent"),
            "{}",
            finding.detail
        );
    }

    #[test]
    fn the_interval_holds_until_it_is_over_and_the_hours_are_open() {
        let mut example = number_in("760");
        example.last_contact_at = Some(example.now - Duration::days(14) + Duration::seconds(1));
        example.is(Verdict::HeldUntil(example.now + Duration::seconds(1)));
        example.last_contact_at = Some(example.now - Duration::days(14));
        example.is(Verdict::Cleared);
        // Over at three in the morning: held until the hours open.
        example.last_contact_at = Some(at("2026-11-05T11:00:00Z"));
        example.is(held_until("2026-11-19T16:10:00Z"));
    }

    #[test]
    fn an_attempt_counts_for_exactly_twenty_four_hours() {
        let mut example = number_in("760");
        example.attempts = vec![attempt(example.now - Duration::hours(24) + Duration::seconds(1))];
        example.is(Verdict::HeldUntil(example.now + Duration::seconds(1)));
        example.attempts = vec![attempt(example.now - Duration::hours(24))];
        example.is(Verdict::Cleared);
    }

    #[test]
    fn the_third_attempt_in_seven_days_was_the_last() {
        let mut example = number_in("760");
        example.attempts = [2, 6, 4]
            .map(|days| attempt(example.now - Duration::days(days)))
            .to_vec();
        example.is(Verdict::HeldUntil(example.now + Duration::days(1)));
    }

    #[test]
    fn states_with_a_cap_of_their_own_name_it() {
        for (area_code, rule) in [
            ("305", "US-FL.CAP.24H"),
            ("207", "US-ME.CAP.8H"),
            ("503", "US-OR.CAP.24H"),
        ] {
            let decision = number_in(area_code).decide();
            assert!(decision.findings.iter().any(|f| f.rule == rule), "{rule}");
        }
    }
}

mod tables {
    use super::*;

    fn lines(text: &'static str) -> usize {
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .count()
    }

    #[test]
    fn every_line_of_every_table_and_every_file_of_the_pack_parses() {
        assert_eq!(PLACES_BY_AREA_CODE.len(), lines(AREA_CODES));
        assert_eq!(PLACES_BY_ZIP3.len(), lines(ZIP3));
        RulePack::parse(US_FILES, &[AREA_CODES, ZIP3]).unwrap();
    }

    #[test]
    fn every_state_has_zones_and_a_rule_that_keeps_it_off_until_somebody_switches_it_on() {
        for state in UsState::all() {
            assert!(!RulePack::us().zones_of(state).is_empty(), "{state}");
            let mut rules = RulePack::us().rules_of(Jurisdiction::State(state));
            assert!(rules.any(|r| matches!(r.test, Test::State { .. })), "{state}");
        }
    }

    #[test]
    fn every_place_has_a_state_and_a_zone_of_that_state() {
        for (key, place) in PLACES_BY_AREA_CODE.iter().chain(PLACES_BY_ZIP3.iter()) {
            assert!(!place.states.is_empty() && !place.zones.is_empty(), "{key}");
            for zone in &place.zones {
                let of_a_state = |s: &UsState| RulePack::us().zones_of(*s).contains(zone);
                // 575 is New Mexico's, and reaches into Central time at the border of Texas.
                assert!(
                    *key == "575" || place.states.iter().any(of_a_state),
                    "{key}: {zone}"
                );
            }
        }
    }

    #[test]
    fn the_pack_is_known_by_its_content() {
        let pack = RulePack::us();
        assert_eq!(pack.sha256().len(), 64);
        assert_eq!(pack.id(), "us@2026-11-23");
        let status = |code: &str| {
            let mut rules = pack.rules_of(Jurisdiction::State(state(code)));
            rules.find_map(|rule| match rule.test {
                Test::State { status } => Some(status),
                _ => None,
            })
        };
        assert_eq!(status("FL"), Some(StateStatus::Allow));
        assert_eq!(status("WY"), Some(StateStatus::Block));
        assert_eq!(status("DC"), Some(StateStatus::Review));
    }

    #[test]
    fn a_decision_survives_being_recorded() {
        let decision = number_in("448").at("2026-11-18T13:15:00Z").decide();
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
    }
}

fn held_by(name: &str) -> ListStanding {
    ListStanding {
        name: name.to_owned(),
        kind: ListKind::Internal,
        state: None,
        version: None,
        obtained_at: None,
        holds_number: true,
    }
}

fn window(start: &str, end: &str) -> DailyWindow {
    DailyWindow {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
    }
}

/// Said again in other words: minute by minute, from the text of the table, without the code under test.
mod by_hand {
    use super::*;

    fn minutes(text: &str) -> u32 {
        let mut parts = text.split(':').map(|p| p.parse::<u32>().unwrap());
        parts.next().unwrap() * 60 + parts.next().unwrap_or(0)
    }

    fn within(hours: &str, minute: u32) -> bool {
        let Some((from, to)) = hours.split_once('-') else {
            return false;
        };
        minute >= minutes(from) + 10 && minute + 30 < minutes(to)
    }

    /// The tests of a state's rules of a kind, as its file has them.
    fn tests(kind: &str, code: &str) -> Vec<toml::Table> {
        static RULES: LazyLock<Vec<toml::Table>> = LazyLock::new(|| {
            let files = US_FILES
                .iter()
                .map(|(_, text)| text.parse::<toml::Table>().unwrap());
            let rules = files
                .filter_map(|file| Some(file.get("rule")?.as_array()?.clone()))
                .flatten();
            rules.map(|rule| rule.as_table().unwrap().clone()).collect()
        });
        let is_it = |rule: &&toml::Table| {
            let jurisdictions = rule["jurisdictions"].as_array().unwrap();
            let is_theirs = jurisdictions
                .iter()
                .any(|j| j.as_str() == Some(&format!("US-{code}")));
            let is_over = rule.contains_key("effective_to");
            let is_conditional = rule.contains_key("applies");
            rule["kind"].as_str() == Some(kind) && is_theirs && !is_over && !is_conditional
        };
        RULES
            .iter()
            .filter(is_it)
            .map(|rule| rule["test"].as_table().unwrap().clone())
            .collect()
    }

    fn is_holiday(code: &str, date: NaiveDate) -> bool {
        let text = US_FILES
            .iter()
            .find(|(name, _)| *name == "holidays.toml")
            .unwrap()
            .1;
        let calendar = text
            .split("[[calendar]]")
            .find(|c| c.contains(&format!("state = \"{code}\"")));
        let calendar = calendar.unwrap();
        let listed = |date: NaiveDate| calendar.contains(&format!("\"{date} "));
        let year = |date: NaiveDate| calendar.contains(&format!("\"{}-", date.year()));
        let (before, after) = (date - Days::new(1), date + Days::new(1));
        listed(date)
            || !year(date)
            || (date.weekday() == Weekday::Mon && (listed(before) || !year(before)))
            || (date.weekday() == Weekday::Fri && (listed(after) || !year(after)))
    }

    fn state_is_open(code: &str, date: NaiveDate, minute: u32) -> bool {
        let day = match date.weekday() {
            Weekday::Sat => "saturday",
            Weekday::Sun => "sunday",
            _ => "weekday",
        };
        let hours = tests("window", code)
            .into_iter()
            .map(|t| t[day].as_str().unwrap().to_owned());
        let on_holidays = tests("holiday", code)
            .into_iter()
            .map(|t| t["hours"].as_str().unwrap().to_owned());
        hours.into_iter().all(|hours| within(&hours, minute))
            && (on_holidays
                .into_iter()
                .all(|hours| !is_holiday(code, date) || within(&hours, minute)))
    }

    /// Whether the law is kept everywhere the contact may be.
    pub(super) fn lawful(decision: &Decision, now: DateTime<Utc>) -> bool {
        decision.zones.iter().all(|zone| {
            let local = now.with_timezone(&zone.parse::<Tz>().unwrap());
            let minute = local.hour() * 60 + local.minute();
            within("8-21", minute)
                && decision
                    .states
                    .iter()
                    .all(|s| state_is_open(s.code(), local.date_naive(), minute))
        })
    }
}

prop_compose! {
    fn any_example()(
        minutes in 0_i64..(650 * 24 * 60),
        seconds in 0_i64..60,
        area in 0..PLACES_BY_AREA_CODE.len(),
        zip in proptest::option::weighted(0.3, 0..PLACES_BY_ZIP3.len()),
        address in proptest::option::weighted(0.3, 0_usize..56),
        consent in prop_oneof![
            1 => Just(ConsentStanding::None),
            1 => Just(ConsentStanding::Oral),
            1 => Just(ConsentStanding::Revoked),
            1 => Just(ConsentStanding::AnotherSeller),
            12 => Just(ConsentStanding::Written),
        ],
        (marked, opted_out, listed) in (
            proptest::bool::weighted(0.05), proptest::bool::weighted(0.05), proptest::bool::weighted(0.05),
        ),
        last_contact in proptest::option::weighted(0.4, 0_i64..(20 * 24)),
        attempts in proptest::collection::vec(0_i64..(10 * 24), 0..5),
        (from, length) in (0_u32..20, 1_u32..4),
        days in proptest::collection::vec(0_u8..7, 0..6),
        narrowed in any::<bool>(),
    ) -> Situation {
        let now = at("2026-01-01T00:00:00Z") + Duration::minutes(minutes) + Duration::seconds(seconds);
        let mut example = number_in(PLACES_BY_AREA_CODE.keys().nth(area).unwrap());
        example.now = now;
        example.location.zip = zip.map(|n| format!("{}01", PLACES_BY_ZIP3.keys().nth(n).unwrap()));
        example.location.state = address.and_then(|n| UsState::all().nth(n));
        example.consent = consent;
        example.do_not_contact = marked;
        example.voicemail_opt_out = opted_out;
        if listed {
            example.lists.push(held_by("internal"));
        }
        example.last_contact_at = last_contact.map(|hours| now - Duration::hours(hours));
        example.attempts = attempts.iter().map(|hours| attempt(now - Duration::hours(*hours))).collect();
        if narrowed {
            example.schedule.windows = vec![window(&format!("{from}:30"), &format!("{}:15", from + length))];
            example.schedule.days = days.iter().map(|d| Weekday::try_from(*d).unwrap()).collect();
        }
        example
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_is_cleared_outside_hours_without_written_consent_or_against_a_list(example in any_example()) {
        let decision = example.decide();
        if decision.verdict == Verdict::Cleared {
            prop_assert!(by_hand::lawful(&decision, example.now));
            prop_assert_eq!(example.consent, ConsentStanding::Written);
            prop_assert!(!example.do_not_contact && !example.voicemail_opt_out);
            prop_assert!(example.lists.is_empty());
            prop_assert!(decision.findings.iter().all(|f| f.effect == Effect::Passes));
        }
    }

    #[test]
    fn what_is_held_is_cleared_when_its_hold_ends(mut example in any_example()) {
        let decision = example.decide();
        if let Verdict::HeldUntil(until) = decision.verdict {
            prop_assert!(until > example.now);
            prop_assert_eq!(decision.next_allowed, Some(until));
            example.now = until;
            prop_assert_eq!(example.decide().verdict, Verdict::Cleared);
        }
    }

    #[test]
    fn the_same_case_is_decided_the_same_way(example in any_example()) {
        prop_assert_eq!(example.decide(), example.decide());
    }
}

proptest! {
    // Looks at every minute of up to two days, so few cases cost as much as many of the others.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_earlier_minute_would_have_done(example in any_example()) {
        let decision = example.decide();
        // Within two days, so that every minute can be looked at.
        if let Verdict::HeldUntil(until) = decision.verdict && until < example.now + Days::new(2) {
            let mut minute = example.now.with_second(0).unwrap() + Duration::minutes(1);
            while minute < until {
                let earlier = Situation { now: minute, ..example.clone() };
                prop_assert_ne!(earlier.decide().verdict, Verdict::Cleared, "{} would have done", minute);
                minute += Duration::minutes(1);
            }
        }
    }
}

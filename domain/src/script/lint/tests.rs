//! What the lint says of scripts, in an agent's words.

use proptest::prelude::*;

use super::{LintRule as Rule, *};

fn ada() -> AgentProfile {
    AgentProfile {
        name: "Ada Agent".into(),
        brokerage: "Desert Homes Realty, Inc.".into(),
        phone: "760-555-0100".into(),
        opt_out_phone: "800-555-0199".into(),
    }
}

const OPENING: &str =
    "Hi Dana, this is Ada with Desert Homes Realty. To opt out of these messages, call 800-555-0199. ";
const BODY: &str = "I noticed that homes on your street have been selling quickly, and a few neighbors have asked me what theirs \
     would bring today. If you are curious about yours, I am happy to put a short summary together, with no \
     obligation at all, and to answer whatever you would like to ask. Call me at ";

fn script() -> String {
    format!("{OPENING}{BODY}(760) 555-0100. Again, that is 760 555 0100. Thank you, and have a good day!")
}

fn check(text: &str) -> Lint {
    Linter::new(&ada(), SpeakingRate::default()).check(text, &["Dana Damn"])
}

fn blocking(text: &str) -> Vec<Rule> {
    check(text).blocking().map(|f| f.rule).collect()
}

#[test]
fn a_good_script_passes_without_a_finding() {
    let found = check(&script());
    assert_eq!(found.findings, vec![]);
    assert!(
        (25_000..45_000).contains(&found.estimated_ms),
        "{}",
        found.estimated_ms
    );
}

#[test]
fn who_calls_and_for_whom_is_said_at_the_start() {
    let late = format!("{BODY}760-555-0100. {OPENING}");
    assert_eq!(blocking(&late), [Rule::CallerNotNamed, Rule::SellerNotNamed]);
    let nobody = script().replace("Ada with Desert Homes Realty", "your neighbor");
    assert_eq!(blocking(&nobody), [Rule::CallerNotNamed, Rule::SellerNotNamed]);
}

#[test]
fn a_title_in_a_street_or_the_contacts_own_name_does_not_say_who_calls() {
    let jane = AgentProfile {
        name: "Dr. Jane Wu".into(),
        ..ada()
    };
    let said = |text: &str, names: &[&str]| {
        let found = Linter::new(&jane, SpeakingRate::default()).check(text, names);
        !found.blocking().any(|f| f.rule == Rule::CallerNotNamed)
    };
    let by = |caller: &str| script().replace("this is Ada", caller);
    assert!(said(&by("this is Jane"), &["Dana Damn"]));
    assert!(said(&by("this is Dr. Jane Wu"), &["Dana Damn"]));
    assert!(!said(&by("about 12 Palm Dr, I am"), &["Dana Damn"]));
    // A namesake is greeted: nobody has said yet who calls.
    let to_jane = |caller: &str| by(caller).replace("Hi Dana", "Hi Jane");
    assert!(!said(&to_jane("I am"), &["Jane Damn"]));
    assert!(said(&to_jane("this is Jane"), &["Jane Damn"]));
}

#[test]
fn the_way_to_opt_out_follows_the_names_within_two_seconds() {
    let without = script().replace("To opt out of these messages, call 800-555-0199. ", "");
    assert_eq!(blocking(&without), [Rule::NoOptOut, Rule::NoOptOutNumber]);
    let late = script().replace(
        "To opt out",
        "I hope that you are having a wonderful week so far. To opt out",
    );
    assert_eq!(blocking(&late), [Rule::OptOutLate]);
    let no_number = script().replace("call 800-555-0199", "tell me");
    assert_eq!(blocking(&no_number), [Rule::NoOptOutNumber]);
}

#[test]
fn a_number_counts_however_it_is_written_for_speaking() {
    for written in [
        "7 6 0, 5 5 5, 0 1 0 0",
        "seven six zero, five five five, zero one zero zero",
        "1-760-555-0100",
        "555-0100",
        "760.555.0100",
    ] {
        let text = script()
            .replace("(760) 555-0100", written)
            .replace("760 555 0100", written);
        assert_eq!(blocking(&text), [], "{written}");
    }
}

#[test]
fn a_number_that_is_nobodys_stops_the_script() {
    let injected = script().replace("Thank you", "Or call 900-555-0142. Thank you");
    assert_eq!(blocking(&injected), [Rule::OtherNumber]);
    // Prices, years and house numbers are no telephone numbers.
    let harmless = script().replace(
        "Thank you",
        "It sold for $1,607,000 in 2019, at 77162 Elm, 92260. Thank you",
    );
    assert_eq!(blocking(&harmless), []);
}

#[test]
fn what_was_not_filled_in_is_found_where_it_stands() {
    for left in [
        "{{ first_name }}",
        "[name]",
        "<street>",
        "undefined",
        "NULL",
        "____",
    ] {
        let text = script().replace("Thank you", left);
        assert!(blocking(&text).iter().all(|r| *r == Rule::Placeholder), "{left}");
        let first = check(&text).blocking().next().and_then(|f| f.at).unwrap();
        let at = text.chars().take(first.0 as usize).collect::<String>();
        assert!(text[at.len()..].starts_with(&left[..1]), "{left}: {first:?}");
    }
    assert_eq!(
        blocking(&script().replace("Thank you", "There are none left")),
        []
    );
}

#[test]
fn links_claims_preferences_and_swear_words_stop_it_and_pressure_is_a_warning() {
    let with = |words: &str| script().replace("Thank you", words);
    assert_eq!(blocking(&with("Look at www.example.com today")), [Rule::Link; 2]);
    assert_eq!(blocking(&with("Write to ada@example.com")), [Rule::Link; 2]);
    assert_eq!(
        blocking(&with("It is guaranteed to sell")),
        [Rule::ForbiddenClaim]
    );
    assert_eq!(blocking(&with("It's perfect for families")), [Rule::FairHousing]);
    assert_eq!(blocking(&with("No shit")), [Rule::Profanity]);
    assert_eq!(blocking(&with("Shitake is a mushroom")), []);
    let pushed = check(&with("Act now"));
    assert!(pushed.is_passed());
    assert_eq!(pushed.findings[0].rule, Rule::Pressure);
}

#[test]
fn the_contacts_own_name_is_never_profanity() {
    assert_eq!(check(&script().replace("Hi Dana", "Hi Damn")).findings, vec![]);
}

#[test]
fn a_length_beyond_the_target_is_a_warning_and_one_beyond_all_measure_stops_it() {
    let long = script() + &BODY.repeat(2).replace("Call me at ", "");
    let found = check(&long);
    assert!(found.is_passed() && found.findings[0].rule == Rule::TooLong);
    let endless = script() + &BODY.repeat(6).replace("Call me at ", "");
    assert_eq!(blocking(&endless), [Rule::TooLong]);
    assert_eq!(check("Hi.").findings.last().map(|f| f.rule), Some(Rule::TooShort));
}

#[test]
fn a_slower_voice_takes_longer() {
    let slow = SpeakingRate::measured(6_000, 600_000);
    let text = script();
    let of = |rate| Linter::new(&ada(), rate).check(&text, &[]).estimated_ms;
    assert!(of(slow) > of(SpeakingRate::default()));
    // What no voice does is a measurement of something else.
    assert_eq!(SpeakingRate::measured(1, 600_000), SpeakingRate::default());
    assert_eq!(SpeakingRate::measured(600, 0), SpeakingRate::default());
}

#[test]
fn a_profile_that_says_nothing_can_identify_nobody() {
    let found = Linter::new(&AgentProfile::default(), SpeakingRate::default()).check(&script(), &[]);
    let rules: Vec<_> = found.blocking().map(|f| f.rule).collect();
    assert!(
        rules.contains(&Rule::ProfileIncomplete) && rules.contains(&Rule::SellerNotNamed),
        "{rules:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked_and_every_place_lies_in_it(text in "\\PC{0,400}") {
        let found = check(&text);
        let length = text.chars().count() as u32;
        for (from, to) in found.findings.iter().filter_map(|f| f.at) {
            prop_assert!(from < to && to <= length, "{from} {to} {length}");
        }
        prop_assert!(found.findings.len() <= FINDINGS_MAX);
    }
}

#[test]
fn the_report_says_what_is_said_when() {
    let text = script().replace("800-555-0199. ", "800-555-0199. This is an AI voice. ");
    let said = check(&text).said.unwrap();
    assert!(
        said.caller_ms < said.seller_ms && said.seller_ms < said.opt_out_ms,
        "{said:?}"
    );
    assert!(said.opt_out_ms < said.artificial_voice_ms, "{said:?}");
    assert!(
        said.callback_ms.is_some() && said.callback_last_ms <= Some(said.length_ms),
        "{said:?}"
    );
    assert_eq!(check(&script()).said.unwrap().artificial_voice_ms, None);
}

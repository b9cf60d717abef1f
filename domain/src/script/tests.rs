//! The rules of a script, given/when/then.

use proptest::prelude::*;

use super::{
    DeliveryStatus as Status, ScriptCommand as Command, ScriptEvent as Event, ScriptRefusal as Refusal, *,
};
use crate::{
    AttemptId, CampaignId, ContactId, MicroDollars, Sealed, UserId,
    aggregate::Decider,
    compliance::{Decision, Verdict},
    testing::{self, Given, uuid},
};

mod the_lint_and_the_review;

const CAMPAIGN: CampaignId = CampaignId::from_uuid(uuid(1));
const ZOE: ContactId = ContactId::from_uuid(uuid(2));
const DANA: UserId = UserId::from_uuid(uuid(3));
const FIRST: AttemptId = AttemptId::from_uuid(uuid(4));
const SECOND: AttemptId = AttemptId::from_uuid(uuid(5));

fn given(events: impl IntoIterator<Item = Event>) -> Given<Script> {
    testing::given(events)
}

fn words(text: &str) -> Sealed {
    Sealed::from_ciphertext(text.to_owned())
}

fn generate(characters: u32) -> Command {
    Command::Generate {
        campaign: CAMPAIGN,
        contact: ZOE,
        text: GeneratedText {
            text: words("hello"),
            characters,
            by: Author::Template,
            model: None,
            prompt_sha256: None,
            tokens: None,
            cost: MicroDollars::ZERO,
            lint: passed(),
            batch: None,
        },
    }
}

/// A lint without findings.
fn passed() -> lint::Lint {
    lint::Lint {
        version: lint::LINT_VERSION.to_owned(),
        estimated_ms: 35_000,
        findings: vec![],
        said: None,
    }
}

/// A lint that stops an approval.
fn blocked() -> lint::Lint {
    lint::Lint {
        findings: vec![lint::LintFinding {
            rule: lint::LintRule::NoOptOut,
            severity: lint::Severity::Blocking,
            at: None,
        }],
        ..passed()
    }
}

fn generated(version: u32) -> Event {
    Event::ScriptGenerated {
        campaign_id: CAMPAIGN,
        contact_id: ZOE,
        version,
        text: words("hello"),
        characters: 5,
        by: Author::Template,
        model: None,
        prompt_sha256: None,
        tokens: None,
        cost: MicroDollars::ZERO,
        lint: Some(passed()),
        batch_id: None,
    }
}

fn edit() -> Command {
    Command::Edit {
        text: words("hello again"),
        characters: 11,
        by: DANA,
        lint: passed(),
    }
}

fn edited(version: u32) -> Event {
    Event::ScriptEdited {
        version,
        text: words("hello again"),
        characters: 11,
        by: DANA,
        lint: Some(passed()),
    }
}

fn reviewed(version: u32, review: Review) -> Event {
    Event::ScriptReviewed {
        version,
        review,
        notes: None,
        by: DANA,
    }
}

fn audio_requested() -> Event {
    Event::AudioRequested {
        version: 1,
        voice: "v".to_owned(),
        settings: VoiceSettings::default(),
    }
}

fn request_audio() -> Command {
    Command::RequestAudio {
        voice: "v".to_owned(),
        settings: VoiceSettings::default(),
        content_hash: Some("hello by v".to_owned()),
    }
}

fn record_audio(version: u32) -> Command {
    Command::RecordAudio {
        version,
        storage_key: "a.mp3".to_owned(),
        sha256: "00".to_owned(),
        duration_ms: 900,
        characters: 5,
        provider_id: "r".to_owned(),
        cost: MicroDollars::ZERO,
        content_hash: Some("hello by v".to_owned()),
    }
}

fn rendered() -> Event {
    Event::AudioRendered {
        version: 1,
        storage_key: "a.mp3".to_owned(),
        sha256: "00".to_owned(),
        duration_ms: 900,
        characters: 5,
        provider_id: "r".to_owned(),
        cost: MicroDollars::ZERO,
        content_hash: Some("hello by v".to_owned()),
    }
}

fn decision(verdict: Verdict) -> Decision {
    Decision {
        verdict,
        findings: vec![],
        zones: vec![],
        states: vec![],
        pack_id: "us".to_owned(),
        pack_sha256: "00".to_owned(),
        engine_version: "1".to_owned(),
        next_allowed: None,
        inputs: None,
    }
}

fn held() -> Decision {
    decision(Verdict::HeldUntil("2026-11-19T16:10:00Z".parse().unwrap()))
}

fn decided(verdict: Verdict) -> Event {
    Event::SubmissionDecided {
        decision: decision(verdict),
    }
}

fn attempted(attempt_id: AttemptId) -> Event {
    Event::SubmissionAttempted {
        attempt_id,
        idempotency_key: "key".to_owned(),
    }
}

fn hand_off(attempt: AttemptId, verdict: Verdict) -> Command {
    Command::HandOff {
        decision: decision(verdict),
        attempt,
        idempotency_key: "key".to_owned(),
        at: "2026-11-18T19:00:00Z".parse().unwrap(),
    }
}

fn ready() -> Vec<Event> {
    vec![
        generated(1),
        reviewed(1, Review::Approved),
        audio_requested(),
        rendered(),
    ]
}

fn ready_then(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    ready().into_iter().chain(events).collect()
}

fn handed_over() -> Vec<Event> {
    ready_then([decided(Verdict::Cleared), attempted(FIRST)])
}

fn handed_over_then(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    handed_over().into_iter().chain(events).collect()
}

fn confirm(attempt: AttemptId) -> Command {
    Command::ConfirmSubmission {
        attempt,
        message_id: "m".to_owned(),
    }
}

fn taken() -> Event {
    Event::Submitted {
        attempt_id: FIRST,
        message_id: "m".to_owned(),
    }
}

fn doubt() -> Command {
    Command::DoubtSubmission {
        attempt: FIRST,
        reason: "no answer".to_owned(),
    }
}

fn doubted() -> Event {
    Event::SubmissionInDoubt {
        attempt_id: FIRST,
        reason: "no answer".to_owned(),
    }
}

fn refute(class: FailureClass) -> Command {
    Command::RefuteSubmission {
        attempt: FIRST,
        code: "503".to_owned(),
        class,
    }
}

fn refuted(class: FailureClass) -> Event {
    Event::SubmissionFailed {
        attempt_id: FIRST,
        code: "503".to_owned(),
        class,
    }
}

fn report(report_id: &str, outcome: ReportedOutcome) -> Command {
    Command::Report(CarrierReport {
        report_id: report_id.to_owned(),
        carrier_id: None,
        code: "0".to_owned(),
        outcome,
    })
}

fn delivered(report_id: &str) -> Event {
    Event::Delivered {
        report_id: report_id.to_owned(),
        carrier_id: None,
        code: "0".to_owned(),
        cost: None,
    }
}

mod words_and_review {
    use super::*;

    #[test]
    fn the_first_text_is_version_one_and_the_next_is_two() {
        given([]).when(generate(5)).then([generated(1)]);
        given([generated(1)]).when(generate(5)).then([generated(2)]);
    }

    #[test]
    fn a_text_has_words_but_not_without_end() {
        given([]).when(generate(0)).then_refused(Refusal::InvalidText);
        given([]).when(generate(5_001)).then_refused(Refusal::InvalidText);
    }

    #[test]
    fn a_text_for_another_contact_is_refused() {
        let mut other = generate(5);
        if let Command::Generate { contact, .. } = &mut other {
            *contact = ContactId::from_uuid(uuid(99));
        }
        given([generated(1)])
            .when(other)
            .then_refused(Refusal::AnotherScript);
    }

    #[test]
    fn nothing_can_be_asked_of_a_script_without_text() {
        given([]).when(edit()).then_refused(Refusal::NotFound);
    }

    #[test]
    fn an_edit_sets_review_and_audio_back() {
        let script = given(ready()).when(edit()).then([edited(2)]);
        assert_eq!(
            (script.version, script.review, script.audio),
            (2, None, Audio::None)
        );
    }

    #[test]
    fn a_review_is_of_the_version_that_was_read() {
        let review = |version| Command::Review {
            version,
            review: Review::Approved,
            notes: None,
            by: DANA,
        };
        given([generated(1)])
            .when(review(1))
            .then([reviewed(1, Review::Approved)]);
        given([generated(1), reviewed(1, Review::Approved)])
            .when(review(1))
            .then_nothing();
        given([generated(1), edited(2)])
            .when(review(1))
            .then_refused(Refusal::StaleVersion { given: 1, newest: 2 });
    }

    #[test]
    fn what_was_handed_over_is_not_changed_any_more() {
        given(handed_over())
            .when(edit())
            .then_refused(Refusal::AlreadyHandedOver);
        given(handed_over())
            .when(generate(5))
            .then_refused(Refusal::AlreadyHandedOver);
        given(handed_over())
            .when(request_audio())
            .then_refused(Refusal::AlreadyHandedOver);
    }
}

mod audio {
    use super::*;

    #[test]
    fn only_approved_words_are_spoken() {
        given([generated(1)])
            .when(request_audio())
            .then_refused(Refusal::NotApproved);
        given([generated(1), reviewed(1, Review::Rejected)])
            .when(request_audio())
            .then_refused(Refusal::NotApproved);
        let approved = [generated(1), reviewed(1, Review::Approved)];
        given(approved.clone())
            .when(request_audio())
            .then([audio_requested()]);
        given(approved.into_iter().chain([audio_requested()]))
            .when(request_audio())
            .then_nothing();
    }

    #[test]
    fn audio_is_recorded_once_for_the_version_that_it_speaks() {
        let requested = [generated(1), reviewed(1, Review::Approved), audio_requested()];
        given(requested).when(record_audio(1)).then([rendered()]);
        given(ready()).when(record_audio(1)).then_nothing();
        given(ready_then([edited(2)]))
            .when(record_audio(1))
            .then_refused(Refusal::StaleVersion { given: 1, newest: 2 });
        given([generated(1)])
            .when(record_audio(1))
            .then_refused(Refusal::AudioNotRequested);
    }

    #[test]
    fn what_is_spoken_is_asked_for_again_only_where_it_would_sound_otherwise() {
        let asked_as = |content_hash: Option<&str>| Command::RequestAudio {
            voice: "w".to_owned(),
            settings: VoiceSettings::default(),
            content_hash: content_hash.map(str::to_owned),
        };
        let spoken = || {
            [
                generated(1),
                reviewed(1, Review::Approved),
                audio_requested(),
                rendered(),
            ]
        };
        given(spoken()).when(request_audio()).then_nothing();
        given(spoken()).when(asked_as(None)).then_nothing();
        given(spoken())
            .when(asked_as(Some("hello by w")))
            .then([Event::AudioRequested {
                version: 1,
                voice: "w".to_owned(),
                settings: VoiceSettings::default(),
            }]);
    }

    #[test]
    fn what_was_bought_is_kept_although_it_was_rejected_meanwhile_and_is_not_sent() {
        let rejected = [
            generated(1),
            reviewed(1, Review::Approved),
            audio_requested(),
            reviewed(1, Review::Rejected),
        ];
        let after = given(rejected).when(record_audio(1)).then([rendered()]);
        assert!(!after.is_ready());
    }

    #[test]
    fn audio_that_came_after_a_failure_counts() {
        let failed = Event::AudioFailed {
            version: 1,
            error: "overloaded".to_owned(),
            retryable: true,
            cost: MicroDollars::ZERO,
            characters: 0,
        };
        given([
            generated(1),
            reviewed(1, Review::Approved),
            audio_requested(),
            failed,
        ])
        .when(record_audio(1))
        .then([rendered()]);
    }
}

mod handing_over {
    use super::*;

    #[test]
    fn decision_and_attempt_are_recorded_before_the_carrier_is_called() {
        let script = given(ready())
            .when(hand_off(FIRST, Verdict::Cleared))
            .then([decided(Verdict::Cleared), attempted(FIRST)]);
        assert_eq!(script.delivery, Status::Queued);
        assert_eq!(script.attempt.unwrap().state, AttemptState::Calling);
    }

    #[test]
    fn it_needs_a_cleared_decision_approval_and_audio() {
        given(ready())
            .when(hand_off(FIRST, Verdict::Blocked))
            .then_refused(Refusal::NotCleared);
        let clear = || hand_off(FIRST, Verdict::Cleared);
        given([generated(1)])
            .when(clear())
            .then_refused(Refusal::NotApproved);
        given([generated(1), reviewed(1, Review::Approved)])
            .when(clear())
            .then_refused(Refusal::NoAudio);
    }

    #[test]
    fn there_is_never_a_second_attempt_unless_the_first_did_not_happen() {
        let again = |attempt| hand_off(attempt, Verdict::Cleared);
        given(handed_over()).when(again(FIRST)).then_nothing();
        for past in [taken(), doubted(), refuted(FailureClass::Final), delivered("1")] {
            given(handed_over_then([past]))
                .when(again(SECOND))
                .then_refused(Refusal::AlreadyAttempted(FIRST));
        }
        given(handed_over_then([refuted(FailureClass::NotSent)]))
            .when(again(SECOND))
            .then([decided(Verdict::Cleared), attempted(SECOND)]);
    }

    #[test]
    fn a_doubt_is_lifted_by_an_answer_either_way() {
        given(handed_over_then([doubted()])).when(doubt()).then_nothing();
        let script = given(handed_over_then([doubted()]))
            .when(confirm(FIRST))
            .then([taken()]);
        assert_eq!(script.delivery, Status::Queued);
        let script = given(handed_over_then([doubted()]))
            .when(refute(FailureClass::NotSent))
            .then([refuted(FailureClass::NotSent)]);
        assert_eq!(script.delivery, Status::NotSent);
        given(handed_over_then([taken()])).when(doubt()).then([doubted()]);
    }

    #[test]
    fn what_is_on_its_way_for_too_long_is_in_doubt_and_stays_where_it_is() {
        let sent = || Event::Sent {
            report_id: "1".to_owned(),
        };
        let script = given(handed_over_then([taken(), sent()]))
            .when(doubt())
            .then([doubted()]);
        assert_eq!(
            (script.delivery, script.attempt.unwrap().state),
            (Status::Sent, AttemptState::InDoubt)
        );
        given(handed_over_then([taken(), sent(), doubted()]))
            .when(doubt())
            .then_nothing();
    }

    #[test]
    fn a_person_ends_a_doubt_and_nothing_but_a_doubt() {
        let settle = |delivered| Command::SettleDoubt {
            delivered,
            report_id: "by_hand:1".to_owned(),
        };
        let in_doubt = || given(handed_over_then([doubted()]));
        let settled = in_doubt().when(settle(true)).then([Event::Delivered {
            report_id: "by_hand:1".to_owned(),
            carrier_id: None,
            code: "settled_by_hand".to_owned(),
            cost: None,
        }]);
        assert_eq!(settled.delivery, Status::Delivered);
        for past in [taken(), delivered("1"), refuted(FailureClass::NotSent)] {
            given(handed_over_then([past]))
                .when(settle(false))
                .then_refused(Refusal::NotInDoubt);
        }
        given(handed_over())
            .when(settle(false))
            .then_refused(Refusal::NotInDoubt);
    }

    #[test]
    fn a_report_proves_more_than_the_answer_that_it_overtook() {
        given(handed_over_then([delivered("1")]))
            .when(refute(FailureClass::NotSent))
            .then_nothing();
        given(handed_over_then([delivered("1")]))
            .when(confirm(FIRST))
            .then_nothing();
    }

    #[test]
    fn an_answer_about_another_attempt_is_refused() {
        given(handed_over())
            .when(confirm(SECOND))
            .then_refused(Refusal::UnknownAttempt(SECOND));
    }

    #[test]
    fn a_held_script_waits_a_blocked_one_does_not() {
        let withhold = |decision| Command::Withhold { decision };
        let recorded = Event::SubmissionDecided { decision: held() };
        let script = given(ready()).when(withhold(held())).then([recorded.clone()]);
        assert_eq!(script.delivery, Status::Held);
        assert!(script.held_until.is_some());
        given(ready_then([recorded.clone()]))
            .when(withhold(held()))
            .then_nothing();
        let blocked = decision(Verdict::Blocked);
        let script = given(ready_then([recorded]))
            .when(withhold(blocked.clone()))
            .then([decided(Verdict::Blocked)]);
        assert_eq!(script.delivery, Status::Blocked);
        given(ready_then([decided(Verdict::Blocked)]))
            .when(withhold(blocked))
            .then_nothing();
        given(ready_then([decided(Verdict::Blocked)]))
            .when(hand_off(FIRST, Verdict::Cleared))
            .then_refused(Refusal::Settled(Status::Blocked));
        given(ready())
            .when(withhold(decision(Verdict::Cleared)))
            .then_refused(Refusal::Cleared);
    }

    #[test]
    fn what_was_not_handed_over_lapses_with_the_campaign() {
        let lapse = || Command::Lapse {
            reason: "over".to_owned(),
        };
        let lapsed = || Event::SubmissionLapsed {
            reason: "over".to_owned(),
        };
        let script = given(ready()).when(lapse()).then([lapsed()]);
        assert_eq!(script.delivery, Status::Lapsed);
        given(handed_over()).when(lapse()).then_nothing();
        given(ready_then([lapsed()]))
            .when(hand_off(FIRST, Verdict::Cleared))
            .then_refused(Refusal::Settled(Status::Lapsed));
    }
}

mod reports {
    use super::*;

    #[test]
    fn a_report_counts_once() {
        let deliver = || report("1", ReportedOutcome::Delivered { cost: None });
        given(handed_over()).when(deliver()).then([delivered("1")]);
        given(handed_over_then([delivered("1")]))
            .when(deliver())
            .then_nothing();
    }

    #[test]
    fn a_late_lower_fact_is_recorded_and_changes_nothing() {
        let script = given(handed_over_then([delivered("2")]))
            .when(report("1", ReportedOutcome::Sent))
            .then([Event::Sent {
                report_id: "1".to_owned(),
            }]);
        assert_eq!(script.delivery, Status::Delivered);
    }

    #[test]
    fn a_report_about_what_was_never_handed_over_is_refused() {
        given(ready())
            .when(report("1", ReportedOutcome::Sent))
            .then_refused(Refusal::NeverAttempted);
    }

    #[test]
    fn delivery_facts_have_one_order() {
        assert!(Status::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            Status::ALL
                .into_iter()
                .all(|s| Status::parse(s.as_str()) == Some(s))
        );
    }
}

fn any_outcome() -> impl Strategy<Value = ReportedOutcome> {
    prop_oneof![
        Just(ReportedOutcome::Sent),
        Just(ReportedOutcome::Delivered { cost: None }),
        Just(ReportedOutcome::Listened { listen_ms: None }),
        Just(ReportedOutcome::Failed {
            reason: "full".to_owned(),
            class: FailureClass::Final
        }),
    ]
}

proptest! {
    #[test]
    fn reports_in_any_order_and_number_end_in_the_same_status(
        reports in proptest::collection::vec((0_u8..6, any_outcome()), 1..20),
        shuffle in any::<u64>(),
    ) {
        // One outcome for each report id: the carrier does not contradict itself under one id.
        let by_id: std::collections::BTreeMap<u8, ReportedOutcome> = reports.iter().cloned().collect();
        let mut order: Vec<u8> = reports.iter().map(|(id, _)| *id).collect();
        let told = |order: &[u8]| {
            let mut script = given(handed_over()).state();
            for id in order {
                let before = script.delivery;
                for event in script.decide(report(&id.to_string(), by_id[id].clone())).unwrap() {
                    script.evolve(&event);
                }
                assert!(script.delivery >= before);
            }
            script.delivery
        };
        let straight = told(&order);
        let turn = shuffle as usize % order.len();
        order.rotate_left(turn);
        order.reverse();
        prop_assert_eq!(told(&order), straight);
    }
}

//! Carrier facts come twice, late and in any order; the figures must not care.

use chrono::{DateTime, Duration, Utc};
use domain::{AttemptId, MicroDollars, compliance::Verdict, script::DeliveryStatus, script::ScriptEvent};
use projections::{
    Rows, batch,
    models::{
        AnalyticsRow, CampaignContactRow, CampaignRow, FailureTallyRow, HourResultRow, ScriptResultRow,
        ScriptRow,
    },
};
use proptest::prelude::*;

use crate::{facts, story::Story};

/// A campaign of one contact whose voicemail was handed over, and then these reports, each with the minute at which it happened.
fn handed_over_then(reports: &[(u64, i64)]) -> Rows {
    let mut story = Story::default();
    let about = (facts::campaign(0, 0), facts::contact(0, 0));
    story.on_contact(0, about.1, facts::contact_created(0, 0));
    story.on_campaign(0, about.0, facts::created(0, 0));
    story.on_campaign(
        0,
        about.0,
        domain::campaign::CampaignEvent::ContactsImported {
            batch_id: domain::ImportBatchId::from_uuid(facts::uuid(0, 4, 0)),
            source: domain::import::ContactSource::TitleRep,
            contact_ids: vec![about.1],
            chunk: 1,
        },
    );
    story.on_script(0, about, None, facts::generated(about, 1));
    let attempt_id = AttemptId::from_uuid(facts::uuid(0, 5, 0));
    for event in [
        ScriptEvent::SubmissionDecided {
            decision: facts::decision(Verdict::Cleared),
        },
        ScriptEvent::SubmissionAttempted {
            attempt_id,
            idempotency_key: "k".to_owned(),
        },
        ScriptEvent::Submitted {
            attempt_id,
            message_id: "m".to_owned(),
        },
    ] {
        story.on_script(0, about, None, event);
    }
    for (n, (which, minute)) in reports.iter().enumerate() {
        let at = facts::beginning() + Duration::minutes(*minute);
        story.on_script(0, about, Some(at), facts::report(*which, n as u64));
    }
    let mut rows = Rows::in_memory();
    for event in &story.events {
        batch::apply_in_memory(event, &mut rows);
    }
    rows
}

/// When something was last recorded and how much was recorded does depend on how often a fact came; nothing else may.
fn figures(rows: &Rows) -> (CampaignRow, CampaignContactRow, ScriptRow, Vec<AnalyticsRow>) {
    let epoch = DateTime::<Utc>::UNIX_EPOCH;
    let mut campaign = rows.campaigns.present().next().unwrap().clone();
    let mut contact = rows.campaign_contacts.present().next().unwrap().clone();
    let mut script = rows.scripts.present().next().unwrap().clone();
    campaign.updated_at = epoch;
    contact.updated_at = epoch;
    (script.updated_at, script.sequence) = (epoch, 0);
    let mut analytics: Vec<_> = rows.analytics.present().cloned().collect();
    analytics.sort_by_key(|a| (a.outcome, a.day, a.hour));
    (campaign, contact, script, analytics)
}

/// One voicemail counts in one row of each, or in none.
fn results(rows: &Rows) -> (Vec<HourResultRow>, Vec<ScriptResultRow>, Vec<FailureTallyRow>) {
    (
        rows.hour_results.present().cloned().collect(),
        rows.script_results.present().cloned().collect(),
        rows.failure_tallies.present().cloned().collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repetition_of_reports_gives_the_same_figures(
        (reports, shuffled) in prop::collection::vec((0_u64..5, 0_i64..5_000), 1..8).prop_flat_map(|reports| {
            let mut twice = reports.clone();
            twice.extend(reports.iter().take(3).copied());
            (Just(reports), Just(twice).prop_shuffle())
        })
    ) {
        let (told, shuffled) = (handed_over_then(&reports), handed_over_then(&shuffled));
        prop_assert_eq!(figures(&told), figures(&shuffled));
        prop_assert_eq!(results(&told), results(&shuffled));
    }
}

#[test]
fn a_delivery_is_counted_in_the_recipients_hour_and_billed_once() {
    // 1 January 2026, 18:30 UTC is 10:30 in California.
    let rows = handed_over_then(&[(1, 18 * 60 + 30), (1, 18 * 60 + 31), (0, 18 * 60)]);
    let (campaign, _, _, analytics) = figures(&rows);
    assert_eq!((campaign.delivered, campaign.sent, campaign.attempted), (1, 0, 1));
    assert_eq!(campaign.carrier_cost, MicroDollars::from_micros(40_000));
    let delivered: Vec<_> = analytics
        .iter()
        .filter(|a| a.outcome == projections::Outcome::Delivered)
        .map(|a| (a.day.to_string(), a.hour, a.state.as_str(), a.count))
        .collect();
    assert_eq!(delivered, [("2026-01-01".to_owned(), 10, "CA", 1)]);
}

#[test]
fn a_failure_after_a_delivery_changes_no_status() {
    let (campaign, contact, script, _) = figures(&handed_over_then(&[(1, 10), (3, 20)]));
    assert_eq!(contact.delivery, DeliveryStatus::Delivered);
    assert_eq!((campaign.delivered, campaign.failed), (1, 0));
    assert_eq!(script.failure_code.as_deref(), Some("302"));
}

#[test]
fn what_became_of_a_voicemail_counts_in_the_hour_of_its_hand_over() {
    // Handed over soon after midnight UTC of Thursday 1 January 2026, which is Wednesday afternoon in California; left and played
    // many hours later.
    let rows = handed_over_then(&[(1, 18 * 60), (2, 20 * 60)]);
    let (hours, words, failures) = results(&rows);
    let [hour] = &hours[..] else { panic!("{hours:?}") };
    assert_eq!((hour.weekday, hour.hour, hour.state.as_str()), (3, 16, "CA"));
    assert_eq!(
        (hour.attempted, hour.delivered, hour.listened, hour.failed),
        (1, 1, 1, 0)
    );
    assert_eq!((words[0].attempted, words[0].listened), (1, 1));
    assert_eq!(failures, []);
}

#[test]
fn a_failure_that_a_delivery_overtakes_is_tallied_no_more() {
    let failed = handed_over_then(&[(3, 20)]);
    assert_eq!(failed.failure_tallies.present().map(|f| f.count).sum::<i64>(), 1);
    let left = handed_over_then(&[(3, 20), (1, 10)]);
    assert_eq!(left.failure_tallies.present().count(), 0);
    let (hours, ..) = results(&left);
    assert_eq!((hours[0].delivered, hours[0].failed), (1, 0));
}

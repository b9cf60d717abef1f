//! Carrier facts come twice, late and in any order; the figures must not care.

use chrono::{DateTime, Duration, Utc};
use domain::{
    AttemptId, CampaignId, ContactId, MicroDollars, Recorded, campaign::CampaignEvent, compliance::Verdict,
    import::ContactSource, script::DeliveryStatus, script::ScriptEvent,
};
use projections::{
    ReadModel, RowSet, Rows, batch,
    models::{AnalyticsRow, CampaignRow, FailureTallyRow, HourResultRow, ScriptResultRow, ScriptRow},
};
use proptest::prelude::*;

use crate::{facts, memory_tables::MemoryTables, story::Story};

/// Who is called in these stories: two people by one campaign, one by another.
const PEOPLE: [(u64, u64); 3] = [(0, 0), (0, 1), (1, 2)];

/// One report: whom it is about, what it says, and the minute at which that happened.
type Report = (usize, u64, i64);

fn about(person: usize) -> (CampaignId, ContactId) {
    let (campaign, contact) = PEOPLE[person];
    (facts::campaign(0, campaign), facts::contact(0, contact))
}

/// Campaigns and people, each handed over at its own hour.
fn handed_over() -> Story {
    let mut story = Story::default();
    for which in 0..2 {
        story.on_campaign(0, facts::campaign(0, which), facts::created(0, which));
    }
    for (person, (_, which)) in PEOPLE.iter().enumerate() {
        let (campaign, contact) = about(person);
        story.on_contact(0, contact, facts::contact_created(0, *which));
        let imported = CampaignEvent::ContactsImported {
            batch_id: domain::ImportBatchId::from_uuid(facts::uuid(0, 4, 0)),
            source: ContactSource::TitleRep,
            contact_ids: vec![contact],
            chunk: person as u32 + 1,
        };
        story.on_campaign(0, campaign, imported);
        let attempt_id = AttemptId::from_uuid(facts::uuid(0, 5, person as u64));
        for event in [
            facts::generated(about(person), 1),
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
            story.on_script(0, about(person), None, event);
        }
    }
    story
}

fn told(reports: &[Report]) -> Vec<Recorded> {
    let mut story = handed_over();
    for (n, (person, which, minute)) in reports.iter().enumerate() {
        let at = facts::beginning() + Duration::minutes(*minute);
        story.on_script(0, about(*person), Some(at), facts::report(*which, n as u64));
    }
    story.events
}

fn taken_in(events: &[Recorded]) -> Rows {
    let mut rows = Rows::in_memory();
    for event in events {
        batch::apply_in_memory(event, &mut rows);
    }
    rows
}

/// A campaign of one contact whose voicemail was handed over, and then these reports, each with the minute at which it happened.
fn handed_over_then(reports: &[(u64, i64)]) -> Rows {
    let reports: Vec<Report> = reports
        .iter()
        .map(|(which, minute)| (0, *which, *minute))
        .collect();
    let mut events = told(&reports);
    let (campaign, contact) = about(0);
    events.retain(|e| {
        let other = e.metadata.campaign_id.is_some_and(|c| c != campaign)
            || e.metadata.contact_id.is_some_and(|c| c != contact);
        !other
    });
    taken_in(&events)
}

/// All rows in key order. When something was last recorded and how much was recorded does depend on how often a fact came; nothing
/// else may.
fn sorted<R: ReadModel>(set: &RowSet<R>, same: impl Fn(&mut R)) -> String {
    let mut rows: Vec<R> = set.present().cloned().collect();
    rows.sort_by_key(R::key);
    rows.iter_mut().for_each(same);
    format!("{rows:#?}")
}

fn figures(rows: &Rows) -> [String; 11] {
    let epoch = DateTime::<Utc>::UNIX_EPOCH;
    [
        sorted(&rows.campaigns, |c: &mut CampaignRow| {
            c.updated_at = epoch;
        }),
        sorted(&rows.campaign_contacts, |_| ()),
        sorted(&rows.scripts, |s: &mut ScriptRow| {
            (s.updated_at, s.sequence) = (epoch, 0);
        }),
        sorted(&rows.analytics, |_| ()),
        sorted(&rows.day_results, |_| ()),
        sorted(&rows.hour_results, |_| ()),
        sorted(&rows.state_results, |_| ()),
        sorted(&rows.script_results, |_| ()),
        sorted(&rows.prompt_results, |_| ()),
        sorted(&rows.failure_tallies, |_| ()),
        sorted(&rows.listeners, |_| ()),
    ]
}

fn campaign(rows: &Rows) -> CampaignRow {
    let first = facts::campaign(0, 0);
    rows.campaigns
        .present()
        .find(|c| c.campaign_id == first)
        .unwrap()
        .clone()
}

/// One voicemail counts in one row of each, or in none.
fn results(rows: &Rows) -> (Vec<HourResultRow>, Vec<ScriptResultRow>, Vec<FailureTallyRow>) {
    (
        rows.hour_results.present().cloned().collect(),
        rows.script_results.present().cloned().collect(),
        rows.failure_tallies.present().cloned().collect(),
    )
}

/// Some reports, and the same in another order with some of them twice.
fn reports_and_shuffled() -> impl Strategy<Value = (Vec<Report>, Vec<Report>)> {
    let report = (0..PEOPLE.len(), 0_u64..5, 0_i64..5_000);
    prop::collection::vec(report, 1..16).prop_flat_map(|reports| {
        let mut twice = reports.clone();
        twice.extend(reports.iter().step_by(2).copied());
        (Just(reports), Just(twice).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repetition_of_reports_gives_the_same_figures((reports, shuffled) in reports_and_shuffled()) {
        prop_assert_eq!(figures(&taken_in(&told(&reports))), figures(&taken_in(&told(&shuffled))));
    }

    #[test]
    fn so_it_does_in_batches_of_any_size(
        (reports, shuffled) in reports_and_shuffled(),
        size in 1_usize..9,
    ) {
        let mut tables = MemoryTables::default();
        for batch in told(&shuffled).chunks(size) {
            tables.apply(batch);
        }
        let mut expected = MemoryTables::default();
        for changes in taken_in(&told(&reports)).changes() {
            expected.write(changes);
        }
        for table in ["analytics", "day_results", "hour_results", "state_results", "script_results", "prompt_results",
            "failure_tallies"] {
            prop_assert_eq!(tables.rows(table), expected.rows(table), "{}", table);
        }
    }

    #[test]
    fn at_every_report_the_figures_equal_a_recount((_, shuffled) in reports_and_shuffled()) {
        let mut rows = taken_in(&handed_over().events);
        for event in told(&shuffled).iter().skip(handed_over().events.len()) {
            batch::apply_in_memory(event, &mut rows);
            for campaign in rows.campaigns.present() {
                let its = || rows.scripts.present().filter(|s| s.campaign_id == campaign.campaign_id);
                let of = |status: DeliveryStatus| its().filter(|s| s.delivery == status).count() as i64;
                let results = campaign.results();
                prop_assert_eq!(results.attempted, its().count() as i64);
                prop_assert_eq!(results.listened, of(DeliveryStatus::Listened));
                prop_assert_eq!(results.delivered, of(DeliveryStatus::Delivered) + results.listened);
                prop_assert_eq!(results.failed, of(DeliveryStatus::Failed));
                let played = its().filter(|s| s.delivery == DeliveryStatus::Listened);
                prop_assert_eq!(results.listen_ms, played.filter_map(|s| s.listen_ms).sum::<i64>());
            }
        }
    }
}

#[test]
fn a_delivery_is_counted_in_the_recipients_hour_and_billed_once() {
    // 1 January 2026, 18:30 UTC is 10:30 in California.
    let rows = handed_over_then(&[(1, 18 * 60 + 30), (1, 18 * 60 + 31), (0, 18 * 60)]);
    let campaign = campaign(&rows);
    assert_eq!((campaign.delivered, campaign.sent, campaign.attempted), (1, 0, 1));
    assert_eq!(campaign.carrier_cost, MicroDollars::from_micros(40_000));
    let delivered: Vec<_> = rows
        .analytics
        .present()
        .filter(|a: &&AnalyticsRow| a.outcome == projections::Outcome::Delivered)
        .map(|a| (a.day.to_string(), a.hour, a.state.as_str(), a.count))
        .collect();
    assert_eq!(delivered, [("2026-01-01".to_owned(), 10, "CA", 1)]);
}

#[test]
fn a_failure_after_a_delivery_changes_no_status() {
    let rows = handed_over_then(&[(1, 10), (3, 20)]);
    let script = rows.scripts.present().next().unwrap();
    let campaign = campaign(&rows);
    assert_eq!(script.delivery, DeliveryStatus::Delivered);
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
    assert_eq!((hour.weekday, hour.hour), (3, 16));
    let days: Vec<_> = rows
        .day_results
        .present()
        .map(|d| (d.day.to_string(), d.listened))
        .collect();
    assert_eq!(days, [("2025-12-31".to_owned(), 1)]);
    let states: Vec<_> = rows
        .state_results
        .present()
        .map(|s| (s.state.as_str(), s.delivered))
        .collect();
    assert_eq!(states, [("CA", 1)]);
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

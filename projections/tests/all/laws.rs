//! What holds for every history.

use std::collections::HashMap;

use domain::{
    CampaignId, Decider, Event, OrganizationId, Recorded, ScriptId,
    script::{Author, DeliveryStatus, Script},
};
use projections::{
    Outcome, ReadModel, Rows, batch,
    models::{CampaignContactRow, CampaignRow, ScriptRow},
    queries::CampaignContact,
};
use proptest::prelude::*;

use crate::{facts, memory_tables::MemoryTables, story};

fn in_memory(events: &[Recorded]) -> Rows {
    let mut rows = Rows::in_memory();
    for event in events {
        batch::apply_in_memory(event, &mut rows);
    }
    rows
}

/// The tables that a store would have after writing everything at once.
fn tables_of(rows: &mut Rows) -> MemoryTables {
    let mut tables = MemoryTables::default();
    for changes in rows.changes() {
        tables.write(changes);
    }
    tables
}

fn counted(campaign: &CampaignRow) -> [i64; 18] {
    [
        campaign.contacts,
        campaign.scripts_pending,
        campaign.scripts_approved,
        campaign.scripts_rejected,
        campaign.audio_requested,
        campaign.audio_rendered,
        campaign.audio_failed,
        campaign.not_sent,
        campaign.held,
        campaign.lapsed,
        campaign.blocked,
        campaign.queued,
        campaign.in_doubt,
        campaign.sent,
        campaign.failed,
        campaign.delivered,
        campaign.listened,
        campaign.attempted,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_of_any_size_make_the_same_rows_as_one_run(
        seed in any::<u64>(),
        sizes in prop::collection::vec(1_usize..40, 1..20),
    ) {
        let events = story::told(seed, 250);
        let expected = tables_of(&mut in_memory(&events));
        let mut tables = MemoryTables::default();
        let mut rest = &events[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (batch, after) = rest.split_at((*size).min(rest.len()));
            tables.apply(batch);
            rest = after;
        }
        for table in Rows::TABLES {
            prop_assert_eq!(tables.rows(table.name), expected.rows(table.name), "{}", table.name);
        }
    }

    #[test]
    fn a_batch_that_is_applied_again_after_a_crash_before_its_commit_changes_nothing_else(seed in any::<u64>()) {
        let events = story::told(seed, 200);
        let (before, after) = events.split_at(events.len() / 2);
        let mut tables = MemoryTables::default();
        tables.apply(before);
        // The crash: what was worked out is thrown away, and worked out again.
        let _ = futures::FutureExt::now_or_never(batch::apply(after, &mut tables));
        tables.apply(after);
        let expected = tables_of(&mut in_memory(&events));
        for table in Rows::TABLES {
            prop_assert_eq!(tables.rows(table.name), expected.rows(table.name), "{}", table.name);
        }
    }

    #[test]
    fn counters_are_the_sums_over_the_contacts(seed in any::<u64>()) {
        let rows = in_memory(&story::told(seed, 300));
        let scripts: HashMap<_, _> = rows.scripts.present().map(|s| (s.key(), s)).collect();
        let mut sums: HashMap<_, [i64; 18]> = HashMap::new();
        for contact in rows.campaign_contacts.present() {
            let mut one = CampaignRow::blank(contact.organization_id, contact.campaign_id, facts::user(0, 0));
            let key = (contact.organization_id, contact.script_id);
            tally(&mut one, contact, scripts.get(&key).copied());
            let sum = sums.entry((contact.organization_id, contact.campaign_id)).or_default();
            for (total, part) in sum.iter_mut().zip(counted(&one)) {
                *total += part;
            }
        }
        for campaign in rows.campaigns.present() {
            let expected = sums.get(&(campaign.organization_id, campaign.campaign_id)).copied().unwrap_or_default();
            prop_assert_eq!(counted(campaign), expected);
        }
    }

    #[test]
    fn a_scripts_delivery_is_what_its_aggregate_says(seed in any::<u64>()) {
        let events = story::told(seed, 300);
        let rows = in_memory(&events);
        let mut scripts: HashMap<ScriptId, Script> = HashMap::new();
        for event in &events {
            if let Event::ScriptEvent(happened) = &event.event {
                scripts.entry(event.stream.id.parse().unwrap()).or_default().evolve(happened);
            }
        }
        for row in rows.scripts.present() {
            prop_assert_eq!(row.delivery, scripts[&row.script_id].delivery);
        }
    }

    #[test]
    fn analytics_count_each_outcome_of_a_script_once(seed in any::<u64>()) {
        let rows = in_memory(&story::told(seed, 300));
        for (outcome, happened) in [
            (Outcome::Attempted, (|s: &ScriptRow| s.attempted_at.is_some()) as fn(&ScriptRow) -> bool),
            (Outcome::Delivered, |s| s.delivery >= DeliveryStatus::Delivered),
            (Outcome::Listened, |s| s.delivery == DeliveryStatus::Listened),
            (Outcome::Failed, |s| s.delivery == DeliveryStatus::Failed),
        ] {
            let counted: i64 = rows.analytics.present().filter(|a| a.outcome == outcome).map(|a| a.count).sum();
            let scripts = rows.scripts.present().filter(|s| happened(s)).count() as i64;
            prop_assert_eq!(counted, scripts, "{:?}", outcome);
            prop_assert!(rows.analytics.present().all(|a| a.count > 0));
        }
    }

    #[test]
    fn results_and_tallies_equal_a_recount_of_the_scripts(seed in any::<u64>()) {
        results_and_tallies_are_recounted(seed)?;
    }

    #[test]
    fn organizations_never_share_a_row(seed in any::<u64>()) {
        let events = story::told(seed, 200);
        let alone = |n: u64| -> Vec<Recorded> {
            let id: OrganizationId = facts::organization(n);
            events.iter().filter(|e| e.metadata.organization_id == id).cloned().collect()
        };
        let together = tables_of(&mut in_memory(&events));
        let mut apart = MemoryTables::default();
        for n in 0..3 {
            for changes in in_memory(&alone(n)).changes() {
                apart.write(changes);
            }
        }
        for table in Rows::TABLES {
            prop_assert_eq!(together.rows(table.name), apart.rows(table.name), "{}", table.name);
        }
    }
}

/// How many scripts of a campaign were left, played, and not left, as its scripts say or rows that count them.
type Outcomes = [i64; 3];

/// The sums of a table's rows of one campaign.
macro_rules! summed {
    ($set:expr, $campaign:expr) => {
        $set.present().filter(|row| row.campaign_id == $campaign).fold(
            [0; 3],
            |[left, played, failed]: Outcomes, row| {
                [left + row.delivered, played + row.listened, failed + row.failed]
            },
        )
    };
}

fn recounted<'r>(scripts: impl Iterator<Item = &'r ScriptRow>) -> Outcomes {
    scripts.fold([0; 3], |[left, played, failed], script| {
        [
            left + i64::from(script.delivery >= DeliveryStatus::Delivered),
            played + i64::from(script.delivery == DeliveryStatus::Listened),
            failed + i64::from(script.delivery == DeliveryStatus::Failed),
        ]
    })
}

fn results_are_recounted(rows: &Rows, campaign: &CampaignRow) -> Result<(), TestCaseError> {
    let id = campaign.campaign_id;
    let its = || rows.scripts.present().filter(|s| s.campaign_id == id);
    let recount = recounted(its());
    for row in rows.hour_results.present().filter(|r| r.campaign_id == id) {
        prop_assert!(
            row.attempted > 0 && row.delivered + row.failed <= row.attempted,
            "{:?}",
            row
        );
    }
    prop_assert_eq!(summed!(rows.hour_results, id), recount);
    prop_assert_eq!(summed!(rows.script_results, id), recount);
    prop_assert_eq!(summed!(rows.day_results, id), recount);
    prop_assert_eq!(summed!(rows.state_results, id), recount);
    let prompted = || its().filter(|s| s.author == Author::Ai && s.prompt.is_some());
    prop_assert_eq!(summed!(rows.prompt_results, id), recounted(prompted()));
    for row in rows.prompt_results.present().filter(|r| r.campaign_id == id) {
        let of_prompt = prompted().filter(|s| s.prompt.as_ref() == Some(&row.prompt));
        prop_assert_eq!([row.delivered, row.listened, row.failed], recounted(of_prompt));
    }
    // A campaign is there before its scripts, which these histories do not always keep to.
    if its().all(|s| s.created_at >= campaign.created_at) {
        let played = its().filter(|s| s.delivery == DeliveryStatus::Listened);
        let lengths: Vec<i64> = played.filter_map(|s| s.listen_ms).collect();
        prop_assert_eq!(
            (campaign.timed, campaign.listen_ms),
            (lengths.len() as i64, lengths.iter().sum::<i64>())
        );
    }
    Ok(())
}

fn tallies_are_recounted(rows: &Rows, id: CampaignId) -> Result<(), TestCaseError> {
    let timed = rows
        .scripts
        .present()
        .filter(|s| s.campaign_id == id && s.listen_ms.is_some());
    let mut timed: Vec<_> = timed.map(|s| (s.listen_ms, s.script_id)).collect();
    let listeners = rows.listeners.present().filter(|l| l.campaign_id == id);
    let mut listeners: Vec<_> = listeners.map(|l| (Some(l.listen_ms), l.script_id)).collect();
    timed.sort_unstable();
    listeners.sort_unstable();
    prop_assert_eq!(listeners, timed);
    let failed = rows
        .scripts
        .present()
        .filter(|s| s.campaign_id == id && s.delivery == DeliveryStatus::Failed);
    let failures = rows.failure_tallies.present().filter(|f| f.campaign_id == id);
    prop_assert_eq!(failures.map(|f| f.count).sum::<i64>(), failed.count() as i64);
    let stopped = rows.scripts.present().filter(|s| {
        s.campaign_id == id
            && s.in_campaign
            && s.obstacle_rule.is_some()
            && matches!(s.delivery, DeliveryStatus::Held | DeliveryStatus::Blocked)
    });
    let obstacles = rows.obstacle_tallies.present().filter(|o| o.campaign_id == id);
    prop_assert_eq!(obstacles.map(|o| o.count).sum::<i64>(), stopped.count() as i64);
    Ok(())
}

fn results_and_tallies_are_recounted(seed: u64) -> Result<(), TestCaseError> {
    let rows = in_memory(&story::told(seed, 300));
    for campaign in rows.campaigns.present() {
        results_are_recounted(&rows, campaign)?;
        tallies_are_recounted(&rows, campaign.campaign_id)?;
    }
    Ok(())
}

#[test]
fn a_history_that_was_once_miscounted_equals_its_recount() {
    results_and_tallies_are_recounted(11_903_682_476_521_938_288).unwrap();
}

/// What one contact contributes, said a second time and differently.
fn tally(campaign: &mut CampaignRow, contact: &CampaignContactRow, script: Option<&ScriptRow>) {
    use domain::script::DeliveryStatus as D;
    use projections::{AudioState as A, ReviewState as R};
    let contact = CampaignContact {
        place: contact.clone(),
        script: script.cloned(),
    };
    campaign.contacts = 1;
    campaign.scripts_pending = i64::from(contact.review() == Some(R::Pending));
    campaign.scripts_approved = i64::from(contact.review() == Some(R::Approved));
    campaign.scripts_rejected = i64::from(contact.review() == Some(R::Rejected));
    campaign.audio_requested = i64::from(contact.audio() == A::Requested);
    campaign.audio_rendered = i64::from(contact.audio() == A::Rendered);
    campaign.audio_failed = i64::from(contact.audio() == A::Failed);
    campaign.not_sent = i64::from(contact.delivery() == D::NotSent);
    campaign.held = i64::from(contact.delivery() == D::Held);
    campaign.lapsed = i64::from(contact.delivery() == D::Lapsed);
    campaign.blocked = i64::from(contact.delivery() == D::Blocked);
    campaign.queued = i64::from(contact.delivery() == D::Queued);
    campaign.in_doubt = i64::from(contact.delivery() == D::InDoubt);
    campaign.sent = i64::from(contact.delivery() == D::Sent);
    campaign.failed = i64::from(contact.delivery() == D::Failed);
    campaign.delivered = i64::from(contact.delivery() == D::Delivered);
    campaign.listened = i64::from(contact.delivery() == D::Listened);
    campaign.attempted = i64::from(contact.place.contacted_at.is_some());
}

//! The questions, on both engines: each is asked, and what it should leave out is left out.

use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use database::Database;
use domain::{
    AttemptId, CampaignId, ContactId, ImportBatchId, ScriptId, TeamId,
    campaign::{CampaignEvent, CampaignStatus, CampaignTotals, CampaignType},
    compliance::Verdict,
    contact::{ContactEvent, ContactStanding},
    import::ContactSource,
    organization::{OrganizationEvent, Role},
    script::{DeliveryStatus, FailureClass, Review, ScriptEvent, VoiceSettings},
    suppression::{ListKind, SuppressionEvent},
};
use projections::{
    Outcome, ReviewState,
    queries::{
        CampaignContactFilter, CampaignFilter, ContactFilter, Cursor, HistoryUntil, PageRequest, ReadModels,
        ScriptCondition, ScriptFilter, Visible,
    },
};

use super::{
    Log, catch_up, open,
    story::{self, Story},
};
use crate::engines::on_both;

const CONTACTS: u64 = 4;

/// Organization 0 with two campaigns over the same four contacts: in the first, the contacts' voicemails end delivered and played,
/// failed, blocked and not sent; the second is a draft. Organization 1 has a campaign of its own.
fn brokerage() -> Story {
    let mut story = Story::default();
    let (first, second) = (story::campaign(0, 0), story::campaign(0, 1));
    for n in 0..2 {
        let founded = OrganizationEvent::OrganizationFounded {
            organization_id: story::organization(n),
            name: format!("Brokerage {n}"),
            demonstration: false,
            admin: story::user(n, 0),
            admin_profile: domain::Sealed::from_ciphertext("sealed".to_owned()),
        };
        let stream = domain::StreamId::new("organization", story::organization(n));
        story.record(n, stream, (None, None), None, founded);
        story.on_contact(n, story::contact(n, 0), story::contact_created(n, 0));
        story.on_campaign(n, story::campaign(n, 0), story::created(n, 0));
    }
    for which in 1..CONTACTS {
        story.on_contact(0, story::contact(0, which), story::contact_created(0, which));
    }
    story.on_campaign(0, second, story::created(0, 1));
    for campaign in [first, second] {
        story.on_campaign(0, campaign, imported());
    }
    for which in 0..CONTACTS {
        send(&mut story, (first, story::contact(0, which)), which);
    }
    let totals = CampaignTotals {
        delivered: 1,
        failed: 1,
        blocked: 1,
        ..CampaignTotals::default()
    };
    story.on_campaign(0, first, CampaignEvent::CampaignSubmitted { scripts: CONTACTS });
    story.on_campaign(0, first, CampaignEvent::CampaignCompleted { totals });
    story
}

fn imported() -> CampaignEvent {
    CampaignEvent::ContactsImported {
        batch_id: ImportBatchId::from_uuid(story::uuid(0, 4, 0)),
        source: ContactSource::TitleRep,
        contact_ids: (0..CONTACTS).map(|n| story::contact(0, n)).collect(),
        chunk: 1,
    }
}

fn attempt(which: u64) -> AttemptId {
    AttemptId::from_uuid(story::uuid(0, 5, which))
}

/// Contact 0: delivered and played; 1: failed; 2: blocked; 3: a script that nobody has reviewed.
fn send(story: &mut Story, about: (CampaignId, ContactId), which: u64) {
    story.on_script(0, about, None, story::generated(about, 1));
    if which == 3 {
        return;
    }
    let verdict = if which == 2 {
        Verdict::Blocked
    } else {
        Verdict::Cleared
    };
    for event in [
        ScriptEvent::ScriptReviewed {
            version: 1,
            review: Review::Approved,
            notes: None,
            by: story::user(0, 0),
        },
        ScriptEvent::AudioRequested {
            version: 1,
            voice: "v".to_owned(),
            settings: VoiceSettings::default(),
        },
        ScriptEvent::SubmissionDecided {
            decision: story::decision(verdict),
        },
    ] {
        story.on_script(0, about, None, event);
    }
    if which == 2 {
        return;
    }
    let at = story::beginning() + Duration::hours(18);
    let slot = ContactEvent::SlotReserved {
        campaign_id: about.0,
        script_id: ScriptId::of(about.0, about.1),
        at,
    };
    story.on_contact(0, about.1, slot);
    let attempted = ScriptEvent::SubmissionAttempted {
        attempt_id: attempt(which),
        idempotency_key: "k".to_owned(),
    };
    story.on_script(0, about, None, attempted);
    let submitted = ScriptEvent::Submitted {
        attempt_id: attempt(which),
        message_id: format!("m{which}"),
    };
    story.on_script(0, about, None, submitted);
    for kind in if which == 0 { vec![1, 2] } else { vec![3] } {
        let n = story.events.len() as u64;
        story.on_script(0, about, Some(at), story::report(kind, n));
    }
}

async fn asked(database: &Database) -> Arc<dyn ReadModels> {
    let log = Arc::new(Log::of(&brokerage().events));
    let side = open(database, &log, 100).await;
    catch_up(&side, &log).await;
    side.queries()
}

#[tokio::test]
async fn campaigns_are_listed_newest_first_and_page_by_page() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = story::organization(0);
        let none = CampaignFilter::default();
        let first = ask
            .campaigns(organization, &Visible::All, &none, PageRequest::first(1))
            .await
            .unwrap();
        assert!(first.has_more);
        let place = Cursor::decode(&first.end().unwrap().encode()).unwrap();
        let next = PageRequest {
            after: Some(place),
            limit: 1,
        };
        let second = ask
            .campaigns(organization, &Visible::All, &none, next)
            .await
            .unwrap();
        assert!(!second.has_more);
        let ids: Vec<_> = [first, second]
            .into_iter()
            .flat_map(|page| page.into_rows())
            .map(|c| c.campaign_id)
            .collect();
        assert_eq!(ids, [story::campaign(0, 1), story::campaign(0, 0)]);
    })
    .await;
}

#[tokio::test]
async fn campaigns_are_filtered_by_status_purpose_name_date_and_owner() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let count = async |filter: CampaignFilter| {
            let page = ask
                .campaigns(
                    story::organization(0),
                    &Visible::All,
                    &filter,
                    PageRequest::first(10),
                )
                .await
                .unwrap();
            page.rows.len()
        };
        let any = CampaignFilter::default();
        let statuses = vec![CampaignStatus::Completed, CampaignStatus::Active];
        assert_eq!(
            count(CampaignFilter {
                statuses,
                ..any.clone()
            })
            .await,
            1
        );
        let kinds = vec![CampaignType::HighEquity];
        assert_eq!(count(CampaignFilter { kinds, ..any.clone() }).await, 0);
        for (name, found) in [("expireds", 2), ("EXPIREDS 1", 1), ("%", 0), ("_", 0), (" ", 2)] {
            let name = Some(name.to_owned());
            assert_eq!(count(CampaignFilter { name, ..any.clone() }).await, found);
        }
        let later = Some(story::beginning() + Duration::days(1));
        assert_eq!(
            count(CampaignFilter {
                created_from: later,
                ..any.clone()
            })
            .await,
            0
        );
        assert_eq!(
            count(CampaignFilter {
                created_until: later,
                ..any.clone()
            })
            .await,
            2
        );
        let owner = Some(story::user(0, 1));
        assert_eq!(count(CampaignFilter { owner, ..any.clone() }).await, 1);
        let by_status = ask
            .campaigns_by_status(story::organization(0), &Visible::All, &any)
            .await
            .unwrap();
        assert_eq!(by_status.iter().map(|s| s.campaigns).sum::<i64>(), 2);
        assert_eq!(
            ask.campaigns_made_since(story::organization(0), story::beginning())
                .await,
            Ok(2)
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_another_organization_or_a_campaign_that_is_not_theirs() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (ours, theirs) = (story::organization(0), story::organization(1));
        let first = story::campaign(0, 0);
        assert!(ask.campaign(ours, &Visible::All, first).await.unwrap().is_some());
        assert!(
            ask.campaign(theirs, &Visible::All, first)
                .await
                .unwrap()
                .is_none()
        );
        let script = ScriptId::of(first, story::contact(0, 0));
        assert!(ask.script(theirs, script).await.unwrap().is_none());
        assert!(ask.contact(theirs, story::contact(0, 0)).await.unwrap().is_none());

        let stranger = Visible::OwnedBy {
            user: story::user(0, 7),
            teams: vec![TeamId::from_uuid(story::uuid(0, 7, 0))],
        };
        assert!(ask.campaign(ours, &stranger, first).await.unwrap().is_none());
        assert_eq!(ask.overview(ours, &stranger).await.unwrap().campaigns, 0);
        assert!(
            !ask.sees_contact(ours, &stranger, story::contact(0, 0))
                .await
                .unwrap()
        );
        let seen = ask
            .contacts(ours, &stranger, &ContactFilter::default(), PageRequest::first(10))
            .await
            .unwrap();
        assert_eq!(seen.rows.len(), 0);
        let owner = Visible::OwnedBy {
            user: story::user(0, 0),
            teams: vec![],
        };
        assert!(ask.campaign(ours, &owner, first).await.unwrap().is_some());
        assert!(
            ask.sees_contact(ours, &owner, story::contact(0, 0))
                .await
                .unwrap()
        );
        assert_eq!(ask.overview(ours, &owner).await.unwrap().campaigns, 1);
    })
    .await;
}

#[tokio::test]
async fn a_campaigns_contacts_and_scripts_are_found_by_where_they_stand() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (story::organization(0), story::campaign(0, 0));
        let second = story::campaign(0, 1);
        let blocked = CampaignContactFilter {
            deliveries: vec![DeliveryStatus::Blocked],
            ..CampaignContactFilter::default()
        };
        let page = ask
            .campaign_contacts(organization, first, &blocked, PageRequest::first(10))
            .await
            .unwrap();
        let row = &page.rows[0].1;
        assert_eq!(row.contact_id, story::contact(0, 2));
        assert_eq!(row.obstacle_rule.as_deref(), Some("US.WINDOW"));
        let pending = ScriptFilter {
            review: Some(ReviewState::Pending),
            ..ScriptFilter::default()
        };
        let page = ask
            .scripts(organization, first, &pending, PageRequest::first(10))
            .await
            .unwrap();
        assert_eq!(page.rows.len(), 1);
        let met = async |condition| {
            let found = ask
                .scripts_of(organization, first, condition, None, 10)
                .await
                .unwrap();
            found.len()
        };
        assert_eq!(met(ScriptCondition::All).await, 4);
        assert_eq!(met(ScriptCondition::Pending).await, 1);
        assert_eq!(met(ScriptCondition::AudioRequested).await, 3);
        assert_eq!(met(ScriptCondition::Unsettled).await, 1);
        for condition in [
            ScriptCondition::NeedsAudio,
            ScriptCondition::ReadyToSend,
            ScriptCondition::AwaitingReport,
            ScriptCondition::WithAudio,
        ] {
            assert_eq!(met(condition).await, 0, "{condition:?}");
        }
        let without = ask
            .contacts_without_script(organization, second, None, 3)
            .await
            .unwrap();
        assert_eq!(without.len(), 3);
        let rest = ask
            .contacts_without_script(organization, second, without.last().copied(), 3)
            .await
            .unwrap();
        assert_eq!(rest.len(), 1);
        let script = ScriptId::of(first, story::contact(0, 0));
        assert_eq!(ask.script_versions(organization, script).await.unwrap().len(), 1);
        assert_eq!(
            ask.scripts_by_ids(organization, &[script]).await.unwrap().len(),
            1
        );
        let found = ask.script_of_attempt(attempt(0)).await.unwrap().unwrap();
        assert_eq!(
            (found.script_id, found.delivery),
            (script, DeliveryStatus::Listened)
        );
        assert_eq!(
            ask.script_of_message("m0").await.unwrap().unwrap().script_id,
            script
        );
        let unsettled = ask
            .unsettled_scripts_of_contact(organization, story::contact(0, 3))
            .await
            .unwrap();
        assert_eq!(unsettled.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn duplicates_name_the_other_campaign_and_the_days_since() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, second) = (story::organization(0), story::campaign(0, 1));
        let now = story::beginning() + Duration::days(5);
        let since = now - Duration::days(14);
        let page = ask
            .duplicates(organization, second, since, now, PageRequest::first(10))
            .await
            .unwrap();
        // The completed campaign conflicts only where it has contacted the number.
        let found: Vec<_> = page.into_rows();
        let contacts: Vec<_> = found.iter().map(|d| d.contact_id).collect();
        assert_eq!(contacts, [story::contact(0, 0), story::contact(0, 1)]);
        let conflict = &found[0].conflicts[0];
        assert_eq!(conflict.campaign_name, "Expireds 0");
        assert_eq!(
            (conflict.days_since, conflict.outcome),
            (Some(4), DeliveryStatus::Listened)
        );

        let page = ask
            .duplicates(organization, second, since, now, PageRequest::first(1))
            .await
            .unwrap();
        assert!(page.has_more);
        let late = ask
            .duplicates(organization, second, now, now, PageRequest::first(10))
            .await
            .unwrap();
        assert_eq!(late.rows.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn contacts_are_found_by_campaign_date_standing_and_number() {
    on_both(|database| async move {
        let mut story = brokerage();
        let marked = ContactEvent::MarkedDoNotContact {
            reason: "asked".to_owned(),
            by: None,
        };
        story.on_contact(0, story::contact(0, 3), marked);
        let log = Arc::new(Log::of(&story.events));
        let side = open(&database, &log, 100).await;
        catch_up(&side, &log).await;
        let ask = side.queries();
        let organization = story::organization(0);
        let found = async |filter: ContactFilter| {
            let page = ask
                .contacts(organization, &Visible::All, &filter, PageRequest::first(10))
                .await
                .unwrap();
            page.into_rows()
        };
        let any = ContactFilter::default();
        let all = found(any.clone()).await;
        assert_eq!((all.len(), all[0].campaigns), (4, 2));
        let campaign = Some(story::campaign(0, 1));
        assert_eq!(
            found(ContactFilter {
                campaign,
                ..any.clone()
            })
            .await
            .len(),
            4
        );
        let campaign_kind = Some(CampaignType::PastClients);
        assert_eq!(
            found(ContactFilter {
                campaign_kind,
                ..any.clone()
            })
            .await
            .len(),
            0
        );
        let contacted_from = Some(story::beginning());
        assert_eq!(
            found(ContactFilter {
                contacted_from,
                ..any.clone()
            })
            .await
            .len(),
            2
        );
        assert_eq!(
            found(ContactFilter {
                contacted_until: contacted_from,
                ..any.clone()
            })
            .await
            .len(),
            0
        );
        assert_eq!(
            found(ContactFilter {
                never_contacted: true,
                ..any.clone()
            })
            .await
            .len(),
            2
        );
        let standings = vec![ContactStanding::DoNotContact];
        assert_eq!(
            found(ContactFilter {
                standings,
                ..any.clone()
            })
            .await
            .len(),
            1
        );
        let phone_indexes = vec![story::phone(1), story::phone(99)];
        assert_eq!(
            found(ContactFilter {
                phone_indexes: phone_indexes.clone(),
                ..any
            })
            .await
            .len(),
            1
        );
        let by_phone = ask.contacts_by_phone(organization, &phone_indexes).await.unwrap();
        assert_eq!(by_phone[0].contact_id, story::contact(0, 1));
        let part = ask
            .campaigns_of_contact(organization, &Visible::All, story::contact(0, 0))
            .await
            .unwrap();
        assert_eq!(part.len(), 2);
        assert!(part[0].contacted_at.is_none() && part[1].contacted_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_contacts_history_is_whole_and_can_be_read_as_of_an_instant() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = story::organization(0);
        let history = async |until| {
            let page = ask
                .contact_history(organization, story::contact(0, 0), until, PageRequest::first(100))
                .await
                .unwrap();
            page.into_rows()
        };
        let all = history(HistoryUntil::Now).await;
        let types: Vec<_> = all.iter().map(|row| row.event_type.as_str()).collect();
        assert_eq!(
            types,
            [
                "ContactCreated",
                "ContactsImported",
                "ContactsImported",
                "ScriptGenerated",
                "ScriptReviewed",
                "AudioRequested",
                "SubmissionDecided",
                "SlotReserved",
                "SubmissionAttempted",
                "Submitted",
                "Delivered",
                "Listened"
            ]
        );
        // Of an event about many contacts, one contact's history holds its own part only.
        assert!(!all[1].summary.contains(&story::contact(0, 1).to_string()));
        assert!(all[6].summary.contains("US.WINDOW"));
        assert_eq!(history(HistoryUntil::Position(all[3].position)).await.len(), 4);
        assert_eq!(history(HistoryUntil::Recorded(all[3].recorded_at)).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn analytics_digest_overview_and_activity_add_up() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (story::organization(0), story::campaign(0, 0));
        let campaign = ask
            .campaign(organization, &Visible::All, first)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (
                campaign.contacts,
                campaign.listened,
                campaign.failed,
                campaign.blocked,
                campaign.not_sent
            ),
            (4, 1, 1, 1, 1)
        );
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let rows = ask
            .analytics(organization, first, Some(day), Some(day))
            .await
            .unwrap();
        let listened: Vec<_> = rows
            .iter()
            .filter(|r| r.outcome == Outcome::Listened)
            .map(|r| (r.hour, r.state.as_str(), r.count))
            .collect();
        assert_eq!(listened, [(10, "CA", 1)]);
        let next_day = day.succ_opt();
        assert!(
            ask.analytics(organization, first, next_day, None)
                .await
                .unwrap()
                .is_empty()
        );
        let trend = ask.trend(organization, &Visible::All, day, day).await.unwrap();
        assert!(
            trend
                .iter()
                .any(|p| (p.outcome, p.count) == (Outcome::Delivered, 1))
        );
        let failures = ask.failures(organization, first).await.unwrap();
        assert_eq!(
            (failures[0].code.as_str(), failures[0].class, failures[0].count),
            ("302", Some(FailureClass::Final), 1)
        );
        let obstacles = ask.obstacles(organization, first).await.unwrap();
        assert_eq!(
            (obstacles[0].rule.as_str(), obstacles[0].status),
            ("US.WINDOW", DeliveryStatus::Blocked)
        );
        let digest = ask.digest(organization, first).await.unwrap().unwrap();
        assert_eq!(
            (
                digest.contacts,
                digest.attempted,
                digest.delivered,
                digest.listened
            ),
            (4, 2, 1, 1)
        );
        let overview = ask.overview(organization, &Visible::All).await.unwrap();
        assert_eq!(
            (overview.campaigns, overview.contacts, overview.delivered),
            (2, 8, 1)
        );
        assert_eq!(overview.carrier_cost, campaign.carrier_cost);
        let activity = ask
            .activity(organization, Some(first), PageRequest::first(2))
            .await
            .unwrap();
        assert!(activity.has_more);
        let lines: Vec<_> = activity.into_rows().into_iter().map(|a| a.kind).collect();
        assert_eq!(lines, ["CampaignCompleted", "CampaignSubmitted"]);
        let everywhere = ask
            .activity(story::organization(1), None, PageRequest::first(9))
            .await
            .unwrap();
        assert_eq!(everywhere.rows.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn members_lists_and_imports_are_found() {
    on_both(|database| async move {
        let mut story = brokerage();
        let organization = story::organization(0);
        let list_id = domain::SuppressionListId::from_uuid(story::uuid(0, 6, 0));
        for (n, expires_at) in [(1, None), (2, Some(story::beginning()))] {
            let added = SuppressionEvent::SuppressionAdded {
                list_id,
                list: ListKind::Internal,
                phone_index: story::phone(n),
                reason: "asked".to_owned(),
                expires_at,
            };
            let stream = domain::StreamId::new("suppression_list", list_id);
            story.record(0, stream, (None, None), None, added);
        }
        let mut events = story.events;
        events.extend(imports(events.len()));
        let log = Arc::new(Log::of(&events));
        let side = open(&database, &log, 100).await;
        catch_up(&side, &log).await;
        let ask = side.queries();

        let now = story::beginning() + Duration::days(1);
        let indexes = [story::phone(2), story::phone(1), story::phone(3)];
        let on = ask.suppressions_of(organization, &indexes, now).await.unwrap();
        assert_eq!(on, [vec![], vec!["internal".to_owned()], vec![]]);
        assert_eq!(ask.suppression_lists(organization).await.unwrap()[0].added, 2);

        assert_eq!(ask.organizations().await.unwrap().len(), 2);
        assert_eq!(
            ask.organization(organization).await.unwrap().unwrap().name,
            "Brokerage 0"
        );
        let member = ask
            .member(organization, story::user(0, 0))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(member.role, Role::Admin);
        assert_eq!(
            ask.memberships(story::user(0, 0)).await.unwrap()[0].organization,
            organization
        );
        assert_eq!(ask.members(organization, true).await.unwrap().len(), 1);
        assert!(ask.teams(organization).await.unwrap().is_empty());
        assert!(ask.state_switches(organization).await.unwrap().is_empty());

        let batch = ImportBatchId::from_uuid(story::uuid(0, 4, 0));
        let page = ask
            .imports(organization, Some(story::campaign(0, 0)), PageRequest::first(5))
            .await
            .unwrap();
        assert_eq!(page.into_rows()[0].rejected, 3);
        assert!(ask.import(organization, batch).await.unwrap().is_some());
        assert!(ask.import_of_file(organization, "22").await.unwrap().is_some());
        assert!(ask.import_of_file(organization, "23").await.unwrap().is_none());
        let rejected = ask
            .rejected_rows(organization, batch, PageRequest::first(2))
            .await
            .unwrap();
        assert!(rejected.has_more);
        assert_eq!(rejected.end(), Some(&3));
    })
    .await;
}

/// An import of a file with three rejected rows, recorded after `before` other events.
fn imports(before: usize) -> Vec<domain::Recorded> {
    use domain::import::{ImportEvent, ImportTotals, RejectedRowRecord};
    let mut story = Story::default();
    let batch_id = ImportBatchId::from_uuid(story::uuid(0, 4, 0));
    let totals = ImportTotals {
        rows: 7,
        created: 4,
        duplicates: 0,
        rejected: 3,
    };
    let row = |row| RejectedRowRecord {
        row,
        field: "phone".to_owned(),
        error: "too short".to_owned(),
        value: None,
    };
    for event in [
        ImportEvent::ImportStarted {
            batch_id,
            source: ContactSource::TitleRep,
            blob_key: None,
            file_name: None,
            sha256: Some("22".to_owned()),
            mapping: std::collections::BTreeMap::new(),
            campaign_id: Some(story::campaign(0, 0)),
        },
        ImportEvent::RowsRejected {
            chunk: 1,
            rows: vec![row(2), row(3), row(9)],
        },
        ImportEvent::ImportProgressed { chunk: 1, totals },
        ImportEvent::ImportCompleted { totals },
    ] {
        let stream = domain::StreamId::new("import_batch", batch_id);
        story.record(0, stream, (Some(story::campaign(0, 0)), None), None, event);
    }
    let after = |position: domain::Position| domain::Position::new(position.number() + before as u64 * 2);
    let mut events = story.events;
    for event in &mut events {
        event.position = after(event.position);
    }
    events
}

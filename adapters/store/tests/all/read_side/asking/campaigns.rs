//! Questions about campaigns.

use chrono::Duration;
use domain::{
    ScriptId, TeamId,
    campaign::{CampaignStatus, CampaignType},
    script::DeliveryStatus,
};
use projections::queries::{CampaignFilter, ContactFilter, Cursor, Page, PageRequest, Visible};

use super::{asked, facts};
use crate::engines::on_both;

#[tokio::test]
async fn campaigns_are_listed_newest_first_and_page_by_page() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = facts::organization(0);
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
            .flat_map(Page::into_rows)
            .map(|c| c.campaign_id)
            .collect();
        assert_eq!(ids, [facts::campaign(0, 1), facts::campaign(0, 0)]);
    })
    .await;
}

#[tokio::test]
async fn campaigns_are_filtered_by_status_purpose_name_date_and_owner() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let count = async |narrow: &dyn Fn(&mut CampaignFilter)| {
            let mut filter = CampaignFilter::default();
            narrow(&mut filter);
            let page = ask
                .campaigns(
                    facts::organization(0),
                    &Visible::All,
                    &filter,
                    PageRequest::first(10),
                )
                .await
                .unwrap();
            page.rows.len()
        };
        let ended = vec![CampaignStatus::Completed, CampaignStatus::Failed];
        assert_eq!(count(&|f| f.statuses.clone_from(&ended)).await, 1);
        assert_eq!(count(&|f| f.kinds = vec![CampaignType::HighEquity]).await, 0);
        for (name, found) in [("expireds", 2), ("EXPIREDS 1", 1), ("%", 0), ("_", 0), (" ", 2)] {
            assert_eq!(count(&|f| f.name = Some(name.to_owned())).await, found, "{name}");
        }
        let later = Some(facts::beginning() + Duration::days(1));
        assert_eq!(count(&|f| f.created_from = later).await, 0);
        assert_eq!(count(&|f| f.created_until = later).await, 2);
        assert_eq!(count(&|f| f.owner = Some(facts::user(0, 1))).await, 1);
    })
    .await;
}

#[tokio::test]
async fn campaigns_are_counted_by_status_and_since_an_instant() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = facts::organization(0);
        let by_status = ask
            .campaigns_by_status(organization, &Visible::All, &CampaignFilter::default())
            .await
            .unwrap();
        let counts: Vec<_> = by_status.iter().map(|s| (s.status, s.campaigns)).collect();
        assert_eq!(
            counts,
            [(CampaignStatus::Completed, 1), (CampaignStatus::Draft, 1)]
        );
        let made = ask.campaigns_made_since(organization, facts::beginning()).await;
        assert_eq!(made, Ok(2));
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_another_organization_or_a_campaign_that_is_not_theirs() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (ours, theirs) = (facts::organization(0), facts::organization(1));
        let first = facts::campaign(0, 0);
        assert!(ask.campaign(ours, &Visible::All, first).await.unwrap().is_some());
        assert!(
            ask.campaign(theirs, &Visible::All, first)
                .await
                .unwrap()
                .is_none()
        );
        let script = ScriptId::of(first, facts::contact(0, 0));
        assert!(ask.script(theirs, script).await.unwrap().is_none());
        assert!(ask.contact(theirs, facts::contact(0, 0)).await.unwrap().is_none());

        let stranger = Visible::OwnedBy {
            user: facts::user(0, 7),
            teams: vec![TeamId::from_uuid(facts::uuid(0, 7, 0))],
        };
        assert!(ask.campaign(ours, &stranger, first).await.unwrap().is_none());
        assert_eq!(ask.overview(ours, &stranger).await.unwrap().campaigns, 0);
        assert!(
            !ask.sees_contact(ours, &stranger, facts::contact(0, 0))
                .await
                .unwrap()
        );
        let seen = ask
            .contacts(ours, &stranger, &ContactFilter::default(), PageRequest::first(10))
            .await
            .unwrap();
        assert_eq!(seen.rows.len(), 0);
        let owner = Visible::OwnedBy {
            user: facts::user(0, 0),
            teams: vec![],
        };
        assert!(ask.campaign(ours, &owner, first).await.unwrap().is_some());
        assert!(
            ask.sees_contact(ours, &owner, facts::contact(0, 0))
                .await
                .unwrap()
        );
        assert_eq!(ask.overview(ours, &owner).await.unwrap().campaigns, 1);
    })
    .await;
}

#[tokio::test]
async fn duplicates_name_the_other_campaign_and_the_days_since() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, second) = (facts::organization(0), facts::campaign(0, 1));
        let now = facts::beginning() + Duration::days(5);
        let since = now - Duration::days(14);
        let page = ask
            .duplicates(
                organization,
                &Visible::All,
                second,
                (since, now),
                PageRequest::first(10),
            )
            .await
            .unwrap();
        // The completed campaign conflicts only where it has contacted the number.
        let found: Vec<_> = page.into_rows();
        let contacts: Vec<_> = found.iter().map(|d| d.contact_id).collect();
        assert_eq!(contacts, [facts::contact(0, 0), facts::contact(0, 1)]);
        let conflict = &found[0].conflicts[0];
        assert_eq!(conflict.campaign_name.as_deref(), Some("Expireds 0"));
        assert_eq!(
            (conflict.days_since, conflict.outcome),
            (Some(4), DeliveryStatus::Listened)
        );

        let page = ask
            .duplicates(
                organization,
                &Visible::All,
                second,
                (since, now),
                PageRequest::first(1),
            )
            .await
            .unwrap();
        assert!(page.has_more);
        let late = ask
            .duplicates(
                organization,
                &Visible::All,
                second,
                (now, now),
                PageRequest::first(10),
            )
            .await
            .unwrap();
        assert_eq!(late.rows.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_check_counts_people_and_campaigns_and_names_only_what_is_seen() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first, second) = (
            facts::organization(0),
            facts::campaign(0, 0),
            facts::campaign(0, 1),
        );
        let now = facts::beginning() + Duration::days(5);
        let since = now - Duration::days(14);
        let found = ask
            .duplicate_summary(organization, &Visible::All, second, since)
            .await
            .unwrap();
        assert_eq!((found.duplicates, found.recent), (2, 2));
        let [other] = &found.conflicts[..] else {
            panic!("{found:?}")
        };
        assert_eq!((other.campaign_id, other.contacts, other.recent), (first, 2, 2));
        assert_eq!(other.name.as_deref(), Some("Expireds 0"));
        assert_eq!(other.last_contacted_at, found.last_contacted_at);
        let advice = found.recommendations(4, 14);
        assert!(advice[0].advice.starts_with("Wait until January"), "{advice:?}");

        // The draft has not ended, so it shares all four with the completed one; nobody was called by it.
        let of_first = ask
            .duplicate_summary(organization, &Visible::All, first, since)
            .await
            .unwrap();
        assert_eq!((of_first.duplicates, of_first.recent), (4, 0));

        let owner_of_second = Visible::OwnedBy {
            user: facts::user(0, 1),
            teams: vec![],
        };
        let found = ask
            .duplicate_summary(organization, &owner_of_second, second, since)
            .await
            .unwrap();
        assert_eq!(found.conflicts[0].name, None, "it is another agent's");
        let page = PageRequest::first(10);
        let listed = ask.duplicates(organization, &owner_of_second, second, (since, now), page);
        let listed = listed.await.unwrap().into_rows();
        assert_eq!(listed[0].conflicts[0].campaign_name, None);
    })
    .await;
}

#[tokio::test]
async fn those_who_were_contacted_lately_are_listed_part_by_part() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, second) = (facts::organization(0), facts::campaign(0, 1));
        let since = facts::beginning();
        let recent = ask
            .contacted_since(organization, second, since, None, 1)
            .await
            .unwrap();
        assert_eq!(recent, [facts::contact(0, 0)]);
        let rest = ask
            .contacted_since(organization, second, since, Some(recent[0]), 10)
            .await
            .unwrap();
        assert_eq!(rest, [facts::contact(0, 1)]);
        let later = since + Duration::days(2);
        let none = ask
            .contacted_since(organization, second, later, None, 10)
            .await
            .unwrap();
        assert_eq!(none, []);
    })
    .await;
}

//! Questions about contacts and what happened to them.

use domain::{
    campaign::CampaignType,
    contact::{ContactEvent, ContactStanding},
};
use projections::queries::{ContactFilter, HistoryUntil, PageRequest, Visible};

use super::{asked, asked_after, brokerage, facts};
use crate::engines::on_both;

#[tokio::test]
async fn contacts_are_found_by_campaign_date_standing_and_number() {
    on_both(|database| async move {
        let mut story = brokerage();
        let marked = ContactEvent::MarkedDoNotContact {
            reason: "asked".to_owned(),
            by: None,
        };
        story.on_contact(0, facts::contact(0, 3), marked);
        let ask = asked_after(&database, &story.events).await;
        let found = async |narrow: &dyn Fn(&mut ContactFilter)| {
            let mut filter = ContactFilter::default();
            narrow(&mut filter);
            let page = ask
                .contacts(
                    facts::organization(0),
                    &Visible::All,
                    &filter,
                    PageRequest::first(10),
                )
                .await
                .unwrap();
            page.into_rows()
        };
        let all = found(&|_| {}).await;
        assert_eq!((all.len(), all[0].campaigns), (4, 2));
        assert_eq!(
            found(&|f| f.campaign = Some(facts::campaign(0, 1))).await.len(),
            4
        );
        assert_eq!(
            found(&|f| f.campaign_kind = Some(CampaignType::PastClients))
                .await
                .len(),
            0
        );
        let beginning = Some(facts::beginning());
        assert_eq!(found(&|f| f.contacted_from = beginning).await.len(), 2);
        assert_eq!(found(&|f| f.contacted_until = beginning).await.len(), 0);
        assert_eq!(found(&|f| f.never_contacted = true).await.len(), 2);
        assert_eq!(
            found(&|f| f.standings = vec![ContactStanding::DoNotContact])
                .await
                .len(),
            1
        );
        let ids = vec![facts::contact(0, 1), facts::contact(0, 99)];
        assert_eq!(found(&|f| f.ids.clone_from(&ids)).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_contact_is_told_with_the_campaigns_it_is_in() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = facts::organization(0);
        let part = ask
            .campaigns_of_contact(organization, &Visible::All, facts::contact(0, 0))
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
        let organization = facts::organization(0);
        let history = async |until| {
            let page = ask
                .contact_history(organization, facts::contact(0, 0), until, PageRequest::first(100))
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
        assert!(!all[1].summary.contains(&facts::contact(0, 1).to_string()));
        assert!(all[6].summary.contains("US.WINDOW"));
        assert_eq!(history(HistoryUntil::Position(all[3].position)).await.len(), 4);
        assert_eq!(history(HistoryUntil::Recorded(all[3].recorded_at)).await.len(), 4);
    })
    .await;
}

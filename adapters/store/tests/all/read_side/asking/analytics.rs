//! Questions about how campaigns went.

use chrono::NaiveDate;
use domain::script::{DeliveryStatus, FailureClass};
use projections::{
    Outcome,
    queries::{PageRequest, Visible},
};

use super::{asked, facts};
use crate::engines::on_both;

#[tokio::test]
async fn outcomes_are_told_by_hour_day_failure_and_rule() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (facts::organization(0), facts::campaign(0, 0));
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
        let later = ask
            .analytics(organization, first, day.succ_opt(), None)
            .await
            .unwrap();
        assert_eq!(later, []);
        let trend = ask.trend(organization, &Visible::All, day, day).await.unwrap();
        assert!(
            trend
                .iter()
                .any(|p| (p.outcome, p.count) == (Outcome::Delivered, 1))
        );
        let failure = ask.failures(organization, first).await.unwrap().remove(0);
        assert_eq!((failure.code.as_str(), failure.count), ("302", 1));
        assert_eq!(failure.class, Some(FailureClass::Final));
        let obstacle = ask.obstacles(organization, first).await.unwrap().remove(0);
        assert_eq!((obstacle.rule.as_str(), obstacle.count), ("US.WINDOW", 1));
        assert_eq!(obstacle.status, DeliveryStatus::Blocked);
    })
    .await;
}

#[tokio::test]
async fn counters_digest_and_overview_say_the_same() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (facts::organization(0), facts::campaign(0, 0));
        let campaign = ask
            .campaign(organization, &Visible::All, first)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (campaign.contacts, campaign.attempted, campaign.listened),
            (4, 2, 1)
        );
        assert_eq!((campaign.failed, campaign.blocked, campaign.not_sent), (1, 1, 1));
        let digest = ask.digest(organization, first).await.unwrap().unwrap();
        assert_eq!((digest.contacts, digest.attempted, digest.listened), (4, 2, 1));
        assert_eq!(
            (digest.delivered, digest.carrier_cost),
            (1, campaign.carrier_cost)
        );
        let overview = ask.overview(organization, &Visible::All).await.unwrap();
        assert_eq!(
            (overview.campaigns, overview.contacts, overview.delivered),
            (2, 8, 1)
        );
        assert_eq!(overview.carrier_cost, campaign.carrier_cost);
    })
    .await;
}

#[tokio::test]
async fn what_happened_is_told_newest_first() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let first = Some(facts::campaign(0, 0));
        let page = PageRequest::first(2);
        let activity = ask.activity(facts::organization(0), first, page).await.unwrap();
        assert!(activity.has_more);
        let kinds: Vec<_> = activity.into_rows().into_iter().map(|a| a.kind).collect();
        assert_eq!(kinds, ["CampaignCompleted", "CampaignSubmitted"]);
        let page = PageRequest::first(9);
        let elsewhere = ask.activity(facts::organization(1), None, page).await.unwrap();
        assert_eq!(elsewhere.rows.len(), 2);
    })
    .await;
}

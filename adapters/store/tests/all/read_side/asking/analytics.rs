//! Questions about how campaigns went.

use chrono::NaiveDate;
use domain::{
    campaign::CampaignType,
    script::{DeliveryStatus, FailureClass},
};
use projections::{
    Outcome,
    queries::{Comparison, PageRequest, ResultFilter, Visible},
};

use super::{asked, facts};
use crate::engines::on_both;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

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
        let timeline = ask.timeline(organization, first).await.unwrap();
        assert!(
            timeline
                .iter()
                .any(|p| (p.day, p.outcome, p.count) == (day, Outcome::Delivered, 1))
        );
        let failure = ask.failures(organization, first).await.unwrap().remove(0);
        assert_eq!((failure.code.as_str(), failure.count), ("302", 1));
        assert_eq!(failure.class, FailureClass::Final);
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
            (overview.campaigns, overview.contacts, overview.results.delivered),
            (2, 8, 1)
        );
        assert_eq!(overview.costs.carrier, campaign.carrier_cost);
        assert_eq!(overview.results.average_listen_ms(), Some(9_000));
        assert_eq!(campaign.results(), overview.results, "the other is a draft");
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

#[tokio::test]
async fn results_are_told_by_hour_state_writer_and_campaign() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (facts::organization(0), facts::campaign(0, 0));
        let all = Visible::All;
        let (every, its) = (ResultFilter::default(), ResultFilter::of(first));
        let hours = ask.hours(organization, &all, &its).await.unwrap();
        let counted: i64 = hours.iter().map(|h| h.results.attempted).sum();
        assert_eq!(counted, 2);
        // Handed over soon after midnight UTC of New Year's Day, which is New Year's Eve in California.
        let (eve, new_year) = (day(2025, 12, 31), day(2026, 1, 1));
        let days = ask
            .days(organization, &all, &every, (eve, new_year))
            .await
            .unwrap();
        let [one] = &days[..] else { panic!("{days:?}") };
        assert_eq!(
            (one.day, one.results.attempted, one.results.listened),
            (eve, 2, 1)
        );
        let later = ask
            .days(organization, &all, &every, (new_year, new_year))
            .await
            .unwrap();
        assert_eq!(later, []);
        let states = ask.states(organization, &all, &every).await.unwrap();
        let [state] = &states[..] else {
            panic!("{states:?}")
        };
        assert_eq!((state.state.as_str(), state.results.attempted), ("CA", 2));
        assert_eq!((state.results.delivered, state.results.failed), (1, 1));
        assert_eq!(
            state.results.listen_rate().map(|r| (r.part, r.whole)),
            Some((1, 1))
        );
        for (by, key) in [
            (Comparison::Campaign, first.to_string()),
            (Comparison::CampaignType, "neighborhood_expireds".to_owned()),
            (Comparison::Writer, "ai".to_owned()),
            (Comparison::Prompt, "a1a1a1a1a1a1a1a1".to_owned()),
            (Comparison::Length, "0".to_owned()),
        ] {
            let compared = ask.compared(organization, &all, by, &every).await.unwrap();
            let [one] = &compared[..] else {
                panic!("{by:?}: {compared:?}")
            };
            assert_eq!(one.key, key, "{by:?}");
            assert_eq!((one.results.attempted, one.results.delivered), (2, 1), "{by:?}");
            for none in [
                ResultFilter::of(facts::campaign(0, 1)),
                ResultFilter {
                    kinds: vec![CampaignType::PastClients],
                    ..ResultFilter::default()
                },
            ] {
                let compared = ask.compared(organization, &all, by, &none).await.unwrap();
                assert_eq!(compared, [], "{by:?}");
            }
        }
        let listeners = ask.listeners(organization, first, 5).await.unwrap();
        assert!(listeners.iter().all(|s| s.listen_ms.is_some()));
    })
    .await;
}

#[tokio::test]
async fn another_agents_campaigns_are_in_no_sum() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = facts::organization(0);
        let stranger = Visible::OwnedBy {
            user: facts::user(0, 9),
            teams: vec![],
        };
        let every = ResultFilter::default();
        assert_eq!(ask.hours(organization, &stranger, &every).await.unwrap(), []);
        assert_eq!(ask.states(organization, &stranger, &every).await.unwrap(), []);
        let span = (day(2025, 1, 1), day(2027, 1, 1));
        assert_eq!(ask.days(organization, &stranger, &every, span).await.unwrap(), []);
        for by in [
            Comparison::Campaign,
            Comparison::CampaignType,
            Comparison::Writer,
            Comparison::Template,
            Comparison::Prompt,
            Comparison::Length,
        ] {
            assert_eq!(
                ask.compared(organization, &stranger, by, &every).await.unwrap(),
                []
            );
        }
        assert_eq!(ask.overview(organization, &stranger).await.unwrap().campaigns, 0);
    })
    .await;
}

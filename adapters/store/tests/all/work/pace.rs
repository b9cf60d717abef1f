//! Places in time: each hand-off of a campaign has its own, as far apart as the campaign wants, whoever asks and however often.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use commands::ports::{Pace, SendPace};
use domain::{CampaignId, ScriptId};
use store::work::PaceStore;

use crate::engines::{id, minute, on_both, open};

const EVERY_MINUTE: Pace = Pace {
    spacing: Duration::minutes(1),
    per_day: None,
};

async fn place(pace: &PaceStore, script: u128, limits: Pace, now: i64) -> DateTime<Utc> {
    let campaign = CampaignId::from_uuid(id(1));
    pace.place(campaign, ScriptId::from_uuid(id(script)), limits, minute(now))
        .await
        .unwrap()
}

#[tokio::test]
async fn each_script_has_a_place_of_its_own_and_keeps_it() {
    on_both(|database| async move {
        let store = open(&database).await;
        let pace = &store.pace;
        assert_eq!(place(pace, 1, EVERY_MINUTE, 5).await, minute(5));
        assert_eq!(place(pace, 2, EVERY_MINUTE, 5).await, minute(6));
        assert_eq!(place(pace, 3, EVERY_MINUTE, 5).await, minute(7));
        assert_eq!(place(pace, 2, EVERY_MINUTE, 6).await, minute(6), "asked again");
        assert_eq!(
            place(pace, 4, EVERY_MINUTE, 60).await,
            minute(60),
            "nobody waits for the past"
        );
    })
    .await;
}

#[tokio::test]
async fn a_place_that_went_by_unused_is_given_up() {
    on_both(|database| async move {
        let store = open(&database).await;
        let pace = &store.pace;
        for script in 1..=3 {
            place(pace, script, EVERY_MINUTE, 0).await;
        }
        // Held over night: all three come back together, and go one by one.
        let morning = [
            place(pace, 1, EVERY_MINUTE, 600).await,
            place(pace, 2, EVERY_MINUTE, 600).await,
            place(pace, 3, EVERY_MINUTE, 600).await,
        ];
        assert_eq!(morning, [minute(600), minute(601), minute(602)]);
    })
    .await;
}

#[tokio::test]
async fn so_many_a_day_and_no_more() {
    on_both(|database| async move {
        let store = open(&database).await;
        let limits = Pace {
            spacing: Duration::zero(),
            per_day: Some(2),
        };
        let mut places = Vec::new();
        for script in 1..=5 {
            places.push(place(&store.pace, script, limits, 0).await);
        }
        let day = 24 * 60;
        assert_eq!(
            places,
            [minute(0), minute(0), minute(day), minute(day), minute(2 * day)]
        );
    })
    .await;
}

#[tokio::test]
async fn processes_that_ask_at_once_are_given_different_places() {
    on_both(|database| async move {
        let (one, other) = (open(&database).await, open(&database).await);
        let asked = (0..20).map(|script| {
            let pace = if script % 2 == 0 { &one.pace } else { &other.pace };
            place(pace, script, EVERY_MINUTE, 0)
        });
        let places: BTreeSet<_> = futures::future::join_all(asked).await.into_iter().collect();
        assert_eq!(places.len(), 20);
        assert_eq!(places.last(), Some(&minute(19)));
    })
    .await;
}

//! Building a new generation beside the one that serves.

use std::{sync::Arc, time::Duration};

use domain::{Event, Position, Recorded, campaign::CampaignStatus};
use futures::FutureExt as _;
use projections::{
    Rows, batch,
    figures::Results,
    queries::{ReadModels, Visible},
};
use store::read_side::{GenerationState, ReadSideError, Unreadable};
use tokio::sync::watch;

use super::{Log, assert_agrees, catch_up, dump, facts, open, open_in_shards, story};
use crate::engines::on_both;

#[tokio::test]
async fn a_rebuild_makes_the_same_rows_as_live_batches_and_then_serves() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(31, 300)));
        let side = open(&database, &log, 7).await;
        catch_up(&side, &log).await;
        let live = dump(&side).await;
        assert_eq!(side.rebuild(Unreadable::Stop).await.unwrap(), 2);
        assert_eq!(dump(&side).await, live);
        assert_agrees(&side).await;
        let states: Vec<_> = side
            .generations()
            .await
            .unwrap()
            .iter()
            .map(|g| (g.generation, g.state))
            .collect();
        assert_eq!(
            states,
            [(1, GenerationState::Retired), (2, GenerationState::Active)]
        );
        // The next one takes the place of the one that was kept.
        assert_eq!(side.rebuild(Unreadable::Stop).await.unwrap(), 3);
        let left: Vec<_> = side
            .generations()
            .await
            .unwrap()
            .iter()
            .map(|g| g.generation)
            .collect();
        assert_eq!(left, [2, 3]);
        assert_eq!(dump(&side).await, live);
    })
    .await;
}

#[tokio::test]
async fn other_processes_follow_the_pointer() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(32, 120)));
        let side = open(&database, &log, 50).await;
        catch_up(&side, &log).await;
        let other = open(&database, &log, 50).await;
        side.rebuild(Unreadable::Stop).await.unwrap();
        // What happens only in the new generation shows that the other process reads it.
        let sql = side.sql().unwrap();
        sql.execute("UPDATE shards SET position = position + 1000", vec![])
            .await
            .unwrap();
        let beyond = Position::new(log.last().number() + 1_000);
        let cancel = tokio_util::sync::CancellationToken::new();
        let follows = async {
            let reached = other.wait_for(beyond, Duration::from_secs(20)).await;
            cancel.cancel();
            reached
        };
        let ((), reached) = tokio::join!(other.follow(cancel.clone()), follows);
        assert!(reached);
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_that_died_is_taken_up_where_it_was() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(33, 200)));
        let side = open(&database, &log, 20).await;
        catch_up(&side, &log).await;
        let live = dump(&side).await;
        log.fail_after(1);
        assert!(side.rebuild(Unreadable::Stop).await.is_err());
        log.heal();
        let after = open(&database, &log, 20).await;
        assert_eq!(after.generations().await.unwrap().len(), 2);
        assert_eq!(after.rebuild(Unreadable::Stop).await.unwrap(), 2);
        assert_eq!(dump(&after).await, live);
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_stops_at_an_event_of_no_known_kind_and_the_old_generation_goes_on() {
    on_both(|database| async move {
        let mut events = story::told(34, 100);
        let strange = events.len() / 2;
        events[strange].event = Event::Unknown {
            name: "CampaignTeleported".to_owned(),
            version: "1".to_owned(),
        };
        let log = Arc::new(Log::of(&events));
        let side = open(&database, &log, 30).await;
        catch_up(&side, &log).await;
        assert_eq!(side.lag().await.unwrap().unknown_events, 1);
        let error = side.rebuild(Unreadable::Stop).await.unwrap_err();
        assert!(matches!(error, ReadSideError::RebuildStopped { position, .. } if position == events[strange].position));
        assert_agrees(&side).await;
        let active = side.generations().await.unwrap()[0];
        assert_eq!((active.generation, active.state), (1, GenerationState::Active));
        assert_eq!(side.rebuild(Unreadable::Park).await.unwrap(), 2);
        assert_agrees(&side).await;
    })
    .await;
}

#[tokio::test]
async fn tables_that_other_projections_built_are_built_anew_on_opening() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(35, 100)));
        let side = open(&database, &log, 30).await;
        catch_up(&side, &log).await;
        let work = database.sql("work").unwrap();
        work.execute("UPDATE read_side_generations SET projections_version = 0", vec![])
            .await
            .unwrap();
        let newer = open(&database, &log, 30).await;
        assert_eq!(*newer.position().borrow(), log.last());
        assert_eq!(newer.generations().await.unwrap().len(), 2);
        assert_agrees(&newer).await;
    })
    .await;
}

/// Campaigns, contacts and results of the first organization.
type Figures = (i64, i64, Results);

/// What the overview must say at each position, counted anew from the events.
fn recounted(events: &[Recorded]) -> Vec<(Position, Figures)> {
    let mut rows = Rows::in_memory();
    let mut figures = vec![(Position::START, Figures::default())];
    for event in events {
        batch::apply_in_memory(event, &mut rows);
        let its = rows
            .campaigns
            .present()
            .filter(|c| c.organization_id == facts::organization(0) && c.status != CampaignStatus::Absent);
        let sum = its.fold(Figures::default(), |(campaigns, contacts, results), c| {
            (campaigns + 1, contacts + c.contacts, results.and(c.results()))
        });
        figures.push((event.position, sum));
    }
    figures
}

/// Asks again and again until the story ends: each answer must be that of a position between those at which the read models were
/// before and after it, and they never go back. How often it asked.
async fn polled(
    ask: &dyn ReadModels,
    expected: &[(Position, Figures)],
    ended: &watch::Receiver<bool>,
) -> usize {
    let (mut asked, mut last) = (0, Position::START);
    while !*ended.borrow() {
        let before = ask.position().await.unwrap();
        assert!(
            before >= last,
            "the read models went back from {last:?} to {before:?}"
        );
        let o = ask.overview(facts::organization(0), &Visible::All).await.unwrap();
        let found = (o.campaigns, o.contacts, o.results);
        last = ask.position().await.unwrap();
        let first = expected
            .partition_point(|(at, _)| *at <= before)
            .saturating_sub(1);
        let until = expected.partition_point(|(at, _)| *at <= last);
        assert!(
            expected[first..until]
                .iter()
                .any(|(_, figures)| *figures == found),
            "{found:?} was never so between {before:?} and {last:?}"
        );
        asked += 1;
    }
    asked
}

#[tokio::test]
async fn whoever_polls_through_rebuilds_sees_nothing_stale_and_nothing_twice() {
    on_both(|database| async move {
        let events = story::told(36, 1_500);
        let expected = recounted(&events);
        let (before, during) = events.split_at(500);
        let log = Arc::new(Log::of(before));
        // In one shard the position is that of the organization.
        let side = open_in_shards(&database, &log, 9, Some(1)).await;
        catch_up(&side, &log).await;
        let (end, ended) = watch::channel(false);
        let cancel = tokio_util::sync::CancellationToken::new();
        let ask = side.queries();
        let story = async {
            let mut parts = during.chunks(5);
            for _ in 0..3 {
                let rebuilt = side.rebuild(Unreadable::Stop).fuse();
                futures::pin_mut!(rebuilt);
                // The journal goes on while it is rebuilt, and is followed.
                loop {
                    log.append(parts.next().unwrap_or_default());
                    let followed = side.wait_for(log.last(), Duration::from_secs(20)).fuse();
                    futures::pin_mut!(followed);
                    futures::select_biased! {
                        generation = rebuilt => {
                            generation.unwrap();
                            break;
                        }
                        reached = followed => assert!(reached),
                    };
                    tokio::task::yield_now().await;
                }
            }
            for part in parts {
                log.append(part);
            }
            assert!(side.wait_for(log.last(), Duration::from_secs(20)).await);
            end.send_replace(true);
            cancel.cancel();
        };
        let ((), asked, ()) = tokio::join!(
            side.run(cancel.clone()),
            polled(ask.as_ref(), &expected, &ended),
            story
        );
        assert!(asked > 10, "asked {asked} times");
        assert_eq!(side.generations().await.unwrap().len(), 2);
        assert_agrees(&side).await;
    })
    .await;
}

//! Work is leased to one worker at a time, fenced, and never repeated blindly.

use chrono::Duration;
use commands::ports::{Pace, PlannedWork, Safety, SendPace, WorkCounts, WorkEnd, WorkItem, WorkQueue};
use domain::{CampaignId, EventId, OrganizationId};
use store::work::{Outbox, WorkStore};
use uuid::Uuid;

use crate::engines::{id, minute, on_both, open};

const LEASE: Duration = Duration::minutes(5);

fn organization() -> OrganizationId {
    OrganizationId::from_uuid(id(1))
}

fn campaign() -> CampaignId {
    CampaignId::from_uuid(id(2))
}

pub fn drop_of(key: &str, safety: Safety) -> PlannedWork {
    PlannedWork {
        organization: organization(),
        campaign: Some(campaign()),
        kind: "drop",
        dedup_key: key.to_owned(),
        cause: EventId::from_uuid(id(3)),
        request: "{}".to_owned(),
        safety,
        not_before: minute(0),
    }
}

async fn planned(store: &WorkStore, keys: &[&str], safety: Safety) {
    let work = keys.iter().map(|key| drop_of(key, safety)).collect();
    store.queue.plan(work, minute(0)).await.unwrap();
}

async fn claim(queue: &Outbox, owner: Uuid, minutes: i64) -> Vec<WorkItem> {
    queue
        .claim("drop", 10, owner, minute(minutes), LEASE)
        .await
        .unwrap()
}

async fn counts(queue: &Outbox) -> WorkCounts {
    queue.counts("drop", Some(campaign())).await.unwrap()
}

#[tokio::test]
async fn planning_the_same_work_twice_is_planning_it_once() {
    on_both(|database| async move {
        let store = open(&database).await;
        planned(&store, &["a", "b", "a"], Safety::Unsafe).await;
        planned(&store, &["b", "c"], Safety::Unsafe).await;
        assert_eq!(counts(&store.queue).await.ready, 3);
        assert_eq!(store.queue.next_due().await, Ok(Some(minute(0))));
    })
    .await;
}

#[tokio::test]
async fn no_two_workers_get_the_same_piece() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys: Vec<_> = (0..40).map(|n| n.to_string()).collect();
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        planned(&store, &keys, Safety::Unsafe).await;
        let claims = futures::future::join_all((0..8).map(|n| claim(&store.queue, id(100 + n), 0))).await;
        let mut items: Vec<_> = claims.into_iter().flatten().collect();
        // Who met only locked pieces got none; afterwards nothing is locked.
        for n in 0..4 {
            items.extend(claim(&store.queue, id(200 + n), 0).await);
        }
        let mut ids: Vec<_> = items.iter().map(|item| item.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((items.len(), ids.len()), (40, 40));
    })
    .await;
}

#[tokio::test]
async fn work_that_is_not_due_is_not_claimed_until_it_is_hastened() {
    on_both(|database| async move {
        let store = open(&database).await;
        let later = PlannedWork {
            not_before: minute(60),
            ..drop_of("a", Safety::Unsafe)
        };
        store.queue.plan(vec![later], minute(0)).await.unwrap();
        assert!(claim(&store.queue, id(9), 59).await.is_empty());
        assert_eq!(store.queue.next_due().await, Ok(Some(minute(60))));
        assert_eq!(store.queue.hasten(campaign(), "drop", minute(1)).await, Ok(1));
        assert_eq!(claim(&store.queue, id(9), 1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_the_pieces_that_are_named_are_hastened() {
    on_both(|database| async move {
        let store = open(&database).await;
        let later = |key| PlannedWork {
            not_before: minute(60),
            ..drop_of(key, Safety::Unsafe)
        };
        let work = ["a", "b", "c"].map(later).into();
        store.queue.plan(work, minute(0)).await.unwrap();
        let named = ["a", "c", "unknown"].map(str::to_owned);
        let others = OrganizationId::from_uuid(id(77));
        let none = store.queue.hasten_those(others, "drop", &named, minute(1));
        assert_eq!(none.await, Ok(0));
        let both = store
            .queue
            .hasten_those(organization(), "drop", &named, minute(1));
        assert_eq!(both.await, Ok(2));
        let due = claim(&store.queue, id(9), 1).await;
        let mut keys: Vec<_> = due.iter().map(|item| item.dedup_key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["a", "c"]);
        let again = store
            .queue
            .hasten_those(organization(), "drop", &named, minute(2));
        assert_eq!(again.await, Ok(0), "what is under way is left alone");
    })
    .await;
}

#[tokio::test]
async fn a_crash_before_the_call_gives_the_piece_back_and_the_old_worker_changes_nothing() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["a"], Safety::Unsafe).await;
        let old = claim(queue, id(8), 0).await.remove(0);
        assert_eq!(queue.sweep(minute(4)).await, Ok(0));
        assert_eq!(queue.sweep(minute(6)).await, Ok(1));
        let new = claim(queue, id(9), 6).await.remove(0);
        assert_eq!((new.attempt, new.called_at), (2, None));
        assert!(new.fence > old.fence);
        assert_eq!(queue.start_calling(&old, id(8), minute(6)).await, Ok(false));
        assert_eq!(queue.heartbeat(&old, id(8), minute(6), LEASE).await, Ok(false));
        assert_eq!(
            queue.finish(&old, id(8), minute(6), WorkEnd::Done).await,
            Ok(false)
        );
        assert_eq!(queue.start_calling(&new, id(9), minute(6)).await, Ok(true));
        assert_eq!(
            queue.finish(&new, id(9), minute(6), WorkEnd::Done).await,
            Ok(true)
        );
        assert_eq!(counts(queue).await.done, 1);
    })
    .await;
}

#[tokio::test]
async fn an_expired_lease_may_not_call_even_before_the_sweep() {
    on_both(|database| async move {
        let store = open(&database).await;
        planned(&store, &["a"], Safety::Unsafe).await;
        let item = claim(&store.queue, id(8), 0).await.remove(0);
        assert_eq!(
            store.queue.start_calling(&item, id(8), minute(5)).await,
            Ok(false)
        );
        assert_eq!(
            store.queue.heartbeat(&item, id(8), minute(5), LEASE).await,
            Ok(true)
        );
        assert_eq!(store.queue.start_calling(&item, id(8), minute(6)).await, Ok(true));
    })
    .await;
}

#[tokio::test]
async fn a_crash_during_an_unsafe_call_is_a_doubt_that_is_closed_only_once() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["late", "report"], Safety::Queryable).await;
        let items = claim(queue, id(8), 0).await;
        for item in &items {
            assert_eq!(queue.start_calling(item, id(8), minute(1)).await, Ok(true));
        }
        assert_eq!(queue.sweep(minute(10)).await, Ok(2));
        assert_eq!(counts(queue).await.in_doubt, 2);
        assert!(claim(queue, id(9), 10).await.is_empty());
        let late = items.iter().find(|item| item.dedup_key == "late").unwrap();
        assert_eq!(
            queue.finish(late, id(8), minute(11), WorkEnd::Done).await,
            Ok(true)
        );
        let close = || queue.resolve_in_doubt(organization(), "drop", "report", WorkEnd::Done, minute(11));
        assert_eq!((close().await, close().await), (Ok(true), Ok(false)));
        assert_eq!(counts(queue).await.done, 2);
    })
    .await;
}

#[tokio::test]
async fn a_crash_during_an_idempotent_call_gives_the_piece_back_with_the_time_of_the_first_call() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["a"], Safety::Idempotent).await;
        let item = claim(queue, id(8), 0).await.remove(0);
        assert_eq!(queue.start_calling(&item, id(8), minute(1)).await, Ok(true));
        assert_eq!(queue.take_over(minute(2)).await, Ok(1));
        let again = claim(queue, id(9), 2).await.remove(0);
        assert_eq!(again.called_at, Some(minute(1)));
    })
    .await;
}

#[tokio::test]
async fn what_certainly_did_not_happen_forgets_that_it_was_called_and_what_waits_does_not() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["a"], Safety::Idempotent).await;
        let not_before = minute(2);
        let retry = WorkEnd::Retry {
            not_before,
            error: "refused".to_owned(),
        };
        let again = WorkEnd::Again {
            not_before,
            error: "no answer".to_owned(),
        };
        for (end, remembered) in [
            (WorkEnd::Reschedule { not_before }, Some(minute(1))),
            (again, Some(minute(1))),
            (retry, None),
        ] {
            let item = claim(queue, id(8), 2).await.remove(0);
            assert_eq!(queue.start_calling(&item, id(8), minute(1)).await, Ok(true));
            assert_eq!(queue.finish(&item, id(8), minute(2), end).await, Ok(true));
            let again = claim(queue, id(8), 2).await.remove(0);
            assert_eq!(again.called_at, remembered);
            let waits = WorkEnd::Reschedule { not_before };
            assert_eq!(queue.finish(&again, id(8), minute(2), waits).await, Ok(true));
        }
    })
    .await;
}

#[tokio::test]
async fn a_retry_counts_as_an_attempt_and_waiting_for_the_hour_does_not() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["a"], Safety::Unsafe).await;
        for (minutes, attempt, end) in [
            (
                0,
                1,
                WorkEnd::Reschedule {
                    not_before: minute(10),
                },
            ),
            (
                10,
                1,
                WorkEnd::Retry {
                    not_before: minute(20),
                    error: "busy".to_owned(),
                },
            ),
            (
                20,
                2,
                WorkEnd::Again {
                    not_before: minute(30),
                    error: "no answer".to_owned(),
                },
            ),
            (
                30,
                3,
                WorkEnd::Failed {
                    error: "refused".to_owned(),
                },
            ),
        ] {
            assert!(minutes == 0 || claim(queue, id(8), minutes - 1).await.is_empty());
            let item = claim(queue, id(8), minutes).await.remove(0);
            assert_eq!(item.attempt, attempt);
            assert_eq!(queue.finish(&item, id(8), minute(minutes), end).await, Ok(true));
        }
        assert_eq!(counts(queue).await.failed, 1);
        assert_eq!(queue.next_due().await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn cancelling_a_campaign_withdraws_what_nobody_has_begun() {
    on_both(|database| async move {
        let store = open(&database).await;
        planned(&store, &["a", "b", "c"], Safety::Unsafe).await;
        let begun = store
            .queue
            .claim("drop", 1, id(8), minute(0), LEASE)
            .await
            .unwrap();
        assert_eq!(begun.len(), 1);
        let cancelled = store
            .queue
            .cancel(organization(), campaign(), "drop", minute(1))
            .await;
        assert_eq!(cancelled, Ok(2));
        let expected = WorkCounts {
            running: 1,
            cancelled: 2,
            ..WorkCounts::default()
        };
        assert_eq!(counts(&store.queue).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_maker_died_is_a_doubt_until_it_is_recorded() {
    on_both(|database| async move {
        let store = open(&database).await;
        let queue = &store.queue;
        planned(&store, &["unsafe"], Safety::Unsafe).await;
        let item = claim(queue, id(7), 0).await.remove(0);
        assert_eq!(queue.start_calling(&item, id(7), minute(1)).await, Ok(true));
        assert_eq!(
            queue.unrecorded_doubts("drop", 10).await,
            Ok(vec![]),
            "it is being made"
        );
        queue.sweep(minute(60)).await.unwrap();
        let doubts = queue.unrecorded_doubts("drop", 10).await.unwrap();
        assert_eq!((doubts.len(), doubts[0].dedup_key.as_str()), (1, "unsafe"));
        assert_eq!(doubts[0].called_at, Some(minute(1)));
        assert_eq!(queue.unrecorded_doubts("import", 10).await, Ok(vec![]));
        queue.doubt_is_recorded(&doubts[0], minute(61)).await.unwrap();
        queue.doubt_is_recorded(&doubts[0], minute(62)).await.unwrap();
        assert_eq!(queue.unrecorded_doubts("drop", 10).await, Ok(vec![]));
        assert_eq!(counts(queue).await.in_doubt, 1, "it is still in doubt");
        assert!(claim(queue, id(8), 100).await.is_empty(), "and never made again");
    })
    .await;
}

#[tokio::test]
async fn places_that_were_taken_are_told_in_order() {
    on_both(|database| async move {
        let store = open(&database).await;
        let pace = Pace {
            spacing: Duration::minutes(1),
            per_day: None,
        };
        for n in 100..104 {
            let script = domain::ScriptId::from_uuid(id(n));
            store
                .pace
                .place(campaign(), script, pace, minute(0))
                .await
                .unwrap();
        }
        let taken = store.pace.taken(campaign(), minute(0), minute(2), 10).await;
        assert_eq!(taken, Ok(vec![minute(1), minute(2)]));
        let newest = store.pace.taken(campaign(), minute(-1), minute(9), 2).await;
        assert_eq!(newest, Ok(vec![minute(2), minute(3)]));
    })
    .await;
}

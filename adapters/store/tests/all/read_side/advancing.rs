//! Taking in the journal: in batches of any size, through crashes, by several processes, and what readers are told meanwhile.

use std::{sync::Arc, time::Duration};

use database::text;
use store::read_side::{ReadSide, Step};

use super::{Log, NOTHING, assert_agrees, catch_up, facts, open, story};
use crate::engines::on_both;

#[tokio::test]
async fn batches_of_any_size_make_the_rows_that_the_log_says() {
    for (seed, batch) in [(11, 7), (12, 40), (13, 1_000)] {
        on_both(|database| async move {
            let log = Arc::new(Log::of(&story::told(seed, 220)));
            let side = open(&database, &log, batch).await;
            catch_up(&side, &log).await;
            assert_agrees(&side).await;
            assert!(side.verify(3).await.unwrap().agrees());
            assert_eq!(side.step().await.unwrap(), Step::Idle);
            assert_eq!(side.lag().await.unwrap().behind, 0);
        })
        .await;
    }
}

/// Gives up the step after the runtime has turned so often: the process died there.
async fn die_during_a_step(side: &ReadSide, turns: usize) {
    let death = async {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        _ = side.step() => {}
        () = death => {}
    }
}

#[tokio::test]
async fn a_process_that_dies_anywhere_leaves_rows_and_position_that_fit() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(21, 250)));
        for turns in 0..60 {
            let side = open(&database, &log, 13).await;
            die_during_a_step(&side, turns).await;
        }
        let side = open(&database, &log, 13).await;
        assert_agrees(&side).await;
        catch_up(&side, &log).await;
        assert_agrees(&side).await;
    })
    .await;
}

#[tokio::test]
async fn a_journal_that_can_not_be_read_now_is_read_on_later() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(22, 200)));
        let side = open(&database, &log, 20).await;
        log.fail_after(3);
        assert!(side.step_until(log.last()).await.is_err());
        log.heal();
        catch_up(&side, &log).await;
        assert_agrees(&side).await;
    })
    .await;
}

#[tokio::test]
async fn several_processes_share_the_work_and_none_of_it_is_done_twice() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(23, 400)));
        let sides = [
            open(&database, &log, 9).await,
            open(&database, &log, 17).await,
            open(&database, &log, 31).await,
        ];
        let work = sides.iter().map(|side| async {
            // Idle may mean that another one has the shards: go on until everything is there.
            while side.lag().await.unwrap().behind > 0 {
                // A lock that another one holds is met again at the next step.
                let _ = side.step().await;
            }
        });
        futures::future::join_all(work).await;
        assert_agrees(&sides[0]).await;
    })
    .await;
}

#[tokio::test]
async fn a_reader_waits_until_its_own_write_shows() {
    on_both(|database| async move {
        let events = story::told(24, 100);
        let log = Arc::new(Log::of(&events[..40]));
        let side = open(&database, &log, 1_000).await;
        let reader = open(&database, &log, 1_000).await;
        let early = log.last();
        assert!(!reader.wait_for(early, Duration::ZERO).await);
        assert!(reader.wait_for(NOTHING, Duration::ZERO).await);
        let waiting = reader.wait_for(early, Duration::from_secs(20));
        let (reached, ()) = tokio::join!(waiting, catch_up(&side, &log));
        assert!(reached);

        log.append(&events[40..]);
        assert!(!reader.wait_for(log.last(), Duration::ZERO).await);
        assert_eq!(reader.queries().position().await.unwrap(), early);
    })
    .await;
}

#[tokio::test]
async fn a_runner_is_woken_by_the_journal_and_ends_when_told() {
    on_both(|database| async move {
        let events = story::told(25, 120);
        let log = Arc::new(Log::of(&events[..10]));
        let side = open(&database, &log, 50).await;
        let cancel = tokio_util::sync::CancellationToken::new();
        let story = async {
            for half in [&events[10..60], &events[60..]] {
                log.append(half);
                assert!(side.wait_for(log.last(), Duration::from_secs(20)).await);
            }
            cancel.cancel();
        };
        tokio::join!(side.run(cancel.clone()), story);
        assert_agrees(&side).await;
    })
    .await;
}

#[tokio::test]
async fn the_check_finds_a_row_that_was_changed_lost_or_made_up() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&story::told(26, 250)));
        let side = open(&database, &log, 1_000).await;
        catch_up(&side, &log).await;
        let sql = side.sql().unwrap();
        for statement in [
            "UPDATE campaigns SET delivered = delivered + 1 WHERE campaign_id = (SELECT min(campaign_id) FROM campaigns)",
            "DELETE FROM contact_history WHERE position = (SELECT min(position) FROM contact_history)
                AND contact_id = (SELECT min(contact_id) FROM contact_history WHERE position = (SELECT min(position) FROM contact_history))",
        ] {
            assert!(sql.execute(statement, vec![]).await.unwrap() > 0);
        }
        sql.execute(
            "INSERT INTO teams (organization_id, team_id, name, created_at) VALUES ($1, $1, 'Ghosts', 0)",
            vec![text(facts::uuid(9, 9, 9).to_string())],
        )
        .await
        .unwrap();
        let report = side.verify(1).await.unwrap();
        let differing: Vec<_> = report.models.iter().filter(|m| m.differences > 0).collect();
        let names: Vec<_> = differing.iter().map(|m| (m.name, m.shown[0].as_str())).collect();
        assert_eq!(
            names,
            [
                ("campaigns", "delivered differs"),
                ("contact_history", "1 rows are not stored"),
                ("teams", "a stored row that no event made"),
            ]
        );
    })
    .await;
}

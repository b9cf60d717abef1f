//! Connections that die in the middle of commits: what was acknowledged is stored, nothing is stored twice, and a reader
//! that followed all along has seen exactly what is stored.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use commands::ports::{Journal, JournalError};
use domain::{EventId, Position};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    requests::{Author, brokerage, campaign, ids, request, stored_ids},
    stage::Stage,
};

const WRITERS: u32 = 12;
const REQUESTS: u32 = 60;
const KILLS: usize = 25;

/// What one writer was told.
#[derive(Default)]
struct Told {
    acknowledged: Vec<EventId>,
    refused: Vec<EventId>,
}

async fn write(journal: Arc<dyn Journal>, writer: u32, killed: Arc<AtomicUsize>) -> Told {
    let author = Author::new(u64::from(writer) + 200);
    let mut told = Told::default();
    let mut head = 0;
    let mut n = 0;
    // Goes on until the connections have been killed often enough while writing.
    while n < REQUESTS || killed.load(Ordering::SeqCst) < KILLS {
        let fresh = author.part(campaign(10_000 + writer * 1_000_000 + n), 0, 1);
        let sent = request(vec![author.part(campaign(writer), head, 2), fresh]);
        match journal.append(sent.clone()).await {
            Ok(_) => {
                head += 2;
                told.acknowledged.extend(ids(&sent));
            }
            Err(JournalError::Unavailable(_)) => return told,
            Err(other) => panic!("a writer alone on its streams was told {other}"),
        }
        let stale = author.one(campaign(writer), head - 1, 1);
        if matches!(
            journal.append(stale.clone()).await,
            Err(JournalError::Conflict { .. })
        ) {
            told.refused.extend(ids(&stale));
        }
        n += 1;
    }
    told
}

async fn kill(pool: PgPool, killed: Arc<AtomicUsize>) {
    while killed.load(Ordering::SeqCst) < KILLS {
        let ended: Vec<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
                AND query LIKE 'SELECT journal_append%' LIMIT 1",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        killed.fetch_add(ended.len(), Ordering::SeqCst);
        // A connection needs the time to write at all.
        sqlx::query("SELECT pg_sleep(0.03)").execute(&pool).await.unwrap();
    }
}

async fn follow(journal: Arc<dyn Journal>, done: CancellationToken) -> Vec<EventId> {
    let mut woken = journal.woken();
    let (mut seen, mut after) = (Vec::new(), Position::START);
    loop {
        let last_look = done.is_cancelled();
        let page = journal.read(after, 200).await.unwrap();
        after = page.scanned;
        let empty = page.events.is_empty();
        seen.extend(stored_ids(&page.events));
        if empty && last_look {
            return seen;
        }
        if empty {
            tokio::select! { _ = woken.changed() => {}, () = done.cancelled() => {} }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_connections_lose_nothing_repeat_nothing_and_hide_nothing() {
    let stage = Stage::postgres().await;
    let pool = stage.pool(&brokerage().to_string()).await;
    let killed = Arc::new(AtomicUsize::new(0));
    let done = CancellationToken::new();
    let mut reader = JoinSet::new();
    reader.spawn(follow(stage.another_handle().await, done.clone()));
    let mut killer = JoinSet::new();
    killer.spawn(kill(pool.clone(), Arc::clone(&killed)));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(Arc::clone(&stage.journal), writer, Arc::clone(&killed)));
    }
    let told = writers.join_all().await;
    killer.join_all().await;
    done.cancel();
    let seen = reader.join_all().await.concat();

    let stored: Vec<EventId> = sqlx::query_scalar("SELECT event_id FROM events ORDER BY position")
        .fetch_all(&pool)
        .await
        .unwrap()
        .into_iter()
        .map(EventId::from_uuid)
        .collect();
    let set: HashSet<EventId> = stored.iter().copied().collect();
    assert_eq!(set.len(), stored.len(), "an event is stored twice");
    for writer in &told {
        assert!(
            writer.acknowledged.iter().all(|id| set.contains(id)),
            "an acknowledged event is lost"
        );
        assert!(
            writer.refused.iter().all(|id| !set.contains(id)),
            "a refused event is stored"
        );
        assert!(writer.acknowledged.len() >= 3);
    }
    assert_eq!(seen, stored, "the reader saw something else than what is stored");
    assert!(killed.load(Ordering::SeqCst) >= KILLS);
    pool.close().await;
    stage.strike().await;
}

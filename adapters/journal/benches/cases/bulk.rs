//! Requests of 1,000 events over 1,000 streams, one after another, against the fastest the engine itself can do: COPY and
//! bare prepared inserts into the same table, one transaction a thousand rows.

use std::{
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use commands::ports::{AppendRequest, Journal};
use domain::{Position, SequentialIds};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Case,
    load::{ROUNDS, RUN, median, organization, tail, wide},
    place::{File, ServerDatabase},
};

const EVENTS: usize = 1_000;

/// Events appended and the time spent in it; the making of requests does not count.
async fn append_all(journal: &dyn Journal) -> (usize, Duration) {
    let ids = SequentialIds::seeded(3);
    let (mut events, mut spent) = (0, Duration::ZERO);
    while spent < RUN {
        let request = wide(&ids, EVENTS);
        let began = Instant::now();
        journal.append(request).await.unwrap();
        spent += began.elapsed();
        events += EVENTS;
    }
    (events, spent)
}

async fn journal_alone(journal: Arc<dyn Journal>) -> f64 {
    let (events, spent) = append_all(&*journal).await;
    events as f64 / spent.as_secs_f64()
}

async fn journal_followed(journal: Arc<dyn Journal>) -> f64 {
    let stop = CancellationToken::new();
    let mut reader = JoinSet::new();
    reader.spawn(tail(Arc::clone(&journal), Position::START, stop.clone()));
    let (events, spent) = append_all(&*journal).await;
    stop.cancel();
    let seen: usize = reader.join_all().await.into_iter().sum();
    assert_eq!(seen, events, "the tailing reader missed events");
    events as f64 / spent.as_secs_f64()
}

fn copy_text(request: &AppendRequest) -> String {
    let mut text = String::with_capacity(EVENTS * 600);
    let organization = organization();
    for part in &request.streams {
        for (n, event) in part.events.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{organization}\t{}",
                part.stream.kind,
                part.stream.id,
                n + 1,
                event.name,
                event.version,
                event.payload,
                event.metadata,
                event.event_id,
                request.recorded_at.to_rfc3339(),
            );
        }
    }
    text
}

async fn copy(connection: &mut PgConnection) -> f64 {
    let ids = SequentialIds::seeded(3);
    let (mut events, mut spent) = (0, Duration::ZERO);
    while spent < RUN {
        let request = wide(&ids, EVENTS);
        let began = Instant::now();
        let mut copy = connection
            .copy_in_raw(
                "COPY events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                 event_id, organization_id, recorded_at) FROM STDIN",
            )
            .await
            .unwrap();
        copy.send(copy_text(&request).into_bytes()).await.unwrap();
        copy.finish().await.unwrap();
        spent += began.elapsed();
        events += EVENTS;
    }
    events as f64 / spent.as_secs_f64()
}

/// Events a second of one turn of each.
struct Round {
    bare: f64,
    alone: f64,
    followed: f64,
}

fn case(name: &str, target: &str, rounds: &[Round], enough: impl Fn(f64, f64) -> bool) -> Case {
    let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
    let (alone, ratio) = (of(|r| r.alone), of(|r| r.alone / r.bare));
    Case {
        name: name.to_owned(),
        ours: format!(
            "{alone:.0} events/s ({:.0} with a tailing reader)",
            of(|r| r.followed)
        ),
        baseline: format!("{:.0} events/s", of(|r| r.bare)),
        ratio: Some(ratio),
        target: target.to_owned(),
        met: enough(ratio, alone),
    }
}

async fn copied() -> f64 {
    let database = ServerDatabase::make().await;
    drop(database.journal().await);
    let options = database
        .url()
        .parse::<PgConnectOptions>()
        .unwrap()
        .options([("search_path", "journal,public")]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let copied = copy(&mut connection).await;
    connection.close().await.unwrap();
    database.remove().await;
    copied
}

pub async fn postgres() -> Case {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let bare = copied().await;
        let database = ServerDatabase::make().await;
        let alone = journal_alone(database.journal().await).await;
        database.remove().await;
        let database = ServerDatabase::make().await;
        let followed = journal_followed(database.journal().await).await;
        database.remove().await;
        rounds.push(Round {
            bare,
            alone,
            followed,
        });
    }
    let name = "1,000-event requests, PostgreSQL, vs COPY into the same table";
    case(name, ">= 0.8x", &rounds, |ratio, _| ratio >= 0.8)
}

fn bare_inserts(connection: &mut rusqlite::Connection) -> f64 {
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.pragma_update(None, "cache_size", -65_536).unwrap();
    connection
        .pragma_update(None, "wal_autocheckpoint", 16_384)
        .unwrap();
    let ids = SequentialIds::seeded(3);
    let organization = organization().as_uuid().into_bytes();
    let (mut events, mut spent) = (0, Duration::ZERO);
    while spent < RUN {
        let request = wide(&ids, EVENTS);
        let began = Instant::now();
        let tx = connection.transaction().unwrap();
        {
            let mut insert = tx
                .prepare_cached(
                    "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                     metadata, event_id, organization_id, recorded_at) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
                )
                .unwrap();
            for part in &request.streams {
                for event in &part.events {
                    insert
                        .execute((
                            &part.stream.kind,
                            &part.stream.id,
                            &event.name,
                            &event.version,
                            &event.payload,
                            &event.metadata,
                            event.event_id.as_uuid().as_bytes(),
                            &organization,
                        ))
                        .unwrap();
                }
            }
        }
        tx.commit().unwrap();
        spent += began.elapsed();
        events += EVENTS;
    }
    events as f64 / spent.as_secs_f64()
}

pub async fn sqlite() -> Case {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let file = File::make();
        drop(file.journal().await);
        let mut connection = rusqlite::Connection::open(file.path()).unwrap();
        let bare = bare_inserts(&mut connection);
        drop(connection);
        let file = File::make();
        let alone = journal_alone(file.journal().await).await;
        let file = File::make();
        let followed = journal_followed(file.journal().await).await;
        rounds.push(Round {
            bare,
            alone,
            followed,
        });
    }
    let name = "1,000-event requests, SQLite FULL, vs bare inserts into the same table";
    case(name, ">= 0.4x or 100,000/s", &rounds, |ratio, rate| {
        ratio >= 0.4 || rate >= 100_000.0
    })
}

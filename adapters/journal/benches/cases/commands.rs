//! Commands: load, decide, append one event to a new aggregate. Compared alone, as the stock side has no readers; run
//! again with a reader at its heels, which must see every event.

use std::{collections::HashMap, sync::Arc};

use commands::ports::Journal;
use cqrs_es::{CqrsFramework, EventStore};
use domain::{IdGenerator, SequentialIds};
use sqlx::{
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Case,
    load::{
        EVENT_SHAPE, METADATA_BYTES, METADATA_SHAPE, PAYLOAD_BYTES, ROUNDS, Rate, closed_loop, median, tail,
        text_for,
    },
    place::{File, ServerDatabase},
    sheet::{JournalStore, Sheet},
};

/// As the stock repository documents its table.
const STOCK_POSTGRES: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
    sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
    payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

const STOCK_SQLITE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
    sequence integer CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
    payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT";

/// Connections of the stock default pools.
const STOCK_CONNECTIONS: u32 = 10;

async fn run<S>(clients: usize, framework: CqrsFramework<Sheet, S>) -> Rate
where
    S: EventStore<Sheet> + 'static,
    S::AC: Send,
{
    let framework = Arc::new(framework);
    let ids = Arc::new(SequentialIds::seeded(1));
    let text = text_for(PAYLOAD_BYTES, EVENT_SHAPE);
    let metadata = HashMap::from([("actor".to_owned(), text_for(METADATA_BYTES, METADATA_SHAPE))]);
    closed_loop(clients, move || {
        let (framework, ids) = (Arc::clone(&framework), Arc::clone(&ids));
        let (text, metadata) = (text.clone(), metadata.clone());
        async move {
            let id = ids.next().to_string();
            framework
                .execute_with_metadata(&id, text, metadata)
                .await
                .unwrap();
        }
    })
    .await
}

fn store(journal: Arc<dyn Journal>) -> CqrsFramework<Sheet, JournalStore> {
    let ids = Arc::new(SequentialIds::seeded(2));
    CqrsFramework::new(JournalStore { journal, ids }, vec![], ())
}

/// One turn of each: the stock repository, the journal alone, and the journal with a reader that must miss nothing.
struct Round {
    stock: Rate,
    alone: Rate,
    followed: Rate,
}

async fn followed(clients: usize, journal: Arc<dyn Journal>) -> Rate {
    let stop = CancellationToken::new();
    let mut reader = JoinSet::new();
    let before = journal.head().await.unwrap();
    reader.spawn(tail(Arc::clone(&journal), before, stop.clone()));
    let rate = run(clients, store(journal)).await;
    stop.cancel();
    let seen: usize = reader.join_all().await.into_iter().sum();
    assert_eq!(seen, rate.count, "the tailing reader missed events");
    rate
}

/// The round in the middle by rate.
fn middle(rounds: &[Round], side: fn(&Round) -> &Rate) -> &Rate {
    let mut rates: Vec<&Rate> = rounds.iter().map(side).collect();
    rates.sort_unstable_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rates[rates.len() / 2]
}

fn case(name: String, rounds: &[Round], target: f64) -> Case {
    let ratios = rounds.iter().map(|r| r.alone.per_second / r.stock.per_second);
    let ratio = median(ratios.collect());
    Case {
        name,
        ours: format!(
            "{} ({:.0}/s with a tailing reader)",
            middle(rounds, |r| &r.alone).text(),
            middle(rounds, |r| &r.followed).per_second
        ),
        baseline: middle(rounds, |r| &r.stock).text(),
        ratio: Some(ratio),
        target: format!(">= {target}x"),
        met: ratio >= target,
    }
}

async fn stock_postgres(clients: usize) -> Rate {
    let database = ServerDatabase::make().await;
    let pool = PgPoolOptions::new()
        .max_connections(STOCK_CONNECTIONS)
        .connect(&database.url())
        .await
        .unwrap();
    sqlx::raw_sql(STOCK_POSTGRES).execute(&pool).await.unwrap();
    let rate = run(clients, postgres_es::postgres_cqrs::<Sheet>(pool, vec![], ())).await;
    database.remove().await;
    rate
}

/// Against `postgres-es`, which has its own table without positions.
pub async fn postgres(clients: usize, target: f64) -> Case {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let stock = stock_postgres(clients).await;
        let database = ServerDatabase::make().await;
        let alone = run(clients, store(database.journal().await)).await;
        database.remove().await;
        let database = ServerDatabase::make().await;
        let followed = followed(clients, database.journal().await).await;
        database.remove().await;
        rounds.push(Round {
            stock,
            alone,
            followed,
        });
    }
    case(
        format!("{clients} concurrent commands, PostgreSQL, vs postgres-es"),
        &rounds,
        target,
    )
}

async fn stock_sqlite(clients: usize) -> Rate {
    let file = File::make();
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(std::time::Duration::from_secs(20))
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(STOCK_CONNECTIONS)
        .connect_with(options)
        .await
        .unwrap();
    sqlx::raw_sql(STOCK_SQLITE).execute(&pool).await.unwrap();
    let rate = run(clients, sqlite_es::sqlite_cqrs::<Sheet>(pool.clone(), vec![], ())).await;
    pool.close().await;
    rate
}

/// Against `sqlite-es`, with its default pool but for `synchronous=FULL`, which the journal has as well.
pub async fn sqlite(clients: usize, target: f64) -> Case {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let stock = stock_sqlite(clients).await;
        let file = File::make();
        let alone = run(clients, store(file.journal_at_work().await)).await;
        let file = File::make();
        let followed = followed(clients, file.journal_at_work().await).await;
        rounds.push(Round {
            stock,
            alone,
            followed,
        });
    }
    case(
        format!("{clients} concurrent commands, SQLite FULL, vs sqlite-es FULL"),
        &rounds,
        target,
    )
}

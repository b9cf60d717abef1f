//! Opening a journal of a million events, and what an open journal that does nothing weighs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use commands::ports::Feed as _;
use commands::ports::Journal;
use domain::SequentialIds;
use journal::{PostgresJournal, SqliteJournal};

use super::{
    Case,
    hardware::resident_mib,
    load::wide,
    place::{File, ServerDatabase},
};

const EVENTS: usize = 1_000_000;
const REQUEST: usize = 5_000;
const LONGEST: Duration = Duration::from_secs(1);

async fn fill(journal: Arc<dyn Journal>) -> Duration {
    let ids = SequentialIds::seeded(4);
    let began = Instant::now();
    for _ in 0..EVENTS / REQUEST {
        journal.append(wide(&ids, REQUEST)).await.unwrap();
    }
    began.elapsed()
}

fn case(engine: &str, filled: Duration, opened: Duration) -> Case {
    Case {
        name: format!("open a journal of 1,000,000 events, {engine}"),
        ours: format!(
            "{:.1} ms; process {:.0} MiB",
            opened.as_secs_f64() * 1e3,
            resident_mib()
        ),
        baseline: format!("written in {:.1} s", filled.as_secs_f64()),
        ratio: None,
        target: "< 1 s".to_owned(),
        met: opened < LONGEST,
    }
}

pub async fn sqlite() -> Case {
    let file = File::make();
    let filled = fill(file.journal().await).await;
    let began = Instant::now();
    let journal = SqliteJournal::open(&file.path()).await.unwrap();
    journal
        .load(vec![domain::StreamId::new("sheet", "none")])
        .await
        .unwrap();
    case("SQLite", filled, began.elapsed())
}

pub async fn postgres() -> Case {
    let database = ServerDatabase::make().await;
    let filled = fill(database.journal().await).await;
    let began = Instant::now();
    let journal = PostgresJournal::connect(&database.url()).await.unwrap();
    journal
        .load(vec![domain::StreamId::new("sheet", "none")])
        .await
        .unwrap();
    let opened = began.elapsed();
    drop(journal);
    database.remove().await;
    case("PostgreSQL", filled, opened)
}

//! The read side's stories.

mod advancing;
mod asking;
#[path = "../../../../../projections/tests/all/facts.rs"]
mod facts;
mod log;
mod parking;
mod rebuilding;
#[path = "../../../../../projections/tests/all/story.rs"]
mod story;
mod tables;

use std::sync::Arc;

use database::Database;
use domain::{ManualClock, Position};
use log::Log;
use store::read_side::{ReadSide, ReadSideOptions};

use crate::engines::minute;

/// Opens the read side over a journal, with batches of so many events.
pub async fn open(database: &Database, log: &Arc<Log>, batch: usize) -> ReadSide {
    open_in_shards(database, log, batch, None).await
}

/// The same with so many shards.
pub async fn open_in_shards(
    database: &Database,
    log: &Arc<Log>,
    batch: usize,
    shards: Option<u32>,
) -> ReadSide {
    let options = ReadSideOptions { shards, batch };
    let clock = Arc::new(ManualClock::starting_at(minute(0)));
    ReadSide::open(database, log.clone(), clock, options)
        .await
        .unwrap()
}

/// Takes in everything.
pub async fn catch_up(side: &ReadSide, log: &Log) {
    let reached = side.step_until(log.last()).await.unwrap();
    assert_eq!(reached, log.last());
}

/// The tables say what the log says.
pub async fn assert_agrees(side: &ReadSide) {
    let report = side.verify(1).await.unwrap();
    assert!(report.agrees(), "{report:#?}");
}

/// Every row of every table, in key order.
pub async fn dump(side: &ReadSide) -> Vec<(&'static str, Vec<database::Row>)> {
    let sql = side.sql().unwrap();
    let mut tables = Vec::new();
    for table in projections::Rows::TABLES {
        let columns: Vec<_> = table.column_names().iter().map(|c| format!("\"{c}\"")).collect();
        let select = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            table.name,
            columns[..table.key_columns].join(", ")
        );
        tables.push((table.name, sql.query(&select, vec![]).await.unwrap()));
    }
    tables
}

/// The position before everything.
pub const NOTHING: Position = Position::START;

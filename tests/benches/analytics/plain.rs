//! What the projection is compared with: the one statement that an analyst would write over the same journal. It counts outcomes by
//! campaign, day, hour and state, and nothing else; it keeps no script's status and starts again from nothing each time.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection};

const TABLE: &str =
    "CREATE TABLE plain_outcomes (campaign_id text, hour text, state text, outcome text, count bigint)";

/// Each outcome of a script once, in the recipient's hour. SQLite knows no time zones and counts by UTC.
fn statement(hour: &str, events: &str, scripts: &str) -> String {
    format!(
        "INSERT INTO plain_outcomes
         SELECT s.campaign_id, {hour}, s.state, e.event_type, count(DISTINCT e.aggregate_id)
           FROM {events} AS e
           JOIN {scripts} AS s ON s.organization_id = e.organization_id AND s.script_id = e.aggregate_id
          WHERE e.event_type IN ('Sent', 'Delivered', 'DeliveryFailed', 'Listened')
          GROUP BY 1, 2, 3, 4"
    )
}

pub async fn aggregated(url: &str) -> Duration {
    if let Some(directory) = url.strip_prefix("sqlite:") {
        return on_sqlite(directory);
    }
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(TABLE).await.unwrap();
    connection.execute("ANALYZE journal.events").await.unwrap();
    connection.execute("ANALYZE read_1.scripts").await.unwrap();
    let hour = "to_char((e.metadata->>'occurred_at')::timestamptz AT TIME ZONE s.zone, 'YYYY-MM-DD HH24')";
    let statement = statement(hour, "journal.events", "read_1.scripts");
    let began = Instant::now();
    connection.execute(statement.as_str()).await.unwrap();
    let took = began.elapsed();
    connection.close().await.unwrap();
    took
}

fn on_sqlite(directory: &str) -> Duration {
    let connection = rusqlite::Connection::open(format!("{directory}/plain.db")).unwrap();
    connection
        .execute_batch(&format!(
            "{TABLE}; PRAGMA cache_size = -65536;
             ATTACH '{directory}/journal.db' AS journal; ATTACH '{directory}/read_1.db' AS read_side"
        ))
        .unwrap();
    let hour = "substr(json_extract(e.metadata, '$.occurred_at'), 1, 13)";
    let statement = statement(hour, "journal.events", "read_side.scripts");
    let began = Instant::now();
    connection.execute_batch(&statement).unwrap();
    began.elapsed()
}

//! Requests of one commit in one row, and from there into the inbox, a row each. A row of the intake that does not open is kept in the
//! inbox as it is, as unreadable: nothing that a carrier was told is stored gets lost.

use bytes::Bytes;
use commands::ports::{InboundWebhook, PortError, PortErrorKind};
use database::{Column, DatabaseError, Engine, Row, Sql, int, opt_text, text};
use projections::Cell;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::fault::{bounded, instant, micros, unreachable};
use crate::key_ring::StoredKeys;

/// Rows of the intake that are put into the inbox together.
const ROWS_TOGETHER: i64 = 16;

const TAKE: &str = "DELETE FROM webhook_intake WHERE place IN
       (SELECT place FROM webhook_intake ORDER BY place LIMIT $1 {lock})
     RETURNING place, first_id, sealed";

const INBOX: &[Column] = &[
    Column::text("id"),
    Column::text("source"),
    Column::text("token"),
    Column::text("event_id"),
    Column::text("headers"),
    Column::bytes("body"),
    Column::int("sealed"),
    Column::int("received_at"),
    Column::text("state"),
    Column::text("reason"),
];

/// A request as it lies in a row of the intake. The order of the fields is the format.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: Uuid,
    source: String,
    token: Option<String>,
    event_id: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    received_at: i64,
    rejected: Option<String>,
}

impl From<InboundWebhook> for Kept {
    fn from(webhook: InboundWebhook) -> Self {
        Self {
            id: webhook.id,
            source: webhook.source,
            token: webhook.token,
            event_id: webhook.event_id,
            headers: webhook.headers,
            body: webhook.body,
            received_at: micros(webhook.received_at),
            rejected: webhook.rejected,
        }
    }
}

fn unwritable() -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        "requests of a carrier can't be put into a row",
    )
}

/// Writes requests durably, in one row and one statement.
pub(super) async fn write(
    sql: &Sql,
    keys: &StoredKeys,
    webhooks: Vec<InboundWebhook>,
) -> Result<(), PortError> {
    let kept: Vec<Kept> = webhooks.into_iter().map(Kept::from).collect();
    let Some(first) = kept.first().map(|first| first.id) else {
        return Ok(());
    };
    let clear = postcard::to_stdvec(&kept).map_err(|_| unwritable())?;
    let parameters = vec![
        text(first.to_string()),
        int(bounded(kept.len() as u64)),
        Cell::Bytes(keys.seal_for_installation(first, &clear)?),
    ];
    let insert = "INSERT INTO webhook_intake (first_id, requests, sealed) VALUES ($1, $2, $3)";
    let written = sql.execute(insert, parameters).await;
    written.map(drop).map_err(unreachable)
}

/// What becomes of rows that somebody else is putting into the inbox.
#[derive(Clone, Copy)]
enum OfOthers {
    LeftToThem,
    WaitedFor,
}

/// Puts the oldest rows of the intake into the inbox that nobody else is at.
pub(super) async fn unpack_some(sql: &Sql, keys: &StoredKeys) -> Result<(), PortError> {
    unpack(sql, keys, OfOthers::LeftToThem).await.map(drop)
}

/// Returns when everything that was stored before is in the inbox, by whomever.
pub(super) async fn unpack_all(sql: &Sql, keys: &StoredKeys) -> Result<(), PortError> {
    while unpack(sql, keys, OfOthers::WaitedFor).await? {}
    Ok(())
}

/// Puts the oldest rows of the intake into the inbox, all of it or nothing; false when there is none.
async fn unpack(sql: &Sql, keys: &StoredKeys, of_others: OfOthers) -> Result<bool, PortError> {
    let lock = match (sql.engine(), of_others) {
        (Engine::Postgres, OfOthers::LeftToThem) => "FOR UPDATE SKIP LOCKED",
        (Engine::Postgres, OfOthers::WaitedFor) => "FOR UPDATE",
        // One transaction at a time writes there.
        (Engine::Sqlite, _) => "",
    };
    let mut tx = sql.begin().await.map_err(unreachable)?;
    let taken = tx
        .query(&TAKE.replace("{lock}", lock), vec![int(ROWS_TOGETHER)])
        .await;
    let taken = taken.map_err(unreachable)?;
    if taken.is_empty() {
        return Ok(false);
    }
    let mut rows = Vec::new();
    for row in &taken {
        rows.extend(unpacked(keys, row).map_err(unreachable)?);
    }
    let inserted = tx.bulk_insert_ignore("webhook_inbox", INBOX, rows).await;
    inserted.map_err(unreachable)?;
    tx.commit().await.map_err(unreachable)?;
    Ok(true)
}

fn unpacked(keys: &StoredKeys, row: &Row) -> Result<Vec<Vec<Cell>>, DatabaseError> {
    let first: Uuid = row.parsed(1)?;
    let sealed = row.bytes(2)?;
    let kept = keys
        .open_for_installation(first, sealed)
        .ok()
        .and_then(|clear| postcard::from_bytes::<Vec<Kept>>(&clear).ok());
    let inbox = kept.and_then(|kept| kept.into_iter().map(|kept| inbox_row(keys, kept)).collect());
    Ok(inbox.unwrap_or_else(|| {
        tracing::error!("stored requests of a carrier are damaged");
        vec![damaged(first, sealed)]
    }))
}

/// PostgreSQL holds no NUL in a text.
fn storable(given: &str) -> String {
    given.replace('\0', "\u{fffd}")
}

fn inbox_row(keys: &StoredKeys, kept: Kept) -> Option<Vec<Cell>> {
    let state = if kept.rejected.is_some() {
        "rejected"
    } else {
        "waiting"
    };
    Some(vec![
        text(kept.id.to_string()),
        text(storable(&kept.source)),
        opt_text(kept.token.as_deref().map(storable)),
        opt_text(kept.event_id.as_deref().map(storable)),
        text(serde_json::to_string(&kept.headers).ok()?),
        Cell::Bytes(keys.seal_for_installation(kept.id, &kept.body).ok()?),
        int(1),
        int(micros(instant(kept.received_at).ok()?)),
        text(state),
        opt_text(kept.rejected.as_deref().map(storable)),
    ])
}

fn damaged(first: Uuid, sealed: &[u8]) -> Vec<Cell> {
    vec![
        text(first.to_string()),
        text("unknown"),
        Cell::Null,
        Cell::Null,
        text("[]"),
        Cell::Bytes(sealed.to_vec()),
        int(1),
        int(0),
        text("unreadable"),
        text("what was stored is damaged"),
    ]
}

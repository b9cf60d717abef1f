//! Raw webhooks. Stored before they are answered; what came of each is noted later, and nothing is ever removed here.

use async_trait::async_trait;
use bytes::Bytes;
use commands::ports::{InboundWebhook, PortError, WebhookCounts, WebhookFate, WebhookInbox};
use database::{Column, DatabaseError, Row, Sql, int, opt_text, text};
use projections::Cell;
use tokio::sync::watch;
use uuid::Uuid;

use super::fault::{bounded, instant, micros, unreachable};

/// Most requests that one look gives.
const WAITING_MAX: usize = 1_000;

const MARK: &str = "UPDATE webhook_inbox SET state = r.state, reason = r.reason FROM {rows}
     WHERE webhook_inbox.id = r.id AND webhook_inbox.state <> 'rejected'";

/// The inbox in the database.
#[derive(Debug)]
pub struct WebhookStore {
    sql: Sql,
    wake: watch::Sender<u64>,
}

impl WebhookStore {
    pub(super) fn new(sql: Sql) -> Self {
        Self {
            sql,
            wake: watch::Sender::new(0),
        }
    }
}

fn webhook(row: &Row) -> Result<InboundWebhook, DatabaseError> {
    let headers = serde_json::from_str(row.text(3)?)
        .map_err(|_| DatabaseError::invalid("stored headers are not readable"))?;
    Ok(InboundWebhook {
        id: row.parsed(0)?,
        source: row.text(1)?.to_owned(),
        token: row.opt_text(2)?.map(str::to_owned),
        headers,
        body: Bytes::copy_from_slice(row.bytes(4)?),
        received_at: instant(row.int(5)?)?,
        rejected: None,
    })
}

fn marked(id: Uuid, fate: WebhookFate) -> Vec<Cell> {
    let (state, reason) = match fate {
        WebhookFate::Applied => ("applied", None),
        WebhookFate::Unmatched { reason } => ("unmatched", Some(reason)),
        WebhookFate::Unreadable { reason } => ("unreadable", Some(reason)),
    };
    vec![text(id.to_string()), text(state), opt_text(reason)]
}

#[async_trait]
impl WebhookInbox for WebhookStore {
    async fn store(&self, webhook: InboundWebhook) -> Result<(), PortError> {
        let headers = serde_json::to_string(&webhook.headers)
            .map_err(|_| unreachable(DatabaseError::invalid("headers can't be stored")))?;
        let state = if webhook.rejected.is_some() {
            "rejected"
        } else {
            "waiting"
        };
        let parameters = vec![
            text(webhook.id.to_string()),
            text(webhook.source),
            opt_text(webhook.token),
            text(headers),
            Cell::Bytes(webhook.body.to_vec()),
            int(micros(webhook.received_at)),
            text(state),
            opt_text(webhook.rejected),
        ];
        self.sql
            .execute(
                "INSERT INTO webhook_inbox (id, source, token, headers, body, received_at, state, reason)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
                parameters,
            )
            .await
            .map_err(unreachable)?;
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<InboundWebhook>, PortError> {
        let rows = self
            .sql
            .query(
                "SELECT id, source, token, headers, body, received_at FROM webhook_inbox
                 WHERE state = 'waiting' ORDER BY received_at, id LIMIT $1",
                vec![int(bounded(limit.min(WAITING_MAX) as u64))],
            )
            .await
            .map_err(unreachable)?;
        rows.iter().map(|row| webhook(row).map_err(unreachable)).collect()
    }

    async fn mark(&self, fates: Vec<(Uuid, WebhookFate)>) -> Result<(), PortError> {
        let columns = [Column::text("id"), Column::text("state"), Column::text("reason")];
        let rows = fates.into_iter().map(|(id, fate)| marked(id, fate)).collect();
        self.sql
            .execute_with_rows(MARK, &columns, rows)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn counts(&self) -> Result<WebhookCounts, PortError> {
        let rows = self
            .sql
            .query("SELECT state, count(*) FROM webhook_inbox GROUP BY state", vec![])
            .await
            .map_err(unreachable)?;
        let mut counts = WebhookCounts::default();
        for row in &rows {
            let count = row.count(1).map_err(unreachable)?;
            match row.text(0).map_err(unreachable)? {
                "waiting" => counts.waiting = count,
                "applied" => counts.applied = count,
                "unmatched" => counts.unmatched = count,
                "unreadable" => counts.unreadable = count,
                _ => counts.rejected = count,
            }
        }
        Ok(counts)
    }

    fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }
}

//! Raw webhooks. Stored, sealed, before they are answered; what came of each is noted later. Nothing of a carrier's is ever removed here;
//! what was refused at the door is, after a while.

mod intake;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{
    FiledWebhook, InboundWebhook, PortError, PortErrorKind, WebhookCounts, WebhookFate, WebhookInbox,
    WebhookReplay, WebhookStanding,
};
use database::{Column, DatabaseError, Engine, Row, Sql, int, opt_text, text};
use projections::Cell;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::fault::{bounded, instant, micros, unreachable};
use crate::key_ring::StoredKeys;
use writer::Job;

/// Most requests that one look gives.
const CLAIM_MAX: usize = 1_000;

const CLAIM: &str =
    "WITH oldest AS (SELECT id FROM webhook_inbox WHERE state = 'waiting' AND lease_until <= $1
       ORDER BY received_at, id LIMIT $2 {lock})
     UPDATE webhook_inbox SET lease_until = $3 FROM oldest WHERE webhook_inbox.id = oldest.id
     RETURNING webhook_inbox.id, source, token, event_id, headers, body, sealed, received_at";

const MARK: &str = "UPDATE webhook_inbox SET state = r.state, reason = r.reason, lease_until = 0 FROM {rows}
     WHERE webhook_inbox.id = r.id AND webhook_inbox.state = 'waiting'";

/// Those that were marked applied are counted in the same transaction.
const TALLY: &str = "INSERT INTO webhook_tally (state, requests) VALUES ('applied', $1)
     ON CONFLICT (state) DO UPDATE SET requests = webhook_tally.requests + excluded.requests";

const FORGET_OLD: &str =
    "DELETE FROM webhook_inbox WHERE state = 'rejected' AND state <> 'applied' AND received_at < $1";

const FORGET_BEYOND: &str =
    "DELETE FROM webhook_inbox WHERE state = 'rejected' AND state <> 'applied' AND (received_at, id) <=
     (SELECT received_at, id FROM webhook_inbox WHERE state = 'rejected' AND state <> 'applied'
       ORDER BY received_at DESC, id DESC LIMIT 1 OFFSET $1)";

/// The inbox in the database.
#[derive(Debug)]
pub struct WebhookStore {
    sql: Sql,
    keys: Arc<StoredKeys>,
    writes: mpsc::Sender<Job>,
    wake: watch::Sender<u64>,
}

impl WebhookStore {
    /// Starts the writing tasks; they end with the store.
    pub(super) fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        let (writes, queue) = mpsc::channel(writer::QUEUE_REQUESTS_MAX);
        let (queue, tasks) = (Arc::new(Mutex::new(queue)), TaskTracker::new());
        for _ in 0..writer::WRITERS {
            tasks.spawn(writer::serve(sql.clone(), Arc::clone(&keys), Arc::clone(&queue)));
        }
        Self {
            sql,
            keys,
            writes,
            wake: watch::Sender::new(0),
        }
    }

    fn wake(&self) {
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn webhook(&self, row: &Row) -> Result<InboundWebhook, PortError> {
        let id: Uuid = row.parsed(0).map_err(unreachable)?;
        let headers = serde_json::from_str(row.text(4).map_err(unreachable)?)
            .map_err(|_| unreachable(DatabaseError::invalid("stored headers are not readable")))?;
        let body = row.bytes(5).map_err(unreachable)?;
        let body = if row.boolean(6).map_err(unreachable)? {
            Bytes::from(self.keys.open_for_installation(id, body)?)
        } else {
            Bytes::copy_from_slice(body)
        };
        Ok(InboundWebhook {
            id,
            source: row.text(1).map_err(unreachable)?.to_owned(),
            token: row.opt_text(2).map_err(unreachable)?.map(str::to_owned),
            event_id: row.opt_text(3).map_err(unreachable)?.map(str::to_owned),
            headers,
            body,
            received_at: instant(row.int(7).map_err(unreachable)?).map_err(unreachable)?,
            rejected: None,
        })
    }
}

fn closed() -> PortError {
    PortError::new(PortErrorKind::Retryable, "the store of webhooks is closed")
}

fn filed(row: &Row) -> Result<FiledWebhook, DatabaseError> {
    let standing = WebhookStanding::parse(row.text(5)?)
        .ok_or_else(|| DatabaseError::invalid("a stored webhook stands nowhere"))?;
    Ok(FiledWebhook {
        id: row.parsed(0)?,
        source: row.text(1)?.to_owned(),
        event_id: row.opt_text(2)?.map(str::to_owned),
        is_callback: row.boolean(3)?,
        received_at: instant(row.int(4)?)?,
        standing,
        reason: row.opt_text(6)?.map(str::to_owned),
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
        let (reply, stored) = oneshot::channel();
        let job = Job { webhook, reply };
        self.writes.send(job).await.map_err(|_| closed())?;
        stored.await.map_err(|_| closed())??;
        self.wake();
        Ok(())
    }

    async fn claim(
        &self,
        limit: usize,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<InboundWebhook>, PortError> {
        intake::unpack_some(&self.sql, &self.keys).await?;
        let lock = match self.sql.engine() {
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
            Engine::Sqlite => "",
        };
        let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let parameters = vec![
            int(micros(now)),
            int(bounded(limit.min(CLAIM_MAX) as u64)),
            int(micros(until)),
        ];
        let rows = self.sql.query(&CLAIM.replace("{lock}", lock), parameters).await;
        let rows = rows.map_err(unreachable)?;
        let (mut claimed, mut damaged) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            match self.webhook(row) {
                Ok(webhook) => claimed.push(webhook),
                // It must not keep its neighbours from being looked at.
                Err(error) => damaged.push((
                    row.parsed(0).map_err(unreachable)?,
                    WebhookFate::Unreadable {
                        reason: error.message,
                    },
                )),
            }
        }
        if !damaged.is_empty() {
            tracing::error!(
                requests = damaged.len(),
                "stored requests of a carrier are damaged"
            );
            self.mark(damaged).await?;
        }
        // What an update returns has no order.
        claimed.sort_by_key(|webhook| (webhook.received_at, webhook.id));
        Ok(claimed)
    }

    async fn mark(&self, fates: Vec<(Uuid, WebhookFate)>) -> Result<(), PortError> {
        let columns = [Column::text("id"), Column::text("state"), Column::text("reason")];
        let (applied, others): (Vec<_>, Vec<_>) = fates
            .into_iter()
            .partition(|(_, fate)| *fate == WebhookFate::Applied);
        let rows = |fates: Vec<(Uuid, WebhookFate)>| fates.into_iter().map(|(id, f)| marked(id, f)).collect();
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        let changed = tx.execute_with_rows(MARK, &columns, rows(applied)).await;
        let changed = changed.map_err(unreachable)?;
        if changed > 0 {
            let tallied = tx.execute(TALLY, vec![int(bounded(changed))]).await;
            tallied.map_err(unreachable)?;
        }
        let changed = tx.execute_with_rows(MARK, &columns, rows(others)).await;
        changed.map_err(unreachable)?;
        tx.commit().await.map_err(unreachable)
    }

    async fn counts(&self) -> Result<WebhookCounts, PortError> {
        // One statement, so that a request on its way into the inbox is counted once.
        let sql = "SELECT state, count(*) FROM webhook_inbox WHERE state <> 'applied' GROUP BY state
             UNION ALL SELECT 'waiting', CAST(COALESCE(SUM(requests), 0) AS BIGINT) FROM webhook_intake
             UNION ALL SELECT state, requests FROM webhook_tally";
        let rows = self.sql.query(sql, vec![]).await.map_err(unreachable)?;
        let mut counts = WebhookCounts::default();
        for row in &rows {
            let count = row.count(1).map_err(unreachable)?;
            let stands = match row.text(0).map_err(unreachable)? {
                "waiting" => &mut counts.waiting,
                "applied" => &mut counts.applied,
                "unmatched" => &mut counts.unmatched,
                "unreadable" => &mut counts.unreadable,
                _ => &mut counts.rejected,
            };
            *stands += count;
        }
        Ok(counts)
    }

    async fn filed(
        &self,
        standing: WebhookStanding,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: usize,
    ) -> Result<Vec<FiledWebhook>, PortError> {
        intake::unpack_all(&self.sql, &self.keys).await?;
        let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        // That it is not applied is said again, so that the index of open requests serves.
        let open = if standing == WebhookStanding::Applied {
            ""
        } else {
            "AND state <> 'applied'"
        };
        let sql = format!(
            "SELECT id, source, event_id, CASE WHEN token IS NULL THEN 0 ELSE 1 END, received_at, state, reason
             FROM webhook_inbox WHERE state = $1 {open} AND (received_at, id) > ($2, $3)
             ORDER BY received_at, id LIMIT $4"
        );
        let limit = bounded(limit.min(CLAIM_MAX) as u64);
        let parameters = vec![text(standing.as_str()), int(at), text(id), int(limit)];
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        rows.iter().map(|row| filed(row).map_err(unreachable)).collect()
    }

    async fn replay(&self, which: WebhookReplay) -> Result<u64, PortError> {
        if matches!(
            which.standing,
            WebhookStanding::Rejected | WebhookStanding::Waiting
        ) {
            return Ok(0);
        }
        let parameters = vec![
            text(which.standing.as_str()),
            int(micros(which.from)),
            int(micros(which.until)),
        ];
        let sql = "UPDATE webhook_inbox SET state = 'waiting', reason = NULL, lease_until = 0
             WHERE state = $1 AND received_at >= $2 AND received_at < $3";
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        let changed = tx.execute(sql, parameters).await.map_err(unreachable)?;
        if which.standing == WebhookStanding::Applied && changed > 0 {
            let tallied = tx.execute(TALLY, vec![int(-bounded(changed))]).await;
            tallied.map_err(unreachable)?;
        }
        tx.commit().await.map_err(unreachable)?;
        self.wake();
        Ok(changed)
    }

    async fn refused(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: usize,
    ) -> Result<Vec<InboundWebhook>, PortError> {
        intake::unpack_all(&self.sql, &self.keys).await?;
        let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        let sql = "SELECT id, source, token, event_id, headers, body, sealed, received_at FROM webhook_inbox
             WHERE state = 'rejected' AND state <> 'applied' AND received_at >= $1 AND received_at < $2
               AND (received_at, id) > ($3, $4)
             ORDER BY received_at, id LIMIT $5";
        let limit = bounded(limit.min(CLAIM_MAX) as u64);
        let parameters = vec![
            int(micros(from)),
            int(micros(until)),
            int(at),
            text(id),
            int(limit),
        ];
        let rows = self.sql.query(sql, parameters).await.map_err(unreachable)?;
        rows.iter().map(|row| self.webhook(row)).collect()
    }

    async fn admit(&self, ids: Vec<Uuid>) -> Result<u64, PortError> {
        let rows = ids.into_iter().map(|id| vec![text(id.to_string())]).collect();
        let sql = "UPDATE webhook_inbox SET state = 'waiting', reason = NULL, lease_until = 0 FROM {rows}
             WHERE webhook_inbox.id = r.id AND webhook_inbox.state = 'rejected'";
        let admitted = self.sql.execute_with_rows(sql, &[Column::text("id")], rows).await;
        let admitted = admitted.map_err(unreachable)?;
        self.wake();
        Ok(admitted)
    }

    async fn forget_rejected(&self, before: DateTime<Utc>, most: u64) -> Result<u64, PortError> {
        let old = self.sql.execute(FORGET_OLD, vec![int(micros(before))]).await;
        let beyond = self.sql.execute(FORGET_BEYOND, vec![int(bounded(most))]).await;
        Ok(old.map_err(unreachable)? + beyond.map_err(unreachable)?)
    }

    fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }
}

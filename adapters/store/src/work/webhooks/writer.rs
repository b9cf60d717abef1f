//! The writing task: what has come while the last commit ran is sealed and committed together, so that a carrier that reports a
//! whole campaign at once waits for few commits and not for thousands. One request that the database refuses takes nothing from
//! its neighbours.

use std::sync::Arc;

use commands::ports::{InboundWebhook, PortError};
use database::{Column, DatabaseErrorKind, Sql, int, opt_text, text};
use projections::Cell;
use tokio::sync::{mpsc, oneshot};

use super::super::fault::{micros, unreachable};
use crate::key_ring::StoredKeys;

/// Most requests of one commit.
const BATCH_REQUESTS_MAX: usize = 1_024;
/// Bodies of one commit, bytes; a larger one is committed alone.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// Requests that wait to be written; who comes then waits for a place.
pub(super) const QUEUE_REQUESTS_MAX: usize = 4_096;

const COLUMNS: &[Column] = &[
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

/// A request and who waits for it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) webhook: InboundWebhook,
    pub(super) reply: oneshot::Sender<Result<(), PortError>>,
}

/// Writes until the last handle is gone and the queue is empty.
pub(super) async fn serve(sql: Sql, keys: Arc<StoredKeys>, mut queue: mpsc::Receiver<Job>) {
    let mut kept: Option<Job> = None;
    loop {
        let first = match kept.take() {
            Some(job) => job,
            None => match queue.recv().await {
                Some(job) => job,
                None => return,
            },
        };
        let mut bytes = first.webhook.body.len();
        let mut batch = vec![first];
        while batch.len() < BATCH_REQUESTS_MAX
            && let Ok(job) = queue.try_recv()
        {
            bytes = bytes.saturating_add(job.webhook.body.len());
            if bytes > BATCH_BYTES_MAX {
                kept = Some(job);
                break;
            }
            batch.push(job);
        }
        answer(&sql, &keys, batch).await;
    }
}

async fn answer(sql: &Sql, keys: &StoredKeys, batch: Vec<Job>) {
    let mut rows = Vec::with_capacity(batch.len());
    let mut replies = Vec::with_capacity(batch.len());
    for Job { webhook, reply } in batch {
        match row(keys, webhook) {
            Ok(row) => {
                rows.push(row);
                replies.push(reply);
            }
            Err(error) => tell(reply, Err(error)),
        }
    }
    let mut groups = vec![(rows, replies)];
    while let Some((mut rows, mut replies)) = groups.pop() {
        let written = sql
            .bulk_insert_ignore("webhook_inbox", COLUMNS, rows.clone())
            .await;
        match written {
            Ok(_) => replies.into_iter().for_each(|reply| tell(reply, Ok(()))),
            Err(error) if error.kind == DatabaseErrorKind::Invalid && rows.len() > 1 => {
                tracing::warn!("requests of a carrier were refused together and are stored in halves");
                let half = rows.len() / 2;
                let (later_rows, later_replies) = (rows.split_off(half), replies.split_off(half));
                groups.push((later_rows, later_replies));
                groups.push((rows, replies));
            }
            Err(error) => {
                let error = unreachable(error);
                for reply in replies {
                    tell(reply, Err(error.clone()));
                }
            }
        }
    }
}

/// A caller that has gone away does not undo what is written.
fn tell(reply: oneshot::Sender<Result<(), PortError>>, outcome: Result<(), PortError>) {
    let _ = reply.send(outcome);
}

fn row(keys: &StoredKeys, webhook: InboundWebhook) -> Result<Vec<Cell>, PortError> {
    let headers = serde_json::to_string(&webhook.headers)
        .map_err(|_| unreachable(database::DatabaseError::invalid("headers can't be stored")))?;
    let state = if webhook.rejected.is_some() {
        "rejected"
    } else {
        "waiting"
    };
    Ok(vec![
        text(webhook.id.to_string()),
        text(webhook.source),
        opt_text(webhook.token),
        opt_text(webhook.event_id),
        text(headers),
        Cell::Bytes(keys.seal_for_installation(webhook.id, &webhook.body)?),
        int(1),
        int(micros(webhook.received_at)),
        text(state),
        opt_text(webhook.rejected),
    ])
}

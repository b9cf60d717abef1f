//! The writing tasks: what has come while the last commit ran is sealed and committed together, so that a carrier that reports a
//! whole campaign at once waits for few commits and not for thousands.

use std::sync::Arc;

use commands::ports::{InboundWebhook, PortError};
use database::Sql;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::intake;
use crate::key_ring::StoredKeys;

/// Most requests of one commit.
const BATCH_REQUESTS_MAX: usize = 1_024;
/// Bodies of one commit, bytes; the one that goes beyond is the last.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Requests that wait to be written; who comes then waits for a place.
pub(super) const QUEUE_REQUESTS_MAX: usize = 4_096;
/// Commits that are under way at once.
pub(super) const WRITERS: usize = 2;

/// A request and who waits for it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) webhook: InboundWebhook,
    pub(super) reply: oneshot::Sender<Result<(), PortError>>,
}

/// Writes until the last handle is gone and the queue is empty. Several do: while one commits, the next gathers.
pub(super) async fn serve(sql: Sql, keys: Arc<StoredKeys>, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
    loop {
        let batch = gather(&mut *queue.lock().await).await;
        if batch.is_empty() {
            return;
        }
        answer(&sql, &keys, batch).await;
    }
}

/// What waits now, or the next that comes; nothing when none will.
async fn gather(queue: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let Some(first) = queue.recv().await else {
        return vec![];
    };
    let mut bytes = first.webhook.body.len();
    let mut batch = vec![first];
    while batch.len() < BATCH_REQUESTS_MAX
        && bytes < BATCH_BYTES_MAX
        && let Ok(job) = queue.try_recv()
    {
        bytes = bytes.saturating_add(job.webhook.body.len());
        batch.push(job);
    }
    batch
}

async fn answer(sql: &Sql, keys: &StoredKeys, batch: Vec<Job>) {
    let (webhooks, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (job.webhook, job.reply)).unzip();
    let written = intake::write(sql, keys, webhooks).await;
    for reply in replies {
        // A caller that has gone away does not undo what is written.
        let _ = reply.send(written.clone());
    }
}

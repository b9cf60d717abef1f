//! A batch of requests as the arrays of one function call.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};
use commands::ports::{AppendRequest, Appended, JournalError};
use domain::{Position, StreamId};
use sqlx::PgConnection;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::session::Call;
use crate::{
    limits::{BATCH_BYTES_MAX, BATCH_REQUESTS_MAX},
    request,
};

/// A request and who waits for it.
#[derive(Debug)]
pub struct Job {
    pub request: AppendRequest,
    pub bytes: usize,
    pub reply: oneshot::Sender<Result<Appended, JournalError>>,
}

/// Takes the next batch from the front: no stream twice, and none before an earlier request of the same stream.
pub fn take(pending: &mut VecDeque<Job>) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut later = VecDeque::new();
    let mut named: HashSet<StreamId> = HashSet::new();
    let mut bytes = 0;
    while batch.len() < BATCH_REQUESTS_MAX
        && bytes < BATCH_BYTES_MAX
        && let Some(job) = pending.pop_front()
    {
        let streams = || job.request.streams.iter().map(|part| &part.stream);
        let waits = streams().any(|stream| named.contains(stream));
        named.extend(streams().cloned());
        if waits {
            later.push_back(job);
        } else {
            bytes += job.bytes;
            batch.push(job);
        }
    }
    while let Some(job) = later.pop_back() {
        pending.push_front(job);
    }
    batch
}

/// Places in streams, as columns.
#[derive(Debug, Default)]
struct Places<'r> {
    kinds: Vec<&'r str>,
    ids: Vec<&'r str>,
    sequences: Vec<i64>,
}

impl<'r> Places<'r> {
    fn push(&mut self, stream: &'r StreamId, sequence: u64) {
        self.kinds.push(&stream.kind);
        self.ids.push(&stream.id);
        self.sequences.push(sequence as i64);
    }
}

/// The arguments of `journal_append`.
#[derive(Debug, Default)]
struct Columns<'r> {
    present: Places<'r>,
    absent: Places<'r>,
    events: Places<'r>,
    names: Vec<&'r str>,
    versions: Vec<&'r str>,
    payloads: Vec<&'r str>,
    metadata: Vec<&'r str>,
    event_ids: Vec<Uuid>,
    organizations: Vec<&'r str>,
    recorded: Vec<DateTime<Utc>>,
}

impl<'r> Columns<'r> {
    fn push(&mut self, request: &'r AppendRequest, organization: &'r str) {
        for part in &request.streams {
            let expected = request::expected(part);
            if expected > 0 {
                self.present.push(&part.stream, expected);
            }
            // With events the primary key sees to it.
            if part.events.is_empty() {
                self.absent.push(&part.stream, expected + 1);
            }
            for (sequence, event) in (expected + 1..).zip(&part.events) {
                self.events.push(&part.stream, sequence);
                self.names.push(&event.name);
                self.versions.push(&event.version);
                self.payloads.push(&event.payload);
                self.metadata.push(&event.metadata);
                self.event_ids.push(event.event_id.as_uuid());
                self.organizations.push(organization);
                self.recorded.push(request.recorded_at);
            }
        }
    }
}

const APPEND: &str =
    "SELECT journal_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

/// Writes the requests together in one round trip; answers the last position of each.
#[derive(Debug)]
pub struct Append<'r>(pub &'r [&'r AppendRequest]);

impl Call for Append<'_> {
    type Answer = Vec<Position>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<Position>, sqlx::Error> {
        append(connection, self.0).await
    }
}

async fn append(
    connection: &mut PgConnection,
    requests: &[&AppendRequest],
) -> Result<Vec<Position>, sqlx::Error> {
    let organizations: Vec<String> = requests.iter().map(|r| r.organization.to_string()).collect();
    let mut columns = Columns::default();
    let mut ends = Vec::with_capacity(requests.len());
    for (request, organization) in requests.iter().zip(&organizations) {
        columns.push(request, organization);
        ends.push(columns.event_ids.len());
    }
    let head: i64 = sqlx::query_scalar(APPEND)
        .bind(&columns.present.kinds)
        .bind(&columns.present.ids)
        .bind(&columns.present.sequences)
        .bind(&columns.absent.kinds)
        .bind(&columns.absent.ids)
        .bind(&columns.absent.sequences)
        .bind(&columns.events.kinds)
        .bind(&columns.events.ids)
        .bind(&columns.events.sequences)
        .bind(&columns.names)
        .bind(&columns.versions)
        .bind(&columns.payloads)
        .bind(&columns.metadata)
        .bind(&columns.event_ids)
        .bind(&columns.organizations)
        .bind(&columns.recorded)
        .fetch_one(connection)
        .await?;
    let before = head as u64 - columns.event_ids.len() as u64;
    Ok(ends
        .into_iter()
        .map(|end| Position::new(before + end as u64))
        .collect())
}

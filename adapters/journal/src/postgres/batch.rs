//! A batch of requests as the arrays of one function call, or, when it is large, as a copy into the table.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};
use commands::ports::{AppendRequest, Appended, JournalError};
use database::CopyIn;
use domain::{Position, StreamId};
use sqlx::{
    Connection as _, PgConnection, Postgres,
    postgres::{PgArguments, PgRow},
    query::QueryScalar,
};
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

impl Columns<'_> {
    /// One function call; answers the position of the last event.
    async fn call(&self, connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
        self.places(APPEND)
            .bind(&self.events.kinds)
            .bind(&self.events.ids)
            .bind(&self.events.sequences)
            .bind(&self.names)
            .bind(&self.versions)
            .bind(&self.payloads)
            .bind(&self.metadata)
            .bind(&self.event_ids)
            .bind(&self.organizations)
            .bind(&self.recorded)
            .fetch_one(connection)
            .await
    }

    /// The same in four round trips, and at half the cost for each event.
    async fn copy(&self, connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
        let count = i64::try_from(self.event_ids.len()).unwrap_or(i64::MAX);
        let mut transaction = connection.begin().await?;
        let head: i64 = self
            .places(RESERVE)
            .bind(count)
            .fetch_one(&mut *transaction)
            .await?;
        self.copy_rows(&mut transaction, head - count).await?;
        transaction.commit().await?;
        Ok(head)
    }

    /// A statement over the places that are asked for.
    fn places<'q, T>(&'q self, sql: &'q str) -> QueryScalar<'q, Postgres, T, PgArguments>
    where
        (T,): for<'r> sqlx::FromRow<'r, PgRow>,
    {
        sqlx::query_scalar(sql)
            .bind(&self.present.kinds)
            .bind(&self.present.ids)
            .bind(&self.present.sequences)
            .bind(&self.absent.kinds)
            .bind(&self.absent.ids)
            .bind(&self.absent.sequences)
    }

    async fn copy_rows(&self, connection: &mut PgConnection, before: i64) -> Result<u64, sqlx::Error> {
        let mut rows = CopyIn::begin(connection, COPY).await?;
        for (position, at) in (before + 1..).zip(0..self.event_ids.len()) {
            rows.row(COPIED_COLUMNS);
            rows.text(self.events.kinds[at]);
            rows.text(self.events.ids[at]);
            rows.int(self.events.sequences[at]);
            rows.text(self.names[at]);
            rows.text(self.versions[at]);
            rows.text(self.payloads[at]);
            rows.text(self.metadata[at]);
            rows.int(position);
            rows.uuid(self.event_ids[at]);
            rows.text(self.organizations[at]);
            rows.timestamp(self.recorded[at]);
            rows.send_when_full().await?;
        }
        rows.finish().await
    }
}

const APPEND: &str =
    "SELECT journal_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

/// Takes the lock, checks the places and draws all positions at once, which is cheaper than one by one: whoever draws has the lock.
/// Answers the last.
const RESERVE: &str = "WITH checked AS MATERIALIZED (SELECT journal_expect($1, $2, $3, $4, $5, $6)) \
                       SELECT setval('events_position', nextval('events_position') + $7 - 1) FROM checked";

const COPY: &str = "COPY events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, \
                    position, event_id, organization_id, recorded_at) FROM STDIN (FORMAT binary)";

/// Columns that [`COPY`] names.
const COPIED_COLUMNS: usize = 11;

/// From how many events on copying pays for its further round trips.
const COPIED_EVENTS_MIN: usize = 500;

/// Writes the requests together in one transaction; answers the last position of each.
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
    let head = if columns.event_ids.len() < COPIED_EVENTS_MIN {
        columns.call(connection).await?
    } else {
        columns.copy(connection).await?
    };
    let before = head as u64 - columns.event_ids.len() as u64;
    Ok(ends
        .into_iter()
        .map(|end| Position::new(before + end as u64))
        .collect())
}

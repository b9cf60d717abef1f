//! Streams with an event that can't be read. It and what follows in its stream wait; all other streams go on. Once a program can read
//! it, a retry takes the stream's events in late, in their order.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use commands::ports::StoredEvent;
use database::{Column, Transaction, int, text};
use domain::{OrganizationId, Position, StreamId};
use projections::batch;

use super::{
    Generation, ReadSide, ReadSideError,
    advance::{Tolerance, write},
    follow::Shared,
    generation::position,
    worked::{Sorted, TableRows},
};

/// Most parked streams that one listing or retry takes.
const STREAMS_MAX: i64 = 1_000;

/// A stream that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedStream {
    /// The tenant.
    pub organization: OrganizationId,
    /// The stream.
    pub stream: StreamId,
    /// Position of the event that can't be read.
    pub position: Position,
    /// Its name.
    pub event_type: String,
    /// Why it can't be read.
    pub error: String,
    /// How often that was tried.
    pub attempts: i64,
    /// Since when it waits.
    pub parked_at: DateTime<Utc>,
    /// Events that wait.
    pub events: i64,
    shard: u32,
}

/// What a retry came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryReport {
    /// Streams that were taken in. Other streams have gone on meanwhile: `verify` says whether a rebuild is needed.
    pub taken_in: u64,
    /// Streams that still wait.
    pub still_parked: u64,
}

/// The streams of a shard that wait.
pub(super) async fn streams_of(tx: &mut Transaction, shard: u32) -> Result<HashSet<StreamId>, ReadSideError> {
    let rows = tx
        .query(
            "SELECT stream_kind, stream_id FROM parked_streams WHERE shard = $1",
            vec![int(i64::from(shard))],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(StreamId::new(row.text(0)?, row.text(1)?)))
        .collect()
}

const STREAM: [Column; 9] = [
    Column::text("organization_id"),
    Column::text("stream_kind"),
    Column::text("stream_id"),
    Column::int("shard"),
    Column::int("position"),
    Column::text("event_type"),
    Column::text("error"),
    Column::int("attempts"),
    Column::int("parked_at"),
];

const EVENT: [Column; 4] = [
    Column::text("organization_id"),
    Column::text("stream_kind"),
    Column::text("stream_id"),
    Column::int("position"),
];

/// Parks events, and the stream of each that has a reason.
pub(super) async fn park(
    tx: &mut Transaction,
    shard: u32,
    events: &[(Arc<StoredEvent>, Option<String>)],
    now: DateTime<Utc>,
) -> Result<(), ReadSideError> {
    let key = |event: &StoredEvent| {
        [
            text(event.organization.to_string()),
            text(event.stream.kind.clone()),
            text(event.stream.id.clone()),
        ]
    };
    let streams = events.iter().filter_map(|(event, reason)| {
        let mut row = key(event).to_vec();
        row.extend([
            int(i64::from(shard)),
            super::advance::at(event.position),
            text(event.name.clone()),
            text(reason.clone()?),
            int(1),
            int(now.timestamp_micros()),
        ]);
        Some(row)
    });
    tx.bulk_insert_ignore("parked_streams", &STREAM, streams.collect())
        .await?;
    let waiting = events.iter().map(|(event, _)| {
        let mut row = key(event).to_vec();
        row.push(super::advance::at(event.position));
        row
    });
    tx.bulk_insert_ignore("parked_events", &EVENT, waiting.collect())
        .await?;
    Ok(())
}

impl Generation {
    /// The streams that wait, longest first.
    pub(super) async fn parked(&self) -> Result<Vec<ParkedStream>, ReadSideError> {
        let rows = self
            .sql
            .query(
                "SELECT s.organization_id, s.stream_kind, s.stream_id, s.position, s.event_type, s.error, s.attempts,
                        s.parked_at, s.shard, (SELECT count(*) FROM parked_events AS e
                          WHERE e.organization_id = s.organization_id AND e.stream_kind = s.stream_kind
                            AND e.stream_id = s.stream_id)
                   FROM parked_streams AS s ORDER BY s.position LIMIT $1",
                vec![int(STREAMS_MAX)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ParkedStream {
                    organization: row.parsed(0)?,
                    stream: StreamId::new(row.text(1)?, row.text(2)?),
                    position: position(row.int(3)?)?,
                    event_type: row.text(4)?.to_owned(),
                    error: row.text(5)?.to_owned(),
                    attempts: row.int(6)?,
                    parked_at: DateTime::from_timestamp_micros(row.int(7)?)
                        .ok_or(ReadSideError::Corrupt("an instant out of range"))?,
                    shard: u32::try_from(row.int(8)?)
                        .map_err(|_| ReadSideError::Corrupt("a negative shard"))?,
                    events: row.int(9)?,
                })
            })
            .collect()
    }

    /// Positions at which streams began to wait.
    pub(super) async fn parked_from(&self) -> Result<BTreeMap<StreamId, Position>, ReadSideError> {
        let parked = self.parked().await?;
        Ok(parked.into_iter().map(|p| (p.stream, p.position)).collect())
    }

    /// Takes in a stream's waiting events, if all of them can be read now.
    async fn retry(&self, shared: &Shared, parked: &ParkedStream) -> Result<bool, ReadSideError> {
        let mut tx = self.sql.begin().await?;
        tx.query(self.lock_statement(true), vec![int(i64::from(parked.shard))])
            .await?;
        let key = vec![
            text(parked.organization.to_string()),
            text(parked.stream.kind.clone()),
            text(parked.stream.id.clone()),
        ];
        let rows = tx
            .query(
                "SELECT position FROM parked_events
                  WHERE organization_id = $1 AND stream_kind = $2 AND stream_id = $3 ORDER BY position",
                key.clone(),
            )
            .await?;
        let mut sorted = Sorted::default();
        for row in rows {
            let before = Position::new(position(row.int(0)?)?.number().saturating_sub(1));
            for event in shared.feed.read(before, 1).await?.events {
                sorted.sort(event.into(), Tolerance::Live, &mut HashSet::new())?;
            }
        }
        let readable = sorted.parked.is_empty();
        if readable {
            let changes = batch::apply(&sorted.events, &mut TableRows(&mut tx)).await?;
            write(&mut tx, changes).await?;
            // Whoever has worked out a batch ahead did so without these events.
            tx.execute(
                "UPDATE shards SET retries = retries + 1 WHERE shard = $1",
                vec![int(i64::from(parked.shard))],
            )
            .await?;
            for table in ["parked_events", "parked_streams"] {
                let delete = format!(
                    "DELETE FROM {table} WHERE organization_id = $1 AND stream_kind = $2 AND stream_id = $3"
                );
                tx.execute(&delete, key.clone()).await?;
            }
        } else {
            tx.execute(
                "UPDATE parked_streams SET attempts = attempts + 1
                  WHERE organization_id = $1 AND stream_kind = $2 AND stream_id = $3",
                key,
            )
            .await?;
        }
        tx.commit().await?;
        Ok(readable)
    }
}

impl ReadSide {
    /// The streams that wait because an event of theirs can't be read, longest first, at most 1,000.
    pub async fn parked(&self) -> Result<Vec<ParkedStream>, ReadSideError> {
        self.shared.current()?.parked().await
    }

    /// Tries each parked stream again.
    pub async fn retry_parked(&self) -> Result<RetryReport, ReadSideError> {
        let generation = self.shared.current()?;
        let mut report = RetryReport::default();
        for stream in generation.parked().await? {
            if generation.retry(&self.shared, &stream).await? {
                report.taken_in += 1;
            } else {
                report.still_parked += 1;
            }
        }
        Ok(report)
    }
}

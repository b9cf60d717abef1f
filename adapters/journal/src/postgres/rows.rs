//! Reading events: pages in the one order, the head, and rows into [`StoredEvent`]s.

use std::sync::Arc;

use commands::ports::{FeedPage, JournalError, StoredEvent};
use domain::{EventId, OrganizationId, Position, StreamId};
use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::{session::Call, unavailable};

/// The columns that [`stored`] reads, of `events e`.
pub const COLUMNS: &str =
    "e.position, e.sequence, e.event_id, e.organization_id, e.event_type, e.event_version,
    e.payload, e.metadata, e.recorded_at";

/// A page, all from one statement: nothing that it can't see is counted as scanned.
#[derive(Debug)]
pub struct Page {
    pub after: Position,
    pub limit: usize,
}

impl Call for Page {
    type Answer = Vec<PgRow>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        let select = format!(
            "SELECT {COLUMNS}, e.aggregate_type, e.aggregate_id FROM events e
             WHERE e.position > $1 ORDER BY e.position LIMIT $2"
        );
        sqlx::query(&select)
            .bind(i64::try_from(self.after.number()).unwrap_or(i64::MAX))
            .bind(self.limit as i64)
            .fetch_all(connection)
            .await
    }
}

/// The events at these positions, straight from the table.
#[derive(Debug)]
pub struct At<'p>(pub &'p [Position]);

impl Call for At<'_> {
    type Answer = Vec<PgRow>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        let select = format!(
            "SELECT {COLUMNS}, e.aggregate_type, e.aggregate_id FROM events e
             WHERE e.position = ANY($1) ORDER BY e.position"
        );
        let number = |position: &Position| i64::try_from(position.number()).unwrap_or(i64::MAX);
        let numbers: Vec<i64> = self.0.iter().map(number).collect();
        sqlx::query(&select).bind(&numbers).fetch_all(connection).await
    }
}

/// The event of a row that begins with [`COLUMNS`] and ends with its stream.
pub fn with_stream(row: &PgRow) -> Result<StoredEvent, JournalError> {
    let stream = StreamId {
        kind: row.try_get(9).map_err(|e| unavailable(&e))?,
        id: row.try_get(10).map_err(|e| unavailable(&e))?,
    };
    stored(row, stream)
}

/// The page of the rows that [`Page`] found after `after`.
pub fn page(rows: &[PgRow], after: Position) -> Result<FeedPage, JournalError> {
    let events = rows
        .iter()
        .map(|row| with_stream(row).map(Arc::new))
        .collect::<Result<Vec<_>, JournalError>>()?;
    Ok(FeedPage {
        scanned: events.last().map_or(after, |event| event.position),
        events,
    })
}

/// Position of the last event.
#[derive(Debug)]
pub struct Head;

impl Call for Head {
    type Answer = Position;

    async fn make(&self, connection: &mut PgConnection) -> Result<Position, sqlx::Error> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT position FROM events ORDER BY position DESC LIMIT 1")
                .fetch_optional(connection)
                .await?;
        Ok(Position::new(last.unwrap_or(0) as u64))
    }
}

/// The last sequence of each stream, in their order; 0 of one that does not exist.
#[derive(Debug)]
pub struct StreamHeads<'s>(pub &'s [StreamId]);

impl Call for StreamHeads<'_> {
    type Answer = Vec<u64>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<u64>, sqlx::Error> {
        let kinds: Vec<&str> = self.0.iter().map(|stream| stream.kind.as_str()).collect();
        let ids: Vec<&str> = self.0.iter().map(|stream| stream.id.as_str()).collect();
        let heads: Vec<i64> = sqlx::query_scalar(
            "SELECT COALESCE((SELECT e.sequence FROM events e WHERE e.aggregate_type = s.kind AND e.aggregate_id = s.id
                              ORDER BY e.sequence DESC LIMIT 1), 0)
             FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (kind, id, place) ORDER BY s.place",
        )
        .bind(&kinds)
        .bind(&ids)
        .fetch_all(connection)
        .await?;
        Ok(heads.into_iter().map(|head| head as u64).collect())
    }
}

/// The event of a row that begins with [`COLUMNS`].
pub fn stored(row: &PgRow, stream: StreamId) -> Result<StoredEvent, JournalError> {
    let position = row.try_get::<i64, _>(0).map_err(|e| unavailable(&e))? as u64;
    let organization = row.try_get::<&str, _>(3).map_err(|e| unavailable(&e))?;
    let organization: OrganizationId = organization.parse().map_err(|_| {
        JournalError::Unavailable(format!(
            "the event at {position} has an organization that is no id"
        ))
    })?;
    read(row, position, organization, stream).map_err(|e| unavailable(&e))
}

fn read(
    row: &PgRow,
    position: u64,
    organization: OrganizationId,
    stream: StreamId,
) -> Result<StoredEvent, sqlx::Error> {
    Ok(StoredEvent {
        position: Position::new(position),
        stream,
        sequence: row.try_get::<i64, _>(1)? as u64,
        event_id: EventId::from_uuid(row.try_get(2)?),
        organization,
        name: row.try_get(4)?,
        version: row.try_get(5)?,
        // `json` travels as its text; the driver would otherwise parse it.
        payload: row.try_get_unchecked(6)?,
        metadata: row.try_get_unchecked(7)?,
        recorded_at: row.try_get(8)?,
        as_written: None,
    })
}

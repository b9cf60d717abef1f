//! After a batch was refused: which of its requests fit, which are stored already, and which came too late.

use commands::ports::AppendRequest;
use domain::{EventId, Position};
use sqlx::PgConnection;
use uuid::Uuid;

use super::session::Call;
use crate::{
    outcome::{Fit, Found, judge},
    request,
};

/// One row a stream that exists: its head, and what stands after the expected sequence.
const LOOK: &str = "SELECT p.place, head.sequence, next.ids, next.positions
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS p (kind, id, expected, wanted, place)
    CROSS JOIN LATERAL (SELECT e.sequence FROM events e WHERE e.aggregate_type = p.kind AND e.aggregate_id = p.id
                         ORDER BY e.sequence DESC LIMIT 1) AS head
    CROSS JOIN LATERAL (SELECT array_agg(n.event_id ORDER BY n.sequence) AS ids,
                               array_agg(n.position ORDER BY n.sequence) AS positions
                          FROM (SELECT e.event_id, e.position, e.sequence FROM events e
                                 WHERE e.aggregate_type = p.kind AND e.aggregate_id = p.id
                                   AND e.sequence > p.expected
                                 ORDER BY e.sequence LIMIT p.wanted) AS n) AS next";

/// Place among the parts, head, and ids and positions of what comes next.
type Row = (i64, i64, Option<Vec<Uuid>>, Option<Vec<i64>>);

/// Judges each request by what is stored now. One that fits now may fit no more when it is written.
#[derive(Debug)]
pub struct Sort<'r>(pub &'r [&'r AppendRequest]);

impl Call for Sort<'_> {
    type Answer = Vec<Fit>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<Fit>, sqlx::Error> {
        sort(connection, self.0).await
    }
}

async fn sort(connection: &mut PgConnection, requests: &[&AppendRequest]) -> Result<Vec<Fit>, sqlx::Error> {
    let parts = || requests.iter().flat_map(|request| &request.streams);
    let kinds: Vec<&str> = parts().map(|part| part.stream.kind.as_str()).collect();
    let ids: Vec<&str> = parts().map(|part| part.stream.id.as_str()).collect();
    let expected: Vec<i64> = parts().map(|part| request::expected(part) as i64).collect();
    let wanted: Vec<i64> = parts().map(|part| part.events.len() as i64).collect();
    let mut found = vec![Found::default(); kinds.len()];
    let rows: Vec<Row> = sqlx::query_as(LOOK)
        .bind(&kinds)
        .bind(&ids)
        .bind(&expected)
        .bind(&wanted)
        .fetch_all(connection)
        .await?;
    for (place, head, ids, positions) in rows {
        let next = ids
            .unwrap_or_default()
            .into_iter()
            .zip(positions.unwrap_or_default());
        if let Some(found) = found.get_mut(place as usize - 1) {
            found.head = head as u64;
            found.next = next
                .map(|(id, position)| (EventId::from_uuid(id), Position::new(position as u64)))
                .collect();
        }
    }
    let mut rest = found.as_slice();
    Ok(requests
        .iter()
        .map(|request| {
            let (own, others) = rest.split_at(request.streams.len());
            rest = others;
            judge(request, own)
        })
        .collect())
}

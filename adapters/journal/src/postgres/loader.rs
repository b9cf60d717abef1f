//! Loading streams: what has queued goes in one statement, without waiting for more.

use std::sync::Arc;

use commands::ports::{JournalError, StreamSlice};
use domain::StreamId;
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{
    readers::Readers,
    rows::{COLUMNS, stored},
    session::{Call, Session},
    unavailable,
};
use crate::limits::{LOAD_REQUESTS_MAX, LOAD_STREAMS_MAX};

/// Streams to load and who waits for them.
#[derive(Debug)]
pub struct LoadJob {
    pub streams: Vec<StreamId>,
    pub reply: oneshot::Sender<Result<Vec<StreamSlice>, JournalError>>,
}

/// Loads until the last handle is gone.
pub async fn serve(mut session: Session, queue: Arc<Mutex<mpsc::Receiver<LoadJob>>>) {
    loop {
        let mut jobs = Vec::new();
        if gather(&queue, &mut jobs).await == 0 {
            return;
        }
        jobs.retain(|job| !job.reply.is_closed());
        answer(&mut session, jobs).await;
    }
}

async fn gather(queue: &Mutex<mpsc::Receiver<LoadJob>>, jobs: &mut Vec<LoadJob>) -> usize {
    let mut queue = queue.lock().await;
    let Some(first) = queue.recv().await else { return 0 };
    let mut streams = first.streams.len();
    jobs.push(first);
    while jobs.len() < LOAD_REQUESTS_MAX
        && streams < LOAD_STREAMS_MAX
        && let Ok(job) = queue.try_recv()
    {
        streams += job.streams.len();
        jobs.push(job);
    }
    jobs.len()
}

/// One load that can't be read must not fail the others, so they are then loaded one by one.
async fn answer(session: &mut Session, jobs: Vec<LoadJob>) {
    let streams: Vec<&StreamId> = jobs.iter().flat_map(|job| &job.streams).collect();
    match load(session, &streams).await {
        Ok(slices) => {
            let mut slices = slices.into_iter();
            for job in jobs {
                let own = slices.by_ref().take(job.streams.len()).collect();
                let _ = job.reply.send(Ok(own));
            }
        }
        Err(error) if jobs.len() == 1 => {
            for job in jobs {
                let _ = job.reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in jobs {
                let streams: Vec<&StreamId> = job.streams.iter().collect();
                let slices = load(session, &streams).await;
                let _ = job.reply.send(slices);
            }
        }
    }
}

/// Loads at once, for a caller with nobody to share a statement with.
pub async fn load_alone(readers: &Readers, streams: &[StreamId]) -> Result<Vec<StreamSlice>, JournalError> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let streams: Vec<&StreamId> = streams.iter().collect();
    let rows = readers.call(&Load(&streams)).await.map_err(|e| unavailable(&e))?;
    slices(&streams, &rows)
}

async fn load(session: &mut Session, streams: &[&StreamId]) -> Result<Vec<StreamSlice>, JournalError> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let rows = session
        .call(&Load(streams))
        .await
        .map_err(|(_, error)| unavailable(&error))?;
    slices(streams, &rows)
}

fn slices(streams: &[&StreamId], rows: &[PgRow]) -> Result<Vec<StreamSlice>, JournalError> {
    let mut slices: Vec<StreamSlice> = streams
        .iter()
        .map(|stream| StreamSlice {
            stream: StreamId::clone(stream),
            events: Vec::new(),
        })
        .collect();
    for row in rows {
        let place: i64 = row.try_get(9).map_err(|e| unavailable(&e))?;
        if let Some(slice) = slices.get_mut(place as usize - 1) {
            slice.events.push(stored(row, slice.stream.clone())?);
        }
    }
    Ok(slices)
}

struct Load<'s>(&'s [&'s StreamId]);

impl Call for Load<'_> {
    type Answer = Vec<PgRow>;

    async fn make(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        // OFFSET 0 keeps one index probe for each stream; `= ANY` can fall into scanning a whole kind.
        let select = format!(
            "SELECT {COLUMNS}, s.place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (kind, id, place)
             CROSS JOIN LATERAL (SELECT * FROM events e WHERE e.aggregate_type = s.kind AND e.aggregate_id = s.id
                                 ORDER BY e.sequence OFFSET 0) AS e"
        );
        let kinds: Vec<&str> = self.0.iter().map(|stream| stream.kind.as_str()).collect();
        let ids: Vec<&str> = self.0.iter().map(|stream| stream.id.as_str()).collect();
        sqlx::query(&select)
            .bind(&kinds)
            .bind(&ids)
            .fetch_all(connection)
            .await
    }
}

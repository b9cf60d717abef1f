//! The load: events of 233 bytes with 97 bytes of metadata, ids in time order, and a closed loop of clients.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use commands::ports::{AppendRequest, Expected, Journal, NewEvent, StreamAppend};
use domain::{EventId, IdGenerator, OrganizationId, Position, SequentialIds, StreamId};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a side of a comparison runs in a round.
pub const RUN: Duration = Duration::from_millis(1_300);

/// Rounds of a comparison. Its sides take turns, so that what else the machine does falls on both.
pub const ROUNDS: usize = 3;

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

pub const PAYLOAD_BYTES: usize = 233;
pub const METADATA_BYTES: usize = 97;

pub fn organization() -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

/// The text that makes an event or metadata of this shape this many bytes of JSON.
pub fn text_for(bytes: usize, shape: &str) -> String {
    "x".repeat(bytes - shape.len())
}

/// An event's JSON without its text.
pub const EVENT_SHAPE: &str = r#"{"CellFilled":{"text":""}}"#;

/// Metadata's JSON without its text.
pub const METADATA_SHAPE: &str = r#"{"actor":""}"#;

/// A request of one event for each of `streams` new streams.
pub fn wide(ids: &SequentialIds, streams: usize) -> AppendRequest {
    let payload = format!(
        r#"{{"CellFilled":{{"text":"{}"}}}}"#,
        text_for(PAYLOAD_BYTES, EVENT_SHAPE)
    );
    let metadata = format!(r#"{{"actor":"{}"}}"#, text_for(METADATA_BYTES, METADATA_SHAPE));
    let part = || StreamAppend {
        stream: StreamId::new("sheet", ids.next()),
        expected: Expected::Sequence(0),
        events: vec![NewEvent {
            event_id: EventId::from_uuid(ids.next()),
            name: "CellFilled".to_owned(),
            version: "1".to_owned(),
            payload: payload.clone(),
            metadata: metadata.clone(),
            as_written: None,
        }],
    };
    AppendRequest {
        organization: organization(),
        recorded_at: chrono::DateTime::UNIX_EPOCH,
        streams: (0..streams).map(|_| part()).collect(),
    }
}

/// What a closed loop came to.
pub struct Rate {
    pub count: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Rate {
    pub fn of(mut latencies: Vec<Duration>, elapsed: Duration) -> Self {
        latencies.sort_unstable();
        let at = |share: f64| {
            let place = (latencies.len() as f64 * share) as usize;
            latencies.get(place).copied().unwrap_or_default()
        };
        Self {
            count: latencies.len(),
            per_second: latencies.len() as f64 / elapsed.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
        }
    }

    pub fn text(&self) -> String {
        format!(
            "{:.0}/s p50 {:.2} p99 {:.2} ms",
            self.per_second,
            self.p50.as_secs_f64() * 1e3,
            self.p99.as_secs_f64() * 1e3
        )
    }
}

/// `clients` tasks that each start the next command when the last has ended.
pub async fn closed_loop<F, R>(clients: usize, command: F) -> Rate
where
    F: Fn() -> R + Clone + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let command = command.clone();
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < RUN {
                let began = Instant::now();
                command().await;
                latencies.push(began.elapsed());
            }
            latencies
        });
    }
    let latencies = tasks.join_all().await.concat();
    Rate::of(latencies, start.elapsed())
}

/// Follows the journal from there until it is stopped and empty; returns how many events it saw.
pub async fn tail(journal: Arc<dyn Journal>, from: Position, stop: CancellationToken) -> usize {
    let mut woken = journal.woken();
    let (mut seen, mut after) = (0, from);
    loop {
        let last_look = stop.is_cancelled();
        let page = journal.read(after, 5_000).await.unwrap();
        assert!(page.events.is_sorted_by(|a, b| a.position < b.position));
        seen += page.events.len();
        after = page.scanned;
        if !page.events.is_empty() {
            continue;
        }
        if last_look {
            return seen;
        }
        tokio::select! { _ = woken.changed() => {}, () = stop.cancelled() => {} }
    }
}

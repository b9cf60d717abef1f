//! The load: a closed loop on so many kept connections, from threads of its own. Requests are made ready before, so that what is timed
//! is the server.

use std::{
    fmt,
    io::Write as _,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};
use uuid::Uuid;

/// What the reports are signed with.
pub const SECRET: &str = "bench-signing-secret-0001";
/// How long a side runs in a round.
const RUN: Duration = Duration::from_secs(3);
/// Requests that are made ready.
const REQUESTS: u64 = 8_192;
/// Largest head of an answer, bytes.
const ANSWER_BYTES_MAX: usize = 4 << 10;

/// Requests as they go over the wire.
pub struct Reports(Vec<Vec<u8>>);

impl Reports {
    /// Signed as the carrier signs.
    pub fn signed(path: &str, now: DateTime<Utc>) -> Self {
        let stamp = now.timestamp().to_string();
        Self::made(path, |body| {
            let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            let mac = mac.chain_update(&stamp).chain_update(b".").chain_update(body);
            let signature = hex::encode(mac.finalize().into_bytes());
            format!("x-signature: sha256={signature}\r\nx-timestamp: {stamp}\r\nx-attempt: 1\r\n")
        })
    }

    /// Without a signature: the handler that is compared with checks none.
    pub fn unsigned(path: &str) -> Self {
        Self::made(path, |_| String::new())
    }

    fn made(path: &str, headers: impl Fn(&[u8]) -> String) -> Self {
        let request = |n: u64| {
            let event_id = Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | n);
            let body = format!(
                r#"{{"event_id":"{event_id}","event":"contact.rvm.status","event_at":1767225599000,"data":{{"team_id":"5a0db0c0-0000-4000-8000-00000000000a","contact_id":"{event_id}","drop_id":"{event_id}","campaign_id":null,"campaign_type":"rvm","status":"success","reason":"Success","reason_code":0,"to":"+1760555{:04}","from":"+17605550100"}}}}"#,
                n % 10_000
            );
            let mut request = Vec::with_capacity(1 << 10);
            write!(
                request,
                "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-event-id: {event_id}\r\n{}content-length: {}\r\n\r\n{body}",
                headers(body.as_bytes()),
                body.len()
            )
            .unwrap();
            request
        };
        Self((0..REQUESTS).map(request).collect())
    }
}

/// What a closed loop came to.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub count: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>7.0}/s  p50 {:>6.2} ms  p99 {:>6.2} ms",
            self.per_second,
            self.p50.as_secs_f64() * 1e3,
            self.p99.as_secs_f64() * 1e3
        )
    }
}

/// The round in the middle by rate.
pub fn middle(rounds: &[Rate]) -> Rate {
    let mut rates = rounds.to_vec();
    rates.sort_unstable_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rates[rates.len() / 2]
}

/// Runs the load from a runtime of its own.
pub async fn run(address: SocketAddr, connections: usize, reports: Reports) -> Rate {
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let rate = runtime.block_on(closed_loop(address, connections, Arc::new(reports)));
        answer.send(rate).ok();
    });
    answered.await.expect("the load ran to its end")
}

async fn closed_loop(address: SocketAddr, connections: usize, reports: Arc<Reports>) -> Rate {
    let ready = Arc::new(Barrier::new(connections));
    let mut tasks = JoinSet::new();
    for first in 0..connections {
        let (reports, ready) = (Arc::clone(&reports), Arc::clone(&ready));
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            ready.wait().await;
            let began = Instant::now();
            let mut latencies = Vec::with_capacity(4_096);
            let mut next = first;
            while began.elapsed() < RUN {
                let asked = Instant::now();
                stream
                    .write_all(&reports.0[next % reports.0.len()])
                    .await
                    .unwrap();
                answered(&mut stream).await;
                latencies.push(asked.elapsed());
                next += connections;
            }
            (latencies, began.elapsed())
        });
    }
    let (mut latencies, mut longest) = (Vec::new(), Duration::ZERO);
    while let Some(done) = tasks.join_next().await {
        let (of_one, took) = done.unwrap();
        latencies.extend(of_one);
        longest = longest.max(took);
    }
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Rate {
        count: latencies.len(),
        per_second: latencies.len() as f64 / longest.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    }
}

/// Reads an answer of 200 without a body.
async fn answered(stream: &mut TcpStream) {
    let mut answer = [0; ANSWER_BYTES_MAX];
    let mut length = 0;
    while !answer[..length].ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut answer[length..]).await.unwrap();
        assert!(read > 0, "the server hung up");
        length += read;
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer[..length])
    );
}

//! A caller of the providers, and a receiver of their reports.

pub use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

pub use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
pub use chrono::{DateTime, TimeZone, Utc};
pub use sandbox::{
    DEFAULT_VOICE, Delays, Faults, ReportFaults, RequestFault, RequestFaults, RunningSandbox, Sandbox,
    SandboxConfig, VoiceEngine, sign_webhook,
};
pub use serde_json::{Value, json};
pub use tokio_util::task::TaskTracker;

pub const NOON: i64 = 1_795_435_200;
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What a receiver was posted.
#[derive(Debug, Clone)]
pub struct Posted {
    pub path: String,
    pub headers: HeaderMap,
    pub raw: Bytes,
}

impl Posted {
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// The host's side: keeps what it is posted; answers the next of `answers`, then 200.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    pub posted: Arc<Mutex<Vec<Posted>>>,
    pub answers: Arc<Mutex<Vec<u16>>>,
    pub url: String,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let app = Router::new().fallback(take).with_state(receiver.clone());
        TaskTracker::new().spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    pub fn at(&self, path: &str) -> Vec<Posted> {
        self.posted
            .lock()
            .unwrap()
            .iter()
            .filter(|posted| posted.path.starts_with(path))
            .cloned()
            .collect()
    }

    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Posted> {
        until(|| self.at(path).len() >= count).await;
        self.at(path)
    }
}

pub async fn take(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, raw: Bytes) -> StatusCode {
    receiver.posted.lock().unwrap().push(Posted {
        path: uri.path().to_owned(),
        headers,
        raw,
    });
    let mut answers = receiver.answers.lock().unwrap();
    let answer = if answers.is_empty() {
        200
    } else {
        answers.remove(0)
    };
    StatusCode::from_u16(answer).unwrap()
}

pub async fn until(mut condition: impl FnMut() -> bool) {
    let poll = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .expect("the condition never came about");
}

pub fn noon() -> DateTime<Utc> {
    Utc.timestamp_opt(NOON, 0).unwrap()
}

pub fn config(dir: &Path) -> SandboxConfig {
    let mut config = SandboxConfig::new(dir, Arc::new(noon));
    config.delays = Delays::short();
    config.voice = VoiceEngine::Tone;
    config
}

#[expect(clippy::disallowed_methods, reason = "a test's client is not the host's")]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .unwrap()
}

/// A client of the carrier.
pub struct Carrier<'s> {
    pub sandbox: &'s RunningSandbox,
    pub http: reqwest::Client,
}

impl<'s> Carrier<'s> {
    pub fn of(sandbox: &'s RunningSandbox) -> Self {
        Self {
            sandbox,
            http: client(),
        }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let keys = self.sandbox.credentials();
        self.http
            .request(
                method.parse().unwrap(),
                format!("{}{path}", self.sandbox.drop_cowboy_url()),
            )
            .header("x-key", &keys.drop_cowboy_key)
            .header("x-secret", &keys.drop_cowboy_secret)
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answered(self.request("POST", path).json(body)).await
    }

    pub async fn get(&self, path: &str) -> Value {
        answered(self.request("GET", path)).await.1
    }

    /// A media that may be sent.
    pub async fn media(&self) -> String {
        let asked = json!({ "name": "clip", "type": "rvm", "signed_upload": true });
        let (status, made) = self.post("/media/public/media", &asked).await;
        assert_eq!(status, 201);
        let id = made["data"]["media_id"].as_str().unwrap().to_owned();
        let wav = &made["data"]["upload"]["wav"];
        let put = self
            .http
            .put(wav["url"].as_str().unwrap())
            .header("content-type", "audio/wav")
            .body("RIFF....WAVEfmt ");
        assert_eq!(put.send().await.unwrap().status(), 200);
        let (status, done) = self
            .post(&format!("/media/public/media/{id}/complete"), &json!({}))
            .await;
        assert_eq!(
            (status.as_u16(), &done["data"]["media_exists"]),
            (200, &json!(true))
        );
        id
    }

    pub async fn webhook(&self, url: &str) -> Value {
        let asked = json!({ "hook_url": url, "event_types": ["contact.rvm.status"] });
        let (status, made) = self.post("/register/public/webhooks", &asked).await;
        assert_eq!(status, 201);
        made["data"].clone()
    }

    pub async fn send(&self, key: &str, body: &Value) -> (StatusCode, Value) {
        answered(
            self.request("POST", "/rvm")
                .header("idempotency-key", key)
                .json(body),
        )
        .await
    }

    pub async fn drops(&self) -> Vec<Value> {
        self.get("/sandbox/drops").await["drops"]
            .as_array()
            .unwrap()
            .clone()
    }
}

pub async fn answered(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or_default())
}

pub fn drop_of(number: &str, media: &str, receiver: &Receiver) -> Value {
    json!({ "to": number, "media_id": media, "foreign_id": format!("attempt-{number}"), "callback_url": format!("{}/callback/secret", receiver.url) })
}

pub fn scripted(script: &[RequestFault]) -> RequestFaults {
    RequestFaults {
        script: script.to_vec(),
        ..RequestFaults::default()
    }
}

/// Outcomes of 40 numbers under a seed, in a fresh directory, and the state they left.
pub async fn outcomes(seed: u64, faults: Faults) -> (Vec<Value>, Vec<Value>, Receiver) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.seed = seed;
    config.faults = faults;
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let bodies: Vec<_> = (0..40)
        .map(|n| drop_of(&format!("+176055502{n:02}"), &media, &receiver))
        .collect();
    let sends = bodies
        .iter()
        .enumerate()
        .map(async |(n, body)| carrier.send(&format!("key-{n}"), body).await.0);
    assert!(
        futures::future::join_all(sends)
            .await
            .iter()
            .all(|status| *status == 202)
    );
    until(|| sandbox.pending_callbacks() == 0).await;
    let mut drops = carrier.drops().await;
    drops.sort_by_key(|drop| drop["to"].to_string());
    let results = drops
        .iter()
        .map(|drop| json!([drop["to"], drop["reason_code"], drop["listen_ms"]]))
        .collect();
    sandbox.shutdown().await;
    (results, drops, receiver)
}

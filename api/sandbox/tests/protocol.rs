//! The sandbox as its callers see it: each protocol over real HTTP, the carrier's memory over a restart, and faults on demand.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic, its tools too"
)]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use chrono::{DateTime, TimeZone, Utc};
use sandbox::{
    DEFAULT_VOICE, Delays, Faults, ReportFaults, RequestFault, RequestFaults, RunningSandbox, Sandbox,
    SandboxConfig, VoiceEngine, sign_webhook,
};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

const NOON: i64 = 1_795_435_200;
const PATIENCE: Duration = Duration::from_secs(20);

/// What a receiver was posted.
#[derive(Debug, Clone)]
struct Posted {
    path: String,
    headers: HeaderMap,
    raw: Bytes,
}

impl Posted {
    fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// The host's side: keeps what it is posted; answers the next of `answers`, then 200.
#[derive(Debug, Clone, Default)]
struct Receiver {
    posted: Arc<Mutex<Vec<Posted>>>,
    answers: Arc<Mutex<Vec<u16>>>,
    url: String,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let app = Router::new().fallback(take).with_state(receiver.clone());
        TaskTracker::new().spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    fn at(&self, path: &str) -> Vec<Posted> {
        self.posted
            .lock()
            .unwrap()
            .iter()
            .filter(|posted| posted.path.starts_with(path))
            .cloned()
            .collect()
    }

    async fn wait_for(&self, path: &str, count: usize) -> Vec<Posted> {
        until(|| self.at(path).len() >= count).await;
        self.at(path)
    }
}

async fn take(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, raw: Bytes) -> StatusCode {
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

async fn until(mut condition: impl FnMut() -> bool) {
    let poll = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .expect("the condition never came about");
}

fn noon() -> DateTime<Utc> {
    Utc.timestamp_opt(NOON, 0).unwrap()
}

fn config(dir: &Path) -> SandboxConfig {
    let mut config = SandboxConfig::new(dir, Arc::new(noon));
    config.delays = Delays::short();
    config.voice = VoiceEngine::Tone;
    config
}

#[expect(clippy::disallowed_methods, reason = "a test's client is not the host's")]
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .unwrap()
}

/// A client of the carrier.
struct Carrier<'s> {
    sandbox: &'s RunningSandbox,
    http: reqwest::Client,
}

impl<'s> Carrier<'s> {
    fn of(sandbox: &'s RunningSandbox) -> Self {
        Self {
            sandbox,
            http: client(),
        }
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let keys = self.sandbox.credentials();
        self.http
            .request(
                method.parse().unwrap(),
                format!("{}{path}", self.sandbox.drop_cowboy_url()),
            )
            .header("x-key", &keys.drop_cowboy_key)
            .header("x-secret", &keys.drop_cowboy_secret)
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answered(self.request("POST", path).json(body)).await
    }

    async fn get(&self, path: &str) -> Value {
        answered(self.request("GET", path)).await.1
    }

    /// A media that may be sent.
    async fn media(&self) -> String {
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

    async fn webhook(&self, url: &str) -> Value {
        let asked = json!({ "hook_url": url, "event_types": ["contact.rvm.status"] });
        let (status, made) = self.post("/register/public/webhooks", &asked).await;
        assert_eq!(status, 201);
        made["data"].clone()
    }

    async fn send(&self, key: &str, body: &Value) -> (StatusCode, Value) {
        answered(
            self.request("POST", "/rvm")
                .header("idempotency-key", key)
                .json(body),
        )
        .await
    }

    async fn drops(&self) -> Vec<Value> {
        self.get("/sandbox/drops").await["drops"]
            .as_array()
            .unwrap()
            .clone()
    }
}

async fn answered(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or_default())
}

fn drop_of(number: &str, media: &str, receiver: &Receiver) -> Value {
    json!({ "to": number, "media_id": media, "foreign_id": format!("attempt-{number}"), "callback_url": format!("{}/callback/secret", receiver.url) })
}

fn scripted(script: &[RequestFault]) -> RequestFaults {
    RequestFaults {
        script: script.to_vec(),
        ..RequestFaults::default()
    }
}

#[tokio::test]
async fn a_writer_answers_a_script_of_30_to_45_seconds_in_the_schema_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let url = format!("{}/openai/v1/chat/completions", sandbox.groq_url());
    let schema = json!({ "type": "object", "properties": { "script": { "type": "string" } }, "required": ["script"], "additionalProperties": false });
    let asked = json!({
        "model": "openai/gpt-oss-20b",
        "max_completion_tokens": 600,
        "reasoning_effort": "low",
        "messages": [
            { "role": "system", "content": "Write a voicemail." },
            { "role": "user", "content": r#"{"agent_name":"Maria Lopez","contact_first_name":"Dana","city":"Indio"}"# },
        ],
        "response_format": { "type": "json_schema", "json_schema": { "name": "script", "strict": true, "schema": schema } },
    });
    let response = client()
        .post(&url)
        .bearer_auth(&sandbox.credentials().groq_api_key)
        .json(&asked)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("x-ratelimit-remaining-tokens"));
    let body: Value = response.json().await.unwrap();
    let content: Value =
        serde_json::from_str(body["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    let script = content["script"].as_str().unwrap();
    for fact in ["Maria Lopez", "Hi Dana", "Indio"] {
        assert!(script.contains(fact), "{fact}: {script}");
    }
    assert!(
        (75..=112).contains(&script.split_whitespace().count()),
        "{script}"
    );
    assert_eq!(sandbox.bill()["completions"], 1);
    assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 50);

    let wrong_key = client()
        .post(&url)
        .bearer_auth("wrong")
        .json(&asked)
        .send()
        .await
        .unwrap();
    assert_eq!(wrong_key.status(), 401);
    let mut gone = asked.clone();
    gone["model"] = json!("llama-3.3-70b-versatile");
    let (status, gone) = answered(
        client()
            .post(&url)
            .bearer_auth(&sandbox.credentials().groq_api_key)
            .json(&gone),
    )
    .await;
    assert_eq!(
        (status.as_u16(), gone["error"]["code"].as_str()),
        (404, Some("model_not_found"))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_voice_answers_audio_that_plays_and_says_what_it_cost() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let key = &sandbox.credentials().elevenlabs_api_key;
    let speak = |voice: &str, body: Value| {
        let url = format!(
            "{}/v1/text-to-speech/{voice}?output_format=mp3_44100_128",
            sandbox.elevenlabs_url()
        );
        client().post(url).header("xi-api-key", key).json(&body)
    };
    let text = "Good morning ".repeat(10);
    let response = speak(
        DEFAULT_VOICE,
        json!({ "text": text, "voice_settings": { "stability": 0.5 } }),
    )
    .send()
    .await
    .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "audio/wav");
    assert_eq!(
        response.headers()["character-cost"],
        text.len().to_string().as_str()
    );
    for name in [
        "request-id",
        "history-item-id",
        "current-concurrent-requests",
        "maximum-concurrent-requests",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    let audio = response.bytes().await.unwrap();
    let reader = hound::WavReader::new(std::io::Cursor::new(audio)).unwrap();
    assert_eq!(reader.duration() / reader.spec().sample_rate, 8);
    assert_eq!(sandbox.bill()["characters"], text.len());

    let (status, unknown) = answered(speak("nobody", json!({ "text": "Hello" }))).await;
    assert_eq!(
        (status.as_u16(), unknown["detail"]["status"].as_str()),
        (400, Some("voice_not_found"))
    );
    let (_, long) = answered(speak(DEFAULT_VOICE, json!({ "text": "a".repeat(10_001) }))).await;
    assert_eq!(long["detail"]["status"], "max_character_limit_exceeded");
    assert_eq!(
        answered(speak(DEFAULT_VOICE, json!({ "nothing": 1 }))).await.0,
        422
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn voices_are_paged_and_the_account_tells_its_limits() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let get = async |path: &str| {
        let url = format!("{}{path}", sandbox.elevenlabs_url());
        answered(
            client()
                .get(url)
                .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key),
        )
        .await
        .1
    };
    let first = get("/v2/voices?page_size=4").await;
    assert_eq!(
        (first["voices"].as_array().unwrap().len(), &first["has_more"]),
        (4, &json!(true))
    );
    let token = first["next_page_token"].as_str().unwrap();
    let second = get(&format!("/v2/voices?page_size=4&next_page_token={token}")).await;
    assert_eq!(
        (second["voices"].as_array().unwrap().len(), &second["has_more"]),
        (2, &json!(false))
    );
    assert_eq!(get("/v1/user/subscription").await["status"], "active");
    assert_eq!(
        get("/v1/models").await[0]["maximum_text_length_per_request"],
        10_000
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_drop_is_reported_by_callback_by_signed_webhook_and_as_played() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.outcomes.listened = 1.0;
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let line = carrier.get("/phone/public/lines").await["data"][0]["ivr_id"].clone();
    let hook = carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;

    let mut asked = drop_of("+15550010001", &media, &receiver);
    asked["phone_line_id"] = line;
    let (status, taken) = carrier.send("key-1", &asked).await;
    assert_eq!((status.as_u16(), taken["status"].as_str()), (202, Some("queued")));

    let callbacks = receiver.wait_for("/callback/secret", 2).await;
    let (outcome, played) = (callbacks[0].body(), callbacks[1].body());
    assert_eq!(
        (
            &outcome["status"],
            &outcome["reason_code"],
            &outcome["foreign_id"],
            &outcome["product_cost"]
        ),
        (
            &json!("success"),
            &json!(0),
            &json!("attempt-+15550010001"),
            &json!(0.04)
        )
    );
    assert_eq!(
        outcome["attempt_date"],
        noon().format("%FT%T.000000Z").to_string()
    );
    assert_eq!(
        (&played["event_type"], &played["message_id"]),
        (&json!("listened"), &taken["message_id"])
    );
    assert!(played["metadata"]["listen_ms"].as_u64().unwrap() >= 3_000);

    let event = receiver.wait_for("/hook", 1).await.remove(0);
    let secret = hook["signing_secret"].as_str().unwrap();
    assert_eq!(
        event.header("x-signature"),
        sign_webhook(secret, NOON, &event.raw)
    );
    assert_eq!(
        (event.header("x-timestamp"), event.header("x-attempt")),
        (NOON.to_string().as_str(), "1")
    );
    assert_eq!(event.header("x-event-id"), event.body()["event_id"]);
    assert_eq!(event.body()["data"]["drop_id"], outcome["drop_id"]);
    assert!(event.body()["data"].get("foreign_id").is_none());

    until(|| sandbox.pending_callbacks() == 0).await;
    let bill = carrier.get("/sandbox/bill").await;
    assert_eq!(
        (&bill["drops"]["delivered"], &bill["micro_dollars"]["delivery"]),
        (&json!(1), &json!(40_000))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_account_tells_its_readiness_its_line_and_its_webhooks() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    let readiness = carrier.get("/register/public/integration-readiness").await;
    assert_eq!(readiness["data"]["funds"]["funds_ok"], true);
    assert!(readiness["meta"]["request_id"].is_string());
    let url = format!(
        "{}/register/public/integration-readiness",
        sandbox.drop_cowboy_url()
    );
    let wrong = client().get(url).header("x-key", "a").header("x-secret", "b");
    assert_eq!(answered(wrong).await.0, 401);
    assert_eq!(
        carrier.get("/phone/public/lines").await["data"][0]["type"],
        "voice"
    );

    let hook = carrier.webhook("http://127.0.0.1:9/hook").await;
    let secrets = carrier
        .get("/register/public/account/webhook-signing-secret")
        .await;
    assert_eq!(secrets["data"][0]["signing_secret"], hook["signing_secret"]);
    let listed = carrier.get("/register/public/webhooks").await;
    assert_eq!(listed["data"][0]["webhook_id"], hook["webhook_id"]);
    assert!(listed["data"][0].get("signing_secret").is_none());
    let path = format!(
        "/register/public/webhooks/{}",
        hook["webhook_id"].as_str().unwrap()
    );
    assert_eq!(answered(carrier.request("DELETE", &path)).await.0, 200);
    assert_eq!(carrier.get("/register/public/webhooks").await["data"], json!([]));
    let outside =
        json!({ "hook_url": "https://voicedrop.example/hook", "event_types": ["contact.rvm.status"] });
    assert_eq!(carrier.post("/register/public/webhooks", &outside).await.0, 422);
    sandbox.shutdown().await;
}

#[test]
fn a_drop_whose_answer_was_lost_in_a_sudden_end_is_known_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let (life, next_life) = (
        tokio::runtime::Runtime::new().unwrap(),
        tokio::runtime::Runtime::new().unwrap(),
    );
    let receiver = next_life.block_on(Receiver::start());
    let body = life.block_on(async {
        let mut slow = config(dir.path());
        slow.delays.outcome = Duration::from_hours(1)..=Duration::from_hours(1);
        slow.faults.sends = scripted(&[RequestFault::LostAnswer]);
        let sandbox = Sandbox::start(slow).await.unwrap();
        let carrier = Carrier::of(&sandbox);
        let body = drop_of("+15550010001", &carrier.media().await, &receiver);
        let asked = carrier
            .request("POST", "/rvm")
            .header("idempotency-key", "key-1")
            .json(&body);
        asked.send().await.expect_err("no answer");
        body
    });
    // Everything that ran is gone at once, without a shutdown.
    drop(life);
    next_life.block_on(async {
        let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
        let carrier = Carrier::of(&sandbox);
        receiver.wait_for("/callback", 1).await;
        assert_eq!(carrier.send("key-1", &body).await.0, 202);
        assert_eq!(carrier.drops().await.len(), 1);
        sandbox.shutdown().await;
    });
}

#[tokio::test]
async fn what_is_wrong_with_a_send_is_said_later_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let asked = json!({ "name": "clip", "type": "rvm", "signed_upload": true });
    let pending = carrier.post("/media/public/media", &asked).await.1["data"]["media_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let media = carrier.media().await;
    let changed = |field: &str, value: Value| {
        let mut body = drop_of("+17605550186", &media, &receiver);
        body[field] = value;
        body
    };
    let cases = [
        (changed("media_id", json!(pending)), 3033),
        (changed("to", json!("7605550186")), 3011),
        (changed("phone_line_id", json!("another")), 3013),
        (changed("to", json!("+15550010090")), 4016),
        (changed("to", json!("+15550010002")), 4000),
    ];
    for (at, (body, code)) in cases.iter().enumerate() {
        assert_eq!(carrier.send(&format!("key-{at}"), body).await.0, 202);
        let reports = receiver.wait_for("/callback", at + 1).await;
        assert_eq!(reports[at].body()["reason_code"], *code);
        assert_eq!(reports[at].body()["dnc"], *code == 4016);
    }
    let long_key = "k".repeat(256);
    assert_eq!(carrier.send(&long_key, &cases[0].0).await.0, 202);
    assert_eq!(
        receiver.wait_for("/callback", 6).await[5].body()["reason_code"],
        3028
    );
    let wrong = client()
        .post(format!("{}/rvm", sandbox.drop_cowboy_url()))
        .header("x-key", "a")
        .header("x-secret", "b");
    assert_eq!(answered(wrong.json(&cases[4].0)).await.0, 202);
    assert_eq!(
        receiver.wait_for("/callback", 7).await[6].body()["reason_code"],
        3007
    );
    let bare = client()
        .post(format!("{}/rvm", sandbox.drop_cowboy_url()))
        .json(&cases[4].0);
    assert_eq!(answered(bare).await.0, 401);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_repeated_key_is_the_same_drop_and_another_body_under_it_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let body = drop_of("+15550010002", &media, &receiver);
    let first = carrier.send("key-1", &body).await.1;
    assert_eq!(carrier.send("key-1", &body).await.1, first);
    receiver.wait_for("/callback", 1).await;

    let other = drop_of("+15550010001", &media, &receiver);
    assert_ne!(carrier.send("key-1", &other).await.1, first);
    let reports = receiver.wait_for("/callback", 2).await;
    assert_eq!(reports[1].body()["reason_code"], 3027);
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(receiver.at("/callback").len(), 2);
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).unwrap();
    assert_eq!(log.matches(r#""type":"drop_made""#).count(), 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_upload_with_another_content_type_or_with_credentials_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    let asked = json!({ "name": "clip", "type": "rvm", "signed_upload": true });
    let made = carrier.post("/media/public/media", &asked).await.1;
    let url = made["data"]["upload"]["wav"]["url"].as_str().unwrap();
    let put = |kind: &str| {
        client()
            .put(url)
            .header("content-type", kind)
            .body("RIFF....WAVE")
    };
    assert_eq!(put("audio/mpeg").send().await.unwrap().status(), 403);
    assert_eq!(
        put("audio/wav; charset=utf-8").send().await.unwrap().status(),
        403
    );
    assert_eq!(
        put("audio/wav")
            .header("x-key", "k")
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let complete = format!(
        "/media/public/media/{}/complete",
        made["data"]["media_id"].as_str().unwrap()
    );
    assert_eq!(carrier.post(&complete, &json!({})).await.0, 422);
    assert_eq!(put("audio/wav").send().await.unwrap().status(), 200);
    assert_eq!(carrier.post(&complete, &json!({})).await.0, 200);
    assert_eq!(carrier.get("/media/public/media").await["data"]["total"], 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_restart_keeps_keys_and_media_and_sends_what_was_not_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut slow = config(dir.path());
    slow.delays.outcome = Duration::from_hours(1)..=Duration::from_hours(1);
    let sandbox = Sandbox::start(slow).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;
    let body = drop_of("+15550010002", &media, &receiver);
    let first = carrier.send("key-1", &body).await.1;
    assert_eq!(sandbox.pending_callbacks(), 2);
    let log = sandbox.carrier_log_path().to_owned();
    sandbox.shutdown().await;
    // The process ended while it wrote a line.
    let mut torn = std::fs::read(&log).unwrap();
    torn.extend_from_slice(br#"{"type":"drop_made","at":"20"#);
    std::fs::write(&log, torn).unwrap();

    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    assert_eq!(
        receiver.wait_for("/callback", 1).await[0].body()["reason_code"],
        4000
    );
    receiver.wait_for("/hook", 1).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(carrier.send("key-1", &body).await.1, first);
    assert_eq!(carrier.drops().await.len(), 1);
    assert_eq!(
        carrier
            .send("key-2", &drop_of("+15550010001", &media, &receiver))
            .await
            .0,
        202
    );
    receiver.wait_for("/callback", 2).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let reported = receiver.posted.lock().unwrap().len();
    sandbox.shutdown().await;

    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    assert_eq!(
        (sandbox.pending_callbacks(), receiver.posted.lock().unwrap().len()),
        (0, reported)
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_second_sandbox_on_the_same_state_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    assert!(matches!(
        Sandbox::start(config(dir.path())).await,
        Err(sandbox::SandboxError::StateInUse { .. })
    ));
    sandbox.shutdown().await;
}

/// Outcomes of 40 numbers under a seed, in a fresh directory, and the state they left.
async fn outcomes(seed: u64, faults: Faults) -> (Vec<Value>, Vec<Value>, Receiver) {
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

#[tokio::test]
async fn the_same_seed_ends_the_same_journey_the_same_way() {
    let first = outcomes(5, Faults::default()).await.0;
    assert_eq!(first, outcomes(5, Faults::default()).await.0);
    assert_ne!(first, outcomes(6, Faults::default()).await.0);
}

#[tokio::test]
async fn requests_fail_as_scripted_and_a_lost_answer_is_a_drop_all_the_same() {
    use RequestFault::{LostAnswer, None, ServerError, TimeOut, TooManyRequests};
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let mut sends = scripted(&[TooManyRequests, ServerError, None, TimeOut, LostAnswer]);
    sends.time_out_ms = 1;
    let (status, _) = answered(carrier.request("POST", "/sandbox/faults").json(&Faults {
        sends,
        ..Faults::default()
    }))
    .await;
    assert_eq!(status, 200);

    let body = |n: u32| drop_of(&format!("+176055503{n:02}"), &media, &receiver);
    let limited = carrier
        .request("POST", "/rvm")
        .json(&body(0))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (limited.status().as_u16(), limited.headers().get("retry-after")),
        (429, Option::None)
    );
    assert_eq!(carrier.send("key-1", &body(1)).await.0, 500);
    assert_eq!(carrier.send("key-2", &body(2)).await.0, 202);
    for n in [3, 4] {
        let asked = carrier
            .request("POST", "/rvm")
            .header("idempotency-key", format!("key-{n}"))
            .json(&body(n));
        asked
            .send()
            .await
            .expect_err("the connection is closed without an answer");
    }
    let made = |drops: &[Value]| {
        drops
            .iter()
            .map(|drop| drop["to"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(made(&carrier.drops().await), ["+17605550302", "+17605550304"]);
    assert_eq!(carrier.send("key-4", &body(4)).await.0, 202);
    assert_eq!(
        carrier.drops().await.len(),
        2,
        "the repeat of a lost answer is the same drop"
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn writer_and_voice_are_limited_on_demand_in_their_own_words() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let one = || RequestFaults {
        too_many_requests: 1.0,
        retry_after: Some(7),
        ..RequestFaults::default()
    };
    sandbox.set_faults(Faults {
        groq: one(),
        elevenlabs: one(),
        ..Faults::default()
    });
    let chat = client()
        .post(format!("{}/openai/v1/chat/completions", sandbox.groq_url()))
        .bearer_auth(&sandbox.credentials().groq_api_key)
        .json(&json!({}));
    let response = chat.send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert_eq!(
        response.json::<Value>().await.unwrap()["error"]["code"],
        "rate_limit_exceeded"
    );
    let speech = client()
        .post(format!(
            "{}/v1/text-to-speech/{DEFAULT_VOICE}",
            sandbox.elevenlabs_url()
        ))
        .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key)
        .json(&json!({ "text": "Hello" }));
    let (status, body) = answered(speech).await;
    assert_eq!(
        (status.as_u16(), &body["detail"]["status"]),
        (429, &json!("system_busy"))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn reports_are_duplicated_lost_and_reordered_on_demand() {
    let with = |reports| Faults {
        reports,
        ..Faults::default()
    };
    let (_, _, plain) = outcomes(5, Faults::default()).await;
    let reports = plain.at("/callback").len();

    let (_, _, twice) = outcomes(
        5,
        with(ReportFaults {
            duplicated: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    assert_eq!(twice.at("/callback").len(), 2 * reports);

    let (_, drops, lost) = outcomes(
        5,
        with(ReportFaults {
            lost: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    assert!(lost.at("/callback").is_empty());
    assert!(
        drops
            .iter()
            .all(|drop| !drop["reports_dropped"].as_array().unwrap().is_empty())
    );

    let (_, drops, reordered) = outcomes(
        5,
        with(ReportFaults {
            reordered: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    let posted = reordered.at("/callback");
    for drop in drops.iter().filter(|drop| !drop["listen_ms"].is_null()) {
        let of_drop: Vec<_> = posted
            .iter()
            .map(Posted::body)
            .filter(|body| body["foreign_id"] == drop["foreign_id"])
            .collect();
        assert_eq!(
            (of_drop.len(), &of_drop[0]["event_type"]),
            (2, &json!("listened"))
        );
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_is_asked_again_and_one_that_refuses_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.delays.callback_retry = Duration::from_millis(1);
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    *receiver.answers.lock().unwrap() = vec![503, 500, 200, 404];
    carrier
        .send("key-1", &drop_of("+15550010002", &media, &receiver))
        .await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let tries = receiver.at("/callback");
    assert_eq!(tries.len(), 3);
    assert_eq!(tries[0].raw, tries[2].raw, "a repeat says the same");
    carrier
        .send("key-2", &drop_of("+15550010004", &media, &receiver))
        .await;
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(receiver.at("/callback").len(), 4);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_webhook_has_three_attempts_and_is_then_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.delays.webhook_retries = [Duration::from_millis(1); 2];
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;
    *receiver.answers.lock().unwrap() = vec![500; 10];
    let body = json!({ "to": "+15550010002", "media_id": media });
    carrier.send("key-1", &body).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let attempts: Vec<_> = receiver
        .at("/hook")
        .iter()
        .map(|posted| posted.header("x-attempt").to_owned())
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn callbacks_follow_the_base_they_are_given_and_never_leave_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let public = json!({ "to": "+15550010002", "media_id": media, "callback_url": "https://voicedrop.example/callback/secret" });
    carrier.send("key-1", &public).await;
    assert_eq!(carrier.drops().await[0]["reason_code"], 3019);
    sandbox
        .set_callback_base(Some(receiver.url.parse().unwrap()))
        .unwrap();
    carrier.send("key-2", &public).await;
    receiver.wait_for("/callback/secret", 1).await;
    assert!(
        sandbox
            .set_callback_base(Some("https://voicedrop.example".parse().unwrap()))
            .is_err()
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_page_of_another_host_gets_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let url = format!("{}/sandbox/drops", sandbox.base_url());
    let rebound = client()
        .get(url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(rebound.status(), 421);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn sixty_four_requests_at_once_are_all_served() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.speech_concurrency = 64;
    let sandbox = Sandbox::start(config).await.unwrap();
    let http = client();
    let speeches = (0..64).map(|n| {
        let url = format!("{}/v1/text-to-speech/{DEFAULT_VOICE}", sandbox.elevenlabs_url());
        let asked = http
            .post(url)
            .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key);
        asked
            .json(&json!({ "text": format!("{n} {}", "word ".repeat(90)) }))
            .send()
    });
    let answers = futures::future::join_all(speeches).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 200));
    sandbox.shutdown().await;
}

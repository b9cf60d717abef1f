//! Clients with short waits, servers that misbehave, and requests written down for snapshots.

use std::{
    fmt::Write as _,
    io::{Read, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use commands::ports::{PortError, PortErrorKind};
use providers::{
    Anthropic, AnthropicConfig, CallbackBase, DropCowboy, DropCowboyConfig, DropCowboyV1, DropCowboyV1Config,
    ElevenLabs, ElevenLabsConfig, GoogleConfig, GooglePeople, Groq, GroqConfig, HttpClient, MojoConfig,
    MojoDialer,
};
use serde_json::Value;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

/// Longer than a server on loopback takes.
pub(crate) const PATIENT: Duration = Duration::from_secs(20);
/// Shorter than [`TOO_LATE`].
pub(crate) const IMPATIENT: Duration = Duration::from_millis(150);
pub(crate) const TOO_LATE: Duration = Duration::from_secs(30);
const RETRY_WAIT: Duration = Duration::from_millis(1);
/// Headers that are part of the protocol; the others are the client's own business.
const HEADERS: [&str; 9] = [
    "authorization",
    "x-api-key",
    "anthropic-version",
    "xi-api-key",
    "x-key",
    "x-team-id",
    "x-secret",
    "idempotency-key",
    "content-type",
];
/// Bodies up to this many bytes that are no JSON are shown.
const SHOWN_MAX: usize = 32;

pub(crate) fn groq_config(address: &str) -> GroqConfig {
    GroqConfig {
        base_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..GroqConfig::new("groq-key".into(), "openai/gpt-oss-20b")
    }
}

pub(crate) fn anthropic_config(address: &str) -> AnthropicConfig {
    AnthropicConfig {
        base_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..AnthropicConfig::new("anthropic-key".into(), "claude-haiku-4-5")
    }
}

pub(crate) fn elevenlabs_config(address: &str) -> ElevenLabsConfig {
    ElevenLabsConfig {
        base_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..ElevenLabsConfig::new("voice-key".into(), "eleven_multilingual_v2")
    }
}

pub(crate) fn drop_cowboy_config(address: &str) -> DropCowboyConfig {
    DropCowboyConfig {
        base_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..DropCowboyConfig::new("carrier-key".into(), "carrier-secret".into())
    }
}

pub(crate) fn drop_cowboy_v1_config(address: &str) -> DropCowboyV1Config {
    DropCowboyV1Config {
        base_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..DropCowboyV1Config::new("carrier-team".into(), "carrier-secret".into(), "brand-1")
    }
}

/// One address in place of Google's three.
pub(crate) fn google(address: &str) -> GooglePeople {
    let config = GoogleConfig {
        accounts_url: address.to_owned(),
        token_url: address.to_owned(),
        people_url: address.to_owned(),
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        ..GoogleConfig::new("client-1", "client-secret".into())
    };
    GooglePeople::with_client(&HttpClient::new().unwrap(), &config, callbacks()).unwrap()
}

pub(crate) fn mojo_config(address: &str) -> MojoConfig {
    MojoConfig {
        page_size: 2,
        time_out: PATIENT,
        retry_wait: RETRY_WAIT,
        requests_per_minute: None,
        ..MojoConfig::new(address)
    }
}

pub(crate) fn mojo(address: &str) -> MojoDialer {
    MojoDialer::with_client(&HttpClient::new().unwrap(), mojo_config(address)).unwrap()
}

fn callbacks() -> CallbackBase {
    let callbacks = CallbackBase::default();
    callbacks.set("https://voicedrop.example/");
    callbacks
}

pub(crate) fn groq(address: &str) -> Groq {
    Groq::with_client(&HttpClient::new().unwrap(), groq_config(address)).unwrap()
}

pub(crate) fn anthropic(address: &str) -> Anthropic {
    Anthropic::with_client(&HttpClient::new().unwrap(), anthropic_config(address)).unwrap()
}

pub(crate) fn elevenlabs(address: &str) -> ElevenLabs {
    ElevenLabs::with_client(&HttpClient::new().unwrap(), elevenlabs_config(address)).unwrap()
}

pub(crate) fn drop_cowboy(address: &str) -> DropCowboy {
    drop_cowboy_by(drop_cowboy_config(address))
}

pub(crate) fn drop_cowboy_by(config: DropCowboyConfig) -> DropCowboy {
    DropCowboy::with_client(&HttpClient::new().unwrap(), config, callbacks()).unwrap()
}

pub(crate) fn drop_cowboy_v1(address: &str) -> DropCowboyV1 {
    drop_cowboy_v1_by(drop_cowboy_v1_config(address))
}

pub(crate) fn drop_cowboy_v1_by(config: DropCowboyV1Config) -> DropCowboyV1 {
    DropCowboyV1::with_client(&HttpClient::new().unwrap(), config, callbacks()).unwrap()
}

/// A server that gives every request the same answer.
pub(crate) async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

pub(crate) fn json(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

pub(crate) async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// The requests that came, as text.
pub(crate) async fn sent(server: &MockServer) -> String {
    let mut text = String::new();
    for request in server.received_requests().await.unwrap() {
        write_down(&request, &server.uri(), &mut text);
    }
    text
}

fn write_down(request: &Request, address: &str, text: &mut String) {
    let query = request.url.query().map(|q| format!("?{q}")).unwrap_or_default();
    writeln!(text, "{} {}{query}", request.method, request.url.path()).unwrap();
    for name in HEADERS {
        if let Some(value) = request.headers.get(name) {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
    }
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(body) => {
            let pretty = serde_json::to_string_pretty(&body).unwrap();
            writeln!(text, "{}\n", pretty.replace(address, "[server]")).unwrap();
        }
        Err(_) if request.body.len() <= SHOWN_MAX || is_form(request) => {
            writeln!(text, "{}\n", String::from_utf8_lossy(&request.body)).unwrap();
        }
        Err(_) => writeln!(text, "[{} bytes]\n", request.body.len()).unwrap(),
    }
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers.get("content-type");
    let forms = [&b"application/x-www-form-urlencoded"[..], b"multipart/form-data"];
    kind.is_some_and(|kind| forms.iter().any(|form| kind.as_bytes().starts_with(form)))
}

/// A line of a table of failures.
pub(crate) fn failure(error: &PortError, requests: usize) -> String {
    let kind = match error.kind {
        PortErrorKind::Limited { after: Some(after) } => format!("Limited, wait {after:?}"),
        PortErrorKind::Limited { after: None } => "Limited".to_owned(),
        kind => format!("{kind:?}"),
    };
    format!("{kind}; asked {requests}x; {error}")
}

/// A server that reads every request to its end and closes the connection without an answer.
pub(crate) struct Lost {
    pub(crate) address: String,
    requests: Arc<AtomicUsize>,
}

impl Lost {
    pub(crate) fn start() -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        let address = serve(move |mut stream| {
            read_request(&mut stream);
            counted.fetch_add(1, Ordering::SeqCst);
        });
        Self { address, requests }
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Gives every connection to the function, in a thread of its own.
pub(crate) fn serve(connection: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let connection = Arc::new(connection);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = Arc::clone(&connection);
            thread::spawn(move || connection(stream));
        }
    });
    address
}

/// Reads head and body, so that the client has sent everything, and returns what there is.
pub(crate) fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut chunk = [0; 4_096];
    while !is_whole(&read) {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(n) => read.extend_from_slice(&chunk[..n]),
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0_usize);
    body.len() >= length
}

/// Writes a 200 with this body and closes.
pub(crate) fn write_json(stream: &mut TcpStream, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).unwrap();
}

/// An address where nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

//! What goes wrong on demand: rates and scripted sequences for requests and for the carrier's reports. Only the calls that
//! cost money or make media can fail by it; look-ups always answer.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::carrier::routes::problem;
use crate::{Shared, anthropic, elevenlabs, google_people, groq, mojo, received, server::Line};

/// Longest script of one provider.
pub const MAX_SCRIPTED: usize = 10_000;
/// Longest time a request is left without an answer.
const MAX_TIME_OUT: Duration = Duration::from_mins(2);

/// Everything that can be made to go wrong. What is left out of a JSON form is off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Groq's chat completions.
    pub groq: RequestFaults,
    /// Anthropic's messages.
    pub anthropic: RequestFaults,
    /// The making of Groq's batches.
    pub groq_batches: RequestFaults,
    /// The making of Anthropic's batches.
    pub anthropic_batches: RequestFaults,
    /// What becomes of batches that are made from now on.
    pub batches: BatchFaults,
    /// ElevenLabs' speech.
    pub elevenlabs: RequestFaults,
    /// The carrier's media routes.
    pub media: RequestFaults,
    /// The carrier's `POST /rvm`.
    pub sends: RequestFaults,
    /// Google's People API.
    pub google: RequestFaults,
    /// Mojo's lists and leads.
    pub mojo: RequestFaults,
    /// The receiver of webhooks.
    pub receiver: RequestFaults,
    /// The mail server: a 429 is a 452, a 500 a 451, an overload a 421.
    pub mail: RequestFaults,
    /// The carrier's callbacks and webhooks.
    pub reports: ReportFaults,
    /// The carrier's account itself.
    pub account: AccountFaults,
}

/// What the carrier's account lacks: told by its readiness, and met by every send.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountFaults {
    /// Key and secret are not good: 401, and 3007 for what is sent.
    pub wrong_key: bool,
    /// No money is left: 3000 for what is sent.
    pub no_funds: bool,
    /// Dollars that are said to be there; nothing for plenty.
    pub available: Option<f64>,
    /// Only simulated numbers may be sent to: 3040 for others.
    pub test_numbers_only: bool,
    /// There is no number to send from, and no line: 4010 for what is sent.
    pub no_line: bool,
}

/// Faults of one kind of request. Rates are shares of 1; the script comes first, one step a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestFaults {
    /// Answered 429, nothing done.
    pub too_many_requests: f64,
    /// Answered 500, nothing done.
    pub server_error: f64,
    /// Not answered for `time_out_ms`, then the connection is closed; nothing done.
    pub time_out: f64,
    /// Done, but the connection is closed without an answer.
    pub lost_answer: f64,
    /// Milliseconds of a time-out.
    pub time_out_ms: u64,
    /// Seconds in the `retry-after` of a 429; Drop Cowboy's never carries one.
    pub retry_after: Option<u64>,
    /// What befalls the next requests, in order.
    pub script: Vec<RequestFault>,
}

impl Default for RequestFaults {
    fn default() -> Self {
        Self {
            too_many_requests: 0.0,
            server_error: 0.0,
            time_out: 0.0,
            lost_answer: 0.0,
            time_out_ms: 30_000,
            retry_after: Some(1),
            script: Vec::new(),
        }
    }
}

/// Faults of batches. Rates are shares of 1; which request is hit is decided by the seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchFaults {
    /// Fails on the provider's side.
    pub errored: f64,
    /// Refused for what it is.
    pub refused: f64,
    /// Not got to within a day; then the batch takes the day.
    pub expired: f64,
    /// The batch is refused as a whole when its time has come; only Groq does that.
    pub fails: bool,
}

/// Largest answer that is spoilt, bytes.
const MAX_SPOILT: usize = 16 << 20;
/// Bytes before the samples of the sandbox's recordings.
const WAV_HEADER: usize = 44;

/// What befalls one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestFault {
    /// Nothing: it is served.
    None,
    /// 429.
    TooManyRequests,
    /// 500.
    ServerError,
    /// 503, or 529 by Anthropic; it has no rate, only a script can say it.
    Overloaded,
    /// No answer and nothing done.
    TimeOut,
    /// Done, and no answer.
    LostAnswer,
    /// Done at once, and answered after the milliseconds of a time-out; it has no rate, only a script can say it. A mail is answered at once.
    LateAnswer,
    /// Done and billed, and no use: a text that was cut off, a recording of nothing. Other requests are served.
    Useless,
}

/// Faults of the carrier's reports. Rates are shares of 1; which drop is hit is decided by the seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportFaults {
    /// Sent twice.
    pub duplicated: f64,
    /// Sent `late_by_ms` later.
    pub delayed: f64,
    /// Milliseconds of the delay.
    pub late_by_ms: u64,
    /// Sent after its successor: the played report before the delivered one.
    pub reordered: f64,
    /// Never sent.
    pub lost: f64,
}

/// Which faults a request is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Groq,
    ElevenLabs,
    Media,
    Sends,
    Google,
    Mojo,
    Anthropic,
    GroqBatches,
    AnthropicBatches,
    Receiver,
    Mail,
}

/// All of them, in the order of their numbers.
const TARGETS: [Target; 11] = [
    Target::Groq,
    Target::ElevenLabs,
    Target::Media,
    Target::Sends,
    Target::Google,
    Target::Mojo,
    Target::Anthropic,
    Target::GroqBatches,
    Target::AnthropicBatches,
    Target::Receiver,
    Target::Mail,
];

impl Faults {
    fn of(&mut self, target: Target) -> &mut RequestFaults {
        match target {
            Target::Groq => &mut self.groq,
            Target::ElevenLabs => &mut self.elevenlabs,
            Target::Media => &mut self.media,
            Target::Sends => &mut self.sends,
            Target::Google => &mut self.google,
            Target::Mojo => &mut self.mojo,
            Target::Anthropic => &mut self.anthropic,
            Target::GroqBatches => &mut self.groq_batches,
            Target::AnthropicBatches => &mut self.anthropic_batches,
            Target::Receiver => &mut self.receiver,
            Target::Mail => &mut self.mail,
        }
    }

    /// A script can't be longer than [`MAX_SCRIPTED`]; what is beyond is cut.
    fn bounded(mut self) -> Self {
        for target in TARGETS {
            self.of(target).script.truncate(MAX_SCRIPTED);
        }
        self
    }
}

/// The faults in force, and how far each script has got.
#[derive(Debug)]
pub(crate) struct FaultBoard {
    seed: u64,
    inner: Mutex<Board>,
}

#[derive(Debug)]
struct Board {
    faults: Faults,
    scripts: [VecDeque<RequestFault>; TARGETS.len()],
    drawn: u64,
}

impl FaultBoard {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let board = Self {
            seed,
            inner: Mutex::new(Board {
                faults: Faults::default(),
                scripts: Default::default(),
                drawn: 0,
            }),
        };
        board.set(faults);
        board
    }

    /// Replaces all faults; the scripts begin anew.
    pub(crate) fn set(&self, faults: Faults) {
        let mut board = self.lock();
        board.faults = faults.bounded();
        for target in TARGETS {
            let script = std::mem::take(&mut board.faults.of(target).script);
            board.scripts[target as usize] = script.into();
        }
    }

    /// What is in force now; scripts show what is left of them.
    pub(crate) fn current(&self) -> Faults {
        let board = self.lock();
        let mut faults = board.faults.clone();
        for target in TARGETS {
            faults.of(target).script = board.scripts[target as usize].iter().copied().collect();
        }
        faults
    }

    pub(crate) fn reports(&self) -> ReportFaults {
        self.lock().faults.reports.clone()
    }

    pub(crate) fn account(&self) -> AccountFaults {
        self.lock().faults.account.clone()
    }

    pub(crate) fn batches(&self) -> BatchFaults {
        self.lock().faults.batches.clone()
    }

    /// What befalls the next request, with the rates in force.
    pub(crate) fn next(&self, target: Target) -> (RequestFault, RequestFaults) {
        let mut board = self.lock();
        let scripted = board.scripts[target as usize].pop_front();
        let rates = board.faults.of(target).clone();
        let fault = scripted.unwrap_or_else(|| {
            board.drawn += 1;
            pick(&rates, share(self.seed, &["request", &board.drawn.to_string()]))
        });
        (fault, rates)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Board> {
        // Nothing in here can be left half done: a poisoned lock is as good as any.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pick(rates: &RequestFaults, drawn: f64) -> RequestFault {
    let mut edge = 0.0;
    for (rate, fault) in [
        (rates.too_many_requests, RequestFault::TooManyRequests),
        (rates.server_error, RequestFault::ServerError),
        (rates.time_out, RequestFault::TimeOut),
        (rates.lost_answer, RequestFault::LostAnswer),
    ] {
        edge += rate;
        if drawn < edge {
            return fault;
        }
    }
    RequestFault::None
}

/// A number in `0..1` that depends on nothing but its arguments.
pub(crate) fn share(seed: u64, parts: &[&str]) -> f64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let top = digest
        .iter()
        .take(4)
        .fold(0_u32, |sum, &byte| (sum << 8) | u32::from(byte));
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

/// Lets a request through, or has it fail as the board says.
pub(crate) async fn befall(
    State((shared, target)): State<(Arc<Shared>, Target)>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let (fault, rates) = shared.faults.next(target);
    match fault {
        RequestFault::None => next.run(request).await,
        RequestFault::TooManyRequests => limited(target, rates.retry_after),
        RequestFault::ServerError => failed(target, StatusCode::INTERNAL_SERVER_ERROR),
        RequestFault::Overloaded => overloaded(target),
        RequestFault::TimeOut => {
            keep_waiting(&shared, &rates).await;
            line.hang_up()
        }
        RequestFault::LostAnswer => {
            let _never_seen = next.run(request).await;
            line.hang_up()
        }
        RequestFault::LateAnswer => {
            let answer = next.run(request).await;
            keep_waiting(&shared, &rates).await;
            answer
        }
        RequestFault::Useless => useless(target, next.run(request).await).await,
    }
}

/// As long as a time-out takes, or until the sandbox stops.
async fn keep_waiting(shared: &Shared, rates: &RequestFaults) {
    let wait = Duration::from_millis(rates.time_out_ms).min(MAX_TIME_OUT);
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = shared.stop.cancelled() => {}
    }
}

/// Takes from an answer what it was asked for.
async fn useless(target: Target, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_SPOILT).await else {
        return failed(target, StatusCode::INTERNAL_SERVER_ERROR);
    };
    parts.headers.remove(CONTENT_LENGTH);
    let text = || String::from_utf8_lossy(&body).into_owned();
    let spoilt = match target {
        Target::Groq => text()
            .replace("\"finish_reason\":\"stop\"", "\"finish_reason\":\"length\"")
            .into(),
        Target::Anthropic => text()
            .replace("\"stop_reason\":\"end_turn\"", "\"stop_reason\":\"max_tokens\"")
            .into(),
        Target::ElevenLabs => {
            let mut silence = body.to_vec();
            silence.iter_mut().skip(WAV_HEADER).for_each(|sample| *sample = 0);
            silence.into()
        }
        _ => body,
    };
    Response::from_parts(parts, spoilt.into())
}

fn limited(target: Target, retry_after: Option<u64>) -> Response {
    let mut response = match target {
        Target::Groq | Target::GroqBatches => groq::refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "tokens",
            "rate_limit_exceeded",
            "Rate limit reached. Please try again later.",
        ),
        Target::ElevenLabs => elevenlabs::refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "system_busy",
            "The system is experiencing heavy traffic.",
        ),
        Target::Google => google_people::refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "RESOURCE_EXHAUSTED",
            "RATE_LIMIT_EXCEEDED",
        ),
        Target::Mojo => mojo::refusal(StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Target::Anthropic | Target::AnthropicBatches => anthropic::refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_error",
            "This request would exceed your account's rate limit. Please try again later.",
        ),
        Target::Receiver | Target::Mail => received::refusal(StatusCode::TOO_MANY_REQUESTS),
        // The vendor's rate limit answers `{"message": ...}` and no retry-after.
        Target::Media | Target::Sends => {
            let body = serde_json::json!({ "message": "Too Many Requests" });
            return (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response();
        }
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn overloaded(target: Target) -> Response {
    match target {
        Target::Anthropic | Target::AnthropicBatches => anthropic::overloaded(),
        _ => failed(target, StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn failed(target: Target, status: StatusCode) -> Response {
    match target {
        Target::Groq | Target::GroqBatches => groq::refusal(
            status,
            "internal_server_error",
            "internal_error",
            "Internal Server Error",
        ),
        Target::ElevenLabs => elevenlabs::refusal(status, "internal_error", "Something went wrong."),
        Target::Google => google_people::refusal(status, "INTERNAL", "INTERNAL"),
        Target::Mojo => mojo::refusal(status, "internal_error"),
        Target::Anthropic | Target::AnthropicBatches => {
            anthropic::refusal(status, "api_error", "Internal server error")
        }
        Target::Receiver | Target::Mail => received::refusal(status),
        Target::Media | Target::Sends => problem(status, "internal-error", "Something went wrong."),
    }
}

//! The one HTTP client. Every call has a limit on time, size and concurrency, is traced without bodies, numbers or keys, and
//! fails as a [`PortError`] that says whether it certainly did not happen. Only calls that may be repeated are.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use commands::ports::{PortError, PortErrorKind};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER},
};
use tokio::{sync::Semaphore, time::Instant};

/// Longest wait for a connection.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// Largest answer that is read: an audio file of some minutes.
const ANSWER_BYTES_MAX: usize = 32 << 20;
/// Times that a repeatable call is made.
const TRIES_MAX: u32 = 4;
/// First wait between tries; doubles.
const WAIT: Duration = Duration::from_millis(200);
/// A provider that asks for a longer wait than this is not waited for here; the work is rescheduled.
const WAIT_IN_PLACE_MAX: Duration = Duration::from_secs(5);
/// Failures in a row after which the breaker opens.
const FAILURES_MAX: u32 = 8;
/// How long an open breaker lets nothing through.
const BREAK: Duration = Duration::from_secs(5);

/// A provider's address that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the base address of {provider} can't be used: {reason}")]
pub struct InvalidProvider {
    /// Which.
    pub provider: &'static str,
    /// Why.
    pub reason: String,
}

/// What a repeat of the call would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same as once: it is repeated here when its outcome is unknown.
    Harmless,
    /// It costs or sends again: the caller decides.
    Matters,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The client for one provider.
#[derive(Debug)]
pub struct HttpClient {
    provider: &'static str,
    base: Url,
    client: Client,
    permits: Semaphore,
    failures: AtomicU32,
    open_until: Mutex<Option<Instant>>,
}

impl HttpClient {
    /// A client that makes at most `concurrency` calls at once, each with `time_out` for its whole length.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one client that the ban points to"
    )]
    pub fn new(
        provider: &'static str,
        base_url: &str,
        concurrency: usize,
        time_out: Duration,
    ) -> Result<Self, InvalidProvider> {
        let invalid = |reason: String| InvalidProvider { provider, reason };
        let base = Url::parse(&format!("{}/", base_url.trim_end_matches('/')))
            .map_err(|e| invalid(e.to_string()))?;
        let client = Client::builder()
            .connect_timeout(CONNECT_TIME_OUT)
            .timeout(time_out)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("voicedrop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| invalid(e.to_string()))?;
        Ok(Self {
            provider,
            base,
            client,
            permits: Semaphore::new(concurrency.max(1)),
            failures: AtomicU32::new(0),
            open_until: Mutex::new(None),
        })
    }

    /// A request to a route of the provider. `path` begins without a slash.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request to an address that the provider gave.
    pub(crate) fn request_to(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Makes the call. `route` names it in traces. Answers of every status come back, except that 429 and 5xx are failures.
    pub(crate) async fn send(
        &self,
        route: &'static str,
        request: RequestBuilder,
        repeat: Repeat,
    ) -> Result<Answer, PortError> {
        let mut wait = WAIT;
        for tries_left in (0..TRIES_MAX).rev() {
            let Some(attempt) = request.try_clone() else {
                return self.once(route, request).await;
            };
            let error = match self.once(route, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let repeatable = match error.kind {
                PortErrorKind::Retryable => true,
                PortErrorKind::Limited { after } => {
                    wait = after.unwrap_or(wait);
                    wait <= WAIT_IN_PLACE_MAX
                }
                PortErrorKind::Unknown => repeat == Repeat::Harmless,
                PortErrorKind::Permanent | PortErrorKind::Unauthorised | PortErrorKind::Exhausted => false,
            };
            if !repeatable || tries_left == 0 {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(PortError::new(
            PortErrorKind::Retryable,
            format!("{} did not answer", self.provider),
        ))
    }

    async fn once(&self, route: &'static str, request: RequestBuilder) -> Result<Answer, PortError> {
        self.let_through()?;
        let failed = |kind, what: &str| PortError::new(kind, format!("{} {route}: {what}", self.provider));
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| failed(PortErrorKind::Retryable, "the client is closed"))?;
        let begun = Instant::now();
        let outcome = self.exchange(route, request).await;
        let status = outcome.as_ref().map_or(0, |a| a.status.as_u16());
        tracing::debug!(
            provider = self.provider,
            route,
            http.status = status,
            duration_ms = begun.elapsed().as_millis() as u64,
            "called a provider"
        );
        let trouble = match &outcome {
            Ok(answer) => answer.status.is_server_error(),
            Err(error) => matches!(error.kind, PortErrorKind::Unknown | PortErrorKind::Retryable),
        };
        self.count(trouble);
        let answer = outcome?;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let after = retry_after(&answer.headers);
            return Err(failed(PortErrorKind::Limited { after }, "asked too often"));
        }
        if answer.status.is_server_error() {
            // The request arrived; nothing says whether it was acted on before the error.
            return Err(failed(
                PortErrorKind::Unknown,
                &format!("answered {}", answer.status.as_u16()),
            ));
        }
        Ok(answer)
    }

    async fn exchange(&self, route: &'static str, request: RequestBuilder) -> Result<Answer, PortError> {
        let mut response = request.send().await.map_err(|e| self.transport(route, &e))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.transport(route, &e))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                let message = format!("{} {route}: the answer is larger than 32 MB", self.provider);
                return Err(PortError::new(PortErrorKind::Unknown, message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body: body.freeze(),
        })
    }

    /// No connection: certainly not done. Anything later: unknown. The error's own text could quote an address with a secret.
    fn transport(&self, route: &'static str, error: &reqwest::Error) -> PortError {
        let (kind, what) = if error.is_builder() {
            (PortErrorKind::Permanent, "the request can't be made")
        } else if error.is_connect() {
            (PortErrorKind::Retryable, "can't connect")
        } else if error.is_timeout() {
            (PortErrorKind::Unknown, "no answer in time")
        } else {
            (PortErrorKind::Unknown, "the connection broke")
        };
        PortError::new(kind, format!("{} {route}: {what}", self.provider))
    }

    fn let_through(&self) -> Result<(), PortError> {
        let until = self.open_until.lock().ok().and_then(|open| *open);
        match until.map(|u| u.saturating_duration_since(Instant::now())) {
            Some(left) if !left.is_zero() => Err(PortError::new(
                PortErrorKind::Limited { after: Some(left) },
                format!("{} is in trouble and is left alone for a while", self.provider),
            )),
            _ => Ok(()),
        }
    }

    fn count(&self, trouble: bool) {
        if !trouble {
            self.failures.store(0, Ordering::Relaxed);
            return;
        }
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX
            && let Ok(mut open) = self.open_until.lock()
        {
            self.failures.store(0, Ordering::Relaxed);
            *open = Some(Instant::now() + BREAK);
        }
    }
}

/// Seconds, as all three providers send it when they do.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim()
        .parse()
        .ok()
        .filter(|s: &f64| (0.0..=86_400.0).contains(s))
        .map(Duration::from_secs_f64)
}

/// JSON out of an answer; what does not parse is quoted nowhere.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    provider: &str,
    route: &str,
    answer: &Answer,
) -> Result<T, PortError> {
    serde_json::from_slice(&answer.body).map_err(|e| {
        let message = format!(
            "{provider} {route}: the answer is not as documented ({:?} error)",
            e.classify()
        );
        PortError::new(PortErrorKind::Unknown, message)
    })
}

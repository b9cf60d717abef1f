//! The one HTTP client, and what every call to a provider passes: limits on concurrency, rate, time and size, what the provider
//! itself says is left of its limits, a breaker, and repeats of those failures that certainly had no effect or whose repeat is
//! harmless. A failure comes back as a [`PortError`] that says which it was. Traces name provider, route, status and duration;
//! bodies, numbers and keys stand in no trace and no error.

mod answer;
mod breaker;
mod credentials;
mod pace;
mod places;
mod quota;
mod retry;

use std::{num::NonZeroU32, time::Duration};

use bytes::BytesMut;
use commands::ports::{PortError, PortErrorKind};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Url, header::HeaderMap};
use tokio::time::Instant;
use url::Host;

pub(crate) use answer::{Answer, Refusal, code_at};
use breaker::Breaker;
pub(crate) use credentials::credentials;
use pace::Pace;
use places::{Place, Places};
use quota::Quota;
pub(crate) use quota::{QuotaHeaders, ResetForm};
use retry::{Backoff, Failure, TRIES_MAX};

use crate::outgoing::{Guard, WebhookReach};

/// Longest wait for a connection.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// Longest wait for a place among the calls under way and for the rate; then the work is rescheduled.
const QUEUE_TIME_OUT: Duration = Duration::from_mins(1);
/// Largest JSON answer; a page of a hundred voices is the largest that is asked for.
pub(crate) const JSON_BYTES_MAX: usize = 4 << 20;
/// Largest audio answer: some minutes.
pub(crate) const AUDIO_BYTES_MAX: usize = 32 << 20;
/// Largest file of a batch's results: a thousand answers as long as a model may write them, with room to spare.
pub(crate) const BATCH_BYTES_MAX: usize = 32 << 20;
/// Longest id that goes into a path.
const PATH_SEGMENT_MAX: usize = 64;

/// A provider that can't be set up as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{provider} can't be set up: {reason}")]
pub struct InvalidProvider {
    /// Which.
    pub provider: &'static str,
    /// Why, and what to change.
    pub reason: String,
}

/// The HTTP client of the whole program. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct HttpClient(Client);

impl HttpClient {
    /// Follows no redirect: an upload must reach the address that was signed, and a key no other host than the configured one.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one client that the ban points to"
    )]
    fn builder() -> ClientBuilder {
        Client::builder()
            .connect_timeout(CONNECT_TIME_OUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("voicedrop/", env!("CARGO_PKG_VERSION")))
    }

    fn built(builder: ClientBuilder) -> Result<Self, InvalidProvider> {
        builder.build().map(Self).map_err(|e| InvalidProvider {
            provider: "the HTTP client",
            reason: e.to_string(),
        })
    }

    /// For the providers.
    pub fn new() -> Result<Self, InvalidProvider> {
        Self::built(Self::builder())
    }

    /// For addresses that people typed: it connects only to what is within reach, and through no proxy, which would look names up itself.
    pub(crate) fn within(reach: WebhookReach) -> Result<Self, InvalidProvider> {
        Self::built(Self::builder().no_proxy().dns_resolver(Guard(reach).shared()))
    }

    /// A request to an address outside of any provider.
    pub(crate) fn post(&self, url: Url) -> RequestBuilder {
        self.0.post(url)
    }
}

/// What a repeat of the call would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same as once: it is repeated here when its outcome is unknown.
    Harmless,
    /// It costs or sends again: the caller decides.
    Matters,
}

/// One route of a provider.
pub(crate) struct Route {
    /// Its name in traces and errors.
    pub(crate) name: &'static str,
    pub(crate) repeat: Repeat,
    /// A longer answer is not read to its end.
    pub(crate) answer_bytes_max: usize,
    /// What a status other than success means here.
    pub(crate) refusal: fn(&Answer) -> Refusal,
    /// Statuses other than success whose answer the caller reads itself: they mean more than a port's error can say.
    pub(crate) understood: &'static [u16],
}

/// Limits of the calls to one provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallLimits {
    pub(crate) concurrency: usize,
    pub(crate) requests_per_minute: Option<NonZeroU32>,
    pub(crate) time_out: Duration,
    pub(crate) retry_wait: Duration,
}

/// The way to one provider.
#[derive(Debug)]
pub(crate) struct ProviderCall {
    provider: &'static str,
    base: Url,
    /// Sent to the provider's own address only.
    credentials: HeaderMap,
    client: HttpClient,
    places: Places,
    /// The header in which answers say how many calls at once are allowed.
    most_at_once: Option<&'static str>,
    pace: Option<Pace>,
    quota: Quota,
    breaker: Breaker,
    backoff: Backoff,
    time_out: Duration,
}

impl ProviderCall {
    /// Prepares; calls nothing.
    pub(crate) fn new(
        client: &HttpClient,
        provider: &'static str,
        base_url: &str,
        credentials: HeaderMap,
        limits: CallLimits,
    ) -> Result<Self, InvalidProvider> {
        let invalid = |reason: String| InvalidProvider { provider, reason };
        let base = Url::parse(&format!("{}/", base_url.trim_end_matches('/')))
            .map_err(|e| invalid(format!("its base address is none: {e}")))?;
        if !is_protected(&base) {
            return Err(invalid(
                "its base address must begin with https:// (http:// only on this machine)".into(),
            ));
        }
        let places = Places::new(limits.concurrency);
        Ok(Self {
            provider,
            base,
            credentials,
            client: client.clone(),
            pace: limits
                .requests_per_minute
                .map(|rate| Pace::new(rate, places.most())),
            places,
            most_at_once: None,
            quota: Quota::default(),
            breaker: Breaker::default(),
            backoff: Backoff::new(limits.retry_wait),
            time_out: limits.time_out,
        })
    }

    /// Heeds this header of answers, a number of calls at once, as far as it is below the configured one.
    pub(crate) fn heeding(mut self, most_at_once: &'static str) -> Self {
        self.most_at_once = Some(most_at_once);
        self
    }

    /// Makes at most so many calls at once from now on, and never more than are configured.
    pub(crate) fn allow_at_once(&self, calls: usize) {
        if self.places.allow(calls) {
            tracing::info!(
                provider = self.provider,
                calls,
                "a provider allows another number of calls at once"
            );
        }
    }

    /// With the headers in which the provider tells what is left of its rates: calls wait while that is nothing.
    pub(crate) fn told_by(mut self, headers: &'static QuotaHeaders) -> Self {
        self.quota = Quota::new(headers);
        self
    }

    /// The provider is a rehearsal on this machine.
    pub(crate) fn is_local(&self) -> bool {
        is_this_machine(&self.base)
    }

    /// A request to a route of the provider, with the credentials. `path` begins without a slash.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .0
            .request(method, format!("{}{path}", self.base))
            .timeout(self.time_out)
            .headers(self.credentials.clone())
    }

    /// A request to an address that the provider gave, without the credentials; nothing where that is no address or where it
    /// is less protected than the provider's own.
    pub(crate) fn request_to(&self, method: Method, address: &str) -> Option<RequestBuilder> {
        let url = Url::parse(address).ok()?;
        let protected = url.scheme() == "https" || (url.scheme() == "http" && self.base.scheme() == "http");
        protected.then(|| self.client.0.request(method, url).timeout(self.time_out))
    }

    /// The path of an address that the provider gave, as [`ProviderCall::request`] takes it; nothing for an address elsewhere, which
    /// must not see the credentials.
    pub(crate) fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(self.base.as_str())
    }

    /// Makes the call and returns the answer of a success, or of a status that the route understands.
    pub(crate) async fn send(&self, route: &Route, request: RequestBuilder) -> Result<Answer, PortError> {
        let mut tries_left = TRIES_MAX;
        let mut lost = 0;
        loop {
            // All bodies are in memory, so a request can always be had again.
            let attempt = request.try_clone().ok_or_else(|| {
                let message = format!("{} {}: the request can't be repeated", self.provider, route.name);
                PortError::new(PortErrorKind::Permanent, message)
            })?;
            let failure = match self.once(route, attempt).await {
                Ok(answer) => return Ok(Answer { lost, ..answer }),
                Err(failure) => failure,
            };
            lost += u32::from(failure.is_lost());
            tries_left -= 1;
            let jittered = self.backoff.wait(TRIES_MAX - tries_left);
            match failure.wait_in_place(route.repeat, jittered) {
                Some(wait) if tries_left > 0 => tokio::time::sleep(wait).await,
                _ => return Err(failure.error),
            }
        }
    }

    async fn once(&self, route: &Route, request: RequestBuilder) -> Result<Answer, Failure> {
        let _place = self.admitted(route).await?;
        let begun = Instant::now();
        let exchanged = self.exchange(route, request).await;
        let trouble = match &exchanged {
            Ok(answer) => answer.status.is_server_error(),
            Err(failure) => failure.is_trouble(),
        };
        if self.breaker.count(trouble, Instant::now()) {
            tracing::warn!(
                provider = self.provider,
                route = route.name,
                "a provider is in trouble and is left alone for a while"
            );
        }
        tracing::debug!(
            provider = self.provider,
            route = route.name,
            http.status = exchanged.as_ref().map_or(0, |a| a.status.as_u16()),
            duration_ms = begun.elapsed().as_millis() as u64,
            "called a provider"
        );
        let answer = exchanged?;
        let allowed = self
            .most_at_once
            .and_then(|name| answer.header(name)?.parse().ok());
        if let Some(calls) = allowed.filter(|calls| *calls > 0) {
            self.allow_at_once(calls);
        }
        if answer.status.is_success() || route.understood.contains(&answer.status.as_u16()) {
            return Ok(answer);
        }
        Err(Failure::repeatable(answer.refused((route.refusal)(&answer))))
    }

    /// Waits for a place, for the rate and for what the provider says is left of it. An open breaker is asked before and after, so
    /// that it stops those who waited, too. A reset that comes too late to wait for is told at once.
    async fn admitted(&self, route: &Route) -> Result<Place<'_>, Failure> {
        let limited = |after, what| {
            let message = format!("{} {}: {what}", self.provider, route.name);
            Failure::final_here(PortError::new(PortErrorKind::Limited { after }, message))
        };
        let open = |left| limited(Some(left), "not called, the provider is in trouble");
        let used_up = |left| {
            limited(
                Some(left),
                "not called, nothing is left of the rate until its reset",
            )
        };
        let crowded = || limited(None, "not called, too many calls are waiting");
        let now = Instant::now();
        let deadline = now + QUEUE_TIME_OUT;
        self.breaker.ask(now).map_err(open)?;
        self.quota.ask(now, deadline).map_err(used_up)?;
        let queued = tokio::time::timeout_at(deadline, async {
            let place = self.places.take().await;
            if let Some(pace) = &self.pace {
                pace.wait().await;
            }
            self.quota.wait(deadline).await.map_err(used_up)?;
            place.map_err(|_| crowded())
        });
        let place = queued.await.map_err(|_| crowded())??;
        self.breaker.pass(Instant::now()).map_err(open)?;
        Ok(place)
    }

    async fn exchange(&self, route: &Route, request: RequestBuilder) -> Result<Answer, Failure> {
        let broken = |e: reqwest::Error| self.transport(route, &e);
        let mut response = request.send().await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(wait) = self.quota.note(&headers, Instant::now()) {
            tracing::info!(
                provider = self.provider,
                route = route.name,
                wait_ms = wait.as_millis() as u64,
                "nothing is left of a provider's rate, calls wait for its reset"
            );
        }
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        let mut body = BytesMut::new();
        let mut too_large = announced > route.answer_bytes_max;
        while !too_large && let Some(chunk) = response.chunk().await.map_err(broken)? {
            too_large = body.len() + chunk.len() > route.answer_bytes_max;
            body.extend_from_slice(&chunk);
        }
        if too_large {
            let message = format!(
                "{} {}: the answer is larger than {} MB",
                self.provider,
                route.name,
                route.answer_bytes_max >> 20
            );
            return Err(Failure::final_here(PortError::new(
                PortErrorKind::Unknown,
                message,
            )));
        }
        Ok(Answer {
            provider: self.provider,
            route: route.name,
            status,
            headers,
            body: body.freeze(),
            lost: 0,
        })
    }

    /// No connection: certainly not done. Anything later: unknown. The error's own text could quote an address with a secret.
    fn transport(&self, route: &Route, error: &reqwest::Error) -> Failure {
        let (kind, what) = if error.is_builder() {
            (PortErrorKind::Permanent, "the request can't be made")
        } else if error.is_connect() {
            (PortErrorKind::Retryable, "can't connect")
        } else if error.is_timeout() {
            (PortErrorKind::Unknown, "no answer in time")
        } else {
            (PortErrorKind::Unknown, "the connection broke")
        };
        let failed = PortError::new(kind, format!("{} {}: {what}", self.provider, route.name));
        match kind {
            PortErrorKind::Unknown => Failure::lost(failed),
            _ => Failure::repeatable(failed),
        }
    }
}

fn is_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether keys may travel there: encrypted, or not beyond this machine.
fn is_protected(base: &Url) -> bool {
    base.scheme() == "https" || (base.scheme() == "http" && is_this_machine(base))
}

/// An id that goes into a path; nothing for one that would change the route.
pub(crate) fn path_segment(id: &str) -> Option<&str> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (!id.is_empty() && id.len() <= PATH_SEGMENT_MAX && id.bytes().all(fine)).then_some(id)
}

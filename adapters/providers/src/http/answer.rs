//! A provider's answer, and what a status other than success means where the provider says nothing more exact.

use std::time::Duration;

use bytes::Bytes;
use commands::ports::{PortError, PortErrorKind};
use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest wait that a provider can ask for; a longer one is cut to it and asked again.
const ASKED_WAIT_MAX: f64 = 86_400.0;
/// Longest error code that is quoted.
const CODE_MAX: usize = 64;

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) provider: &'static str,
    pub(crate) route: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Answers to the same request that were lost before this one came, each of which may have been billed.
    pub(crate) lost: u32,
}

/// What an answer other than success means.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: PortErrorKind,
    /// The provider's code, if it gave one that can be quoted.
    pub(crate) code: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

impl Answer {
    /// The JSON asked for. An answer that is something else leaves open what was done; it is quoted nowhere.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, PortError> {
        serde_json::from_slice(&self.body).map_err(|e| self.undocumented(&e))
    }

    /// Each line of the body as JSON. A line that is something else leaves open what was done, as the whole answer would.
    pub(crate) fn json_lines<T: DeserializeOwned>(&self) -> impl Iterator<Item = Result<T, PortError>> {
        let lines = self.body.split(|b| *b == b'\n');
        let filled = lines.filter(|line| !line.iter().all(u8::is_ascii_whitespace));
        filled.map(move |line| serde_json::from_slice(line).map_err(|e| self.undocumented(&e)))
    }

    fn undocumented(&self, error: &serde_json::Error) -> PortError {
        let message = format!(
            "{} {}: the answer is not as documented ({:?} error)",
            self.provider,
            self.route,
            error.classify()
        );
        PortError::new(PortErrorKind::Unknown, message)
    }

    /// The body as any JSON; null where it is none.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error that a refusal is.
    pub(crate) fn refused(&self, refusal: Refusal) -> PortError {
        let Refusal { kind, code, advice } = refusal;
        let status = self.status.as_u16();
        let message = format!(
            "{} {}: answered {status} ({code}); {advice}",
            self.provider, self.route
        );
        PortError::new(kind, message)
    }

    /// `Retry-After-Ms` or `Retry-After` in seconds. A date is passed over: it would need the provider's clock.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let number = |name| self.header(name)?.trim().parse::<f64>().ok();
        let seconds = number("retry-after-ms")
            .map(|ms| ms / 1_000.0)
            .or_else(|| number(RETRY_AFTER.as_str()))?;
        (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(ASKED_WAIT_MAX)))
    }
}

impl Refusal {
    pub(crate) fn new(kind: PortErrorKind, code: &str, advice: &'static str) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            advice,
        }
    }

    /// By the status alone. 4xx: refused, so certainly not done. 5xx: it arrived, and nothing says whether it was acted on.
    pub(crate) fn by_status(answer: &Answer, code: &str) -> Self {
        let (kind, advice) = match answer.status.as_u16() {
            401 | 403 => (PortErrorKind::Unauthorised, "check the key and its rights"),
            402 => (PortErrorKind::Exhausted, "top up the account"),
            408 => (PortErrorKind::Retryable, "the request came too slowly"),
            429 => (
                PortErrorKind::Limited {
                    after: answer.retry_after(),
                },
                "asked too often",
            ),
            400..=499 => (PortErrorKind::Permanent, "the request was refused"),
            300..=399 => (
                PortErrorKind::Permanent,
                "the address has moved, correct the base address",
            ),
            _ => (PortErrorKind::Unknown, "nothing says whether it was done"),
        };
        Self::new(kind, code, advice)
    }
}

/// The first of these places that holds an error code. Only what looks like a code is quoted: a text there may name a person.
pub(crate) fn code_at<'a>(body: &'a Value, places: &[&str]) -> &'a str {
    places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str().filter(|text| is_code(text)))
        .unwrap_or("no code")
}

fn is_code(text: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    text.len() <= CODE_MAX && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(letters)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let answer = Answer {
            provider: "p",
            route: "r",
            status: StatusCode::TOO_MANY_REQUESTS,
            headers,
            body: Bytes::new(),
            lost: 0,
        };
        answer.retry_after()
    }

    #[test]
    fn the_wait_that_a_provider_asks_for_is_read_in_seconds_or_milliseconds() {
        assert_eq!(with("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(with("retry-after", "0.25"), Some(Duration::from_millis(250)));
        assert_eq!(with("retry-after-ms", "1500"), Some(Duration::from_millis(1_500)));
        assert_eq!(with("retry-after", "1e300"), Some(Duration::from_hours(24)));
        for nonsense in ["", "-1", "NaN", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(with("retry-after", nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn only_what_looks_like_a_code_is_quoted() {
        let body =
            json!({ "detail": "Jane Doe is unknown", "error": "+17605550186", "code": "voice_not_found" });
        assert_eq!(code_at(&body, &["/detail", "/error", "/code"]), "voice_not_found");
        assert_eq!(code_at(&body, &["/detail", "/error"]), "no code");
    }
}

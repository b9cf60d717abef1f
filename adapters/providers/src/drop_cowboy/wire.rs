//! The vendor's JSON, as far as it is used, and what its refusals mean.

use commands::ports::{PortError, PortErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Answer;

/// `{"data": …, "meta": …}`, around every answer but that of `/rvm`.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
}

#[derive(Deserialize)]
pub(super) struct Readiness {
    #[serde(default)]
    test_numbers_only: bool,
    #[serde(default)]
    funds: Funds,
}

#[derive(Deserialize, Default)]
struct Funds {
    funds_ok: Option<bool>,
}

impl Readiness {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = vec![];
        if self.funds.funds_ok == Some(false) {
            problems.push("the carrier account has no funds; top it up in the dashboard".to_owned());
        }
        if self.test_numbers_only {
            problems.push("the carrier account may only send to its test numbers".to_owned());
        }
        problems
    }
}

#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) media_id: String,
    pub(super) upload: Upload,
}

#[derive(Deserialize)]
pub(super) struct Upload {
    pub(super) mp3: UploadSlot,
    pub(super) wav: UploadSlot,
}

#[derive(Deserialize)]
pub(super) struct UploadSlot {
    pub(super) url: String,
    pub(super) content_type: String,
}

/// Body of `POST /rvm`.
#[derive(Serialize)]
pub(super) struct Rvm<'a> {
    pub(super) to: &'a str,
    pub(super) caller_id: &'a str,
    pub(super) media_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone_line_id: Option<&'a str>,
    pub(super) foreign_id: &'a str,
    pub(super) callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<&'a str>,
}

/// The unwrapped 202 of `POST /rvm`.
#[derive(Deserialize)]
pub(super) struct Queued {
    pub(super) message_id: String,
}

/// An id that goes into a path must not change the route.
pub(super) fn path_segment(id: &str) -> Result<&str, PortError> {
    let fine = !id.is_empty()
        && id.len() <= 64
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fine {
        Ok(id)
    } else {
        Err(PortError::new(
            PortErrorKind::Unknown,
            "drop_cowboy gave an id that is none",
        ))
    }
}

/// Statuses other than success. The error's code stands in one of four places.
pub(super) fn refused(answer: &Answer) -> Result<(), PortError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = ["/details/code", "/detail/code", "/code", "/error"]
        .iter()
        .find_map(|at| body.pointer(at));
    let code = code
        .and_then(Value::as_str)
        .filter(|c| c.len() < 64)
        .unwrap_or("no code");
    let (kind, advice) = match (answer.status.as_u16(), code) {
        (402, _) | (_, "insufficient_balance") => (PortErrorKind::Exhausted, "top up the account"),
        (401 | 403, _) => (PortErrorKind::Unauthorised, "check key, secret and their scopes"),
        _ => (PortErrorKind::Permanent, "the request was refused"),
    };
    Err(PortError::new(
        kind,
        format!(
            "drop_cowboy answered {} ({code}): {advice}",
            answer.status.as_u16()
        ),
    ))
}

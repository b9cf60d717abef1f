//! What the vendor's refusals mean. People API: `{"error": {"code", "message", "status", "details": [{"reason"}]}}`; OAuth:
//! `{"error": "invalid_grant", "error_description"}`. Descriptions are never quoted.

use commands::ports::{PortErrorKind, SourceFailure};
use serde_json::Value;

use crate::http::{Answer, Refusal, code_at};

const CHECK_CLIENT: &str = "check providers.google.client_id and client_secret";
const ALLOW: &str = "voicedrop was not allowed to see your contacts: tick that box when Google asks";

pub(super) fn token_refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(&body, &["/error", "/error/status"]);
    match code {
        "invalid_client" | "unauthorized_client" => {
            Refusal::new(PortErrorKind::Unauthorised, code, CHECK_CLIENT)
        }
        "redirect_uri_mismatch" => Refusal::new(
            PortErrorKind::Unauthorised,
            code,
            "register the address <public base>/connections/google/callback with the OAuth client",
        ),
        _ => Refusal::by_status(answer, code),
    }
}

/// A grant dies when the user takes it back, after six months without use, or after seven days while the consent screen is in testing.
pub(super) fn token_failure(answer: &Answer) -> SourceFailure {
    if answer.value().get("error").and_then(Value::as_str) == Some("invalid_grant") {
        return SourceFailure::Reconnect("Google no longer accepts the connection".to_owned());
    }
    SourceFailure::Port(answer.refused(token_refusal(answer)))
}

pub(super) fn people_refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(&body, &["/error/details/0/reason", "/error/status"]);
    let reasons = reasons(&body);
    if has(&reasons, "SERVICE_DISABLED") {
        let advice = "enable the People API in the Google Cloud project of the OAuth client";
        return Refusal::new(PortErrorKind::Unauthorised, code, advice);
    }
    if has(&reasons, "rateLimitExceeded") || has(&reasons, "userRateLimitExceeded") {
        let after = answer.retry_after();
        return Refusal::new(PortErrorKind::Limited { after }, code, "asked too often");
    }
    Refusal::by_status(answer, code)
}

/// `continued`: a sync token was sent.
pub(super) fn people_failure(answer: &Answer, continued: bool) -> SourceFailure {
    let body = answer.value();
    let reasons = reasons(&body);
    let precondition = code_at(&body, &["/error/status"]) == "FAILED_PRECONDITION";
    match answer.status.as_u16() {
        410 => SourceFailure::CursorExpired,
        400 if has(&reasons, "EXPIRED_SYNC_TOKEN") || (precondition && continued) => {
            SourceFailure::CursorExpired
        }
        401 => SourceFailure::Reconnect("Google no longer accepts the connection".to_owned()),
        403 if has(&reasons, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
            || has(&reasons, "insufficientPermissions") =>
        {
            scope_missing()
        }
        _ => SourceFailure::Port(answer.refused(people_refusal(answer))),
    }
}

pub(super) fn scope_missing() -> SourceFailure {
    SourceFailure::Reconnect(ALLOW.to_owned())
}

pub(super) fn refresh_missing() -> SourceFailure {
    SourceFailure::Reconnect("Google gave no lasting permission".to_owned())
}

/// The newer answers have reasons in `details`, the older ones in `errors`.
fn reasons(body: &Value) -> Vec<&str> {
    ["/error/details", "/error/errors"]
        .iter()
        .filter_map(|place| body.pointer(place)?.as_array())
        .flatten()
        .filter_map(|detail| detail.get("reason")?.as_str())
        .collect()
}

fn has(reasons: &[&str], reason: &str) -> bool {
    reasons.contains(&reason)
}

//! What the carrier reports. Every request is stored raw before anything else is done; what is not the carrier's is stored as
//! rejected, within limits, and changes nothing. A validly signed event is never answered with an error of the client.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use commands::{
    ports::{InboundWebhook, PortError},
    processes::CallbackToken,
};

use tokio::time::timeout;

use super::strangers;
use crate::state::AppState;

/// Who the reports claim to be from.
const SOURCE: &str = "drop_cowboy";
/// Most headers kept of a request.
const HEADERS_MAX: usize = 16;
/// Longest header value kept, bytes.
const HEADER_BYTES_MAX: usize = 512;
/// Longest token of a callback that is kept, bytes: ours have 131.
const TOKEN_BYTES_MAX: usize = 256;
/// Longest wait for the store: the carrier gives up after five seconds, and sends it again when it is told so before.
const STORED_WITHIN: Duration = Duration::from_secs(4);

/// Headers that matter for checking a report.
fn of_interest(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            matches!(name, "content-type" | "x-event-id" | "x-attempt")
                || name.contains("signature")
                || name.contains("timestamp")
                || name.contains("webhook")
        })
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .filter(|(_, value)| value.len() <= HEADER_BYTES_MAX)
        .take(HEADERS_MAX)
        .collect()
}

/// `POST /webhooks/drop-cowboy`: signed; answered 200 when stored and genuine, 401 when not genuine, 503 to be sent again.
pub async fn signed(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = state.now();
    let headers = of_interest(&headers);
    let rejected = state
        .ports
        .carrier
        .verify_signature(&headers, &body, now)
        .err()
        .map(|e| e.message);
    let genuine = rejected.is_none();
    match store(&state, None, headers, body, rejected).await {
        StatusCode::OK if !genuine => StatusCode::UNAUTHORIZED,
        status => status,
    }
}

/// `POST /webhooks/drop-cowboy/callback/{token}`: unsigned, sent once; genuine when the token was made here.
pub async fn callback(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let rejected = CallbackToken::verify(&token, state.ports.keys.as_ref())
        .err()
        .map(|e| e.to_string());
    let headers = of_interest(&headers);
    // The carrier does not try again and reads no answer: what is not ours is answered as what is.
    store(&state, Some(token), headers, body, rejected).await
}

async fn store(
    state: &AppState,
    token: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    rejected: Option<String>,
) -> StatusCode {
    let now = state.now();
    if rejected.is_some() && !state.strangers.is_kept(now) {
        return StatusCode::OK;
    }
    let body = if rejected.is_some() {
        strangers::cut(&body)
    } else {
        body
    };
    let event_id = headers.iter().find(|(name, _)| name == "x-event-id");
    let webhook = InboundWebhook {
        id: state.ports.ids.next(),
        source: SOURCE.to_owned(),
        token: token.filter(|t| t.len() <= TOKEN_BYTES_MAX && t.bytes().all(|b| b.is_ascii_graphic())),
        event_id: event_id.map(|(_, id)| id.clone()),
        headers,
        body,
        received_at: now,
        rejected,
    };
    answer(STORED_WITHIN, state.ports.inbox.store(webhook)).await
}

/// What the carrier is told: what is not stored in time is to be sent again.
async fn answer(within: Duration, storing: impl Future<Output = Result<(), PortError>>) -> StatusCode {
    match timeout(within, storing).await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(error)) => {
            tracing::error!("a carrier report could not be stored: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(_) => {
            tracing::error!("a carrier report was not stored in time; it is to be sent again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use commands::ports::PortErrorKind;

    use super::*;

    #[tokio::test]
    async fn what_is_not_stored_in_time_is_to_be_sent_again() {
        assert_eq!(answer(STORED_WITHIN, async { Ok(()) }).await, StatusCode::OK);
        let full = async { Err(PortError::new(PortErrorKind::Retryable, "the disk is full")) };
        assert_eq!(answer(STORED_WITHIN, full).await, StatusCode::SERVICE_UNAVAILABLE);
        let never = std::future::pending();
        assert_eq!(
            answer(Duration::ZERO, never).await,
            StatusCode::SERVICE_UNAVAILABLE
        );
    }

    #[test]
    fn only_headers_that_prove_something_are_kept() {
        let mut headers = HeaderMap::new();
        for name in [
            "content-type",
            "x-signature",
            "x-timestamp",
            "cookie",
            "authorization",
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("v"));
        }
        let mut kept: Vec<String> = of_interest(&headers).into_iter().map(|(n, _)| n).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["content-type", "x-signature", "x-timestamp"]);
    }
}

//! The carrier's routes, its envelopes and its credential check.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{media, outcomes::SIMULATED, send, v1, webhooks};
use crate::{
    Shared,
    faults::{Target, befall},
    fresh_id,
};

/// The account's only voice line.
pub(crate) const VOICE_LINE: &str = "5a0db0c0-0000-4000-8000-000000000001";
/// Dollars on the account, unless a fault says otherwise.
const PLENTY: f64 = 10_000.0;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let open_to = |target| middleware::from_fn_with_state((Arc::clone(shared), target), befall);
    let with_key = Router::new()
        .route(
            "/media/public/media",
            get(media::list).merge(post(media::create).layer(open_to(Target::Media))),
        )
        .route("/media/public/media/{id}", get(media::one))
        .route("/media/public/media/{id}/policy", get(media::policy))
        .route(
            "/media/public/media/{id}/complete",
            post(media::complete).layer(open_to(Target::Media)),
        )
        .route("/register/public/integration-readiness", get(readiness))
        .route(
            "/register/public/webhooks",
            get(webhooks::list).post(webhooks::create),
        )
        .route("/register/public/webhooks/{id}", delete(webhooks::remove))
        .route(
            "/register/public/account/webhook-signing-secret",
            get(webhooks::secrets),
        )
        .route("/phone/public/lines", get(lines))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authorised));
    Router::new()
        .route("/rvm", post(send::send).layer(open_to(Target::Sends)))
        .route(
            "/media/upload/{id}/{ext}",
            put(media::upload).layer(open_to(Target::Media)),
        )
        .merge(with_key)
        .with_state(Arc::clone(shared))
        .merge(v1::routes(shared))
}

/// The vendor's success envelope.
pub(crate) fn data(status: StatusCode, data: Value) -> Response {
    (
        status,
        Json(json!({ "data": data, "meta": { "request_id": fresh_id() } })),
    )
        .into_response()
}

/// The vendor's error envelope, after RFC 9457.
pub(crate) fn problem(status: StatusCode, kind: &str, detail: &str) -> Response {
    let body = json!({
        "type": format!("https://docs.dropcowboy.com/errors/{kind}"),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
        "request_id": fresh_id(),
    });
    (status, Json(body)).into_response()
}

pub(crate) fn invalid(detail: &str) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "validation", detail)
}

pub(crate) fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "not-found",
        "there is no such thing in this account",
    )
}

/// When the state can't be written nothing has been done: the request may be repeated.
pub(crate) fn unwritable(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the sandbox's carrier can't write its log");
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal-error",
        "the carrier's log can't be written",
    )
}

pub(crate) fn unauthorised() -> Response {
    problem(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "x-key and x-secret are required",
    )
}

/// What a request presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presented {
    Nothing,
    Wrong,
    Good,
}

pub(crate) fn presented(shared: &Shared, headers: &HeaderMap) -> Presented {
    let given = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .filter(|value| !value.is_empty())
    };
    match (given("x-key"), given("x-secret")) {
        (None, None) => Presented::Nothing,
        (key, secret) => {
            let credentials = &shared.credentials;
            let good = key == Some(credentials.drop_cowboy_key.as_str())
                && secret == Some(credentials.drop_cowboy_secret.as_str())
                && !shared.faults.account().wrong_key;
            if good { Presented::Good } else { Presented::Wrong }
        }
    }
}

async fn authorised(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match presented(&shared, request.headers()) {
        Presented::Good => next.run(request).await,
        Presented::Nothing | Presented::Wrong => unauthorised(),
    }
}

async fn readiness(State(shared): State<Arc<Shared>>) -> Response {
    let account = shared.faults.account();
    let numbers: Vec<_> = SIMULATED
        .iter()
        .map(|(number, code)| json!({ "number": number, "reason_code": code }))
        .collect();
    let available = if account.no_funds {
        0.0
    } else {
        account.available.unwrap_or(PLENTY)
    };
    data(
        StatusCode::OK,
        json!({
            "audio_url_allowed": false,
            "test_numbers_only": account.test_numbers_only,
            "test_numbers": numbers,
            "funds": { "available": available, "balance": available, "reserved": 0.0, "funds_ok": available > 0.0 },
            "allotment": null,
            "numbers": { "count": u32::from(!account.no_line) },
            "byoc": { "connected": false },
            "next_actions": [],
        }),
    )
}

#[derive(Debug, Deserialize)]
struct Search {
    #[serde(default)]
    search_term: String,
}

async fn lines(State(shared): State<Arc<Shared>>, Query(search): Query<Search>) -> Response {
    let name = "Sandbox voice line";
    let shown = name.to_lowercase().contains(&search.search_term.to_lowercase());
    let line = json!({ "ivr_id": VOICE_LINE, "name": name, "type": "voice", "is_default": true });
    let has_line = shown && !shared.faults.account().no_line;
    data(StatusCode::OK, if has_line { json!([line]) } else { json!([]) })
}

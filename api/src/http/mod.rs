//! The server's routes. Refuses bodies over their limit, requests beyond what it can serve at once, and browsers of other
//! sites; logs one line a request, without query strings and without the secret parts of paths.

mod assets;
mod audio;
mod connections;
mod digests;
mod errors;
mod evidence;
mod exports;
mod graphql;
mod health;
mod inbound;
mod landing;
mod page;
mod push;
mod set_up;
mod sign_in;
mod strangers;
mod tickets;
mod uploads;
mod webhooks;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use crate::state::{AppState, BODY_BYTES_MAX, WEBHOOK_BYTES_MAX};

pub use audio::{audio_link, draft_link};
pub use digests::{DigestLinks, digest_links};
pub use errors::HttpError;
pub use evidence::{evidence_link, evidence_name};
pub use exports::export_link;
pub use strangers::Strangers;
pub use uploads::clear_spool;

/// Longest a request may take, uploads aside.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// Longest an upload may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(30);

/// Largest body of a push as it is sent: JSON that is written wide is made narrow before it is measured.
const PUSH_BYTES_MAX: usize = 2 * commands::use_cases::PUSHED_BYTES_MAX;

/// Everything that is served.
pub fn router(state: AppState) -> Router {
    let upload_limit = state.settings.upload_bytes_max + BODY_BYTES_MAX;
    let uploads = Router::new()
        .route("/uploads", post(uploads::upload))
        .layer(DefaultBodyLimit::max(upload_limit))
        .layer(timeout(UPLOAD_TIMEOUT));
    let hooks = Router::new()
        .route("/webhooks/drop-cowboy", post(webhooks::signed))
        // The path of the product's first specification.
        .route("/api/webhooks/drop-cowboy", post(webhooks::signed))
        .route("/webhooks/drop-cowboy/callback/{token}", post(webhooks::callback))
        .layer(DefaultBodyLimit::max(WEBHOOK_BYTES_MAX));
    let pushes = Router::new()
        .route("/api/v1/contacts", post(push::contacts))
        .layer(DefaultBodyLimit::max(PUSH_BYTES_MAX));
    let inbound = Router::new()
        .route("/inbound/contacts/{token}", post(inbound::contacts))
        .layer(DefaultBodyLimit::max(commands::use_cases::PUSHED_BYTES_MAX));
    let pages = Router::new()
        .route("/", get(page::page))
        .route("/status", get(landing::status))
        .route("/graphiql", get(landing::explorer))
        .route("/assets/{name}", get(page::asset))
        .route("/graphql", post(graphql::execute))
        .route("/sign-in", post(sign_in::by_password))
        .route("/sign-in/{token}", get(sign_in::by_link))
        .route("/set-up", post(set_up::by_link))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/connections/google/callback", get(connections::google))
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let plain = Router::new()
        .merge(hooks)
        .merge(pages)
        .merge(pushes)
        .merge(inbound)
        .route("/imports/{id}/rejected.csv", get(exports::rejected))
        .route("/exports/{name}", get(exports::export))
        .route("/contacts/{id}/evidence.zip", get(evidence::evidence))
        .route("/campaigns/{id}/digest.pdf", get(digests::pdf))
        .route("/campaigns/{id}/digest.html", get(digests::html))
        .route("/audio/{script}", get(audio::audio))
        .route("/audio/{script}/draft", get(audio::draft))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(timeout(REQUEST_TIMEOUT));
    Router::new()
        .merge(plain)
        .merge(uploads)
        .fallback(page::elsewhere)
        .route("/graphql/ws", get(graphql::subscribe))
        .layer(from_fn_with_state(state.clone(), admit))
        // Alive is alive, however busy.
        .route("/healthz", get(health::alive))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(secure))
        .layer(from_fn(log))
        .with_state(state)
}

fn timeout(limit: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit)
}

/// Serves so many at once and sends the rest away.
async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match state.request_places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => HttpError::busy().into_response(),
    }
}

async fn secure(request: Request, next: Next) -> Response {
    const HEADERS: [(&str, &str); 5] = [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' https:; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// One line a request; the route's pattern, so that no secret part of a path is in it.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let started = tokio::time::Instant::now();
    let response = next.run(request).await;
    let millis = started.elapsed().as_millis() as u64;
    tracing::info!(%method, route, status = response.status().as_u16(), millis, "request");
    response
}

//! The carrier's first API under `/v1`: credentials in the body, recordings fetched from an address, no key by which a repeat is known:
//! each request that is taken is a drop of its own. Wrong credentials are answered as ever, and nothing comes of them.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    MAX_SENDS,
    log::{Api, Entry, Sent},
    outcomes::{Outcome, outcome},
    plan,
    routes::{invalid, problem, unauthorised, unwritable},
    send::{callable, fault_of_account, fault_of_number},
};
use crate::{
    Shared,
    faults::{Target, befall},
    fresh_id,
};

/// The account's only brand.
pub(crate) const BRAND: &str = "5a0db0c0-0000-4000-8000-00000000000b";
/// The account's only pool of numbers.
pub(crate) const POOL: &str = "5a0db0c0-0000-4000-8000-00000000000c";
/// Longest foreign id.
const MAX_FOREIGN_ID: usize = 256;
/// Largest recording that is fetched.
const MAX_RECORDING: usize = 8 << 20;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let sends = middleware::from_fn_with_state((Arc::clone(shared), Target::Sends), befall);
    Router::new()
        .route("/v1/rvm", post(send).layer(sends))
        .route("/v1/brand", get(brands))
        .route("/v1/pool", get(pools))
        .with_state(Arc::clone(shared))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    team_id: String,
    secret: String,
    brand_id: String,
    phone_number: String,
    foreign_id: Option<String>,
    audio_url: Option<String>,
    audio_type: Option<String>,
    pool_id: Option<String>,
    callback_url: Option<String>,
}

fn is_good(shared: &Shared, team: &str, secret: &str) -> bool {
    let credentials = &shared.credentials;
    team == credentials.drop_cowboy_team_id
        && secret == credentials.drop_cowboy_secret
        && !shared.faults.account().wrong_key
}

fn by_headers(shared: &Shared, headers: &HeaderMap) -> bool {
    let given = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    is_good(shared, given("x-team-id"), given("x-secret"))
}

async fn brands(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if !by_headers(&shared, &headers) {
        return unauthorised();
    }
    let brand = json!({
        "brand_id": BRAND, "company_name": "Sandbox Realty", "dba_name": "Sandbox Realty", "registered": true,
        "api_allowed": !shared.faults.account().test_numbers_only,
    });
    Json(json!([brand])).into_response()
}

async fn pools(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if !by_headers(&shared, &headers) {
        return unauthorised();
    }
    let numbers = if shared.faults.account().no_line { 0 } else { 12 };
    let pool = json!({
        "pool_id": POOL, "name": "Sandbox pool", "brand_id": BRAND, "service_type": "rvm", "number_count": numbers,
    });
    Json(json!([pool])).into_response()
}

async fn send(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return invalid("the body is no JSON of a voicemail");
    };
    let foreign_id = asked.foreign_id.as_deref().unwrap_or_default();
    if foreign_id.is_empty() || foreign_id.len() > MAX_FOREIGN_ID {
        return invalid("foreign_id must have 1 to 256 characters");
    }
    let queued = || (StatusCode::OK, Json(json!({ "status": "queued" }))).into_response();
    if !is_good(&shared, &asked.team_id, &asked.secret) {
        return queued();
    }
    let recording = fetched(&shared, &asked).await;
    let body_sha256 = hex::encode(Sha256::digest(&body));
    match take(&shared, asked, body_sha256, recording) {
        Ok(true) => queued(),
        Ok(false) => {
            let detail = "the sandbox remembers no more sends: move carrier.jsonl away";
            problem(StatusCode::SERVICE_UNAVAILABLE, "full", detail)
        }
        Err(error) => unwritable(&error),
    }
}

/// SHA-256 of the recording, where it is one of the kind that it is said to be.
async fn fetched(shared: &Shared, asked: &Asked) -> Option<String> {
    let address = shared.reachable(&Url::parse(asked.audio_url.as_deref()?).ok()?)?;
    let answer = shared.client.get(address).send().await.ok()?;
    let audio = answer.error_for_status().ok()?.bytes().await.ok()?;
    let fits = match asked.audio_type.as_deref()? {
        "wav" => audio.starts_with(b"RIFF"),
        "mp3" => audio.starts_with(b"ID3") || audio.starts_with(&[0xff]),
        _ => false,
    };
    (fits && audio.len() <= MAX_RECORDING).then(|| hex::encode(Sha256::digest(&audio)))
}

/// Decides, writes and schedules; false when the memory is full.
fn take(
    shared: &Shared,
    asked: Asked,
    body_sha256: String,
    recording: Option<String>,
) -> std::io::Result<bool> {
    let mut memory = shared.carrier.memory();
    if memory.known.sends.len() >= MAX_SENDS {
        return Ok(false);
    }
    let to = asked.phone_number;
    let is_known = asked.brand_id == BRAND && asked.pool_id.as_deref().is_none_or(|pool| pool == POOL);
    let refusal = match &recording {
        None => Some(3001),
        Some(_) if !is_known => Some(3013),
        Some(_) => fault_of_account(&shared.faults.account(), &to).or_else(|| fault_of_number(&to)),
    };
    let earlier = memory.known.drops_to(&to);
    let Outcome { code, listen_ms } = match refusal {
        Some(code) => Outcome {
            code,
            listen_ms: None,
        },
        None => outcome(shared.seed, &shared.outcomes, &to, earlier),
    };
    let sent = Sent {
        at: (shared.time)(),
        drop_id: fresh_id().to_string(),
        message_id: fresh_id().to_string(),
        to,
        foreign_id: asked.foreign_id,
        idempotency_key: None,
        body_sha256,
        media_id: recording,
        caller_id: None,
        callback_url: asked.callback_url.filter(|url| callable(shared, url)),
        code,
        listen_ms,
        earlier,
        api: Api::V1,
        place: 0,
    };
    memory.record(if refusal.is_none() {
        Entry::DropMade(sent)
    } else {
        Entry::SendRefused(sent)
    })?;
    plan::last(shared, &mut memory);
    Ok(true)
}

/// The callback's body: no code, and no reference but the caller's own.
pub(crate) fn callback_body(
    sent: &Sent,
    reason: &str,
    is_delivered: bool,
    cost: f64,
    at: &str,
    dnc: bool,
) -> Value {
    json!({
        "drop_id": sent.drop_id,
        "phone_number": sent.to,
        "attempt_date": at,
        "status": if is_delivered { "success" } else { "failure" },
        "reason": reason,
        "dnc": dnc,
        "spam": false,
        "product_cost": cost,
        "compliance_fee": 0.0,
        "tts_fee": 0.0,
        "network": { "name": "Sandbox Wireless", "type": "wireless" },
        "foreign_id": sent.foreign_id,
    })
}

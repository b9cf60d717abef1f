//! Anthropic's message batches: one call hands over all requests, results are lines in any order.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::JsonRejection},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use chrono::{SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Batch, Fate, MAX_BYTES, MAX_REQUESTS, Request, Writer};
use crate::{
    Shared,
    anthropic::refusal,
    faults::{Target, befall},
    fresh_id,
};

/// Batches of a page, unless asked for otherwise, and the most.
const BATCHES_PER_PAGE: usize = 20;
const MAX_BATCHES_PER_PAGE: usize = 1_000;
/// Longest id of a request.
const MAX_CUSTOM_ID: usize = 64;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let befalling = middleware::from_fn_with_state((Arc::clone(shared), Target::AnthropicBatches), befall);
    let making: MethodRouter<Arc<Shared>> = post(make).layer::<_, Infallible>(befalling);
    let making = making.layer::<_, Infallible>(DefaultBodyLimit::max(MAX_BYTES));
    Router::new()
        .route("/anthropic/v1/messages/batches", making.get(list))
        .route(
            "/anthropic/v1/messages/batches/{id}",
            get(retrieve).delete(forget),
        )
        .route("/anthropic/v1/messages/batches/{id}/cancel", post(cancel))
        .route("/anthropic/v1/messages/batches/{id}/results", get(results))
}

fn invalid(message: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, "invalid_request_error", message)
}

fn unknown() -> Response {
    refusal(StatusCode::NOT_FOUND, "not_found_error", "Not found")
}

fn broken() -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refusal(status, "api_error", "Internal server error")
}

#[derive(Debug, Deserialize)]
struct New {
    requests: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    custom_id: String,
    params: Value,
}

async fn make(State(shared): State<Arc<Shared>>, body: Result<Json<New>, JsonRejection>) -> Response {
    let Ok(Json(new)) = body else {
        return invalid("the body is no batch");
    };
    if new.requests.is_empty() || new.requests.len() > MAX_REQUESTS {
        return invalid("requests: at least one is needed, and no more than 50,000 are taken");
    }
    let is_id = |id: &str| {
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        (1..=MAX_CUSTOM_ID).contains(&id.len()) && id.bytes().all(fine)
    };
    if !new.requests.iter().all(|line| is_id(&line.custom_id)) {
        return invalid("custom_id: 1 to 64 letters, digits, underscores and hyphens");
    }
    let requests = new.requests.into_iter().map(|line| Request {
        custom_id: line.custom_id,
        body: line.params,
    });
    let id = format!("msgbatch_{}", fresh_id().simple());
    let made = shared.batches.make(
        &shared,
        id,
        Writer::Anthropic,
        requests.collect(),
        (Value::Null, None),
    );
    // Who dies while it waits has a batch that it does not know of.
    shared.latency().await;
    match made {
        Ok(Some(batch)) => Json(shown(&shared, &batch)).into_response(),
        _ => broken(),
    }
}

#[derive(Debug, Deserialize)]
struct Page {
    limit: Option<usize>,
    after_id: Option<String>,
}

async fn list(State(shared): State<Arc<Shared>>, Query(page): Query<Page>) -> Response {
    let all = shared.batches.all(&shared, Writer::Anthropic);
    let begin = match &page.after_id {
        None => 0,
        Some(after) => match all.iter().position(|batch| batch.id == *after) {
            Some(position) => position + 1,
            None => return invalid("after_id: no such batch"),
        },
    };
    let limit = page.limit.unwrap_or(BATCHES_PER_PAGE).min(MAX_BATCHES_PER_PAGE);
    let shown: Vec<Value> = all
        .iter()
        .skip(begin)
        .take(limit)
        .map(|batch| shown(&shared, batch))
        .collect();
    let id = |value: Option<&Value>| value.map(|batch| batch["id"].clone());
    Json(json!({
        "has_more": begin + shown.len() < all.len(), "first_id": id(shown.first()), "last_id": id(shown.last()),
        "data": shown,
    }))
    .into_response()
}

async fn retrieve(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.batches.get(&shared, Writer::Anthropic, &id) {
        Some(batch) => Json(shown(&shared, &batch)).into_response(),
        None => unknown(),
    }
}

async fn cancel(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.batches.cancel(&shared, Writer::Anthropic, &id) {
        Ok(true) => retrieve(State(shared), Path(id)).await,
        Ok(false) => invalid("The batch has ended."),
        Err(_) => broken(),
    }
}

async fn forget(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let over = shared
        .batches
        .get(&shared, Writer::Anthropic, &id)
        .map(|batch| batch.fates.is_some());
    match over {
        None => unknown(),
        Some(false) => invalid("A batch is deleted after it has ended."),
        Some(true) => match shared.batches.delete(id.clone()) {
            Ok(()) => Json(json!({ "id": id, "type": "message_batch_deleted" })).into_response(),
            Err(_) => broken(),
        },
    }
}

/// All counts but that of what is being processed stay at nothing until the whole batch has ended.
fn shown(shared: &Shared, batch: &Batch) -> Value {
    let fates = batch.fates.as_deref().unwrap_or_default();
    let count = |kind: fn(&Fate) -> bool| fates.iter().filter(|fate| kind(fate)).count();
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let over = batch.fates.is_some();
    let status = match batch.cancelled_at {
        _ if over => "ended",
        Some(_) => "canceling",
        None => "in_progress",
    };
    json!({
        "id": batch.id, "type": "message_batch", "processing_status": status,
        "request_counts": {
            "processing": batch.requests.len() - fates.len(),
            "succeeded": count(|fate| matches!(fate, Fate::Answered(_))),
            "errored": count(|fate| matches!(fate, Fate::Refused(..) | Fate::Errored)),
            "canceled": count(|fate| matches!(fate, Fate::Cancelled)),
            "expired": count(|fate| matches!(fate, Fate::Expired)),
        },
        "created_at": time(batch.made_at), "expires_at": time(batch.made_at + TimeDelta::hours(24)),
        "cancel_initiated_at": batch.cancelled_at.map(time), "archived_at": null,
        "ended_at": over.then(|| time((shared.time)())),
        "results_url": over.then(|| format!("{}/anthropic/v1/messages/batches/{}/results", shared.base_url, batch.id)),
    })
}

async fn results(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let batch = shared.batches.get(&shared, Writer::Anthropic, &id);
    let Some((batch, fates)) = batch.and_then(|batch| Some((batch.requests, batch.fates?))) else {
        return unknown();
    };
    let mut lines = String::new();
    // Results come in any order.
    for (request, fate) in batch.iter().zip(&fates).rev() {
        let line = json!({ "custom_id": request.custom_id, "result": result(fate) });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines.into_response()
}

fn result(fate: &Fate) -> Value {
    let broken =
        json!({ "type": "error", "error": { "type": "api_error", "message": "Internal server error" } });
    match fate {
        Fate::Answered(message) => json!({ "type": "succeeded", "message": message }),
        Fate::Refused(_, refusal) => json!({ "type": "errored", "error": refusal }),
        Fate::Errored => json!({ "type": "errored", "error": broken }),
        Fate::Expired => json!({ "type": "expired" }),
        Fate::Cancelled => json!({ "type": "canceled" }),
    }
}

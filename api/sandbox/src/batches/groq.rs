//! Groq's files and batches, shaped as OpenAI's: a file of requests goes up, a batch is made of it, and results are files again.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Multipart, Path, Query, State, rejection::JsonRejection},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Batch, Fate, MAX_BYTES, MAX_REQUESTS, Request, Writer};
use crate::{
    Shared,
    faults::{Target, befall},
    fresh_id,
    groq::refusal,
};

/// What a batch's requests are made to.
const ENDPOINT: &str = "/v1/chat/completions";
/// Batches of a page, unless asked for otherwise, and the most.
const BATCHES_PER_PAGE: usize = 20;
const MAX_BATCHES_PER_PAGE: usize = 100;
/// What the files of results are called.
const OUTPUT: &str = "file_output_";
const ERRORS: &str = "file_errors_";

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let befalling = middleware::from_fn_with_state((Arc::clone(shared), Target::GroqBatches), befall);
    Router::new()
        .route(
            "/openai/v1/files",
            post(upload).layer(DefaultBodyLimit::max(MAX_BYTES)),
        )
        .route("/openai/v1/files/{id}", delete(forget))
        .route("/openai/v1/files/{id}/content", get(content))
        .route("/openai/v1/batches", post(make).layer(befalling).get(list))
        .route("/openai/v1/batches/{id}", get(retrieve))
        .route("/openai/v1/batches/{id}/cancel", post(cancel))
}

fn invalid(message: &str) -> Response {
    let kind = "invalid_request_error";
    refusal(StatusCode::BAD_REQUEST, kind, "invalid_request", message)
}

fn unknown() -> Response {
    let kind = "invalid_request_error";
    refusal(StatusCode::NOT_FOUND, kind, "not_found", "Not found")
}

fn broken() -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refusal(
        status,
        "internal_server_error",
        "internal_error",
        "Internal Server Error",
    )
}

async fn upload(State(shared): State<Arc<Shared>>, mut form: Multipart) -> Response {
    let (mut purpose, mut lines) = (None, None);
    while let Ok(Some(field)) = form.next_field().await {
        match field.name() {
            Some("purpose") => purpose = field.text().await.ok(),
            Some("file") => lines = field.text().await.ok(),
            _ => {}
        }
    }
    let (Some("batch"), Some(lines)) = (purpose.as_deref(), lines) else {
        return invalid("a file and purpose=batch are needed");
    };
    let (id, bytes) = (format!("file_{}", fresh_id().simple()), lines.len());
    if shared.batches.keep(id.clone(), lines).is_err() {
        return broken();
    }
    let created = (shared.time)().timestamp();
    Json(json!({
        "id": id, "object": "file", "bytes": bytes, "created_at": created, "filename": "batch.jsonl", "purpose": "batch",
    }))
    .into_response()
}

#[derive(Debug, Deserialize)]
struct New {
    input_file_id: String,
    endpoint: String,
    completion_window: String,
    #[serde(default)]
    metadata: Value,
}

#[derive(Debug, Deserialize)]
struct Line {
    custom_id: String,
    method: String,
    url: String,
    body: Value,
}

async fn make(State(shared): State<Arc<Shared>>, body: Result<Json<New>, JsonRejection>) -> Response {
    let Ok(Json(new)) = body else {
        return invalid("the body is no batch");
    };
    if new.endpoint != ENDPOINT || !new.completion_window.ends_with(['h', 'd']) {
        return invalid("endpoint must be /v1/chat/completions, completion_window 24h to 7d");
    }
    let Some(lines) = shared.batches.file(&new.input_file_id) else {
        return invalid("input_file_id: no such file");
    };
    let requests: Result<Vec<Request>, _> = lines.lines().map(request).collect();
    let Ok(requests) = requests else {
        return invalid("the file has a line that is no request");
    };
    if requests.is_empty() || requests.len() > MAX_REQUESTS {
        return invalid("between 1 and 50,000 requests are taken");
    }
    let id = format!("batch_{}", fresh_id().simple());
    let file = Some(new.input_file_id);
    let made = shared
        .batches
        .make(&shared, id, Writer::Groq, requests, (new.metadata, file));
    // Who dies while it waits has a batch that it does not know of.
    shared.latency().await;
    match made {
        Ok(Some(batch)) => Json(shown(&batch, (shared.time)())).into_response(),
        _ => broken(),
    }
}

fn request(line: &str) -> Result<Request, ()> {
    let line: Line = serde_json::from_str(line).map_err(drop)?;
    if line.method != "POST" || line.url != ENDPOINT {
        return Err(());
    }
    Ok(Request {
        custom_id: line.custom_id,
        body: line.body,
    })
}

#[derive(Debug, Deserialize)]
struct Page {
    limit: Option<usize>,
    after: Option<String>,
}

async fn list(State(shared): State<Arc<Shared>>, Query(page): Query<Page>) -> Json<Value> {
    let (all, now) = (shared.batches.all(&shared, Writer::Groq), (shared.time)());
    let begin = page
        .after
        .and_then(|after| all.iter().position(|batch| batch.id == after))
        .map_or(0, |position| position + 1);
    let limit = page.limit.unwrap_or(BATCHES_PER_PAGE).min(MAX_BATCHES_PER_PAGE);
    let shown: Vec<Value> = all
        .iter()
        .skip(begin)
        .take(limit)
        .map(|batch| shown(batch, now))
        .collect();
    Json(json!({ "object": "list", "data": shown }))
}

async fn retrieve(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.batches.get(&shared, Writer::Groq, &id) {
        Some(batch) => Json(shown(&batch, (shared.time)())).into_response(),
        None => unknown(),
    }
}

async fn cancel(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.batches.cancel(&shared, Writer::Groq, &id) {
        Ok(true) => retrieve(State(shared), Path(id)).await,
        Ok(false) => invalid("the batch can't be cancelled any more"),
        Err(_) => broken(),
    }
}

fn shown(batch: &Batch, now: DateTime<Utc>) -> Value {
    let over = batch.fates.is_some();
    let status = match batch.cancelled_at {
        Some(_) if over => "cancelled",
        Some(_) => "cancelling",
        None if over && batch.fails() => "failed",
        None if batch.is_expired() => "expired",
        None if over => "completed",
        None => "in_progress",
    };
    let fates = batch.fates.as_deref().unwrap_or_default();
    let answered = |fate: &&Fate| matches!(fate, Fate::Answered(_));
    let (completed, failed) = if over {
        let completed = fates.iter().filter(answered).count();
        (completed, fates.len() - completed)
    } else {
        (batch.processed(now), 0)
    };
    let file = |kind: &str, wanted: bool| wanted.then(|| format!("{kind}{}", batch.id));
    let results = over && !batch.fails();
    json!({
        "id": batch.id, "object": "batch", "endpoint": ENDPOINT, "completion_window": "24h",
        "input_file_id": batch.file, "metadata": batch.mark, "created_at": batch.made_at.timestamp(), "status": status,
        "output_file_id": file(OUTPUT, results && completed > 0),
        "error_file_id": file(ERRORS, results && failed > 0),
        "request_counts": { "total": batch.requests.len(), "completed": completed, "failed": failed },
    })
}

async fn forget(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match shared.batches.delete(id.clone()) {
        Ok(()) => Json(json!({ "id": id, "object": "file", "deleted": true })).into_response(),
        Err(_) => broken(),
    }
}

async fn content(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    if shared.batches.is_deleted(&id) {
        return unknown();
    }
    let (batch, is_output) = match (id.strip_prefix(OUTPUT), id.strip_prefix(ERRORS)) {
        (Some(batch), _) => (batch, true),
        (_, Some(batch)) => (batch, false),
        _ => match shared.batches.file(&id) {
            Some(lines) => return lines.into_response(),
            None => return unknown(),
        },
    };
    let Some(batch) = shared.batches.get(&shared, Writer::Groq, batch) else {
        return unknown();
    };
    let fates = batch.fates.as_deref().unwrap_or_default();
    let mut lines = String::new();
    // Results come in any order.
    for (request, fate) in batch.requests.iter().zip(fates).rev() {
        if matches!(fate, Fate::Answered(_)) == is_output {
            lines.push_str(&line(&request.custom_id, fate).to_string());
            lines.push('\n');
        }
    }
    lines.into_response()
}

fn line(custom_id: &str, fate: &Fate) -> Value {
    let answered =
        |status: u16, body: &Value| json!({ "status_code": status, "request_id": "req_1", "body": body });
    let error = |code: &str| json!({ "code": code, "message": "This request was not executed." });
    let broken = json!({ "error": { "message": "Internal Server Error", "type": "internal_server_error" } });
    let (response, error) = match fate {
        Fate::Answered(body) => (answered(200, body), Value::Null),
        Fate::Refused(status, body) => (answered(*status, body), Value::Null),
        Fate::Errored => (answered(500, &broken), Value::Null),
        Fate::Expired => (Value::Null, error("batch_expired")),
        Fate::Cancelled => (Value::Null, error("batch_cancelled")),
    };
    json!({ "id": "batch_req_1", "custom_id": custom_id, "response": response, "error": error })
}

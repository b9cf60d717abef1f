//! Anthropic's messages and its list of models, all below `/anthropic`: its `/v1/models` would be ElevenLabs' otherwise. It refuses
//! what the real one refuses (wrong key, no version, unknown model, a beginning of the answer) and, of every model, what the newer
//! ones refuse (temperature and the like). It does not speak streams or tools; its batches are in `batches`.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, Request, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Shared, batches,
    bill::Usage,
    faults::{Target, befall},
    fresh_id, scripts,
};

/// Models served, the newest first. One with a date is known without it, too.
const MODELS: [&str; 3] = ["claude-opus-5", "claude-sonnet-5", "claude-haiku-4-5-20251001"];
/// Models of a page, unless asked for otherwise, and the most.
const MODELS_PER_PAGE: usize = 20;
const MAX_MODELS_PER_PAGE: usize = 1_000;
/// Messages of one prompt.
const MAX_MESSAGES: usize = 64;
/// Properties of a schema that are answered.
const MAX_PROPERTIES: usize = 32;
/// Largest prompt, bytes.
const MAX_PROMPT: usize = 256 * 1024;
/// Rough size of a token, bytes.
const BYTES_PER_TOKEN: usize = 4;
/// The vendor's status for "overloaded".
const OVERLOADED: u16 = 529;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/anthropic/v1/messages",
            post(write).layer(middleware::from_fn_with_state(
                (Arc::clone(shared), Target::Anthropic),
                befall,
            )),
        )
        .route("/anthropic/v1/models", get(models))
        .merge(batches::anthropic::routes(shared))
        .layer(DefaultBodyLimit::max(MAX_PROMPT))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authorised))
        .with_state(Arc::clone(shared))
}

/// The provider's error shape.
pub(crate) fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    let id = request_id();
    let body = json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": id });
    let mut response = (status, Json(body)).into_response();
    identified(response.headers_mut(), &id);
    response
}

/// Everybody asks too much at the moment.
pub(crate) fn overloaded() -> Response {
    let status = StatusCode::from_u16(OVERLOADED).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    refusal(status, "overloaded_error", "Overloaded")
}

fn invalid(message: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, "invalid_request_error", message)
}

fn request_id() -> String {
    format!("req_{}", fresh_id().simple())
}

fn identified(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("request-id", id);
    }
}

async fn authorised(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let key = request.headers().get("x-api-key");
    if key.is_none_or(|key| key.as_bytes() != shared.credentials.anthropic_api_key.as_bytes()) {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            "invalid x-api-key",
        );
    }
    if !request.headers().contains_key("anthropic-version") {
        return invalid("anthropic-version: header is required");
    }
    next.run(request).await
}

#[derive(Debug, Deserialize)]
struct ModelPage {
    limit: Option<usize>,
    after_id: Option<String>,
}

async fn models(State(shared): State<Arc<Shared>>, Query(page): Query<ModelPage>) -> Response {
    let limit = page.limit.unwrap_or(MODELS_PER_PAGE);
    if !(1..=MAX_MODELS_PER_PAGE).contains(&limit) {
        return invalid("limit: between 1 and 1000");
    }
    let begin = match &page.after_id {
        None => 0,
        Some(after) => match MODELS.iter().position(|id| id == after) {
            Some(position) => position + 1,
            None => return invalid("after_id: no such model"),
        },
    };
    let created = (shared.time)().to_rfc3339_opts(SecondsFormat::Secs, true);
    let ids: Vec<_> = MODELS.iter().skip(begin).take(limit).collect();
    let shown: Vec<_> = ids
        .iter()
        .map(|id| json!({ "type": "model", "id": id, "display_name": id, "created_at": created }))
        .collect();
    let body = json!({
        "data": shown,
        "has_more": begin + ids.len() < MODELS.len(),
        "first_id": ids.first(),
        "last_id": ids.last(),
    });
    Json(body).into_response()
}

#[derive(Debug, Deserialize)]
struct Asked {
    model: String,
    max_tokens: usize,
    messages: Vec<Turn>,
    system: Option<Value>,
    stream: Option<bool>,
    temperature: Option<Value>,
    top_p: Option<Value>,
    top_k: Option<Value>,
    output_config: Option<OutputConfig>,
}

#[derive(Debug, Deserialize)]
struct Turn {
    role: String,
    content: Value,
}

#[derive(Debug, Deserialize)]
struct OutputConfig {
    format: Option<Format>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
    JsonSchema { schema: Value },
}

impl Asked {
    fn schema(&self) -> Option<&Value> {
        let Format::JsonSchema { schema } = self.output_config.as_ref()?.format.as_ref()?;
        Some(schema)
    }
}

async fn write(State(shared): State<Arc<Shared>>, body: Result<Json<Asked>, JsonRejection>) -> Response {
    let asked = match body {
        Ok(Json(asked)) => asked,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return refusal(
                refused.status(),
                "request_too_large",
                "Request exceeds the maximum size",
            );
        }
        Err(_) => return invalid("the body is no messages request"),
    };
    let model = match check(&asked) {
        Ok(model) => model,
        Err(refused) => return *refused,
    };
    let said = compose(&shared, &asked, false);
    if shared.bill.book(&said.usage).is_err() {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "api_error",
            "Internal server error",
        );
    }
    let mut response = Json(answer(model, &said)).into_response();
    identified(response.headers_mut(), &request_id());
    rate_headers(&shared, response.headers_mut());
    response
}

/// What is said, and what it is booked as.
struct Said {
    content: String,
    stop_reason: &'static str,
    usage: Usage,
}

fn compose(shared: &Shared, asked: &Asked, batched: bool) -> Said {
    let from_users: Vec<String> = asked
        .messages
        .iter()
        .filter(|turn| turn.role == "user")
        .map(|turn| text_of(&turn.content))
        .collect();
    let texts: Vec<&str> = from_users.iter().map(String::as_str).collect();
    let script = scripts::write(shared.seed, &scripts::facts(&texts));
    let whole = match asked.schema() {
        Some(schema) => scripts::in_schema(&script, schema),
        None => script,
    };
    let content: String = whole
        .chars()
        .take(asked.max_tokens.saturating_mul(BYTES_PER_TOKEN))
        .collect();
    let read = asked
        .messages
        .iter()
        .map(|turn| text_of(&turn.content).len())
        .sum::<usize>()
        + asked.system.as_ref().map_or(0, |system| text_of(system).len());
    let usage = Usage::Message {
        read: (read / BYTES_PER_TOKEN + 1) as u64,
        written: content.len().div_ceil(BYTES_PER_TOKEN) as u64,
        batched,
    };
    let stop_reason = if content == whole {
        "end_turn"
    } else {
        "max_tokens"
    };
    Said {
        content,
        stop_reason,
        usage,
    }
}

/// One request of a batch.
pub(crate) fn batched(shared: &Shared, params: &Value) -> batches::Answer {
    let refused = || {
        let error = json!({ "type": "invalid_request_error", "message": "The request was refused." });
        (400, json!({ "type": "error", "error": error }))
    };
    let asked = Asked::deserialize(params).map_err(|_| refused())?;
    let model = check(&asked).map_err(|_| refused())?;
    let said = compose(shared, &asked, true);
    Ok((answer(model, &said), said.usage))
}

/// The model meant, by its whole id.
fn check(asked: &Asked) -> Result<&'static str, Box<Response>> {
    let Some(model) = MODELS.into_iter().find(|id| is_meant(id, &asked.model)) else {
        let message = "model: no such model";
        return Err(Box::new(refusal(
            StatusCode::NOT_FOUND,
            "not_found_error",
            message,
        )));
    };
    let sampling = [&asked.temperature, &asked.top_p, &asked.top_k];
    let problem = if asked.messages.is_empty() || asked.messages.len() > MAX_MESSAGES {
        "messages: between 1 and 64 are taken"
    } else if asked
        .messages
        .iter()
        .any(|turn| turn.role != "user" && turn.role != "assistant")
    {
        "messages: roles are user and assistant"
    } else if asked.messages.last().is_some_and(|turn| turn.role == "assistant") {
        "This model does not support assistant message prefill. The conversation must end with a user message."
    } else if sampling.into_iter().any(Option::is_some) {
        "`temperature`, `top_p` and `top_k` are deprecated for this model"
    } else if asked.max_tokens == 0 {
        "max_tokens: must be greater than or equal to 1"
    } else if asked.stream == Some(true) {
        "stream is not spoken by the sandbox"
    } else {
        return check_schema(asked.schema())
            .map(|()| model)
            .map_err(|message| Box::new(invalid(message)));
    };
    Err(Box::new(invalid(problem)))
}

fn is_meant(id: &str, asked: &str) -> bool {
    let date = |rest: &str| rest.strip_prefix("-20").is_some_and(|date| date.len() == 6);
    id.strip_prefix(asked)
        .is_some_and(|rest| rest.is_empty() || date(rest))
}

/// A schema is an object and closed.
fn check_schema(schema: Option<&Value>) -> Result<(), &'static str> {
    let Some(schema) = schema else {
        return Ok(());
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties =
        properties.ok_or("output_config.format.schema: the schema must be an object with properties")?;
    if properties.len() > MAX_PROPERTIES {
        return Err("output_config.format.schema: too many properties");
    }
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Err(
            "output_config.format.schema: for 'object' type, 'additionalProperties' must be explicitly set to false",
        );
    }
    Ok(())
}

/// A text, or the texts of its blocks.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks
            .iter()
            .filter_map(|block| block.get("text")?.as_str())
            .collect(),
        _ => String::new(),
    }
}

fn answer(model: &str, said: &Said) -> Value {
    let (read, written) = said.usage.tokens();
    json!({
        "id": format!("msg_{}", fresh_id().simple()),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{ "type": "text", "text": said.content }],
        "stop_reason": said.stop_reason,
        "stop_sequence": null,
        "usage": {
            "input_tokens": read, "output_tokens": written,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
            "cache_creation": { "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 },
            "service_tier": "standard",
        },
    })
}

/// All is counted a minute; the sandbox never runs low.
fn rate_headers(shared: &Shared, headers: &mut HeaderMap) {
    for (name, value) in [
        ("anthropic-ratelimit-requests-limit", "1000"),
        ("anthropic-ratelimit-requests-remaining", "999"),
        ("anthropic-ratelimit-tokens-limit", "540000"),
        ("anthropic-ratelimit-tokens-remaining", "539000"),
        ("anthropic-ratelimit-input-tokens-limit", "450000"),
        ("anthropic-ratelimit-input-tokens-remaining", "449000"),
        ("anthropic-ratelimit-output-tokens-limit", "90000"),
        ("anthropic-ratelimit-output-tokens-remaining", "90000"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let reset = (shared.time)() + TimeDelta::seconds(1);
    let Ok(reset) = HeaderValue::from_str(&reset.to_rfc3339_opts(SecondsFormat::Secs, true)) else {
        return;
    };
    for name in [
        "anthropic-ratelimit-requests-reset",
        "anthropic-ratelimit-tokens-reset",
        "anthropic-ratelimit-input-tokens-reset",
        "anthropic-ratelimit-output-tokens-reset",
    ] {
        headers.insert(name, reset.clone());
    }
}

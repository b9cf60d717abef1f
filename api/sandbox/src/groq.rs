//! Groq's OpenAI-shaped API: chat completions and the list of models; its batches are in `batches`. It refuses what the real one refuses (wrong key,
//! unknown model, `n` other than 1, `reasoning_effort: none`) and what it does not speak itself (streams).

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::AUTHORIZATION},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Shared, batches,
    bill::Usage,
    faults::{Target, befall},
    fresh_id, scripts,
};

/// Models served; the Llama 3 ones were shut down in August 2026.
const MODELS: [&str; 2] = ["openai/gpt-oss-120b", SMALL_MODEL];
/// The one at half the price.
const SMALL_MODEL: &str = "openai/gpt-oss-20b";
/// Messages of one prompt.
const MAX_MESSAGES: usize = 64;
/// Properties of a schema that are answered.
const MAX_PROPERTIES: usize = 32;
/// Largest prompt, bytes.
const MAX_PROMPT: usize = 256 * 1024;
/// Rough size of a token, bytes.
const BYTES_PER_TOKEN: usize = 4;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/openai/v1/chat/completions",
            post(complete).layer(middleware::from_fn_with_state(
                (Arc::clone(shared), Target::Groq),
                befall,
            )),
        )
        .route("/openai/v1/models", get(models))
        .merge(batches::groq::routes(shared))
        .layer(DefaultBodyLimit::max(MAX_PROMPT))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authorised))
        .with_state(Arc::clone(shared))
}

/// The provider's error shape.
pub(crate) fn refusal(status: StatusCode, kind: &str, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "message": message, "type": kind, "code": code } });
    (status, Json(body)).into_response()
}

fn invalid(message: &str) -> Response {
    refusal(
        StatusCode::BAD_REQUEST,
        "invalid_request_error",
        "invalid_request",
        message,
    )
}

async fn authorised(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Bearer ")) == Some(shared.credentials.groq_api_key.as_str())
    {
        return next.run(request).await;
    }
    refusal(
        StatusCode::UNAUTHORIZED,
        "invalid_request_error",
        "invalid_api_key",
        "Invalid API Key",
    )
}

async fn models(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let created = (shared.time)().timestamp();
    let data: Vec<_> = MODELS
        .iter()
        .map(|id| {
            json!({
                "id": id, "object": "model", "created": created, "owned_by": "OpenAI", "active": true,
                "context_window": 131_072, "max_completion_tokens": 65_536,
            })
        })
        .collect();
    Json(json!({ "object": "list", "data": data }))
}

#[derive(Debug, Deserialize)]
struct Completion {
    model: String,
    messages: Vec<Message>,
    n: Option<u32>,
    stream: Option<bool>,
    temperature: Option<f64>,
    reasoning_effort: Option<String>,
    response_format: Option<ResponseFormat>,
}

#[derive(Debug, Deserialize)]
struct Message {
    role: String,
    content: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema { json_schema: JsonSchema },
}

#[derive(Debug, Deserialize)]
struct JsonSchema {
    #[serde(default)]
    strict: bool,
    schema: Value,
}

async fn complete(
    State(shared): State<Arc<Shared>>,
    body: Result<Json<Completion>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = body else {
        return invalid("the body is no chat completion request");
    };
    if let Err(refused) = check(&asked) {
        return *refused;
    }
    let (content, usage) = compose(&shared, &asked, false);
    shared.latency().await;
    if shared.bill.book(&usage).is_err() {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            "internal_error",
            "Internal Server Error",
        );
    }
    let mut response = Json(answer(&shared, &asked.model, &content, &usage)).into_response();
    rate_headers(response.headers_mut());
    response
}

/// What is said, and what it is booked as.
fn compose(shared: &Shared, asked: &Completion, batched: bool) -> (String, Usage) {
    let texts: Vec<(&str, &str)> = asked
        .messages
        .iter()
        .map(|message| (message.role.as_str(), text_of(message)))
        .collect();
    let read = texts.iter().map(|(_, text)| text.len()).sum::<usize>() / BYTES_PER_TOKEN + 1;
    let from_users: Vec<&str> = texts
        .iter()
        .filter(|(role, _)| *role == "user")
        .map(|(_, text)| *text)
        .collect();
    let script = scripts::write(shared.seed, &scripts::facts(&from_users));
    let content = shape(&script, asked.response_format.as_ref());
    let written = content.len() / BYTES_PER_TOKEN + 1;
    let usage = Usage::Completion {
        read: read as u64,
        written: written as u64,
        small: asked.model == SMALL_MODEL,
        batched,
    };
    (content, usage)
}

/// One request of a batch.
pub(crate) fn batched(shared: &Shared, body: &Value) -> batches::Answer {
    let asked = Completion::deserialize(body).map_err(|_| refused_in_batch("invalid_request"))?;
    check(&asked).map_err(|refused| {
        let code = match refused.status() {
            StatusCode::NOT_FOUND => "model_not_found",
            _ => "invalid_request",
        };
        refused_in_batch(code)
    })?;
    let (content, usage) = compose(shared, &asked, true);
    Ok((answer(shared, &asked.model, &content, &usage), usage))
}

fn refused_in_batch(code: &str) -> (u16, Value) {
    let error =
        json!({ "message": "The request was refused.", "type": "invalid_request_error", "code": code });
    (400, json!({ "error": error }))
}

fn check(asked: &Completion) -> Result<(), Box<Response>> {
    if !MODELS.contains(&asked.model.as_str()) {
        let message = "The model does not exist or you do not have access to it.";
        let refused = refusal(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            "model_not_found",
            message,
        );
        return Err(Box::new(refused));
    }
    let problem = if asked.messages.is_empty() || asked.messages.len() > MAX_MESSAGES {
        "messages: between 1 and 64 are taken"
    } else if asked.n.is_some_and(|n| n != 1) {
        "n must be 1"
    } else if asked.stream == Some(true) {
        "stream is not spoken by the sandbox"
    } else if asked.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
        "temperature must be between 0 and 2"
    } else if asked
        .reasoning_effort
        .as_deref()
        .is_some_and(|effort| !["low", "medium", "high"].contains(&effort))
    {
        "reasoning_effort must be one of low, medium, high"
    } else {
        return check_schema(asked.response_format.as_ref()).map_err(|message| Box::new(invalid(message)));
    };
    Err(Box::new(invalid(problem)))
}

/// A strict schema names every property as required and closes the object.
fn check_schema(format: Option<&ResponseFormat>) -> Result<(), &'static str> {
    let Some(ResponseFormat::JsonSchema { json_schema }) = format else {
        return Ok(());
    };
    let properties = json_schema.schema.get("properties").and_then(Value::as_object);
    let properties = properties.ok_or("json_schema: the schema must be an object with properties")?;
    if properties.len() > MAX_PROPERTIES {
        return Err("json_schema: too many properties");
    }
    let required = json_schema.schema.get("required").and_then(Value::as_array);
    let all_required = properties
        .keys()
        .all(|key| required.is_some_and(|names| names.contains(&json!(key))));
    let closed = json_schema.schema.get("additionalProperties") == Some(&Value::Bool(false));
    if json_schema.strict && !(all_required && closed) {
        return Err("json_schema: strict needs every property in required and additionalProperties false");
    }
    Ok(())
}

fn text_of(message: &Message) -> &str {
    match &message.content {
        Some(Value::String(text)) => text,
        // Content parts: the first text is enough for a sandbox.
        Some(Value::Array(parts)) => parts
            .iter()
            .find_map(|part| part.get("text")?.as_str())
            .unwrap_or_default(),
        _ => "",
    }
}

/// The script in the form asked for.
fn shape(script: &str, format: Option<&ResponseFormat>) -> String {
    match format {
        None | Some(ResponseFormat::Text) => script.to_owned(),
        Some(ResponseFormat::JsonObject) => json!({ "script": script }).to_string(),
        Some(ResponseFormat::JsonSchema { json_schema }) => scripts::in_schema(script, &json_schema.schema),
    }
}

fn answer(shared: &Shared, model: &str, content: &str, usage: &Usage) -> Value {
    let id = fresh_id().simple().to_string();
    let (read, written) = usage.tokens();
    json!({
        "id": format!("chatcmpl-{id}"),
        "object": "chat.completion",
        "created": (shared.time)().timestamp(),
        "model": model,
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }],
        "usage": {
            "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
            "queue_time": 0.01, "prompt_time": 0.01, "completion_time": 0.2, "total_time": 0.22,
            "completion_tokens_details": { "reasoning_tokens": 0 },
        },
        "x_groq": { "id": format!("req_{id}") },
    })
}

/// Requests are counted a day, tokens a minute; the sandbox never runs low.
fn rate_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        ("x-ratelimit-limit-requests", "500000"),
        ("x-ratelimit-limit-tokens", "250000"),
        ("x-ratelimit-remaining-requests", "499999"),
        ("x-ratelimit-remaining-tokens", "249000"),
        ("x-ratelimit-reset-requests", "172.8ms"),
        ("x-ratelimit-reset-tokens", "240ms"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

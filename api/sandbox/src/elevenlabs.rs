//! ElevenLabs' API: speech, voices, subscription and models. It refuses what the real one refuses (wrong key, unknown voice
//! or format, too long a text, too many at once, no quota left). Whatever format is asked for, the audio is a WAV, and the
//! content type says so.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Shared,
    bill::Usage,
    faults::{Target, befall},
    fresh_id,
    speech_history::Item,
};

/// The voice a caller may name without looking: the first of [`VOICES`].
pub const DEFAULT_VOICE: &str = VOICES[0].0;
/// Voice ids served and what people call them; the ids are those of the provider's premade voices.
pub const VOICES: [(&str, &str); 6] = [
    ("21m00Tcm4TlvDq8ikWAM", "Rachel"),
    ("EXAVITQu4vr4xnSDxMaL", "Sarah"),
    ("JBFqnCBsd6RMkjVDRZzb", "George"),
    ("TX3LPaxmHKxFdv7VOQHJ", "Liam"),
    ("XB0fDUnXU5powFXDhCwa", "Charlotte"),
    ("pNInz6obpgDQGcFmaJgB", "Adam"),
];
/// Models, and the characters each takes at once.
const MODELS: [(&str, usize); 4] = [
    ("eleven_multilingual_v2", 10_000),
    ("eleven_flash_v2_5", 40_000),
    ("eleven_turbo_v2_5", 40_000),
    ("eleven_flash_v2", 30_000),
];
/// Output formats begin with one of these.
const FORMATS: [&str; 6] = ["mp3_", "wav_", "pcm_", "ulaw_", "alaw_", "opus_"];
/// Largest body: the longest text in four-byte characters, and its settings.
const MAX_BODY: usize = 256 * 1024;
/// Largest page of voices.
const MAX_PAGE: usize = 100;
/// Largest page of the history.
const MAX_HISTORY_PAGE: usize = 1_000;
/// Page size of voices when none is asked for.
const PAGE: usize = 10;
/// How long a request too many is queued before it is refused.
const QUEUED: Duration = Duration::from_millis(50);

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/v1/text-to-speech/{voice_id}",
            post(speak).layer(middleware::from_fn_with_state(
                (Arc::clone(shared), Target::ElevenLabs),
                befall,
            )),
        )
        .route("/v1/history", get(history))
        .route("/v1/history/{item}/audio", get(history_audio))
        .route("/v2/voices", get(voices))
        .route("/v1/user/subscription", get(subscription))
        .route("/v1/models", get(models))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authorised))
        .with_state(Arc::clone(shared))
}

/// The provider's error shape.
pub(crate) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    (
        status,
        Json(json!({ "detail": { "status": code, "message": message } })),
    )
        .into_response()
}

async fn authorised(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get("xi-api-key")
        .and_then(|value| value.to_str().ok());
    if given == Some(shared.credentials.elevenlabs_api_key.as_str()) {
        return next.run(request).await;
    }
    refusal(StatusCode::UNAUTHORIZED, "invalid_api_key", "Invalid API key")
}

#[derive(Debug, Deserialize)]
struct Format {
    output_format: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Speech {
    text: String,
    model_id: Option<String>,
    voice_settings: Option<Settings>,
}

#[derive(Debug, Deserialize)]
struct Settings {
    stability: Option<f64>,
    similarity_boost: Option<f64>,
}

async fn speak(
    State(shared): State<Arc<Shared>>,
    Path(voice): Path<String>,
    Query(format): Query<Format>,
    body: Result<Json<Speech>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = body else {
        return unprocessable("body", "a JSON object with text is required");
    };
    if let Err(refused) = check(&shared, &voice, &format, &asked) {
        return *refused;
    }
    let place = tokio::time::timeout(QUEUED, shared.speech_places.acquire()).await;
    let Ok(Ok(_place)) = place else {
        let message = "You have exceeded the maximum number of concurrent requests of your subscription.";
        return refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_concurrent_requests",
            message,
        );
    };
    shared.latency().await;
    let audio = shared.voice.speak(&asked.text).await;
    let characters = asked.text.chars().count() as u64;
    if shared.bill.book(&Usage::Speech { characters }).is_err() {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong.",
        );
    }
    let item = fresh_id().simple().to_string();
    shared.speech_history.add(Item {
        id: item.clone(),
        voice,
        model: asked.model_id.unwrap_or_else(|| MODELS[0].0.to_owned()),
        text: asked.text,
        at: (shared.time)(),
    });
    let busy = shared
        .speech_concurrency
        .saturating_sub(shared.speech_places.available_permits());
    let mut response = audio.into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(shared.voice.content_type()),
    );
    for (name, value) in [
        ("request-id", fresh_id().simple().to_string()),
        ("history-item-id", item),
        ("x-trace-id", fresh_id().simple().to_string()),
        ("character-cost", characters.to_string()),
        ("current-concurrent-requests", busy.to_string()),
        (
            "maximum-concurrent-requests",
            shared.speech_concurrency.to_string(),
        ),
        ("x-region", "sandbox".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

fn check(shared: &Shared, voice: &str, format: &Format, asked: &Speech) -> Result<(), Box<Response>> {
    let refused = |status, code, message| Err(Box::new(refusal(status, code, message)));
    if !VOICES.iter().any(|(id, _)| *id == voice) {
        return refused(
            StatusCode::BAD_REQUEST,
            "voice_not_found",
            "A voice with that voice_id was not found.",
        );
    }
    let format = format.output_format.as_deref().unwrap_or("mp3_44100_128");
    if !FORMATS.iter().any(|known| format.starts_with(known)) {
        return Err(Box::new(unprocessable(
            "output_format",
            "not one of the output formats",
        )));
    }
    let model = asked.model_id.as_deref().unwrap_or(MODELS[0].0);
    let Some((_, limit)) = MODELS.iter().find(|(id, _)| *id == model) else {
        return refused(
            StatusCode::BAD_REQUEST,
            "model_not_found",
            "A model with that model_id was not found.",
        );
    };
    let off = |part: Option<f64>| part.is_some_and(|value| !(0.0..=1.0).contains(&value));
    if asked
        .voice_settings
        .as_ref()
        .is_some_and(|set| off(set.stability) || off(set.similarity_boost))
    {
        return Err(Box::new(unprocessable(
            "voice_settings",
            "must be between 0 and 1",
        )));
    }
    let characters = asked.text.chars().count();
    if asked.text.trim().is_empty() {
        return refused(StatusCode::BAD_REQUEST, "input_text_empty", "The text is empty.");
    }
    if characters > *limit {
        return refused(
            StatusCode::BAD_REQUEST,
            "max_character_limit_exceeded",
            "The text is too long for this model.",
        );
    }
    if shared.bill.characters() + characters as u64 > shared.character_limit {
        return refused(
            StatusCode::UNAUTHORIZED,
            "quota_exceeded",
            "This request exceeds your quota.",
        );
    }
    Ok(())
}

/// Validation errors come as an array, FastAPI's way.
fn unprocessable(field: &str, message: &str) -> Response {
    let body = json!({ "detail": [{ "loc": ["body", field], "msg": message, "type": "value_error" }] });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

#[derive(Debug, Deserialize)]
struct HistoryPage {
    page_size: Option<usize>,
    voice_id: Option<String>,
    start_after_history_item_id: Option<String>,
}

async fn history(State(shared): State<Arc<Shared>>, Query(page): Query<HistoryPage>) -> Response {
    let size = page.page_size.unwrap_or(MAX_PAGE);
    if !(1..=MAX_HISTORY_PAGE).contains(&size) {
        return unprocessable("page_size", "must be between 1 and 1000");
    }
    let after = page.start_after_history_item_id.as_deref();
    let (items, more) = shared
        .speech_history
        .newest(page.voice_id.as_deref(), after, size);
    let kind = shared.voice.content_type();
    let shown: Vec<Value> = items.iter().map(|item| history_item(item, kind)).collect();
    Json(json!({
        "history": shown,
        "has_more": more,
        "last_history_item_id": items.last().map(|item| &item.id),
        "scanned_until": null,
    }))
    .into_response()
}

fn history_item(item: &Item, content_type: &str) -> Value {
    json!({
        "history_item_id": item.id,
        "voice_id": item.voice,
        "model_id": item.model,
        "text": item.text,
        "date_unix": item.at.timestamp(),
        "character_count_change_from": 0,
        "character_count_change_to": item.text.chars().count(),
        "content_type": content_type,
        "state": "created",
        "source": "TTS",
    })
}

/// The same words give the same sound.
async fn history_audio(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let Some(item) = shared.speech_history.get(&id) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "invalid_uid",
            "An item with that id was not found.",
        );
    };
    let audio = shared.voice.speak(&item.text).await;
    ([(CONTENT_TYPE, shared.voice.content_type())], audio).into_response()
}

#[derive(Debug, Deserialize)]
struct VoicePage {
    page_size: Option<usize>,
    next_page_token: Option<String>,
    search: Option<String>,
}

async fn voices(Query(page): Query<VoicePage>) -> Response {
    let size = page.page_size.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&size) {
        return unprocessable("page_size", "must be between 1 and 100");
    }
    let from = match page.next_page_token.as_deref().map(str::parse::<usize>) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => {
            return refusal(
                StatusCode::BAD_REQUEST,
                "invalid_page_token",
                "The page token is not valid.",
            );
        }
    };
    let search = page.search.unwrap_or_default().to_lowercase();
    let found: Vec<_> = VOICES
        .iter()
        .filter(|(_, name)| name.to_lowercase().contains(&search))
        .collect();
    let shown: Vec<Value> = found
        .iter()
        .skip(from)
        .take(size)
        .map(|(id, name)| voice(id, name))
        .collect();
    let next = from + shown.len();
    let more = next < found.len();
    Json(json!({
        "voices": shown,
        "has_more": more,
        "total_count": found.len(),
        "next_page_token": more.then(|| next.to_string()),
    }))
    .into_response()
}

fn voice(id: &str, name: &str) -> Value {
    json!({
        "voice_id": id,
        "name": format!("{name} (sandbox)"),
        "category": "premade",
        "labels": { "accent": "american", "use_case": "conversational" },
        "description": "A voice of the sandbox.",
        "preview_url": null,
        "settings": { "stability": 0.5, "similarity_boost": 0.75 },
    })
}

async fn subscription(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "tier": "pro",
        "character_count": shared.bill.characters(),
        "character_limit": shared.character_limit,
        "can_extend_character_limit": false,
        "next_character_count_reset_unix": ((shared.time)() + chrono::Duration::days(30)).timestamp(),
        "voice_slots_used": VOICES.len(),
        "voice_limit": 160,
        "status": "active",
        "billing_period": "monthly_period",
        "character_refresh_period": "monthly_period",
    }))
}

async fn models() -> Json<Value> {
    let models = MODELS.iter().map(|(id, limit)| {
        json!({
            "model_id": id,
            "name": id,
            "can_do_text_to_speech": true,
            "maximum_text_length_per_request": limit,
            "max_characters_request_subscribed_user": limit,
            "concurrency_group": if id.contains("multilingual") { "standard" } else { "turbo" },
        })
    });
    Json(models.collect())
}

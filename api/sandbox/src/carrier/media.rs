//! The carrier's audio: made by a signed upload in three steps or imported from an address on this machine. The bytes are
//! hashed as they come and thrown away. It refuses an upload with another content type than the one it gave, with
//! credentials, or after its two days.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    MAX_MEDIA,
    log::{Entry, Media},
    routes::{data, invalid, not_found, problem, unwritable},
};
use crate::{Shared, config::is_local, fresh_id};

/// Largest audio.
const MAX_AUDIO: u64 = 20 * 1024 * 1024;
/// Life of an upload address.
const UPLOAD_LIFE_SECONDS: i64 = 2 * 24 * 60 * 60;
/// Longest name of a media.
const MAX_NAME: usize = 255;
/// Most media in one list.
const MAX_LISTED: usize = 1_000;

#[derive(Debug, Deserialize)]
pub(crate) struct NewMedia {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    signed_upload: bool,
    url: Option<String>,
    ext: Option<String>,
}

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    body: Result<Json<NewMedia>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = body else {
        return invalid("name and type are required");
    };
    if asked.kind != "rvm" || asked.name.is_empty() || asked.name.len() > MAX_NAME {
        return invalid("type must be rvm and name between 1 and 255 bytes");
    }
    if shared.carrier.memory().known.media.len() >= MAX_MEDIA {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "full",
            "the sandbox remembers no more media: move carrier.jsonl away",
        );
    }
    match (&asked.url, asked.signed_upload) {
        (None, true) => created(&shared, &asked),
        (Some(url), false) => imported(&shared, &asked, url).await,
        _ => invalid("either signed_upload or url is required"),
    }
}

fn created(shared: &Shared, asked: &NewMedia) -> Response {
    let media_id = fresh_id().to_string();
    let entry = Entry::MediaCreated {
        at: (shared.time)(),
        media_id: media_id.clone(),
        name: asked.name.clone(),
    };
    if let Err(error) = shared.carrier.memory().record(entry) {
        return unwritable(&error);
    }
    let upload = upload_addresses(shared, &media_id);
    data(
        StatusCode::CREATED,
        json!({ "media_id": media_id, "media_exists": false, "upload": upload }),
    )
}

async fn imported(shared: &Shared, asked: &NewMedia, url: &str) -> Response {
    if !matches!(asked.ext.as_deref(), Some(".mp3" | ".wav")) {
        return invalid("ext must be .mp3 or .wav");
    }
    let Some(url) = Url::parse(url).ok().filter(is_local) else {
        return invalid("the sandbox imports only from this machine");
    };
    let fetched = shared
        .client
        .get(url)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    let Ok(fetched) = fetched else {
        return invalid("the url did not answer with audio");
    };
    let Some(audio) = Audio::read(fetched.bytes_stream()).await else {
        return too_large();
    };
    let (at, media_id) = ((shared.time)(), fresh_id().to_string());
    let mut memory = shared.carrier.memory();
    let recorded = memory
        .record(Entry::MediaCreated {
            at,
            media_id: media_id.clone(),
            name: asked.name.clone(),
        })
        .and_then(|()| memory.record(audio.stored(at, &media_id)))
        .and_then(|()| {
            memory.record(Entry::MediaCompleted {
                at,
                media_id: media_id.clone(),
            })
        });
    match recorded {
        Ok(()) => data(
            StatusCode::CREATED,
            json!({ "media_id": media_id, "media_exists": true }),
        ),
        Err(error) => unwritable(&error),
    }
}

pub(crate) async fn policy(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    if !shared.carrier.memory().known.media.contains_key(&id) {
        return not_found();
    }
    data(
        StatusCode::OK,
        json!({ "media_id": id, "upload": upload_addresses(&shared, &id) }),
    )
}

#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    expires: i64,
    token: String,
}

pub(crate) async fn upload(
    State(shared): State<Arc<Shared>>,
    Path((id, ext)): Path<(String, String)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let now = (shared.time)();
    let expected = content_type(&ext);
    let exact =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) == expected && expected.is_some();
    let bare = !headers.contains_key("x-key") && !headers.contains_key("x-secret");
    let fresh = signed.expires > now.timestamp()
        && signature(&shared, &id, &ext, signed.expires).as_ref() == Some(&signed.token);
    if !(exact && bare && fresh) {
        return (StatusCode::FORBIDDEN, "SignatureDoesNotMatch").into_response();
    }
    let Some(audio) = Audio::read(body.into_data_stream()).await else {
        return too_large();
    };
    let recorded = shared.carrier.memory().record(audio.stored(now, &id));
    recorded.map_or_else(|error| unwritable(&error), |()| StatusCode::OK.into_response())
}

pub(crate) async fn complete(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let mut memory = shared.carrier.memory();
    let Some(media) = memory.known.media.get(&id) else {
        return not_found();
    };
    if !media.stored {
        return invalid("no audio has been uploaded");
    }
    if !media.completed
        && let Err(error) = memory.record(Entry::MediaCompleted {
            at: (shared.time)(),
            media_id: id.clone(),
        })
    {
        return unwritable(&error);
    }
    data(StatusCode::OK, json!({ "media_id": id, "media_exists": true }))
}

pub(crate) async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let memory = shared.carrier.memory();
    let media = &memory.known.media;
    let shown: Vec<_> = media
        .iter()
        .take(MAX_LISTED)
        .map(|(id, media)| shown(id, media))
        .collect();
    data(StatusCode::OK, json!({ "medias": shown, "total": media.len() }))
}

pub(crate) async fn one(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let memory = shared.carrier.memory();
    memory
        .known
        .media
        .get(&id)
        .map_or_else(not_found, |media| data(StatusCode::OK, shown(&id, media)))
}

fn shown(id: &str, media: &Media) -> Value {
    json!({
        "media_id": id,
        "name": media.name,
        "type": "rvm",
        "created_at": media.created_at,
        "media_exists": media.completed,
    })
}

fn too_large() -> Response {
    problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "the audio is larger than 20 MiB, or broke off",
    )
}

fn upload_addresses(shared: &Shared, id: &str) -> Value {
    let expires = (shared.time)().timestamp() + UPLOAD_LIFE_SECONDS;
    let address = |ext: &str| {
        let token = signature(shared, id, ext, expires).unwrap_or_default();
        let url = format!(
            "{}/media/upload/{id}/{ext}?expires={expires}&token={token}",
            shared.base_url
        );
        json!({ "url": url, "content_type": content_type(ext) })
    };
    json!({ "mp3": address("mp3"), "wav": address("wav") })
}

fn content_type(ext: &str) -> Option<&'static str> {
    match ext {
        "mp3" => Some("audio/mpeg"),
        "wav" => Some("audio/wav"),
        _ => None,
    }
}

/// Stands on the account's secret, so that an address outlives a restart.
fn signature(shared: &Shared, id: &str, ext: &str, expires: i64) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(shared.credentials.drop_cowboy_secret.as_bytes()).ok()?;
    mac.update(format!("{id}.{ext}.{expires}").as_bytes());
    Some(hex::encode(mac.finalize().into_bytes()))
}

/// What is kept of an audio file.
#[derive(Debug)]
struct Audio {
    sha256: String,
    bytes: u64,
    playable: bool,
}

impl Audio {
    /// Reads to the end; nothing when it is too long or breaks off.
    async fn read<E>(stream: impl Stream<Item = Result<Bytes, E>>) -> Option<Self> {
        let mut stream = std::pin::pin!(stream);
        let (mut hash, mut bytes, mut head) = (Sha256::new(), 0_u64, Vec::with_capacity(12));
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.ok()?;
            bytes += chunk.len() as u64;
            if bytes > MAX_AUDIO {
                return None;
            }
            head.extend(chunk.iter().take(12 - head.len()));
            hash.update(&chunk);
        }
        Some(Self {
            sha256: hex::encode(hash.finalize()),
            bytes,
            playable: is_audio(&head),
        })
    }

    fn stored(&self, at: chrono::DateTime<chrono::Utc>, media_id: &str) -> Entry {
        Entry::MediaStored {
            at,
            media_id: media_id.to_owned(),
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            playable: self.playable,
        }
    }
}

/// WAV, or MP3 with or without a tag.
fn is_audio(head: &[u8]) -> bool {
    let wav = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE");
    let mpeg_frame = matches!(head, [0xFF, second, ..] if second & 0xE0 == 0xE0);
    wav || head.starts_with(b"ID3") || mpeg_frame
}

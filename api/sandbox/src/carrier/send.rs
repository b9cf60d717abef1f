//! `POST /rvm`: takes nearly everything with 202 and says later, by code, what was wrong. A repeated key with the same body
//! within 24 hours is the same drop: nothing is sent and nothing more is reported. The drop is in the log before the answer.

use std::{fmt::Write as _, io, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    MAX_SENDS, Memory,
    log::{Api, Entry, Sent},
    outcomes::{Outcome, outcome, simulated},
    plan,
    routes::{Presented, VOICE_LINE, invalid, presented, problem, unauthorised, unwritable},
};
use crate::{Shared, faults::AccountFaults, fresh_id};

/// Longest idempotency key.
const MAX_KEY: usize = 255;
/// Longest foreign id: the limit of the vendor's first API; the second's is not known.
const MAX_FOREIGN_ID: usize = 256;
/// Longest text to be spoken by the carrier.
const MAX_TTS: usize = 1_200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    to: Option<String>,
    phone_line_id: Option<String>,
    caller_id: Option<String>,
    media_id: Option<String>,
    tts_body: Option<String>,
    voice_id: Option<String>,
    audio_url: Option<String>,
    foreign_id: Option<String>,
    callback_url: Option<String>,
    byoc: Option<Value>,
}

pub(crate) async fn send(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let credentials = presented(&shared, &headers);
    if credentials == Presented::Nothing {
        return unauthorised();
    }
    let Ok(value) = serde_json::from_slice::<Value>(&body) else {
        return invalid("the body is no JSON");
    };
    let body_sha256 = hex::encode(Sha256::digest(canonical(&value)));
    let Ok(asked) = serde_json::from_value::<Asked>(value) else {
        return invalid("a field has the wrong type");
    };
    if asked
        .foreign_id
        .as_ref()
        .is_some_and(|id| id.len() > MAX_FOREIGN_ID)
    {
        return invalid("foreign_id is too long");
    }
    let key = headers
        .get("idempotency-key")
        .map(axum::http::HeaderValue::as_bytes)
        .filter(|key| !key.is_empty());
    match take(&shared, &asked, body_sha256, key, credentials) {
        Ok(Some(message_id)) => {
            let answer = json!({ "status": "queued", "message_id": message_id });
            (StatusCode::ACCEPTED, Json(answer)).into_response()
        }
        Ok(None) => {
            let detail = "the sandbox remembers no more sends: move carrier.jsonl away";
            problem(StatusCode::SERVICE_UNAVAILABLE, "full", detail)
        }
        Err(error) => unwritable(&error),
    }
}

/// Decides, writes and schedules; the message id, or nothing when the memory is full.
fn take(
    shared: &Arc<Shared>,
    asked: &Asked,
    body_sha256: String,
    key: Option<&[u8]>,
    credentials: Presented,
) -> io::Result<Option<String>> {
    let now = (shared.time)();
    let mut memory = shared.carrier.memory();
    let key = key.map(printable);
    let mut refusal = match (credentials, &key) {
        (Presented::Wrong, _) => Some(3007),
        (_, Some(None)) => Some(3028),
        _ => None,
    };
    let mut kept = key.flatten().filter(|_| refusal.is_none());
    if let Some((key, known)) = kept
        .as_ref()
        .and_then(|key| Some((key, memory.known.key(key, now)?)))
    {
        if known.body_sha256 == body_sha256 {
            let message_id = known.message_id.clone();
            memory.record(Entry::SendRepeated {
                at: now,
                to: asked.to.clone().unwrap_or_default(),
                foreign_id: asked.foreign_id.clone(),
                idempotency_key: key.clone(),
            })?;
            return Ok(Some(message_id));
        }
        // The key stays the first request's.
        refusal = Some(3027);
        kept = None;
    }
    if memory.known.sends.len() >= MAX_SENDS {
        return Ok(None);
    }
    let to = asked.to.clone().unwrap_or_default();
    let refusal = refusal.or_else(|| fault_of(shared, &memory, asked, &to));
    let earlier = memory.known.drops_to(&to);
    let Outcome { code, listen_ms } = match refusal {
        Some(code) => Outcome {
            code,
            listen_ms: None,
        },
        None => outcome(shared.seed, &shared.outcomes, &to, earlier),
    };
    let sent = Sent {
        at: now,
        drop_id: fresh_id().to_string(),
        message_id: fresh_id().to_string(),
        to,
        foreign_id: asked.foreign_id.clone(),
        idempotency_key: kept,
        body_sha256,
        media_id: asked.media_id.clone(),
        caller_id: asked.caller_id.clone(),
        callback_url: asked.callback_url.clone().filter(|url| callable(shared, url)),
        code,
        listen_ms,
        earlier,
        api: Api::V2,
        place: 0,
    };
    let message_id = sent.message_id.clone();
    memory.record(if refusal.is_none() {
        Entry::DropMade(sent)
    } else {
        Entry::SendRefused(sent)
    })?;
    plan::last(shared, &mut memory);
    Ok(Some(message_id))
}

/// The code of the first thing that is wrong with the request.
fn fault_of(shared: &Shared, memory: &Memory, asked: &Asked, to: &str) -> Option<u32> {
    if asked
        .callback_url
        .as_ref()
        .is_some_and(|url| !callable(shared, url))
    {
        return Some(3019);
    }
    if let Some(code) = fault_of_audio(memory, asked) {
        return Some(code);
    }
    if asked.byoc.is_some() {
        return Some(3016);
    }
    if let Some(code) = fault_of_account(&shared.faults.account(), to) {
        return Some(code);
    }
    if asked
        .phone_line_id
        .as_ref()
        .is_some_and(|line| line != VOICE_LINE)
    {
        return Some(3013);
    }
    fault_of_number(to)
}

pub(super) fn fault_of_account(account: &AccountFaults, to: &str) -> Option<u32> {
    match account {
        _ if account.no_funds => Some(3000),
        _ if account.no_line => Some(4010),
        _ if account.test_numbers_only && simulated(to).is_none() => Some(3040),
        _ => None,
    }
}

fn fault_of_audio(memory: &Memory, asked: &Asked) -> Option<u32> {
    let speaks = asked.tts_body.is_some() || asked.voice_id.is_some();
    match (&asked.media_id, speaks, &asked.audio_url) {
        (Some(id), false, None) => match memory.known.media.get(id) {
            Some(media) if media.completed && !media.playable => Some(3001),
            Some(media) if media.completed => None,
            _ => Some(3033),
        },
        (None, false, Some(_)) => Some(3014),
        (None, true, None) if asked.tts_body.is_none() => Some(3015),
        (None, true, None)
            if asked
                .tts_body
                .as_ref()
                .is_some_and(|text| text.chars().count() > MAX_TTS) =>
        {
            Some(3021)
        }
        // The sandbox's account has no voices.
        (None, true, None) => Some(3002),
        _ => Some(3001),
    }
}

pub(super) fn fault_of_number(to: &str) -> Option<u32> {
    if simulated(to).is_some() {
        return None;
    }
    let Some(digits) = to
        .strip_prefix('+')
        .filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    else {
        return Some(3011);
    };
    if !(8..=15).contains(&digits.len()) {
        return Some(3011);
    }
    let ten = digits
        .strip_prefix('1')
        .filter(|ten| ten.len() == 10)
        .map(str::as_bytes);
    let good = ten.is_some_and(|ten| [0, 3].iter().all(|&at| (b'2'..=b'9').contains(&ten[at])));
    (!good).then_some(3012)
}

pub(super) fn callable(shared: &Shared, url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| shared.reachable(&url).is_some())
}

/// The key as text, when it is one: 1 to 255 printable ASCII characters.
fn printable(key: &[u8]) -> Option<String> {
    let good = key.len() <= MAX_KEY && key.iter().all(|b| (b' '..=b'~').contains(b));
    good.then(|| String::from_utf8_lossy(key).into_owned())
}

/// The value as text with sorted keys: order and spacing do not make another body.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| key.as_str());
            let mut text = String::from("{");
            for (key, inner) in sorted {
                let _infallible = write!(text, "{}:{},", Value::from(key.as_str()), canonical(inner));
            }
            text + "}"
        }
        Value::Array(items) => {
            items
                .iter()
                .fold(String::from("["), |text, item| text + &canonical(item) + ",")
                + "]"
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_spacing_of_keys_do_not_make_another_body() {
        let read = |text: &str| canonical(&serde_json::from_str(text).unwrap());
        assert_eq!(
            read(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#),
            read(r#"{ "b": {"d":null, "c":[1, 2]}, "a":1 }"#)
        );
        assert_ne!(read(r#"{"a":1}"#), read(r#"{"a":"1"}"#));
    }

    #[test]
    fn a_number_is_judged_by_its_shape() {
        for (to, code) in [
            ("+17605550186", None),
            ("+15550010001", None),
            ("7605550186", Some(3011)),
            ("", Some(3011)),
            ("+17601550186", Some(3012)),
            ("+442079464391", Some(3012)),
        ] {
            assert_eq!(fault_of_number(to), code, "{to}");
        }
    }
}

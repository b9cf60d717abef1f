//! Audio of scripts by links that are signed and expire, so that a player needs no header. Refuses a link that was changed
//! or has expired; answers parts of a file to a player that seeks.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{audio_link, ports::PortError};
use domain::{OrganizationId, ScriptId};
use serde::Deserialize;

use super::HttpError;
use crate::state::AppState;

/// How long a link can be used, seconds.
pub const LINK_SECONDS: i64 = 15 * 60;
/// Keeps the signatures of links to drafts apart from others.
const DRAFT_PURPOSE: &str = "draft-link";

fn message(organization: OrganizationId, script: ScriptId, expires: i64) -> String {
    format!("{organization}/{script}/{expires}")
}

/// A link to a script's audio: the store's own where it has one, else through this server. Only for a caller who was permitted to see
/// the script.
pub async fn audio_link(
    state: &AppState,
    organization: OrganizationId,
    script: ScriptId,
    key: &str,
) -> Result<String, PortError> {
    let lifetime = std::time::Duration::from_secs(LINK_SECONDS.unsigned_abs());
    let own = || signed_link(state, organization, script);
    Ok(state.ports.blobs.link(key, lifetime).await?.unwrap_or_else(own))
}

fn signed_link(state: &AppState, organization: OrganizationId, script: ScriptId) -> String {
    let expires = state.now().timestamp() + LINK_SECONDS;
    audio_link::signed_path(state.ports.keys.as_ref(), organization, script, expires)
}

/// A link to the newest words in the computer's own voice. Only for a caller who was permitted to see the script.
pub fn draft_link(state: &AppState, organization: OrganizationId, script: ScriptId) -> String {
    let expires = state.now().timestamp() + LINK_SECONDS;
    let signature = state
        .ports
        .keys
        .sign(DRAFT_PURPOSE, &message(organization, script, expires));
    format!("/audio/{script}/draft?organization={organization}&expires={expires}&signature={signature}")
}

/// The signed part of a link.
#[derive(Deserialize)]
pub struct Signed {
    organization: String,
    expires: i64,
    signature: String,
}

/// `GET /audio/{script}`.
pub async fn audio(
    State(state): State<AppState>,
    Path(script): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let (organization, script) = opened(&state, Link::Audio, &script, &signed)?;
    let row = state
        .queries
        .script(organization, script)
        .await
        .map_err(HttpError::unavailable)?;
    let key = row
        .and_then(|r| r.audio_key)
        .ok_or_else(|| HttpError::not_found("audio"))?;
    let content = state
        .ports
        .blobs
        .get(&key)
        .await?
        .ok_or_else(|| HttpError::not_found("audio"))?;
    Ok(part_of(content, &headers))
}

/// `GET /audio/{script}/draft`: spoken on this machine, for nothing, and kept nowhere.
pub async fn draft(
    State(state): State<AppState>,
    Path(script): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let (organization, script) = opened(&state, Link::Draft, &script, &signed)?;
    let speech = commands::use_cases::speak_draft(&state.ports, organization, script).await?;
    Ok(part_of(speech.audio, &headers))
}

/// What a link leads to.
#[derive(Debug, Clone, Copy)]
enum Link {
    Audio,
    Draft,
}

/// What a link is for, if it was signed for that and has not expired.
fn opened(
    state: &AppState,
    link: Link,
    script: &str,
    signed: &Signed,
) -> Result<(OrganizationId, ScriptId), HttpError> {
    let script: ScriptId = script.parse().map_err(|_| HttpError::not_found("audio"))?;
    let organization: OrganizationId = signed.organization.parse().map_err(|_| HttpError::link_void())?;
    let (keys, signature) = (state.ports.keys.as_ref(), &signed.signature);
    let good = match link {
        Link::Audio => audio_link::is_genuine(keys, organization, script, signed.expires, signature),
        Link::Draft => keys.verify(
            DRAFT_PURPOSE,
            &message(organization, script, signed.expires),
            signature,
        ),
    };
    if !good || signed.signature.len() != 64 || signed.expires <= state.now().timestamp() {
        return Err(HttpError::link_void());
    }
    Ok((organization, script))
}

/// The file, or the part of it that a player asks for.
fn part_of(content: bytes::Bytes, headers: &HeaderMap) -> Response {
    let kind = if content.starts_with(b"RIFF") {
        "audio/wav"
    } else {
        "audio/mpeg"
    };
    let length = content.len();
    let asked = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let (status, range, body) = match asked.map(|text| part(text, length)) {
        None | Some(Part::Whole) => (StatusCode::OK, None, content),
        Some(Part::Of(from, to)) => {
            let range = format!("bytes {from}-{to}/{length}");
            (StatusCode::PARTIAL_CONTENT, Some(range), content.slice(from..=to))
        }
        Some(Part::Beyond) => {
            let range = Some(format!("bytes */{length}"));
            (StatusCode::RANGE_NOT_SATISFIABLE, range, bytes::Bytes::new())
        }
    };
    let mut response = (status, body).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(range) = range.and_then(|r| HeaderValue::from_str(&r).ok()) {
        answer.insert(header::CONTENT_RANGE, range);
    }
    response
}

/// Which part of a file is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All of it, or nothing that is understood.
    Whole,
    /// From and to, both included.
    Of(usize, usize),
    /// None that there is.
    Beyond,
}

fn part(text: &str, length: usize) -> Part {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Part::Whole;
    };
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.min(length.saturating_sub(1))),
        (Ok(from), Err(_)) if to.is_empty() => (from, length.saturating_sub(1)),
        (Err(_), Ok(last)) if from.is_empty() && last > 0 => {
            (length.saturating_sub(last), length.saturating_sub(1))
        }
        _ => return Part::Whole,
    };
    if from >= length || from > to {
        Part::Beyond
    } else {
        Part::Of(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_that_it_asks_for() {
        assert_eq!(part("bytes=0-9", 100), Part::Of(0, 9));
        assert_eq!(part("bytes=90-", 100), Part::Of(90, 99));
        assert_eq!(part("bytes=-10", 100), Part::Of(90, 99));
        assert_eq!(part("bytes=0-999", 100), Part::Of(0, 99));
        assert_eq!(part("bytes=100-", 100), Part::Beyond);
        assert_eq!(part("bytes=0-1,5-6", 100), Part::Whole);
        assert_eq!(part("lines=1-2", 100), Part::Whole);
        assert_eq!(part("bytes=0-", 0), Part::Beyond);
    }
}

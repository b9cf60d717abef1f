//! Contacts that a program sends: a JSON array, or one JSON object a line. The same `Idempotency-Key` again is the same push,
//! so a sender repeats it until an answer comes. What is too much at once, or is no list of objects, is refused.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use commands::{
    CommandContext, CommandError, access,
    authorization::{Action, Denied},
    use_cases::{ContactPush, StartedImport, push_contacts},
};
use domain::{CampaignId, CorrelationId, import::ContactSource};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::HttpError;
use crate::{
    auth::{Proof, Scope, identify_for_change},
    graphql::NodeKind,
    state::AppState,
};

/// What the sender calls the push.
pub(super) const KEY_HEADER: &str = "idempotency-key";

/// Where the contacts go, and where they come from.
#[derive(Debug, Default, Deserialize)]
pub struct Target {
    /// The campaign, with or without its kind; nothing for the contact list alone.
    campaign: Option<String>,
    /// As imports name sources; `api_integration` when it is not said.
    source: Option<String>,
}

/// `POST /api/v1/contacts`.
pub async fn contacts(
    State(state): State<AppState>,
    Query(target): Query<Target>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), HttpError> {
    let identity = identify_for_change(&state, &headers)
        .await?
        .ok_or(CommandError::Denied(Denied::SignedOut))?;
    let permit = access::on_organization(&identity.principal, Action::WriteContacts)?;
    if let Proof::Token {
        scope: Scope::Read, ..
    } = identity.proof
    {
        let message = "this token may only read";
        return Err(HttpError::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let key = headers.get(KEY_HEADER).and_then(|value| value.to_str().ok());
    let key = key.filter(|key| !key.trim().is_empty()).ok_or_else(|| {
        let message = "send an Idempotency-Key header: any text that is new for each push";
        HttpError::new(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_NEEDED", message)
    })?;
    let push = ContactPush {
        source: source_of(&target)?,
        campaign: campaign_of(&target)?,
        contacts_ndjson: lines_of(&body)?,
        idempotency_key: key.to_owned(),
        started_by: permit.user(),
    };
    let context = CommandContext::of(&permit, CorrelationId::from_uuid(state.ports.ids.next()));
    let StartedImport { batch, repeated, .. } = push_contacts(&state.ports, &context, push).await?;
    let status = if repeated {
        StatusCode::OK
    } else {
        state.previews.forget(permit.organization());
        StatusCode::ACCEPTED
    };
    let answer = json!({"importId": batch.global().to_string(), "repeated": repeated});
    Ok((status, Json(answer)))
}

fn source_of(target: &Target) -> Result<ContactSource, HttpError> {
    let source = target.source.as_deref().map(str::parse).transpose();
    let source = source.map_err(|e: String| HttpError::new(StatusCode::BAD_REQUEST, "INVALID_SOURCE", e))?;
    Ok(source.unwrap_or(ContactSource::ApiIntegration))
}

fn campaign_of(target: &Target) -> Result<Option<CampaignId>, HttpError> {
    let Some(given) = &target.campaign else {
        return Ok(None);
    };
    let bare = given.strip_prefix("campaign:").unwrap_or(given);
    let id = bare.parse().map_err(|_| HttpError::not_found("campaign"))?;
    Ok(Some(id))
}

/// The objects of an array, or of a run of objects, one a line.
pub(super) fn lines_of(body: &[u8]) -> Result<Bytes, HttpError> {
    let broken = |_| {
        let message = "send a JSON array of objects, or one JSON object a line";
        HttpError::new(StatusCode::BAD_REQUEST, "INVALID_JSON", message)
    };
    let objects: Vec<Map<String, Value>> = if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(body).map_err(broken)?
    } else {
        let objects = serde_json::Deserializer::from_slice(body).into_iter();
        objects.collect::<Result<_, _>>().map_err(broken)?
    };
    let mut lines = Vec::with_capacity(body.len());
    for object in &objects {
        serde_json::to_writer(&mut lines, object).map_err(broken)?;
        lines.push(b'\n');
    }
    Ok(Bytes::from(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_and_a_run_of_objects_are_the_same_contacts() {
        let lines = Bytes::from_static(b"{\"phone\":\"1\"}\n{\"phone\":\"2\"}\n");
        for body in [
            "[{\"phone\": \"1\"}, {\"phone\": \"2\"}]",
            "\n[\n{\"phone\":\n \"1\"},\n {\"phone\": \"2\"}]\n",
            "{\"phone\": \"1\"}\r\n{\"phone\": \"2\"}",
            "{\n  \"phone\": \"1\"\n}\n{\n  \"phone\": \"2\"\n}\n",
        ] {
            assert_eq!(lines_of(body.as_bytes()), Ok(lines.clone()), "{body}");
        }
        assert_eq!(lines_of(b""), Ok(Bytes::new()));
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused() {
        for body in ["[1]", "{\"phone\": ", "hello", "[{}", "[{}] more"] {
            let refused = lines_of(body.as_bytes()).unwrap_err();
            assert_eq!(
                (refused.status, refused.code),
                (StatusCode::BAD_REQUEST, "INVALID_JSON"),
                "{body}"
            );
        }
    }
}

//! Contacts that programs such as Zapier send to an address of their own: a JSON object or array, or the fields of a form. The
//! address is the proof; one that is not known, was revoked, or whose owner may no longer write is not found.

use axum::{
    Json,
    extract::{Path, State, rejection::BytesRejection},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use commands::{CommandError, Refusal, use_cases::push_to_address};
use domain::{
    CorrelationId,
    campaign::{CampaignRefusal, CampaignStatus},
};
use serde_json::{Map, Value, json};

use super::{
    HttpError,
    push::{KEY_HEADER, lines_of},
};
use crate::{auth::hash_of, graphql::NodeKind, state::AppState};

/// Longest secret that is looked up, bytes; ours have 43.
const SECRET_BYTES_MAX: usize = 128;
/// When to send again what a campaign can't take yet, seconds.
const RETRY_SECONDS: &str = "60";

/// `POST /inbound/contacts/{token}`.
pub async fn contacts(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match take(&state, &token, &headers, body).await {
        Ok((status, answer)) => (status, Json(answer)).into_response(),
        Err(error) if error.status == StatusCode::SERVICE_UNAVAILABLE => {
            ([(RETRY_AFTER, RETRY_SECONDS)], error).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn take(
    state: &AppState,
    token: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Value), HttpError> {
    if token.len() > SECRET_BYTES_MAX {
        return Err(HttpError::not_found("inbound address"));
    }
    let body = body.map_err(|rejection| unread(&rejection))?;
    let lines = if is_form(headers) {
        form_line(&body)?
    } else {
        json_lines(&body)?
    };
    let key = headers.get(KEY_HEADER).and_then(|value| value.to_str().ok());
    let correlation = CorrelationId::from_uuid(state.ports.ids.next());
    let pushed = push_to_address(&state.ports, &hash_of(token), lines, key, correlation).await;
    let (address, started) = pushed.map_err(not_taken)?;
    let status = if started.repeated {
        StatusCode::OK
    } else {
        state.previews.forget(address.organization);
        StatusCode::ACCEPTED
    };
    let answer = json!({"importId": started.batch.global().to_string(), "repeated": started.repeated});
    Ok((status, answer))
}

fn unread(rejection: &BytesRejection) -> HttpError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = "a push has at most 1 MiB; send the contacts in several pushes";
        return HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message);
    }
    HttpError::new(
        StatusCode::BAD_REQUEST,
        "BROKEN_PUSH",
        "the push broke off; send it again",
    )
}

/// A campaign that takes in another list just now takes this one soon: the sender is to come back.
fn not_taken(error: CommandError) -> HttpError {
    match error {
        CommandError::Refused(Refusal::Campaign(CampaignRefusal::WrongStatus {
            found: CampaignStatus::ImportingContacts,
            ..
        })) => HttpError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "IMPORTING",
            "the campaign takes in another list at this moment; send this again in a minute",
        ),
        other => other.into(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

fn json_lines(body: &[u8]) -> Result<Bytes, HttpError> {
    lines_of(body).map_err(|error| HttpError {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        message: "send a JSON object, an array of objects, or the fields of a form".to_owned(),
        ..error
    })
}

/// The fields of a form as one contact; of a field that comes several times every value.
fn form_line(body: &[u8]) -> Result<Bytes, HttpError> {
    let mut contact: Map<String, Value> = Map::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        let value = Value::from(value.into_owned());
        match contact.get_mut(name.as_ref()) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                contact.insert(name.into_owned(), value);
            }
        }
    }
    if contact.is_empty() {
        let message = "there is no contact in the push; send at least one field";
        return Err(HttpError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "NO_CONTACT",
            message,
        ));
    }
    Ok(Bytes::from(format!("{}\n", Value::Object(contact))))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_fields_of_a_form_are_one_contact() {
        let line = form_line(b"name=Ada+Moreno&phone=%28760%29+555-0120&phone=7605550121&note=").unwrap();
        let contact: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(
            contact,
            json!({"name": "Ada Moreno", "phone": ["(760) 555-0120", "7605550121"], "note": ""})
        );
        assert_eq!(form_line(b"").unwrap_err().code, "NO_CONTACT");
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused_with_what_to_send() {
        let refused = json_lines(b"[1]").unwrap_err();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.message.contains("JSON object"));
        assert_eq!(
            json_lines(b"{\"a\": 1}").unwrap(),
            Bytes::from_static(b"{\"a\":1}\n")
        );
    }

    #[test]
    fn a_form_is_told_by_its_kind_alone() {
        let of = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            is_form(&headers)
        };
        assert!(of("application/x-www-form-urlencoded; charset=utf-8"));
        assert!(!of("application/json"));
        assert!(!is_form(&HeaderMap::new()));
    }

    #[test]
    fn a_campaign_that_takes_in_another_list_asks_to_be_tried_again() {
        let refusal = |found| {
            not_taken(
                CampaignRefusal::WrongStatus {
                    step: "importing contacts",
                    found,
                    needs: &[],
                }
                .into(),
            )
        };
        let soon = refusal(CampaignStatus::ImportingContacts);
        assert_eq!(
            (soon.status, soon.code),
            (StatusCode::SERVICE_UNAVAILABLE, "IMPORTING")
        );
        assert_eq!(
            refusal(CampaignStatus::Completed).status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

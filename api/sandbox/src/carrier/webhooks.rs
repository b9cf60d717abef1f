//! Signed webhooks: made with a secret that is shown once, listed, removed. Only `contact.rvm.status` is ever sent.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::Response,
};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::{
    log::{Entry, Webhook},
    routes::{data, invalid, not_found, unwritable},
};
use crate::{Shared, fresh_id};

/// The event of an outcome.
pub(crate) const STATUS_EVENT: &str = "contact.rvm.status";
/// Events that may be asked for.
const EVENTS: [&str; 3] = [STATUS_EVENT, "contact.rvm.receipt", "contact.sms.status"];
/// Webhooks of an account.
const MAX_WEBHOOKS: usize = 50;
/// Longest name of a webhook.
const MAX_NAME: usize = 255;

#[derive(Debug, Deserialize)]
pub(crate) struct NewWebhook {
    hook_url: String,
    event_types: Vec<String>,
    name: Option<String>,
}

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    body: Result<Json<NewWebhook>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = body else {
        return invalid("hook_url and event_types are required");
    };
    let known = asked
        .event_types
        .iter()
        .all(|event| EVENTS.contains(&event.as_str()));
    if asked.event_types.is_empty() || asked.event_types.len() > EVENTS.len() || !known {
        return invalid("event_types must name known events");
    }
    if asked.name.as_ref().is_some_and(|name| name.len() > MAX_NAME) {
        return invalid("name is too long");
    }
    if !Url::parse(&asked.hook_url).is_ok_and(|url| shared.reachable(&url).is_some()) {
        return invalid("hook_url: the sandbox calls only this machine");
    }
    let webhook = Webhook {
        at: (shared.time)(),
        id: fresh_id().to_string(),
        hook_url: asked.hook_url,
        event_types: asked.event_types,
        name: asked.name,
        signing_secret: format!("{}{}", fresh_id().simple(), fresh_id().simple()),
        place: 0,
    };
    let body = json!({ "webhook_id": webhook.id, "signing_secret": webhook.signing_secret });
    let mut memory = shared.carrier.memory();
    if memory.known.webhooks.len() >= MAX_WEBHOOKS {
        return invalid("an account has at most 50 webhooks");
    }
    memory
        .record(Entry::WebhookCreated(webhook))
        .map_or_else(|error| unwritable(&error), |()| data(StatusCode::CREATED, body))
}

pub(crate) async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let memory = shared.carrier.memory();
    let shown: Vec<_> = memory
        .known
        .webhooks
        .values()
        .map(|webhook| {
            json!({
                "webhook_id": webhook.id,
                "hook_url": webhook.hook_url,
                "event_types": webhook.event_types,
                "name": webhook.name,
            })
        })
        .collect();
    data(StatusCode::OK, json!(shown))
}

/// Every secret, for a receiver that has lost its own: an array in the envelope.
pub(crate) async fn secrets(State(shared): State<Arc<Shared>>) -> Response {
    let memory = shared.carrier.memory();
    let shown: Vec<_> = memory
        .known
        .webhooks
        .values()
        .map(|webhook| {
            json!({
                "webhook_id": webhook.id,
                "event_types": webhook.event_types,
                "hook_type": "api",
                "signing_secret": webhook.signing_secret,
            })
        })
        .collect();
    data(StatusCode::OK, json!(shown))
}

pub(crate) async fn remove(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let mut memory = shared.carrier.memory();
    if !memory.known.webhooks.contains_key(&id) {
        return not_found();
    }
    let removed = memory.record(Entry::WebhookDeleted {
        at: (shared.time)(),
        webhook_id: id.clone(),
    });
    removed.map_or_else(
        |error| unwritable(&error),
        |()| data(StatusCode::OK, json!({ "webhook_id": id })),
    )
}

/// `X-Signature` of a body sent at `timestamp` (unix seconds): HMAC-SHA256 by the secret's text over `timestamp.body`.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length; the type can't say so.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_body_has_its_known_signature() {
        let body = r#"{"event_id":"11111111-1111-4111-8111-111111111111","event":"contact.rvm.status","event_at":1767225599000,"data":{"status":"failure","reason":"VoiceMail Full","reason_code":4002,"to":"+15550100001","from":"+15550100002"}}"#;
        let signature = sign("test-signing-secret-0001", 1_767_225_600, body.as_bytes());
        assert_eq!(
            signature,
            "sha256=7ae95bcf1095bdf097caa4deaf1ef240d44ac867de5438cfc1f63139e7663e57"
        );
    }
}

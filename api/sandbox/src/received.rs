//! What the outside world was told: webhooks that came to `POST /receiver/{name}`, and mail. The receiver believes everybody, keeps what
//! came as it came, and fails on demand ([`Faults::receiver`](crate::Faults::receiver)). The newest are kept, and only in memory.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    Shared,
    faults::{Target, befall},
};

/// How many of each are kept.
const KEPT: usize = 1_000;

/// A webhook as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedWebhook {
    /// The last part of the path.
    pub receiver: String,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
}

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedMail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body, as sent.
    pub message: String,
}

/// What came so far, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Received {
    webhooks: Mutex<VecDeque<ReceivedWebhook>>,
    mails: Mutex<VecDeque<ReceivedMail>>,
}

fn keep<T>(kept: &Mutex<VecDeque<T>>, new: T) {
    // Nothing in here can be left half done: a poisoned lock is as good as any.
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(new);
}

fn all<T: Clone>(kept: &Mutex<VecDeque<T>>) -> Vec<T> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().cloned().collect()
}

impl Received {
    pub(crate) fn take_mail(&self, mail: ReceivedMail) {
        keep(&self.mails, mail);
    }

    pub(crate) fn webhooks(&self) -> Vec<ReceivedWebhook> {
        all(&self.webhooks)
    }

    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        all(&self.mails)
    }
}

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let receiver = Router::new()
        .route("/receiver/{name}", post(receive))
        .with_state(Arc::clone(shared))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Target::Receiver),
            befall,
        ));
    let shown = Router::new()
        .route("/sandbox/received", get(received))
        .with_state(Arc::clone(shared));
    receiver.merge(shown)
}

pub(crate) fn refusal(status: StatusCode) -> Response {
    (status, "not at this moment").into_response()
}

async fn receive(
    State(shared): State<Arc<Shared>>,
    Path(receiver): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
    let webhook = ReceivedWebhook {
        receiver,
        headers: headers.collect(),
        body: text(&body),
    };
    keep(&shared.received.webhooks, webhook);
    StatusCode::NO_CONTENT
}

async fn received(State(shared): State<Arc<Shared>>) -> Json<serde_json::Value> {
    Json(json!({ "webhooks": shared.received.webhooks(), "mails": shared.received.mails() }))
}

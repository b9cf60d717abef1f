//! Carries the reports: the unsigned callback, the signed webhooks and the report of playing. The real callback is tried once;
//! the sandbox's is tried up to [`CALLBACK_TRIES`] times while the receiver is down, and again after a restart, so that a
//! journey whose process was killed can end. A webhook has three attempts, as the real one. A receiver that refuses (4xx) is
//! not asked again.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use url::Url;
use uuid::Uuid;

use super::{
    log::{Api, Channel, Entry, Sent},
    outcomes::{DELIVERED, reason},
    queue::Job,
    v1,
    webhooks::{STATUS_EVENT, sign},
};
use crate::{Shared, bill::MICROS_PER_DELIVERY};

/// Reports on their way at once.
const MAX_AT_ONCE: usize = 16;
/// Times a callback is tried while the receiver is down.
const CALLBACK_TRIES: u32 = 5;
/// How long a receiver of callbacks has.
const CALLBACK_TIME: Duration = Duration::from_secs(10);
/// How long a receiver of webhooks has.
const WEBHOOK_TIME: Duration = Duration::from_secs(5);
/// The account's team.
const TEAM: &str = "5a0db0c0-0000-4000-8000-00000000000a";
/// The number shown when the request names none.
const CALLER_ID: &str = "+17605550100";
/// Carriers that are to be given no number again.
const DO_NOT_CONTACT: [u32; 2] = [4016, 4017];

/// Carries reports until the sandbox stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_AT_ONCE));
    loop {
        let turn = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, shared.carrier.queue.next().await)
        };
        let (place, job) = tokio::select! {
            () = shared.stop.cancelled() => return,
            turn = turn => turn,
        };
        let carrying = Arc::clone(&shared);
        shared.tasks.spawn(async move {
            let _place = place;
            tokio::select! {
                () = carrying.stop.cancelled() => {}
                () = carry(&carrying, job) => {}
            }
        });
    }
}

/// How a receiver took a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Well,
    Refused,
    Down,
}

async fn carry(shared: &Shared, mut job: Job) {
    let taken = post(shared, &job).await;
    match taken {
        Taken::Well => {
            for _ in 1..job.copies {
                post(shared, &job).await;
            }
            settle(
                shared,
                &job,
                Entry::ReportDelivered {
                    at: (shared.time)(),
                    drop_id: job.sent.drop_id.clone(),
                    channel: job.channel.clone(),
                },
            );
            follow(shared, &mut job);
        }
        Taken::Refused => {
            settle(shared, &job, dropped(shared, &job, "refused by the receiver"));
            follow(shared, &mut job);
        }
        Taken::Down => again(shared, job),
    }
    shared.carrier.queue.done();
}

fn follow(shared: &Shared, job: &mut Job) {
    if let Some(next) = job.next.take() {
        shared.carrier.queue.push(*next, job.next_after);
    }
}

fn again(shared: &Shared, job: Job) {
    let attempt = job.attempt;
    let wait = match job.channel {
        Channel::Webhook(_) => shared.delays.webhook_retries.get(attempt as usize - 1).copied(),
        Channel::Callback | Channel::Listened => (attempt < CALLBACK_TRIES).then(|| {
            shared
                .delays
                .callback_retry
                .saturating_mul(2_u32.pow(attempt - 1))
        }),
    };
    match wait {
        Some(wait) => shared.carrier.queue.push(
            Job {
                attempt: attempt + 1,
                ..job
            },
            wait,
        ),
        None if matches!(job.channel, Channel::Webhook(_)) => {
            settle(
                shared,
                &job,
                dropped(shared, &job, "the receiver was down three times"),
            );
        }
        // Not settled: it is tried again after a restart.
        None => tracing::warn!(
            drop_id = job.sent.drop_id,
            "the receiver of the sandbox's callback is down"
        ),
    }
}

fn dropped(shared: &Shared, job: &Job, why: &str) -> Entry {
    Entry::ReportDropped {
        at: (shared.time)(),
        drop_id: job.sent.drop_id.clone(),
        channel: job.channel.clone(),
        why: why.to_owned(),
    }
}

fn settle(shared: &Shared, job: &Job, entry: Entry) {
    if let Err(error) = shared.carrier.memory().record(entry) {
        // It will be reported again after a restart; receivers must bear that anyway.
        tracing::warn!(%error, drop_id = job.sent.drop_id, "the sandbox's carrier can't write its log");
    }
}

async fn post(shared: &Shared, job: &Job) -> Taken {
    let Some(request) = request(shared, job) else {
        return Taken::Refused;
    };
    match request.send().await.map(|answer| answer.status()) {
        Ok(status) if status.is_success() => Taken::Well,
        Ok(status) if may_pass(status) => Taken::Down,
        Ok(_) => Taken::Refused,
        Err(_) => Taken::Down,
    }
}

fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status)
}

/// The request of a report, or nothing when there is no one to send it to any more.
fn request(shared: &Shared, job: &Job) -> Option<RequestBuilder> {
    let sent = &job.sent;
    let concluded_at = since(shared, sent, false);
    let json_post = |url: Url, time: Duration, body: Vec<u8>| {
        shared
            .client
            .post(url)
            .timeout(time)
            .header("content-type", "application/json")
            .body(body)
    };
    match &job.channel {
        Channel::Callback => {
            let url = shared.reachable(&Url::parse(sent.callback_url.as_ref()?).ok()?)?;
            Some(json_post(
                url,
                CALLBACK_TIME,
                callback_body(sent, concluded_at).to_string().into_bytes(),
            ))
        }
        Channel::Listened => {
            let url = shared.reachable(&Url::parse(sent.callback_url.as_ref()?).ok()?)?;
            let body = listened_body(sent, since(shared, sent, true));
            Some(json_post(url, CALLBACK_TIME, body.to_string().into_bytes()))
        }
        Channel::Webhook(id) => {
            let webhook = shared.carrier.memory().known.webhooks.get(id).cloned()?;
            let url = shared.reachable(&Url::parse(&webhook.hook_url).ok()?)?;
            let event_id = event_id(sent);
            let body = webhook_body(sent, &event_id, concluded_at)
                .to_string()
                .into_bytes();
            let timestamp = (shared.time)().timestamp();
            let signature = sign(&webhook.signing_secret, timestamp, &body);
            let request = json_post(url, WEBHOOK_TIME, body)
                .header("x-signature", signature)
                .header("x-signature-version", "v1")
                .header("x-timestamp", timestamp)
                .header("x-event-id", event_id)
                .header("x-attempt", job.attempt);
            Some(request)
        }
    }
}

/// When the outcome (or the playing) was there: fixed and written down at the first report, so that repeats say the same.
fn since(shared: &Shared, sent: &Sent, playing: bool) -> DateTime<Utc> {
    let now = (shared.time)();
    let mut memory = shared.carrier.memory();
    let progress = memory.known.progress.get(&sent.drop_id);
    let known = progress.and_then(|progress| {
        if playing {
            progress.played_at
        } else {
            progress.concluded_at
        }
    });
    if let Some(at) = known {
        return at;
    }
    let drop_id = sent.drop_id.clone();
    let entry = if playing {
        Entry::Played { at: now, drop_id }
    } else {
        Entry::Concluded { at: now, drop_id }
    };
    if let Err(error) = memory.record(entry) {
        tracing::warn!(%error, "the sandbox's carrier can't write its log");
    }
    now
}

/// The same for every attempt and after a restart.
fn event_id(sent: &Sent) -> String {
    Uuid::new_v5(
        &Uuid::NAMESPACE_OID,
        format!("{}/status", sent.drop_id).as_bytes(),
    )
    .to_string()
}

const fn status(code: u32) -> &'static str {
    if code == DELIVERED { "success" } else { "failure" }
}

fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn callback_body(sent: &Sent, at: DateTime<Utc>) -> Value {
    let named = |what: &str| {
        Uuid::new_v5(
            &Uuid::NAMESPACE_OID,
            format!("{}/{what}", sent.drop_id).as_bytes(),
        )
    };
    let delivered = sent.code == DELIVERED;
    let cost = if delivered {
        MICROS_PER_DELIVERY as f64 / 1e6
    } else {
        0.0
    };
    let dnc = DO_NOT_CONTACT.contains(&sent.code);
    if sent.api == Api::V1 {
        return v1::callback_body(sent, reason(sent.code), delivered, cost, &iso(at), dnc);
    }
    json!({
        "drop_id": sent.drop_id,
        "team_id": TEAM,
        "session_id": named("session"),
        "log_id": named("log"),
        "contact_id": Uuid::new_v5(&Uuid::NAMESPACE_OID, sent.to.as_bytes()),
        "phone_number": sent.to,
        "caller_id": sent.caller_id.as_deref().unwrap_or(CALLER_ID),
        "product_code": "rvm",
        "status": status(sent.code),
        "reason": reason(sent.code),
        "reason_code": sent.code,
        "quantity": u32::from(delivered),
        "product_cost": cost,
        "compliance_fee": 0.0,
        "tts_fee": 0.0,
        "dnc": dnc,
        "attempt_date": iso(at),
        "foreign_id": sent.foreign_id,
        "proof_of_delivery_url": null,
    })
}

fn listened_body(sent: &Sent, at: DateTime<Utc>) -> Value {
    json!({
        "event_type": "listened",
        "message_id": sent.message_id,
        "foreign_id": sent.foreign_id,
        "phone_number": sent.to,
        "timestamp": iso(at),
        "metadata": { "listen_ms": sent.listen_ms },
    })
}

fn webhook_body(sent: &Sent, event_id: &str, at: DateTime<Utc>) -> Value {
    json!({
        "event_id": event_id,
        "event": STATUS_EVENT,
        "event_at": at.timestamp_millis(),
        "data": {
            "team_id": TEAM,
            "contact_id": Uuid::new_v5(&Uuid::NAMESPACE_OID, sent.to.as_bytes()),
            "drop_id": sent.drop_id,
            "campaign_id": null,
            "campaign_type": "rvm",
            "status": status(sent.code),
            "reason": reason(sent.code),
            "reason_code": sent.code,
            "to": sent.to,
            "from": sent.caller_id.as_deref().unwrap_or(CALLER_ID),
        },
    })
}

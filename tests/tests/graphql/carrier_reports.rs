//! Reports of the carrier: matched by what they have, recorded once however often they come, kept visible where they match nothing.
//! Those that are not the carrier's are stored as rejected, answered as documented, and without any effect.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use commands::{
    Ports,
    ports::{
        CarrierReadiness, Drop, DropAnswer, PortError, VoicemailCarrier, WebhookCounts, WebhookReplay,
        WebhookStanding, WireReport,
    },
    processes::Processes,
};
use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use sandbox::RequestFault;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    campaign::{CHANGED, Campaign},
    sending::{approved, everybody_got_one, handed_over, next_sends},
};
use crate::stage::{Person, TestApp, WEBHOOK_SECRET, in_a_running_system, text, until};

in_a_running_system! {
    a_signed_report_is_matched_by_number_and_time_and_recorded_once;
    a_signed_report_is_matched_by_the_carriers_own_id;
    a_signed_report_is_matched_though_the_first_call_was_refused;
    what_matches_nothing_is_seen_by_auditors_and_can_be_looked_at_again;
    the_generic_shape_of_a_report_is_taken;
    a_report_of_the_generic_shape_is_matched_by_the_carriers_reference_alone;
    a_callback_with_a_token_that_we_never_made_changes_nothing;
    a_report_with_a_bad_signature_is_turned_away;
    what_was_signed_with_a_secret_that_is_set_late_is_admitted_then;
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// A number of the twelve people.
const SOMEBODY: &str = "+17605550125";

/// Twelve voicemails handed over, and every callback recorded.
async fn sent(app: &TestApp) -> Campaign {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    let campaign = campaign.sent().await;
    all_looked_at(app).await;
    campaign
}

/// A member by a token: days go by, and sessions end.
async fn reader(app: &TestApp, admin: &Person, role: &str) -> Person {
    let (person, _) = app.member(admin, role).await;
    let made = person
        .does(
            "createApiToken(name: \"Reading\", scope: READ)",
            "TokenCreated { secret }",
        )
        .await;
    person.with_token(text(&made["secret"]))
}

async fn all_looked_at(app: &TestApp) -> WebhookCounts {
    until("every report is looked at", async || {
        let counts = app.reports().await;
        (counts.waiting == 0).then_some(counts)
    })
    .await
}

/// Sends what the carrier has signed; signs it anew when the clock leapt on its way.
async fn signed(app: &TestApp, body: &Value) -> StatusCode {
    signed_with(app, WEBHOOK_SECRET, body).await
}

fn signature(secret: &str, stamp: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    let mac = mac.chain_update(stamp).chain_update(b".").chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn signed_with(app: &TestApp, secret: &str, body: &Value) -> StatusCode {
    let body = body.to_string().into_bytes();
    until("the clock stands still", async || {
        let clock = &app.application().ports.clock;
        let now = clock.now();
        let stamp = now.timestamp().to_string();
        let signature = signature(secret, &stamp, &body);
        let headers = [
            JSON,
            ("x-signature", signature.as_str()),
            ("x-timestamp", stamp.as_str()),
            ("x-event-id", "event"),
        ];
        let answer = app
            .anybody()
            .post("/webhooks/drop-cowboy", &headers, body.clone())
            .await;
        (clock.now() - now < Duration::minutes(1)).then(|| answer.status())
    })
    .await
}

/// A report as the vendor's webhook has it: nothing of ours is in it.
fn status(app: &TestApp, event_id: &str, to: &str, drop_id: Option<&str>) -> Value {
    json!({
        "event_id": event_id,
        "event": "contact.rvm.status",
        "event_at": app.application().ports.clock.now().timestamp_millis(),
        "data": {"drop_id": drop_id, "status": "failure", "reason": "VoiceMail Full", "reason_code": 4002, "to": to},
    })
}

async fn a_signed_report_is_matched_by_number_and_time_and_recorded_once(app: &TestApp) {
    sent(app).await;
    let (before, reports) = (app.events().await, app.reports().await);
    assert_eq!((reports.unmatched, reports.unreadable), (0, 0), "{reports:?}");
    let told = status(app, "e1", SOMEBODY, None);
    for _ in 0..3 {
        assert_eq!(signed(app, &told).await, StatusCode::OK);
    }
    let after = all_looked_at(app).await;
    // At least: one whose time had run out while the clock leapt was sent once more.
    assert!(after.applied >= reports.applied + 3, "{after:?}");
    assert_eq!(after.unmatched, 0);
    assert_eq!(app.events_since(before).await, ["DeliveryFailed"]);
}

async fn a_signed_report_is_matched_by_the_carriers_own_id(app: &TestApp) {
    sent(app).await;
    let drop_id = carrier_says(app, "drop_id");
    let before = app.events().await;
    // The callback has told the carrier's id; the number is one that was never called.
    let told = status(app, "e2", "+17605550199", Some(&drop_id));
    assert_eq!(signed(app, &told).await, StatusCode::OK);
    assert_eq!(all_looked_at(app).await.unmatched, 0);
    assert_eq!(app.events_since(before).await, ["DeliveryFailed"]);
}

/// What the carrier's own log says of the voicemail for somebody.
fn carrier_says(app: &TestApp, what: &str) -> String {
    let sandbox = app.application().sandbox.as_ref().expect("a sandbox");
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).expect("the carrier's log");
    log.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|entry| entry["type"] == "drop_made" && entry["to"] == SOMEBODY)
        .map(|entry| text(&entry[what]).to_owned())
        .expect("a drop")
}

async fn a_report_of_the_generic_shape_is_matched_by_the_carriers_reference_alone(app: &TestApp) {
    sent(app).await;
    let message_id = carrier_says(app, "message_id");
    let before = app.events().await;
    let now = app.application().ports.clock.now().to_rfc3339();
    // It names neither a number nor anything of ours.
    let told = json!({"event_type": "listened", "message_id": message_id, "timestamp": now});
    assert_eq!(signed(app, &told).await, StatusCode::OK);
    assert_eq!(all_looked_at(app).await.unmatched, 0);
    assert_eq!(app.events_since(before).await, ["Listened"]);
}

async fn a_signed_report_is_matched_though_the_first_call_was_refused(app: &TestApp) {
    let campaign = approved(app, "perMinute: 1").await;
    // The first of them is refused as often as it is tried, and attempted anew.
    next_sends(app, vec![RequestFault::TooManyRequests; 4]);
    campaign
        .agent
        .does(&campaign.step("submitCampaign"), CHANGED)
        .await;
    campaign.is("COMPLETED").await;
    all_looked_at(app).await;
    everybody_got_one(app);
    let attempts = handed_over(app).await.len();
    assert!(attempts > 12, "somebody was attempted twice: {attempts}");
    // Who listened is told after the campaign is complete.
    app.everything_is_reported().await;
    let (before, reports) = (app.events().await, app.reports().await);
    for n in 20..32 {
        let told = status(app, &format!("r{n}"), &format!("+176055501{n}"), None);
        assert_eq!(signed(app, &told).await, StatusCode::OK);
    }
    let after = all_looked_at(app).await;
    assert!(after.applied >= reports.applied + 12, "{after:?}");
    assert_eq!(after.unmatched, 0, "{after:?}");
    assert_eq!(app.events_since(before).await, vec!["DeliveryFailed"; 12]);
}

async fn what_matches_nothing_is_seen_by_auditors_and_can_be_looked_at_again(app: &TestApp) {
    let admin = app.admin().await;
    let (auditor, agent) = (
        reader(app, &admin, "AUDITOR").await,
        reader(app, &admin, "AGENT").await,
    );
    sent(app).await;
    let stranger = status(app, "e3", "+17605550177", None);
    assert_eq!(signed(app, &stranger).await, StatusCode::OK);
    assert_eq!(all_looked_at(app).await.unmatched, 1);

    let shown = auditor
        .asks("carrierReports(first: 10) { nodes { eventId isCallback standing reason } }")
        .await;
    assert_eq!(
        shown["nodes"],
        json!([{
            "eventId": "event", "isCallback": false, "standing": "UNMATCHED",
            "reason": "it names no drop that was made here"
        }])
    );
    let refused = agent.is_not_answered("carrierReports { nodes { id } }").await;
    assert_eq!(refused, "FORBIDDEN");

    let ports = &app.application().ports;
    let again = WebhookReplay {
        standing: WebhookStanding::Unmatched,
        from: DateTime::<Utc>::MIN_UTC,
        until: ports.clock.now() + Duration::days(1),
    };
    let before = app.events().await;
    assert_eq!(ports.inbox.replay(again).await, Ok(1));
    assert_eq!(all_looked_at(app).await.unmatched, 1, "it still matches nothing");
    let applied = app.reports().await.applied;
    let again = WebhookReplay {
        standing: WebhookStanding::Applied,
        ..again
    };
    assert_eq!(ports.inbox.replay(again).await, Ok(applied));
    assert_eq!(all_looked_at(app).await.applied, applied);
    assert_eq!(
        app.events_since(before).await,
        Vec::<String>::new(),
        "all is recorded once"
    );
}

async fn the_generic_shape_of_a_report_is_taken(app: &TestApp) {
    sent(app).await;
    let before = app.events().await;
    let now = app.application().ports.clock.now().to_rfc3339();
    let told =
        json!({"event_type": "listened", "message_id": "m-1", "phone_number": SOMEBODY, "timestamp": now});
    assert_eq!(signed(app, &told).await, StatusCode::OK);
    assert_eq!(all_looked_at(app).await.unmatched, 0);
    assert_eq!(app.events_since(before).await, ["Listened"]);
}

async fn a_callback_with_a_token_that_we_never_made_changes_nothing(app: &TestApp) {
    let before = (app.events().await, app.reports().await.rejected);
    let id = "019b76daa80073ffa73686a4520838b3";
    let path = format!("/webhooks/drop-cowboy/callback/{id}.{id}.{id}.627f59a176949e0bfec55a5f20c58f84");
    let body = br#"{"drop_id":"x","status":"success","code":0}"#.to_vec();
    let answer = app.anybody().post(&path, &[JSON], body).await;
    // The carrier reads no answer of a callback; a stranger learns nothing from it.
    assert_eq!(answer.status(), StatusCode::OK);
    let reports = all_looked_at(app).await;
    assert_eq!((app.events().await, reports.rejected), (before.0, before.1 + 1));
    assert_eq!((reports.waiting, reports.applied), (0, 0));
}

async fn a_report_with_a_bad_signature_is_turned_away(app: &TestApp) {
    let before = (app.events().await, app.reports().await.rejected);
    let headers = [
        JSON,
        ("x-signature", "t=1768600000,v1=00000000000000000000000000000000"),
        ("x-timestamp", "1768600000"),
    ];
    let answer = app
        .anybody()
        .post("/webhooks/drop-cowboy", &headers, b"{\"event\":\"rvm\"}".to_vec())
        .await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let reports = all_looked_at(app).await;
    assert_eq!((app.events().await, reports.rejected), (before.0, before.1 + 1));
    assert_eq!((reports.waiting, reports.applied), (0, 0));
}

/// What the carrier has signed with since, and nobody has set here.
const NEW_SECRET: &str = "test-signing-secret-0002";

/// The carrier, once the new secret is set as well.
#[derive(Debug)]
struct NewSecretSet(Arc<dyn VoicemailCarrier>);

#[async_trait]
impl VoicemailCarrier for NewSecretSet {
    async fn readiness(&self) -> Result<CarrierReadiness, PortError> {
        self.0.readiness().await
    }

    fn reports_listening(&self) -> bool {
        self.0.reports_listening()
    }

    fn takes_uploads(&self) -> bool {
        self.0.takes_uploads()
    }

    fn remembers_keys(&self) -> Option<Duration> {
        self.0.remembers_keys()
    }

    async fn upload(&self, name: &str, audio: Bytes, media_type: &str) -> Result<String, PortError> {
        self.0.upload(name, audio, media_type).await
    }

    async fn hand_over(&self, drop: Drop) -> Result<DropAnswer, PortError> {
        self.0.hand_over(drop).await
    }

    fn parse_report(&self, body: &[u8], token: Option<&str>) -> Result<WireReport, PortError> {
        self.0.parse_report(body, token)
    }

    fn verify_signature(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), PortError> {
        let header = |name: &str| {
            let found = headers.iter().find(|(given, _)| given == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        if header("x-signature") == signature(NEW_SECRET, header("x-timestamp"), body) {
            return Ok(());
        }
        self.0.verify_signature(headers, body, now)
    }
}

async fn what_was_signed_with_a_secret_that_is_set_late_is_admitted_then(app: &TestApp) {
    sent(app).await;
    let before = app.events().await;
    let told = status(app, "late", SOMEBODY, None);
    assert_eq!(
        signed_with(app, NEW_SECRET, &told).await,
        StatusCode::UNAUTHORIZED
    );
    let application = app.application();
    let ever = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let again = async |ports: &Ports| {
        let processes = Processes::new(ports.clone(), application.settings());
        processes.readmit(ever.0, ever.1).await.expect("it looks")
    };
    let refused = again(&application.ports).await;
    assert!(refused.looked_at > 0, "{refused:?}");
    assert_eq!(refused.admitted, 0, "no secret fits it yet");
    let with_the_secret = Ports {
        carrier: Arc::new(NewSecretSet(Arc::clone(&application.ports.carrier))),
        ..application.ports.clone()
    };
    let admitted = again(&with_the_secret).await;
    assert!(admitted.admitted > 0, "{admitted:?}");
    assert_eq!(all_looked_at(app).await.unmatched, 0);
    assert_eq!(app.events_since(before).await, ["DeliveryFailed"]);
}

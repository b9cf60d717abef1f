//! Voicemails by the first version of Drop Cowboy's API: credentials in the body, a recording by its address, nothing to repeat by.

use chrono::{DateTime, Utc};
use commands::ports::{Drop, DropAudio, DropOutcome, PortErrorKind, VoicemailCarrier};
use domain::MicroDollars;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, matchers::path};

use crate::stage::{
    Lost, answering, drop_cowboy_v1, drop_cowboy_v1_by, drop_cowboy_v1_config, failure, json, requests, sent,
};

fn a_drop(audio: DropAudio) -> Drop {
    Drop {
        to: "+17605550186".parse().unwrap(),
        caller_id: "+17605550100".parse().unwrap(),
        audio,
        foreign_id: "attempt-1".into(),
        idempotency_key: "key-1".into(),
        callback_token: "token-1".into(),
        postal_code: Some("92260".into()),
    }
}

fn here() -> DropAudio {
    DropAudio::Path {
        path: "/audio/script-1?signature=s".into(),
        media_type: "audio/wav".into(),
    }
}

#[tokio::test]
async fn a_drop_goes_out_with_credentials_recording_and_callback_in_its_body() {
    let server = answering(json(200, json!({ "status": "queued" }))).await;
    let carrier = drop_cowboy_v1(&server.uri());
    let taken = carrier.hand_over(a_drop(here())).await.unwrap();
    assert_eq!(taken.message_id, "attempt-1", "what its report will name");
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn a_pool_and_a_number_for_calls_back_are_sent_where_they_are_set() {
    let server = answering(json(200, json!({ "status": "queued" }))).await;
    let mut config = drop_cowboy_v1_config(&server.uri());
    config.pool_id = Some("pool-1".into());
    config.forwarding_number = Some("+17605550111".into());
    let elsewhere = DropAudio::Address {
        address: "https://bucket.example/a.mp3?signature=s".into(),
        media_type: "audio/mpeg".into(),
    };
    drop_cowboy_v1_by(config)
        .hand_over(a_drop(elsewhere))
        .await
        .unwrap();
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn nothing_is_asked_twice_and_nothing_that_is_unclear_counts_as_taken() {
    let mut table = Vec::new();
    for (name, answer) in [
        ("no key", json(401, json!({ "error": "unauthorized" }))),
        (
            "refused",
            json(400, json!({ "message": "no brand for +17605550186" })),
        ),
        ("broken", json(500, json!({}))),
        ("something else", json(200, json!({ "status": "ok" }))),
    ] {
        let server = answering(answer).await;
        let carrier = drop_cowboy_v1(&server.uri());
        let failed = carrier.hand_over(a_drop(here())).await.unwrap_err();
        table.push(format!("{name}: {}", failure(&failed, requests(&server).await)));
    }
    let lost = Lost::start();
    let failed = drop_cowboy_v1(&lost.address)
        .hand_over(a_drop(here()))
        .await
        .unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Unknown, 1));
    let media = DropAudio::Media("media-1".into());
    let server = answering(json(200, json!({ "status": "queued" }))).await;
    let failed = drop_cowboy_v1(&server.uri())
        .hand_over(a_drop(media))
        .await
        .unwrap_err();
    table.push(format!(
        "a recording that lies at the carrier: {}",
        failure(&failed, requests(&server).await)
    ));
    insta::assert_snapshot!(table.join("\n"));
}

async fn account(brands: Value, pools: Value) -> MockServer {
    let server = MockServer::start().await;
    for (route, answer) in [("/brand", brands), ("/pool", pools)] {
        let answer = json(200, answer);
        Mock::given(path(route)).respond_with(answer).mount(&server).await;
    }
    server
}

fn brand(api_allowed: bool, registered: bool) -> Value {
    json!([{ "brand_id": "brand-1", "company_name": "Desert Homes", "dba_name": "", "registered": registered, "api_allowed": api_allowed }])
}

#[tokio::test]
async fn an_account_is_ready_with_its_brand_and_its_pool() {
    let pool = json!([{ "pool_id": "pool-1", "name": "Desert", "number_count": 12 }]);
    let server = account(brand(true, true), pool).await;
    let mut config = drop_cowboy_v1_config(&server.uri());
    config.pool_id = Some("pool-1".into());
    let ready = drop_cowboy_v1_by(config).readiness().await.unwrap();
    assert_eq!((ready.findings, ready.funds), (vec![], None));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn what_an_account_lacks_is_said_in_words() {
    let empty = json!([{ "pool_id": "pool-1", "name": "Desert", "number_count": 0 }]);
    let mut told = Vec::new();
    for (brands, pools) in [
        (json!([]), json!([])),
        (brand(false, true), empty.clone()),
        (brand(true, false), empty),
    ] {
        let server = account(brands, pools).await;
        let mut config = drop_cowboy_v1_config(&server.uri());
        config.pool_id = Some("pool-1".into());
        let ready = drop_cowboy_v1_by(config).readiness().await.unwrap();
        let words = ready.findings.iter().map(|f| {
            let weight = if f.blocks { "blocks" } else { "warns" };
            format!("{} {weight}: {}", f.about.as_str(), f.message)
        });
        told.push(words.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(told.join("\n\n"));
}

#[tokio::test]
async fn a_report_of_it_names_no_code_and_tells_all_the_same() {
    let server = answering(json(200, json!({}))).await;
    let carrier = drop_cowboy_v1(&server.uri());
    let body = |status: &str, dnc: bool| {
        json!({
            "drop_id": "d1", "phone_number": "+17605550186", "attempt_date": "2026-11-17T18:00:00Z", "status": status,
            "reason": "Carrier said so", "dnc": dnc, "spam": false, "product_cost": 0.099, "compliance_fee": 0.0029, "tts_fee": 0,
            "network": { "name": "Example Wireless", "type": "wireless" }, "foreign_id": "f1",
        })
        .to_string()
    };
    let told = carrier
        .parse_report(body("success", false).as_bytes(), Some("t"))
        .unwrap();
    let cost = Some(MicroDollars::from_micros(101_900));
    assert_eq!(told.outcome, DropOutcome::Delivered { cost });
    assert_eq!(told.about.foreign_id.as_deref(), Some("f1"));
    let told = carrier
        .parse_report(body("failure", true).as_bytes(), Some("t"))
        .unwrap();
    assert!(
        matches!(told.outcome, DropOutcome::Failed { .. }) && told.suppress,
        "{told:?}"
    );
    let now = DateTime::<Utc>::UNIX_EPOCH;
    assert!(
        carrier.verify_signature(&[], b"{}", now).is_err(),
        "it signs nothing"
    );
}

//! Voicemails by Drop Cowboy: the hand-over that is never repeated here, the upload in three steps, readiness and webhooks.

use bytes::Bytes;
use commands::ports::{Drop, DropAudio, PortErrorKind, VoicemailCarrier};
use providers::{CallbackBase, DropCowboy, DropCowboyConfig};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::stage::{
    IMPATIENT, Lost, TOO_LATE, answering, drop_cowboy, drop_cowboy_by, drop_cowboy_config, failure, json,
    requests, sent,
};

const MEDIA: &str = "7f3c2d10-0000-4000-8000-000000000001";

fn a_drop() -> Drop {
    Drop {
        to: "+17605550186".parse().unwrap(),
        caller_id: "+17605550100".parse().unwrap(),
        audio: DropAudio::Media(MEDIA.into()),
        foreign_id: "attempt-1".into(),
        idempotency_key: "key-1".into(),
        callback_token: "token-1".into(),
        postal_code: Some("92260".into()),
    }
}

fn queued() -> ResponseTemplate {
    json(202, json!({ "status": "queued", "message_id": "message-1" }))
}

#[tokio::test]
async fn a_drop_goes_out_with_its_key_its_reference_and_its_callback() {
    let server = answering(queued()).await;
    let taken = drop_cowboy(&server.uri()).hand_over(a_drop()).await.unwrap();
    assert_eq!(taken.message_id, "message-1");
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn a_configured_line_stands_for_the_caller_id() {
    let server = answering(queued()).await;
    let carrier = drop_cowboy_by(DropCowboyConfig {
        phone_line_id: Some("line-1".into()),
        ..drop_cowboy_config(&server.uri())
    });
    let drop = Drop {
        postal_code: None,
        ..a_drop()
    };
    carrier.hand_over(drop).await.unwrap();
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn every_refusal_says_what_can_be_done_in_all_shapes_of_its_envelope() {
    let problem = |status, kind: &str, code: &str| {
        json(
            status,
            json!({ "type": format!("https://errors.example/{kind}"), "title": kind, "status": status,
                    "detail": "no drop to +17605550186", "details": { "code": code }, "request_id": "r1" }),
        )
    };
    let answers = [
        (
            "no key at all",
            json(
                401,
                json!({ "title": "Unauthorized", "status": 401, "detail": "x-key" }),
            ),
        ),
        (
            "no money",
            problem(402, "payment-required", "insufficient_balance"),
        ),
        (
            "code beside the detail",
            json(403, json!({ "detail": "+17605550186", "code": "byoc_required" })),
        ),
        (
            "plan gate",
            json(
                403,
                json!({ "error": "plan_required", "message": "+17605550186" }),
            ),
        ),
        ("unknown", problem(404, "not-found", "not_found")),
        (
            "detail as object",
            json(
                422,
                json!({ "message": "m", "detail": { "code": "consent_required" } }),
            ),
        ),
        (
            "money as validation",
            json(422, json!({ "detail": { "code": "insufficient_balance" } })),
        ),
        ("too fast", json(429, json!({ "message": "Too many requests" }))),
        (
            "too fast, told for how long",
            json(429, json!({ "message": "Too many requests" })).insert_header("retry-after", "20"),
        ),
        ("broken", problem(500, "internal-error", "internal")),
        (
            "gateway",
            ResponseTemplate::new(502).set_body_string("<html>+17605550186</html>"),
        ),
        (
            "moved",
            ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:9/rvm"),
        ),
    ];
    let mut table = Vec::new();
    for (name, answer) in answers {
        let server = answering(answer).await;
        let refused = drop_cowboy(&server.uri()).hand_over(a_drop()).await.unwrap_err();
        table.push(format!("{name}: {}", failure(&refused, requests(&server).await)));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_drop_whose_answer_was_lost_is_left_to_the_caller() {
    let lost = Lost::start();
    let failed = drop_cowboy(&lost.address).hand_over(a_drop()).await.unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Unknown, 1));

    let late = answering(queued().set_delay(TOO_LATE)).await;
    let hasty = drop_cowboy_by(DropCowboyConfig {
        time_out: IMPATIENT,
        ..drop_cowboy_config(&late.uri())
    });
    let failed = hasty.hand_over(a_drop()).await.unwrap_err();
    assert_eq!((failed.kind, requests(&late).await), (PortErrorKind::Unknown, 1));

    for answer in [
        ResponseTemplate::new(202).set_body_raw("{", "application/json"),
        ResponseTemplate::new(202).set_body_raw("<html>", "text/html"),
        json(202, json!({ "status": "queued" })),
        ResponseTemplate::new(202).set_body_bytes(vec![b' '; 5 << 20]),
    ] {
        let server = answering(answer).await;
        let failed = drop_cowboy(&server.uri()).hand_over(a_drop()).await.unwrap_err();
        assert_eq!(
            (failed.kind, requests(&server).await),
            (PortErrorKind::Unknown, 1),
            "{failed}"
        );
    }
}

#[tokio::test]
async fn a_drop_that_could_not_be_repeated_or_reported_is_not_sent() {
    let server = answering(queued()).await;
    for key in ["", "  ", "schlüssel", "a\nb", &"k".repeat(256)] {
        let drop = Drop {
            idempotency_key: key.to_owned(),
            ..a_drop()
        };
        let refused = drop_cowboy(&server.uri()).hand_over(drop).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent, "{key:?}");
    }
    let early = DropCowboy::new(drop_cowboy_config(&server.uri()), CallbackBase::default()).unwrap();
    let refused = early.hand_over(a_drop()).await.unwrap_err();
    assert_eq!(refused.kind, PortErrorKind::Retryable);
    assert_eq!(requests(&server).await, 0);
}

/// A carrier whose signed addresses lead to `upload`.
async fn taking_audio(upload: Value, put: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let text = upload.to_string().replace("[server]", &server.uri());
    let upload: Value = serde_json::from_str(&text).unwrap();
    let made = json!({ "data": { "media_id": MEDIA, "media_exists": false, "upload": upload }, "meta": { "request_id": "r1" } });
    let completed =
        json!({ "data": { "media_id": MEDIA, "media_exists": true }, "meta": { "request_id": "r2" } });
    Mock::given(method("POST"))
        .and(path("/media/public/media"))
        .respond_with(json(201, made))
        .mount(&server)
        .await;
    Mock::given(method("PUT")).respond_with(put).mount(&server).await;
    Mock::given(method("POST"))
        .and(path(format!("/media/public/media/{MEDIA}/complete")))
        .respond_with(json(200, completed))
        .mount(&server)
        .await;
    server
}

fn both() -> Value {
    json!({
        "mp3": { "url": "[server]/signed/a.mp3?sig=1", "content_type": "audio/mpeg" },
        "wav": { "url": "[server]/signed/a.wav?sig=2", "content_type": "audio/wav" },
    })
}

fn audio() -> Bytes {
    Bytes::from_static(b"RIFF of some bytes")
}

#[tokio::test]
async fn audio_goes_up_in_three_steps_and_the_signed_address_never_sees_our_keys() {
    let server = taking_audio(both(), ResponseTemplate::new(200)).await;
    let id = drop_cowboy(&server.uri())
        .upload("script-1", audio(), "audio/wav")
        .await
        .unwrap();
    assert_eq!(id, MEDIA);
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn each_kind_of_audio_has_its_own_address() {
    let server = taking_audio(both(), ResponseTemplate::new(200)).await;
    drop_cowboy(&server.uri())
        .upload("script-1", audio(), "audio/mpeg")
        .await
        .unwrap();
    let put = server.received_requests().await.unwrap().remove(1);
    assert_eq!(
        (put.url.path(), put.headers["content-type"].to_str().unwrap()),
        ("/signed/a.mp3", "audio/mpeg")
    );
}

#[tokio::test]
async fn an_upload_that_does_not_go_through_is_never_completed() {
    let only_mp3 = json!({ "mp3": { "url": "[server]/a.mp3", "content_type": "audio/mpeg" } });
    let local_file = json!({ "wav": { "url": "file:///etc/passwd", "content_type": "audio/wav" } });
    let ok = || ResponseTemplate::new(200);
    let cases = [
        ("expired", both(), ResponseTemplate::new(403), "audio/wav"),
        (
            "moved",
            both(),
            ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:9/"),
            "audio/wav",
        ),
        ("broken", both(), ResponseTemplate::new(500), "audio/wav"),
        ("no address for it", only_mp3, ok(), "audio/wav"),
        ("no address at all", local_file, ok(), "audio/wav"),
        ("another media type", both(), ok(), "audio/ogg"),
    ];
    let mut table = Vec::new();
    for (name, upload, put, media_type) in cases {
        let server = taking_audio(upload, put).await;
        let failed = drop_cowboy(&server.uri())
            .upload("script-1", audio(), media_type)
            .await
            .unwrap_err();
        table.push(format!("{name}: {}", failure(&failed, requests(&server).await)));
        let came = server.received_requests().await.unwrap();
        assert!(
            came.iter().all(|r| !r.url.path().ends_with("/complete")),
            "{name}"
        );
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_media_id_that_would_change_the_route_is_not_used() {
    let data = json!({ "media_id": "../../register", "upload": { "wav": { "url": "https://127.0.0.1:9/a", "content_type": "audio/wav" } } });
    let server = answering(json(201, json!({ "data": data }))).await;
    let failed = drop_cowboy(&server.uri())
        .upload("script-1", audio(), "audio/wav")
        .await
        .unwrap_err();
    assert_eq!(
        (failed.kind, requests(&server).await),
        (PortErrorKind::Unknown, 1)
    );
}

fn readiness(numbers: u64, funds_ok: bool, test_only: bool, byoc: bool) -> ResponseTemplate {
    let data = json!({
        "audio_url_allowed": false, "test_numbers_only": test_only, "test_numbers": [],
        "funds": { "available": 1.5, "balance": 1.5, "reserved": 0, "funds_ok": funds_ok }, "allotment": null,
        "numbers": { "count": numbers }, "byoc": { "connected": byoc }, "next_actions": [],
    });
    json(200, json!({ "data": data, "meta": { "request_id": "r1" } }))
}

fn lines(lines: &Value) -> ResponseTemplate {
    json(200, json!({ "data": lines, "meta": { "request_id": "r2" } }))
}

/// An account that answers what it is asked: how it stands, and which lines it has.
async fn account(readiness: ResponseTemplate, lines: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    for (route, answer) in [
        ("/register/public/integration-readiness", readiness),
        ("/phone/public/lines", lines),
    ] {
        Mock::given(path(route)).respond_with(answer).mount(&server).await;
    }
    server
}

fn default_line() -> Value {
    json!([{ "ivr_id": "line-1", "name": "Main", "type": "voice", "is_default": true }])
}

#[tokio::test]
async fn an_account_with_money_a_number_and_a_line_is_ready() {
    let by_another_name = json!({ "lines": [{ "ivr_id": "line-1", "type": "voice", "default": true }] });
    for (answer, shown) in [
        (readiness(1, true, false, false), lines(&default_line())),
        (readiness(1, true, false, false), lines(&by_another_name)),
        // The numbers are another carrier's.
        (readiness(0, true, false, true), lines(&json!([]))),
        // What an answer does not speak of, or a key may not read, is no problem.
        (
            json(200, json!({ "data": {} })),
            json(403, json!({ "status": 403 })),
        ),
        (json(200, json!({ "data": {} })), lines(&json!({ "total": 0 }))),
    ] {
        let server = account(answer, shown).await;
        let ready = drop_cowboy(&server.uri()).readiness().await.unwrap();
        assert_eq!(ready.findings, []);
    }
    let server = account(readiness(1, true, false, false), lines(&default_line())).await;
    let ready = drop_cowboy(&server.uri()).readiness().await.unwrap();
    assert_eq!(ready.funds, Some(domain::MicroDollars::from_micros(1_500_000)));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn what_an_account_lacks_is_said_in_words() {
    let two = json!([
        { "ivr_id": "line-1", "name": "Main", "type": "voice", "is_default": false },
        { "ivr_id": "line-2", "name": "Texts", "type": "sms", "is_default": true },
    ]);
    let mut told = Vec::new();
    for (name, configured, shown) in [
        ("an empty account", None, json!([])),
        ("no default voice line", None, two.clone()),
        ("a line for texts", Some("line-2"), two.clone()),
        ("a line that is not there", Some("line-3"), two),
    ] {
        let server = account(readiness(0, false, true, false), lines(&shown)).await;
        let mut config = drop_cowboy_config(&server.uri());
        config.phone_line_id = configured.map(str::to_owned);
        let ready = drop_cowboy_by(config).readiness().await.unwrap();
        assert_eq!(ready.blockers().count(), 4, "{name}: {ready:?}");
        let words: Vec<String> = (ready.findings.iter())
            .map(|f| format!("{}: {}", f.about.as_str(), f.message))
            .collect();
        told.push(format!("{name}\n{}", words.join("\n")));
    }
    insta::assert_snapshot!(told.join("\n\n"));
}

#[tokio::test]
async fn a_wrong_key_shows_in_the_readiness() {
    let server = answering(json(401, json!({ "title": "Unauthorized", "status": 401 }))).await;
    let refused = drop_cowboy(&server.uri()).readiness().await.unwrap_err();
    assert_eq!(
        (refused.kind, requests(&server).await),
        (PortErrorKind::Unauthorised, 1)
    );
}

#[tokio::test]
async fn a_webhook_is_registered_once_and_its_secret_does_not_print_itself() {
    let made = json!({ "data": { "webhook_id": "hook-1", "signing_secret": "whs-1" }, "meta": { "request_id": "r1" } });
    let server = answering(json(201, made)).await;
    let carrier = drop_cowboy(&server.uri());
    let hook = carrier
        .register_webhook(
            "https://voicedrop.example/webhooks/drop-cowboy",
            Some("voicedrop"),
        )
        .await
        .unwrap();
    assert_eq!(
        (hook.webhook_id.as_str(), hook.signing_secret.expose_secret()),
        ("hook-1", "whs-1")
    );
    assert!(!format!("{hook:?}").contains("whs-1"));
    insta::assert_snapshot!(sent(&server).await);

    let lost = Lost::start();
    let failed = drop_cowboy(&lost.address)
        .register_webhook("https://voicedrop.example/", None)
        .await
        .unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Unknown, 1));
}

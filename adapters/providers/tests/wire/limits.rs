//! What holds for every call: places, the breaker, no connection, keys.

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicUsize, Ordering},
};

use commands::ports::{Drop, DropAudio, PortErrorKind, ScriptPrompt, ScriptWriter, VoicemailCarrier};
use providers::{Groq, GroqConfig, HttpClient};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stage::{
    answering, anthropic, drop_cowboy, elevenlabs, groq, groq_config, nobody, read_request, requests, serve,
    write_json,
};

/// Failures in a row after which a breaker opens.
const FAILURES: usize = 8;

fn prompt() -> ScriptPrompt {
    ScriptPrompt {
        instructions: "Write.".into(),
        facts: vec![],
        model: None,
    }
}

fn a_drop() -> Drop {
    Drop {
        to: "+17605550186".parse().unwrap(),
        caller_id: "+17605550100".parse().unwrap(),
        audio: DropAudio::Media("media-1".into()),
        foreign_id: "attempt-1".into(),
        idempotency_key: "key-1".into(),
        callback_token: "token-1".into(),
        postal_code: None,
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done() {
    let failed = drop_cowboy(&nobody()).hand_over(a_drop()).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Retryable);
    assert_eq!(failed.message, "drop_cowboy rvm: can't connect");

    // A name that is reserved to have no address.
    let failed = drop_cowboy("https://carrier.invalid")
        .hand_over(a_drop())
        .await
        .unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Retryable);
}

#[tokio::test]
async fn an_open_breaker_sends_nothing_and_says_how_long_to_wait() {
    let server = answering(ResponseTemplate::new(500)).await;
    let carrier = drop_cowboy(&server.uri());
    for _ in 0..FAILURES {
        let failed = carrier.hand_over(a_drop()).await.unwrap_err();
        assert_eq!(failed.kind, PortErrorKind::Unknown);
    }
    let turned_away = carrier.hand_over(a_drop()).await.unwrap_err();
    assert!(
        matches!(turned_away.kind, PortErrorKind::Limited { after: Some(_) }),
        "{turned_away:?}"
    );
    assert!(turned_away.certainly_not_done());
    assert_eq!(requests(&server).await, FAILURES);
}

#[tokio::test]
async fn a_breaker_that_opens_between_two_tries_ends_them() {
    let server = answering(ResponseTemplate::new(500)).await;
    let writer = groq(&server.uri());
    for _ in 0..2 {
        // Four tries each.
        let failed = writer.write(prompt()).await.unwrap_err();
        assert_eq!(failed.kind, PortErrorKind::Unknown);
    }
    let turned_away = writer.write(prompt()).await.unwrap_err();
    assert!(matches!(turned_away.kind, PortErrorKind::Limited { .. }));
    assert_eq!(requests(&server).await, FAILURES);
}

#[tokio::test]
async fn refusals_are_no_trouble_for_the_breaker() {
    let server = answering(json_refusal()).await;
    let carrier = drop_cowboy(&server.uri());
    for _ in 0..FAILURES * 2 {
        let refused = carrier.hand_over(a_drop()).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent);
    }
    assert_eq!(requests(&server).await, FAILURES * 2);
}

fn json_refusal() -> ResponseTemplate {
    ResponseTemplate::new(422).set_body_json(json!({ "detail": "no" }))
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_the_plan_allows() {
    // Each answer waits for another call to be there, so two must be; a third at once would be seen.
    let (pair, under_way, most) = (
        Barrier::new(2),
        AtomicUsize::new(0),
        Arc::new(AtomicUsize::new(0)),
    );
    let seen = Arc::clone(&most);
    let completion = json!({ "choices": [{ "message": { "content": r#"{"script":"Hi."}"# } }] });
    let address = serve(move |mut stream| {
        read_request(&mut stream);
        seen.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        pair.wait();
        under_way.fetch_sub(1, Ordering::SeqCst);
        write_json(&mut stream, &completion);
    });
    let writer = Groq::new(GroqConfig {
        concurrency: 2,
        ..groq_config(&address)
    })
    .unwrap();
    let (a, b, c, d) = tokio::join!(
        writer.write(prompt()),
        writer.write(prompt()),
        writer.write(prompt()),
        writer.write(prompt())
    );
    for written in [a, b, c, d] {
        assert_eq!(written.unwrap().text, "Hi.");
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_base_address_or_a_key_that_cannot_work_is_refused_at_the_start() {
    let client = HttpClient::new().unwrap();
    for address in ["", "api.groq.com", "ftp://api.groq.com"] {
        assert!(
            Groq::with_client(&client, groq_config(address)).is_err(),
            "{address}"
        );
    }
    let pasted = GroqConfig::new("groq-key\n".into(), "openai/gpt-oss-20b");
    let refused = Groq::with_client(&client, pasted).unwrap_err();
    assert!(!refused.to_string().contains("groq-key"), "{refused}");
}

#[test]
fn no_provider_prints_its_keys() {
    let address = "http://127.0.0.1:9";
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        anthropic(address),
        groq(address),
        elevenlabs(address),
        drop_cowboy(address)
    );
    for key in [
        "anthropic-key",
        "groq-key",
        "voice-key",
        "carrier-key",
        "carrier-secret",
    ] {
        assert!(!shown.contains(key), "{key}");
    }
}

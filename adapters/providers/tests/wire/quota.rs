//! What providers say is left of their rates: the next calls wait for a reset that is near, and are told of one that is not.

use std::time::{Duration, Instant};

use commands::ports::{PortError, PortErrorKind, ScriptPrompt, ScriptWriter};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stage::{answering, anthropic, groq, json, requests};

const DATE: &str = "Wed, 21 Oct 2026 07:28:00 GMT";

fn prompt() -> ScriptPrompt {
    ScriptPrompt {
        instructions: "Write.".into(),
        facts: vec![],
        model: None,
    }
}

fn completion() -> ResponseTemplate {
    json(
        200,
        json!({ "choices": [{ "message": { "content": r#"{"script":"Hi."}"# } }] }),
    )
}

fn message() -> ResponseTemplate {
    json(
        200,
        json!({ "content": [{ "type": "text", "text": r#"{"script":"Hi."}"# }], "stop_reason": "end_turn" }),
    )
}

fn with(answer: ResponseTemplate, headers: &[(&'static str, &str)]) -> ResponseTemplate {
    headers.iter().fold(answer, |answer, (name, value)| {
        answer.insert_header(*name, *value)
    })
}

/// Turned away without a call, to come back within these seconds.
fn assert_told(turned_away: &PortError, seconds: std::ops::RangeInclusive<u64>) {
    let PortErrorKind::Limited { after: Some(after) } = turned_away.kind else {
        panic!("{turned_away:?}");
    };
    assert!(seconds.contains(&after.as_secs()), "{turned_away:?}");
    assert!(
        turned_away.message.contains("nothing is left of the rate"),
        "{turned_away}"
    );
}

#[tokio::test]
async fn the_next_call_waits_for_a_reset_that_is_near() {
    let used_up = [
        ("x-ratelimit-remaining-requests", "17"),
        ("x-ratelimit-reset-requests", "2m59.56s"),
        ("x-ratelimit-remaining-tokens", "0"),
        ("x-ratelimit-reset-tokens", "300ms"),
    ];
    let server = answering(with(completion(), &used_up)).await;
    let writer = groq(&server.uri());
    writer.write(prompt()).await.unwrap();
    let begun = Instant::now();
    writer.write(prompt()).await.unwrap();
    // Less what passed between the answer's arrival and now.
    assert!(
        begun.elapsed() >= Duration::from_millis(150),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_reset_that_is_far_is_told_at_once_and_nothing_is_sent() {
    let used_up = [
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "5m"),
    ];
    let server = answering(with(completion(), &used_up)).await;
    let writer = groq(&server.uri());
    writer.write(prompt()).await.unwrap();
    assert_told(&writer.write(prompt()).await.unwrap_err(), 240..=300);
    assert_told(&writer.check().await.unwrap_err(), 240..=300);
    assert_eq!(requests(&server).await, 1);
    // Another provider, at the same address even, is not concerned.
    anthropic(&server.uri()).write(prompt()).await.unwrap_err();
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn anthropics_reset_counts_from_the_date_of_its_answer() {
    let names = [
        ("requests", 1),
        ("tokens", 2),
        ("input-tokens", 3),
        ("output-tokens", 4),
    ];
    for (name, minutes) in names {
        let answer = message()
            .insert_header("date", DATE)
            .insert_header(format!("anthropic-ratelimit-{name}-remaining"), "0")
            .insert_header(
                format!("anthropic-ratelimit-{name}-reset"),
                format!("2026-10-21T07:{}:30Z", 28 + minutes),
            );
        let server = answering(answer).await;
        let writer = anthropic(&server.uri());
        writer.write(prompt()).await.unwrap();
        let turned_away = writer.write(prompt()).await.unwrap_err();
        assert_told(&turned_away, minutes * 60..=minutes * 60 + 30);
        assert_eq!(requests(&server).await, 1, "{name}");
    }
}

#[tokio::test]
async fn while_something_is_left_nobody_waits() {
    let left = [
        ("date", DATE),
        ("anthropic-ratelimit-requests-remaining", "1"),
        ("anthropic-ratelimit-requests-reset", "2026-10-21T07:33:00Z"),
    ];
    let server = answering(with(message(), &left)).await;
    let writer = anthropic(&server.uri());
    for _ in 0..3 {
        writer.write(prompt()).await.unwrap();
    }
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn a_reset_that_is_over_holds_nobody_up() {
    let over = [
        ("date", DATE),
        ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "2026-10-21T07:27:59Z"),
    ];
    let server = answering(with(message(), &over)).await;
    let writer = anthropic(&server.uri());
    for _ in 0..2 {
        writer.write(prompt()).await.unwrap();
    }
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_refusal_that_tells_a_far_reset_is_not_repeated_before_it() {
    let refused = json(429, json!({ "error": { "code": "rate_limit_exceeded" } }));
    let used_up = [
        ("x-ratelimit-remaining-tokens", "0"),
        ("x-ratelimit-reset-tokens", "1m59.5s"),
    ];
    let server = answering(with(refused, &used_up)).await;
    let turned_away = groq(&server.uri()).write(prompt()).await.unwrap_err();
    assert_told(&turned_away, 60..=119);
    assert_eq!(requests(&server).await, 1);
}

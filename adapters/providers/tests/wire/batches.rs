//! Scripts by the batch at both writers: what goes out, how a batch is found again, and what every result becomes.

use chrono::{DateTime, Duration, Utc};
use commands::ports::{
    BatchKey, BatchResult, BatchSearch, BatchStanding, BatchedScript, PortErrorKind, ScriptBatches,
    ScriptPrompt, ScriptWriter,
};
use domain::{MicroDollars, ScriptBatchId, campaign::ScriptBatchOutcome};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param, query_param_is_missing},
};

use crate::stage::{Lost, answering, anthropic, failure, groq, json, requests, sent};

fn key() -> BatchKey {
    key_of("01890a5d-ac96-774b-bcce-b302099a8057")
}

/// Of somebody else's batch.
fn other() -> BatchKey {
    key_of("01890a5d-ac96-774b-bcce-b302099a8058")
}

fn key_of(batch: &str) -> BatchKey {
    BatchKey::of(batch.parse::<ScriptBatchId>().unwrap())
}

fn called_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn prompt(name: &str) -> ScriptPrompt {
    ScriptPrompt {
        instructions: "Write a voicemail.".into(),
        facts: vec![("contact_first_name".into(), name.into())],
        model: None,
    }
}

/// Two that fit, and one that no provider is sent, by itself or in a batch.
fn prompts() -> Vec<(usize, ScriptPrompt)> {
    let endless = ScriptPrompt {
        instructions: "x".repeat(70_000),
        ..prompt("Eve")
    };
    vec![(0, prompt("Dana")), (4, prompt("Adam")), (5, endless)]
}

async fn mounted(routes: Vec<(&str, &str, ResponseTemplate)>) -> MockServer {
    let server = MockServer::start().await;
    for (verb, at, answer) in routes {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    server
}

fn groq_batch(id: &str, status: &str, key: BatchKey, created_at: i64) -> Value {
    json!({
        "id": id, "object": "batch", "status": status, "created_at": created_at, "input_file_id": "file_1",
        "metadata": { "voicedrop_batch": key.to_string() }, "output_file_id": "file_out", "error_file_id": "file_err",
        "request_counts": { "total": 5, "completed": 3, "failed": 1 },
    })
}

fn anthropic_batch(id: &str, status: &str, created_at: DateTime<Utc>) -> Value {
    json!({
        "id": id, "type": "message_batch", "processing_status": status, "created_at": created_at,
        "expires_at": created_at + Duration::hours(24), "cancel_initiated_at": null, "results_url": null,
        "request_counts": { "processing": 5, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0 },
    })
}

/// Of a batch that has ended, with where its results are.
fn ended(mut batch: Value, server: &MockServer, counts: Value) -> Value {
    let id = batch["id"].as_str().unwrap().to_owned();
    batch["processing_status"] = json!("ended");
    batch["request_counts"] = counts;
    batch["results_url"] = json!(format!("{}/v1/messages/batches/{id}/results", server.uri()));
    batch
}

fn lines(lines: &[Value]) -> ResponseTemplate {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    ResponseTemplate::new(200).set_body_raw(text.join("\n") + "\n", "application/x-jsonl")
}

#[tokio::test]
async fn groq_is_sent_a_file_and_then_a_batch_that_is_marked() {
    let server = mounted(vec![
        ("POST", "/openai/v1/files", json(200, json!({ "id": "file_1" }))),
        (
            "POST",
            "/openai/v1/batches",
            json(200, groq_batch("batch_1", "validating", key(), 0)),
        ),
    ])
    .await;
    let groq = groq(&server.uri());
    let batches = groq.batches().unwrap();
    assert_eq!(batches.submit(key(), &prompts()).await, Ok("batch_1".to_owned()));
    assert_eq!(batches.price_percent(), 50);
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn anthropic_is_sent_all_requests_in_one_call() {
    let made = anthropic_batch("msgbatch_1", "in_progress", called_at());
    let server = answering(json(200, made)).await;
    let anthropic = anthropic(&server.uri());
    let batches = anthropic.batches().unwrap();
    assert_eq!(
        batches.submit(key(), &prompts()).await,
        Ok("msgbatch_1".to_owned())
    );
    assert_eq!(batches.price_percent(), 50);
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn the_call_that_costs_is_never_repeated_when_its_answer_is_lost() {
    let lost = Lost::start();
    let failed = anthropic(&lost.address)
        .submit(key(), &prompts())
        .await
        .unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Unknown, 1));

    // A file may go up again, and without one there certainly is no batch.
    let lost = Lost::start();
    let failed = groq(&lost.address).submit(key(), &prompts()).await.unwrap_err();
    assert_eq!((failed.kind, lost.requests()), (PortErrorKind::Retryable, 4));

    let server = mounted(vec![
        ("POST", "/openai/v1/files", json(200, json!({ "id": "file_1" }))),
        ("POST", "/openai/v1/batches", ResponseTemplate::new(503)),
    ])
    .await;
    let failed = groq(&server.uri()).submit(key(), &prompts()).await.unwrap_err();
    assert_eq!(
        (failed.kind, requests(&server).await),
        (PortErrorKind::Unknown, 2)
    );
}

#[tokio::test]
async fn every_refusal_of_a_batch_says_what_can_be_done() {
    let mut table = Vec::new();
    let error =
        |code: &str| json!({ "error": { "message": "Dana", "type": "invalid_request_error", "code": code } });
    for (name, answer) in [
        ("bad request", json(400, error("invalid_request"))),
        ("not in this plan", json(403, error("not_available_for_plan"))),
        ("retired model", json(404, error("model_not_found"))),
        ("too large", json(413, error("request_too_large"))),
        ("too many", json(429, error("rate_limit_exceeded"))),
    ] {
        let file = ("POST", "/openai/v1/files", json(200, json!({ "id": "file_1" })));
        let server = mounted(vec![file, ("POST", "/openai/v1/batches", answer)]).await;
        let refused = groq(&server.uri()).submit(key(), &prompts()).await.unwrap_err();
        table.push(format!(
            "groq, {name}: {}",
            failure(&refused, requests(&server).await)
        ));
    }
    let error = |kind: &str| json!({ "type": "error", "error": { "type": kind, "message": "Dana" } });
    for (name, answer) in [
        ("bad request", json(400, error("invalid_request_error"))),
        ("no money", json(402, error("billing_error"))),
        ("too large", json(413, error("request_too_large"))),
        ("too many", json(429, error("rate_limit_error"))),
        ("overloaded", json(529, error("overloaded_error"))),
    ] {
        let server = answering(answer).await;
        let refused = anthropic(&server.uri())
            .submit(key(), &prompts())
            .await
            .unwrap_err();
        table.push(format!(
            "anthropic, {name}: {}",
            failure(&refused, requests(&server).await)
        ));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn groqs_batches_are_looked_through_as_far_back_as_the_call() {
    let at = called_at().timestamp();
    let page = |batches: &[Value]| json(200, json!({ "object": "list", "data": batches }));
    let listed = |first: ResponseTemplate, second: ResponseTemplate| async move {
        let server = MockServer::start().await;
        Mock::given(query_param_is_missing("after"))
            .respond_with(first)
            .mount(&server)
            .await;
        Mock::given(query_param("after", "batch_2"))
            .respond_with(second)
            .mount(&server)
            .await;
        server
    };
    let first = || page(&[groq_batch("batch_2", "in_progress", other(), at + 60)]);
    for (second, found) in [
        (
            page(&[groq_batch("batch_1", "in_progress", key(), at + 1)]),
            BatchSearch::Found("batch_1".to_owned()),
        ),
        (
            page(&[groq_batch("batch_0", "completed", other(), at - 86_400)]),
            BatchSearch::Absent,
        ),
        (page(&[]), BatchSearch::Absent),
        // It shows the same page again and again: what lies behind it stays unknown.
        (first(), BatchSearch::Undecided),
    ] {
        let server = listed(first(), second).await;
        let groq = groq(&server.uri());
        assert_eq!(groq.find(key(), called_at(), &[]).await, Ok(found));
    }
}

#[tokio::test]
async fn anthropics_batches_tell_whose_they_are_when_they_have_ended() {
    let page = |batches: &[Value]| {
        json(
            200,
            json!({ "data": batches, "has_more": false, "last_id": null }),
        )
    };
    let at = called_at() + Duration::seconds(1);
    let counts = json!({ "processing": 0, "succeeded": 5 });
    let result = |key: BatchKey| json!({ "custom_id": key.request(4), "result": { "type": "expired" } });
    for (whose, status, found) in [
        (key(), "ended", BatchSearch::Found("msgbatch_2".to_owned())),
        (other(), "ended", BatchSearch::Absent),
        (key(), "in_progress", BatchSearch::Undecided),
    ] {
        let server = MockServer::start().await;
        let mut batch = anthropic_batch("msgbatch_2", "in_progress", at);
        if status == "ended" {
            batch = ended(batch, &server, counts.clone());
        }
        let known = anthropic_batch("msgbatch_1", "in_progress", at);
        let before = anthropic_batch("msgbatch_0", "in_progress", at - Duration::days(1));
        Mock::given(path("/v1/messages/batches"))
            .respond_with(page(&[batch, known, before]))
            .mount(&server)
            .await;
        Mock::given(path("/v1/messages/batches/msgbatch_2/results"))
            .respond_with(lines(&[result(whose)]))
            .mount(&server)
            .await;
        let anthropic = anthropic(&server.uri());
        let known = ["msgbatch_1".to_owned()];
        let search = anthropic.find(key(), called_at(), &known).await;
        assert_eq!(search, Ok(found), "{status}");
    }
}

#[tokio::test]
async fn a_batch_stands_where_its_provider_says() {
    let over = BatchStanding::Over;
    let running = |cancelling| BatchStanding::Running {
        processed: 4,
        cancelling,
    };
    for (status, standing) in [
        ("validating", running(false)),
        ("in_progress", running(false)),
        ("finalizing", running(false)),
        ("cancelling", running(true)),
        ("something_new", running(false)),
        ("completed", over(ScriptBatchOutcome::Completed)),
        ("expired", over(ScriptBatchOutcome::Expired)),
        ("cancelled", over(ScriptBatchOutcome::Cancelled)),
        ("failed", over(ScriptBatchOutcome::Refused)),
    ] {
        let server = answering(json(200, groq_batch("batch_1", status, key(), 0))).await;
        assert_eq!(
            groq(&server.uri()).standing("batch_1").await,
            Ok(standing),
            "{status}"
        );
    }
    let gone = answering(ResponseTemplate::new(404)).await;
    let lost = Ok(over(ScriptBatchOutcome::Lost));
    assert_eq!(groq(&gone.uri()).standing("batch_1").await, lost);
    assert_eq!(anthropic(&gone.uri()).standing("msgbatch_1").await, lost);
    for (counts, outcome) in [
        (json!({ "succeeded": 5 }), ScriptBatchOutcome::Completed),
        (
            json!({ "succeeded": 3, "expired": 2 }),
            ScriptBatchOutcome::Expired,
        ),
        (
            json!({ "succeeded": 3, "canceled": 2 }),
            ScriptBatchOutcome::Cancelled,
        ),
    ] {
        let server = MockServer::start().await;
        let batch = ended(
            anthropic_batch("msgbatch_1", "ended", called_at()),
            &server,
            counts,
        );
        Mock::given(path("/v1/messages/batches/msgbatch_1"))
            .respond_with(json(200, batch))
            .mount(&server)
            .await;
        let standing = anthropic(&server.uri()).standing("msgbatch_1").await;
        assert_eq!(standing, Ok(over(outcome)));
    }
    let server = answering(json(200, anthropic_batch("msgbatch_1", "canceling", called_at()))).await;
    let cancelling = BatchStanding::Running {
        processed: 0,
        cancelling: true,
    };
    assert_eq!(
        anthropic(&server.uri()).standing("msgbatch_1").await,
        Ok(cancelling)
    );
}

/// As lines of a table.
fn told(mut results: Vec<BatchResult>) -> String {
    results.sort_by_key(|result| result.place);
    let line = |result: &BatchResult| match &result.script {
        BatchedScript::Written(script) => format!(
            "{}: written by {}, {} tokens, {} micros: {}",
            result.place,
            script.model,
            script.tokens,
            script.cost.micros(),
            script.text
        ),
        BatchedScript::Unwritable { cost } => {
            format!(
                "{}: can't be written, {} micros all the same",
                result.place,
                cost.micros()
            )
        }
        BatchedScript::Missed => format!("{}: not written", result.place),
    };
    results.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn groqs_results_become_scripts_at_the_price_of_a_batch() {
    let answered = |place: usize, status: u16, body: Value| {
        json!({ "id": "1", "custom_id": key().request(place), "error": null,
            "response": { "status_code": status, "request_id": "r", "body": body } })
    };
    let completion = |content: &str, reason: &str| {
        json!({ "model": "openai/gpt-oss-20b", "usage": { "prompt_tokens": 400, "completion_tokens": 250 },
            "choices": [{ "finish_reason": reason, "message": { "content": content } }] })
    };
    let refused = |code: &str| json!({ "error": { "message": "Dana", "code": code } });
    let output = [
        answered(3, 200, completion(r#"{"script":"Hi Adam."}"#, "stop")),
        answered(0, 200, completion(r#"{"script":"Hi Dana."}"#, "stop")),
        answered(1, 200, completion(r#"{"scr"#, "length")),
        json!({ "custom_id": "of-somebody-else-3", "response": null, "error": null }),
    ];
    let errors = [
        answered(2, 400, refused("invalid_request")),
        answered(4, 400, refused("json_validate_failed")),
        answered(5, 500, json!({})),
        json!({ "custom_id": key().request(6), "response": null, "error": { "code": "batch_expired" } }),
    ];
    let server = mounted(vec![
        (
            "GET",
            "/openai/v1/batches/batch_1",
            json(200, groq_batch("batch_1", "expired", key(), 0)),
        ),
        ("GET", "/openai/v1/files/file_out/content", lines(&output)),
        ("GET", "/openai/v1/files/file_err/content", lines(&errors)),
    ])
    .await;
    let results = groq(&server.uri()).results(key(), "batch_1").await.unwrap();
    insta::assert_snapshot!(told(results));
}

#[tokio::test]
async fn anthropics_results_become_scripts_at_the_price_of_a_batch() {
    let server = MockServer::start().await;
    let message = |content: &str, reason: &str| {
        json!({ "model": "claude-haiku-4-5-20251001", "stop_reason": reason,
            "content": [{ "type": "text", "text": content }], "usage": { "input_tokens": 400, "output_tokens": 250 } })
    };
    let result = |place: usize, result: Value| json!({ "custom_id": key().request(place), "result": result });
    let errored = |kind: &str| {
        let error = json!({ "type": "error", "error": { "type": kind, "message": "Dana" } });
        json!({ "type": "errored", "error": error })
    };
    let succeeded = |message: Value| json!({ "type": "succeeded", "message": message });
    let all = [
        result(2, succeeded(message(r#"{"script":"Hi Adam."}"#, "end_turn"))),
        result(0, succeeded(message(r#"{"script":"Hi Dana."}"#, "end_turn"))),
        result(1, succeeded(message("", "refusal"))),
        result(3, errored("invalid_request_error")),
        result(4, errored("api_error")),
        result(5, json!({ "type": "expired" })),
        result(6, json!({ "type": "canceled" })),
        json!({ "custom_id": "of-somebody-else", "result": { "type": "expired" } }),
    ];
    let batch = ended(
        anthropic_batch("msgbatch_1", "ended", called_at()),
        &server,
        json!({}),
    );
    Mock::given(path("/v1/messages/batches/msgbatch_1"))
        .respond_with(json(200, batch))
        .mount(&server)
        .await;
    Mock::given(path("/v1/messages/batches/msgbatch_1/results"))
        .respond_with(lines(&all))
        .mount(&server)
        .await;
    let results = anthropic(&server.uri())
        .results(key(), "msgbatch_1")
        .await
        .unwrap();
    insta::assert_snapshot!(told(results));
}

#[tokio::test]
async fn results_that_lie_elsewhere_are_not_fetched_with_our_key() {
    let server = MockServer::start().await;
    let mut batch = ended(
        anthropic_batch("msgbatch_1", "ended", called_at()),
        &server,
        json!({}),
    );
    batch["results_url"] = json!("https://elsewhere.example/results");
    Mock::given(path("/v1/messages/batches/msgbatch_1"))
        .respond_with(json(200, batch))
        .mount(&server)
        .await;
    let refused = anthropic(&server.uri())
        .results(key(), "msgbatch_1")
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind, requests(&server).await),
        (PortErrorKind::Permanent, 1)
    );
}

#[tokio::test]
async fn results_that_are_not_as_documented_are_refused_whole_and_not_quoted() {
    let server = mounted(vec![
        (
            "GET",
            "/openai/v1/batches/batch_1",
            json(200, groq_batch("batch_1", "completed", key(), 0)),
        ),
        (
            "GET",
            "/openai/v1/files/file_out/content",
            ResponseTemplate::new(200).set_body_raw("{\"custom_id\": \"Dana", "text/plain"),
        ),
    ])
    .await;
    let failed = groq(&server.uri()).results(key(), "batch_1").await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Unknown);
    assert!(!failed.message.contains("Dana"), "{failed}");
}

#[tokio::test]
async fn a_batch_is_cancelled_once_and_one_that_is_over_stays_as_it_is() {
    for status in [200, 400, 404, 409] {
        let server = answering(json(status, json!({}))).await;
        assert_eq!(groq(&server.uri()).cancel("batch_1").await, Ok(()));
        assert_eq!(anthropic(&server.uri()).cancel("msgbatch_1").await, Ok(()));
        if status == 200 {
            insta::assert_snapshot!(sent(&server).await);
        }
    }
    let refused = groq("http://127.0.0.1:9").cancel("../files").await.unwrap_err();
    assert_eq!(refused.kind, PortErrorKind::Permanent);
}

#[tokio::test]
async fn what_a_provider_keeps_of_a_batch_is_deleted() {
    let server = mounted(vec![
        (
            "GET",
            "/openai/v1/batches/batch_1",
            json(200, groq_batch("batch_1", "completed", key(), 0)),
        ),
        ("DELETE", "/openai/v1/files/file_out", json(200, json!({}))),
        // It is gone already.
        ("DELETE", "/openai/v1/files/file_err", ResponseTemplate::new(404)),
        ("DELETE", "/openai/v1/files/file_1", json(200, json!({}))),
        ("DELETE", "/v1/messages/batches/msgbatch_1", json(200, json!({}))),
    ])
    .await;
    assert_eq!(groq(&server.uri()).forget("batch_1").await, Ok(()));
    assert_eq!(anthropic(&server.uri()).forget("msgbatch_1").await, Ok(()));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn a_script_of_a_batch_costs_half_of_one_by_itself_rounded_up() {
    let answered = json!({ "custom_id": key().request(0), "response": { "status_code": 200, "body": {
        "usage": { "prompt_tokens": 400, "completion_tokens": 250 },
        "choices": [{ "finish_reason": "stop", "message": { "content": r#"{"script":"Hi."}"# } }] } } });
    let server = mounted(vec![
        (
            "GET",
            "/openai/v1/batches/batch_1",
            json(200, groq_batch("batch_1", "completed", key(), 0)),
        ),
        ("GET", "/openai/v1/files/file_out/content", lines(&[answered])),
        ("GET", "/openai/v1/files/file_err/content", lines(&[])),
    ])
    .await;
    let results = groq(&server.uri()).results(key(), "batch_1").await.unwrap();
    let BatchedScript::Written(script) = &results[0].script else {
        panic!("{results:?}");
    };
    // 400 at $0.075 and 250 at $0.30 a million are 105 millionths of a dollar.
    assert_eq!(script.cost, MicroDollars::from_micros(53));
}

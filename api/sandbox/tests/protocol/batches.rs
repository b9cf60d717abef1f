//! Batches of both writers: answered when their time has come, by the sandbox's clock, and remembered over a sudden end.

use std::sync::atomic::{AtomicI64, Ordering};

use super::support::*;

/// Seconds after noon.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn on(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn config(&self, dir: &Path) -> SandboxConfig {
        let seconds = Arc::clone(&self.0);
        let mut config = config(dir);
        config.time = Arc::new(move || noon() + chrono::TimeDelta::seconds(seconds.load(Ordering::SeqCst)));
        config.delays.batch = Duration::from_secs(100);
        config
    }
}

fn groq(sandbox: &RunningSandbox, method: &str, path: &str) -> reqwest::RequestBuilder {
    client()
        .request(
            method.parse().unwrap(),
            format!("{}/openai/v1/{path}", sandbox.groq_url()),
        )
        .bearer_auth(&sandbox.credentials().groq_api_key)
}

fn anthropic(sandbox: &RunningSandbox, method: &str, path: &str) -> reqwest::RequestBuilder {
    client()
        .request(
            method.parse().unwrap(),
            format!("{}/v1/messages/batches{path}", sandbox.anthropic_url()),
        )
        .header("x-api-key", &sandbox.credentials().anthropic_api_key)
        .header("anthropic-version", "2023-06-01")
}

/// Makes a batch of four completions, the last of which asks for a model that is gone.
async fn groqs(sandbox: &RunningSandbox) -> Value {
    let line = |n: usize, model: &str| {
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": r#"{"first_name":"Dana"}"# }] });
        json!({ "custom_id": format!("r-{n}"), "method": "POST", "url": "/v1/chat/completions", "body": body }).to_string()
    };
    let mut lines: Vec<String> = (0..3).map(|n| line(n, "openai/gpt-oss-20b")).collect();
    lines.push(line(3, "llama-3.3-70b-versatile"));
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--x\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"f.jsonl\"\r\n\r\n{}\r\n--x--\r\n",
        lines.join("\n")
    );
    let upload = groq(sandbox, "POST", "files")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(form);
    let (status, file) = answered(upload).await;
    assert_eq!(status, 200, "{file}");
    let new = json!({ "input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h",
        "metadata": { "mark": "mine" } });
    let (status, batch) = answered(groq(sandbox, "POST", "batches").json(&new)).await;
    assert_eq!(status, 200, "{batch}");
    batch
}

async fn text_of(request: reqwest::RequestBuilder) -> String {
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn groqs_batch_is_worked_on_and_then_answered_at_half_the_price() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let sandbox = Sandbox::start(clock.config(dir.path())).await.unwrap();
    let made = groqs(&sandbox).await;
    let path = format!("batches/{}", made["id"].as_str().unwrap());
    clock.on(50);
    let (_, half) = answered(groq(&sandbox, "GET", &path)).await;
    assert_eq!(
        (&half["status"], &half["request_counts"]["completed"]),
        (&json!("in_progress"), &json!(2))
    );
    assert!(half["output_file_id"].is_null());
    assert_eq!(sandbox.bill()["batched"], 0, "it is billed by its end");
    clock.on(50);
    let (_, over) = answered(groq(&sandbox, "GET", &path)).await;
    assert_eq!(over["status"], "completed");
    assert_eq!(over["metadata"]["mark"], "mine");
    assert_eq!(
        over["request_counts"],
        json!({ "total": 4, "completed": 3, "failed": 1 })
    );
    let file = |of: &str| format!("files/{}/content", over[of].as_str().unwrap());
    let output = text_of(groq(&sandbox, "GET", &file("output_file_id"))).await;
    assert_eq!(output.lines().count(), 3);
    let line: Value = serde_json::from_str(output.lines().next().unwrap()).unwrap();
    assert_eq!(line["custom_id"], "r-2", "not in the order of the requests");
    let usage = &line["response"]["body"]["usage"];
    assert!(usage["total_tokens"].as_u64().unwrap() > 50, "{line}");
    let errors = text_of(groq(&sandbox, "GET", &file("error_file_id"))).await;
    assert!(errors.contains("model_not_found"), "{errors}");
    let bill = sandbox.bill();
    assert_eq!((&bill["batched"], &bill["completions"]), (&json!(3), &json!(3)));
    let (read, written) = (
        usage["prompt_tokens"].as_u64().unwrap(),
        usage["completion_tokens"].as_u64().unwrap(),
    );
    // $0.075 and $0.30 a million, and half of that.
    let one = (read * 75 + written * 300).div_ceil(2);
    assert_eq!(bill["micro_dollars"]["scripts"], json!(3 * one / 1_000));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn anthropics_batch_tells_nothing_until_it_has_ended_and_outlives_a_sudden_end() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let message = json!({ "model": "claude-haiku-4-5", "max_tokens": 600,
        "messages": [{ "role": "user", "content": r#"{"first_name":"Dana"}"# }] });
    let new = json!({ "requests": [
        { "custom_id": "a-1", "params": message },
        { "custom_id": "a-2", "params": { "model": "claude-haiku-4-5" } },
    ]});
    let sandbox = Sandbox::start(clock.config(dir.path())).await.unwrap();
    let (status, made) = answered(anthropic(&sandbox, "POST", "").json(&new)).await;
    assert_eq!(status, 200, "{made}");
    let path = format!("/{}", made["id"].as_str().unwrap());
    clock.on(99);
    let (_, before) = answered(anthropic(&sandbox, "GET", &path)).await;
    assert_eq!(
        (
            &before["processing_status"],
            &before["request_counts"]["processing"]
        ),
        (&json!("in_progress"), &json!(2))
    );
    assert_eq!(
        anthropic(&sandbox, "GET", &format!("{path}/results"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    sandbox.shutdown().await;

    let sandbox = Sandbox::start(clock.config(dir.path())).await.unwrap();
    clock.on(1);
    let (_, after) = answered(anthropic(&sandbox, "GET", &path)).await;
    assert_eq!(after["processing_status"], "ended", "{after}");
    assert_eq!(
        (
            &after["request_counts"]["succeeded"],
            &after["request_counts"]["errored"]
        ),
        (&json!(1), &json!(1))
    );
    let results = text_of(anthropic(&sandbox, "GET", &format!("{path}/results"))).await;
    assert!(results.contains("\"invalid_request_error\""), "{results}");
    assert_eq!(sandbox.bill()["claude"]["messages"], 1);
    let (_, listed) = answered(anthropic(&sandbox, "GET", "")).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_cancelled_batch_answers_what_it_had_got_to() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let sandbox = Sandbox::start(clock.config(dir.path())).await.unwrap();
    let made = groqs(&sandbox).await;
    let path = format!("batches/{}", made["id"].as_str().unwrap());
    clock.on(50);
    let (_, cancelling) = answered(groq(&sandbox, "POST", &format!("{path}/cancel"))).await;
    assert_eq!(cancelling["status"], "cancelling");
    clock.on(5);
    let (_, over) = answered(groq(&sandbox, "GET", &path)).await;
    assert_eq!(
        (&over["status"], &over["request_counts"]["completed"]),
        (&json!("cancelled"), &json!(2))
    );
    assert_eq!(
        answered(groq(&sandbox, "POST", &format!("{path}/cancel")))
            .await
            .0,
        400
    );
    assert_eq!(sandbox.bill()["batched"], 2, "what was cancelled is not billed");
    sandbox.shutdown().await;
}

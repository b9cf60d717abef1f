//! The protocols of writer and voice.

use super::support::*;

#[tokio::test]
async fn a_writer_answers_a_script_of_30_to_45_seconds_in_the_schema_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let url = format!("{}/openai/v1/chat/completions", sandbox.groq_url());
    let schema = json!({ "type": "object", "properties": { "script": { "type": "string" } }, "required": ["script"], "additionalProperties": false });
    let asked = json!({
        "model": "openai/gpt-oss-20b",
        "max_completion_tokens": 600,
        "reasoning_effort": "low",
        "messages": [
            { "role": "system", "content": "Write a voicemail." },
            { "role": "user", "content": r#"{"agent_name":"Maria Lopez","contact_first_name":"Dana","city":"Indio"}"# },
        ],
        "response_format": { "type": "json_schema", "json_schema": { "name": "script", "strict": true, "schema": schema } },
    });
    let response = client()
        .post(&url)
        .bearer_auth(&sandbox.credentials().groq_api_key)
        .json(&asked)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("x-ratelimit-remaining-tokens"));
    let body: Value = response.json().await.unwrap();
    let content: Value =
        serde_json::from_str(body["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    let script = content["script"].as_str().unwrap();
    for fact in ["Maria Lopez", "Hi Dana", "Indio"] {
        assert!(script.contains(fact), "{fact}: {script}");
    }
    assert!(
        (75..=112).contains(&script.split_whitespace().count()),
        "{script}"
    );
    assert_eq!(sandbox.bill()["completions"], 1);
    assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 50);

    let wrong_key = client()
        .post(&url)
        .bearer_auth("wrong")
        .json(&asked)
        .send()
        .await
        .unwrap();
    assert_eq!(wrong_key.status(), 401);
    let mut gone = asked.clone();
    gone["model"] = json!("llama-3.3-70b-versatile");
    let (status, gone) = answered(
        client()
            .post(&url)
            .bearer_auth(&sandbox.credentials().groq_api_key)
            .json(&gone),
    )
    .await;
    assert_eq!(
        (status.as_u16(), gone["error"]["code"].as_str()),
        (404, Some("model_not_found"))
    );
    sandbox.shutdown().await;
}

fn message() -> Value {
    let schema = json!({ "type": "object", "properties": { "script": { "type": "string" } }, "required": ["script"], "additionalProperties": false });
    json!({
        "model": "claude-haiku-4-5",
        "max_tokens": 600,
        "system": "Write a voicemail.",
        "messages": [{ "role": "user", "content": r#"{"agent_name":"Maria Lopez","contact_first_name":"Dana","city":"Indio"}"# }],
        "output_config": { "format": { "type": "json_schema", "schema": schema } },
    })
}

fn anthropic(sandbox: &RunningSandbox, method: &str, path: &str) -> reqwest::RequestBuilder {
    client()
        .request(
            method.parse().unwrap(),
            format!("{}{path}", sandbox.anthropic_url()),
        )
        .header("x-api-key", &sandbox.credentials().anthropic_api_key)
        .header("anthropic-version", "2023-06-01")
}

#[tokio::test]
async fn anthropic_answers_a_script_in_the_schema_asked_for_and_books_it_at_its_own_prices() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let asked = anthropic(&sandbox, "POST", "/v1/messages").json(&message());
    let response = asked.send().await.unwrap();
    assert_eq!(response.status(), 200);
    for name in [
        "request-id",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-output-tokens-reset",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        (&body["type"], &body["model"], &body["stop_reason"]),
        (
            &json!("message"),
            &json!("claude-haiku-4-5-20251001"),
            &json!("end_turn")
        )
    );
    let content: Value = serde_json::from_str(body["content"][0]["text"].as_str().unwrap()).unwrap();
    let script = content["script"].as_str().unwrap();
    for fact in ["Maria Lopez", "Hi Dana", "Indio"] {
        assert!(script.contains(fact), "{fact}: {script}");
    }
    let bill = sandbox.bill();
    let (read, written) = (&body["usage"]["input_tokens"], &body["usage"]["output_tokens"]);
    assert_eq!(
        (&bill["claude"], &bill["completions"]),
        (
            &json!({ "messages": 1, "tokens": { "read": read, "written": written } }),
            &json!(0)
        )
    );
    // $1 and $5 a million.
    let micros = read.as_u64().unwrap() + 5 * written.as_u64().unwrap();
    assert_eq!(
        (&bill["micro_dollars"]["scripts"], &bill["micro_dollars"]["total"]),
        (&json!(micros), &json!(micros))
    );
    let mut short = message();
    short["max_tokens"] = json!(5);
    let (_, cut) = answered(anthropic(&sandbox, "POST", "/v1/messages").json(&short)).await;
    assert_eq!(
        (&cut["stop_reason"], &cut["usage"]["output_tokens"]),
        (&json!("max_tokens"), &json!(5))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn anthropic_refuses_what_the_real_one_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let turn = |role: &str| json!({ "role": role, "content": "{" });
    let open_schema = json!({ "format": { "type": "json_schema", "schema": {
        "type": "object", "properties": { "script": { "type": "string" } },
    }}});
    for (field, value, status, kind) in [
        ("model", json!("claude-3-haiku"), 404, "not_found_error"),
        ("temperature", json!(0.7), 400, "invalid_request_error"),
        ("top_k", json!(5), 400, "invalid_request_error"),
        (
            "messages",
            json!([turn("user"), turn("assistant")]),
            400,
            "invalid_request_error",
        ),
        ("messages", json!([turn("system")]), 400, "invalid_request_error"),
        ("messages", json!([]), 400, "invalid_request_error"),
        ("max_tokens", json!(null), 400, "invalid_request_error"),
        ("max_tokens", json!(0), 400, "invalid_request_error"),
        ("stream", json!(true), 400, "invalid_request_error"),
        ("output_config", open_schema, 400, "invalid_request_error"),
        ("system", json!("x".repeat(300 * 1024)), 413, "request_too_large"),
    ] {
        let mut asked = message();
        asked[field] = value;
        let (refused, body) = answered(anthropic(&sandbox, "POST", "/v1/messages").json(&asked)).await;
        assert_eq!(
            (refused.as_u16(), &body["error"]["type"], &body["type"]),
            (status, &json!(kind), &json!("error")),
            "{field}"
        );
    }
    let plain = client().post(format!("{}/v1/messages", sandbox.anthropic_url()));
    let wrong_key = plain.header("x-api-key", "wrong").json(&message());
    let (status, body) = answered(wrong_key).await;
    assert_eq!(
        (status.as_u16(), &body["error"]["type"]),
        (401, &json!("authentication_error"))
    );
    let no_version = client()
        .get(format!("{}/v1/models", sandbox.anthropic_url()))
        .header("x-api-key", &sandbox.credentials().anthropic_api_key);
    assert_eq!(answered(no_version).await.0, 400);
    assert_eq!(sandbox.bill()["claude"]["messages"], 0);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn anthropics_models_are_paged() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let get = async |query: &str| answered(anthropic(&sandbox, "GET", &format!("/v1/models{query}"))).await;
    let (_, all) = get("").await;
    assert_eq!(
        (all["data"].as_array().unwrap().len(), &all["has_more"]),
        (3, &json!(false))
    );
    let (_, first) = get("?limit=2").await;
    assert_eq!(first["has_more"], true);
    let (_, second) = get(&format!(
        "?limit=2&after_id={}",
        first["last_id"].as_str().unwrap()
    ))
    .await;
    assert_eq!(
        (&second["data"][0]["id"], &second["has_more"]),
        (&json!("claude-haiku-4-5-20251001"), &json!(false))
    );
    for nonsense in ["?limit=0", "?after_id=nobody"] {
        assert_eq!(get(nonsense).await.0, 400, "{nonsense}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_voice_answers_audio_that_plays_and_says_what_it_cost() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let key = &sandbox.credentials().elevenlabs_api_key;
    let speak = |voice: &str, body: Value| {
        let url = format!(
            "{}/v1/text-to-speech/{voice}?output_format=mp3_44100_128",
            sandbox.elevenlabs_url()
        );
        client().post(url).header("xi-api-key", key).json(&body)
    };
    let text = "Good morning ".repeat(10);
    let response = speak(
        DEFAULT_VOICE,
        json!({ "text": text, "voice_settings": { "stability": 0.5 } }),
    )
    .send()
    .await
    .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "audio/wav");
    assert_eq!(
        response.headers()["character-cost"],
        text.len().to_string().as_str()
    );
    for name in [
        "request-id",
        "history-item-id",
        "current-concurrent-requests",
        "maximum-concurrent-requests",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    let audio = response.bytes().await.unwrap();
    let reader = hound::WavReader::new(std::io::Cursor::new(audio)).unwrap();
    assert_eq!(reader.duration() / reader.spec().sample_rate, 8);
    assert_eq!(sandbox.bill()["characters"], text.len());

    let (status, unknown) = answered(speak("nobody", json!({ "text": "Hello" }))).await;
    assert_eq!(
        (status.as_u16(), unknown["detail"]["status"].as_str()),
        (400, Some("voice_not_found"))
    );
    let (_, long) = answered(speak(DEFAULT_VOICE, json!({ "text": "a".repeat(10_001) }))).await;
    assert_eq!(long["detail"]["status"], "max_character_limit_exceeded");
    assert_eq!(
        answered(speak(DEFAULT_VOICE, json!({ "nothing": 1 }))).await.0,
        422
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn voices_are_paged_and_the_account_tells_its_limits() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let get = async |path: &str| {
        let url = format!("{}{path}", sandbox.elevenlabs_url());
        answered(
            client()
                .get(url)
                .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key),
        )
        .await
        .1
    };
    let first = get("/v2/voices?page_size=4").await;
    assert_eq!(
        (first["voices"].as_array().unwrap().len(), &first["has_more"]),
        (4, &json!(true))
    );
    let token = first["next_page_token"].as_str().unwrap();
    let second = get(&format!("/v2/voices?page_size=4&next_page_token={token}")).await;
    assert_eq!(
        (second["voices"].as_array().unwrap().len(), &second["has_more"]),
        (2, &json!(false))
    );
    assert_eq!(get("/v1/user/subscription").await["status"], "active");
    assert_eq!(
        get("/v1/models").await[0]["maximum_text_length_per_request"],
        10_000
    );
    sandbox.shutdown().await;
}

//! Faults on demand.

use super::support::*;

#[tokio::test]
async fn requests_fail_as_scripted_and_a_lost_answer_is_a_drop_all_the_same() {
    use RequestFault::{LostAnswer, None, ServerError, TimeOut, TooManyRequests};
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let mut sends = scripted(&[TooManyRequests, ServerError, None, TimeOut, LostAnswer]);
    sends.time_out_ms = 1;
    let (status, _) = answered(carrier.request("POST", "/sandbox/faults").json(&Faults {
        sends,
        ..Faults::default()
    }))
    .await;
    assert_eq!(status, 200);

    let body = |n: u32| drop_of(&format!("+176055503{n:02}"), &media, &receiver);
    let limited = carrier
        .request("POST", "/rvm")
        .json(&body(0))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (limited.status().as_u16(), limited.headers().get("retry-after")),
        (429, Option::None)
    );
    assert_eq!(carrier.send("key-1", &body(1)).await.0, 500);
    assert_eq!(carrier.send("key-2", &body(2)).await.0, 202);
    for n in [3, 4] {
        let asked = carrier
            .request("POST", "/rvm")
            .header("idempotency-key", format!("key-{n}"))
            .json(&body(n));
        asked
            .send()
            .await
            .expect_err("the connection is closed without an answer");
    }
    let made = |drops: &[Value]| {
        drops
            .iter()
            .map(|drop| drop["to"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(made(&carrier.drops().await), ["+17605550302", "+17605550304"]);
    assert_eq!(carrier.send("key-4", &body(4)).await.0, 202);
    assert_eq!(
        carrier.drops().await.len(),
        2,
        "the repeat of a lost answer is the same drop"
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn writer_and_voice_are_limited_on_demand_in_their_own_words() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let one = || RequestFaults {
        too_many_requests: 1.0,
        retry_after: Some(7),
        ..RequestFaults::default()
    };
    sandbox.set_faults(Faults {
        groq: one(),
        elevenlabs: one(),
        ..Faults::default()
    });
    let chat = client()
        .post(format!("{}/openai/v1/chat/completions", sandbox.groq_url()))
        .bearer_auth(&sandbox.credentials().groq_api_key)
        .json(&json!({}));
    let response = chat.send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert_eq!(
        response.json::<Value>().await.unwrap()["error"]["code"],
        "rate_limit_exceeded"
    );
    let speech = client()
        .post(format!(
            "{}/v1/text-to-speech/{DEFAULT_VOICE}",
            sandbox.elevenlabs_url()
        ))
        .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key)
        .json(&json!({ "text": "Hello" }));
    let (status, body) = answered(speech).await;
    assert_eq!(
        (status.as_u16(), &body["detail"]["status"]),
        (429, &json!("system_busy"))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn anthropic_is_limited_overloaded_and_broken_on_demand_in_its_own_words() {
    use RequestFault::{LostAnswer, None, Overloaded, ServerError, TooManyRequests};
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    sandbox.set_faults(Faults {
        anthropic: RequestFaults {
            retry_after: Some(7),
            ..scripted(&[TooManyRequests, Overloaded, ServerError, LostAnswer, None])
        },
        ..Faults::default()
    });
    let ask = || {
        client()
            .post(format!("{}/v1/messages", sandbox.anthropic_url()))
            .header("x-api-key", &sandbox.credentials().anthropic_api_key)
            .header("anthropic-version", "2023-06-01")
            .json(&json!({
                "model": "claude-haiku-4-5", "max_tokens": 500,
                "messages": [{ "role": "user", "content": "Hello" }],
            }))
    };
    let limited = ask().send().await.unwrap();
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert_eq!(
        limited.json::<Value>().await.unwrap()["error"]["type"],
        "rate_limit_error"
    );
    for (status, kind) in [(529, "overloaded_error"), (500, "api_error")] {
        let (answered_status, body) = answered(ask()).await;
        assert_eq!(
            (answered_status.as_u16(), &body["error"]["type"]),
            (status, &json!(kind))
        );
    }
    ask()
        .send()
        .await
        .expect_err("the connection is closed without an answer");
    assert_eq!(answered(ask()).await.0, 200);
    assert_eq!(
        sandbox.bill()["claude"]["messages"],
        2,
        "what was refused costs nothing, what was lost does"
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn reports_are_duplicated_lost_and_reordered_on_demand() {
    let with = |reports| Faults {
        reports,
        ..Faults::default()
    };
    let (_, _, plain) = outcomes(5, Faults::default()).await;
    let reports = plain.at("/callback").len();

    let (_, _, twice) = outcomes(
        5,
        with(ReportFaults {
            duplicated: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    assert_eq!(twice.at("/callback").len(), 2 * reports);

    let (_, drops, lost) = outcomes(
        5,
        with(ReportFaults {
            lost: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    assert!(lost.at("/callback").is_empty());
    assert!(
        drops
            .iter()
            .all(|drop| !drop["reports_dropped"].as_array().unwrap().is_empty())
    );

    let (_, drops, reordered) = outcomes(
        5,
        with(ReportFaults {
            reordered: 1.0,
            ..ReportFaults::default()
        }),
    )
    .await;
    let posted = reordered.at("/callback");
    for drop in drops.iter().filter(|drop| !drop["listen_ms"].is_null()) {
        let of_drop: Vec<_> = posted
            .iter()
            .map(Posted::body)
            .filter(|body| body["foreign_id"] == drop["foreign_id"])
            .collect();
        assert_eq!(
            (of_drop.len(), &of_drop[0]["event_type"]),
            (2, &json!("listened"))
        );
    }
}

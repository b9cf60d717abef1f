//! The protocol of the carrier.

use super::support::*;

#[tokio::test]
async fn a_drop_is_reported_by_callback_by_signed_webhook_and_as_played() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.outcomes.listened = 1.0;
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let line = carrier.get("/phone/public/lines").await["data"][0]["ivr_id"].clone();
    let hook = carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;

    let mut asked = drop_of("+15550010001", &media, &receiver);
    asked["phone_line_id"] = line;
    let (status, taken) = carrier.send("key-1", &asked).await;
    assert_eq!((status.as_u16(), taken["status"].as_str()), (202, Some("queued")));

    let callbacks = receiver.wait_for("/callback/secret", 2).await;
    let (outcome, played) = (callbacks[0].body(), callbacks[1].body());
    assert_eq!(
        (
            &outcome["status"],
            &outcome["reason_code"],
            &outcome["foreign_id"],
            &outcome["product_cost"]
        ),
        (
            &json!("success"),
            &json!(0),
            &json!("attempt-+15550010001"),
            &json!(0.04)
        )
    );
    assert_eq!(
        outcome["attempt_date"],
        noon().format("%FT%T.000000Z").to_string()
    );
    assert_eq!(
        (&played["event_type"], &played["message_id"]),
        (&json!("listened"), &taken["message_id"])
    );
    assert!(played["metadata"]["listen_ms"].as_u64().unwrap() >= 3_000);

    let event = receiver.wait_for("/hook", 1).await.remove(0);
    let secret = hook["signing_secret"].as_str().unwrap();
    assert_eq!(
        event.header("x-signature"),
        sign_webhook(secret, NOON, &event.raw)
    );
    assert_eq!(
        (event.header("x-timestamp"), event.header("x-attempt")),
        (NOON.to_string().as_str(), "1")
    );
    assert_eq!(event.header("x-event-id"), event.body()["event_id"]);
    assert_eq!(event.body()["data"]["drop_id"], outcome["drop_id"]);
    assert!(event.body()["data"].get("foreign_id").is_none());

    until(|| sandbox.pending_callbacks() == 0).await;
    let bill = carrier.get("/sandbox/bill").await;
    assert_eq!(
        (&bill["drops"]["delivered"], &bill["micro_dollars"]["delivery"]),
        (&json!(1), &json!(40_000))
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_account_tells_its_readiness_its_line_and_its_webhooks() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    let readiness = carrier.get("/register/public/integration-readiness").await;
    assert_eq!(readiness["data"]["funds"]["funds_ok"], true);
    assert!(readiness["meta"]["request_id"].is_string());
    let url = format!(
        "{}/register/public/integration-readiness",
        sandbox.drop_cowboy_url()
    );
    let wrong = client().get(url).header("x-key", "a").header("x-secret", "b");
    assert_eq!(answered(wrong).await.0, 401);
    assert_eq!(
        carrier.get("/phone/public/lines").await["data"][0]["type"],
        "voice"
    );

    let hook = carrier.webhook("http://127.0.0.1:9/hook").await;
    let secrets = carrier
        .get("/register/public/account/webhook-signing-secret")
        .await;
    assert_eq!(secrets["data"][0]["signing_secret"], hook["signing_secret"]);
    let listed = carrier.get("/register/public/webhooks").await;
    assert_eq!(listed["data"][0]["webhook_id"], hook["webhook_id"]);
    assert!(listed["data"][0].get("signing_secret").is_none());
    let path = format!(
        "/register/public/webhooks/{}",
        hook["webhook_id"].as_str().unwrap()
    );
    assert_eq!(answered(carrier.request("DELETE", &path)).await.0, 200);
    assert_eq!(carrier.get("/register/public/webhooks").await["data"], json!([]));
    let outside =
        json!({ "hook_url": "https://voicedrop.example/hook", "event_types": ["contact.rvm.status"] });
    assert_eq!(carrier.post("/register/public/webhooks", &outside).await.0, 422);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_send_is_said_later_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let asked = json!({ "name": "clip", "type": "rvm", "signed_upload": true });
    let pending = carrier.post("/media/public/media", &asked).await.1["data"]["media_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let media = carrier.media().await;
    let changed = |field: &str, value: Value| {
        let mut body = drop_of("+17605550186", &media, &receiver);
        body[field] = value;
        body
    };
    let cases = [
        (changed("media_id", json!(pending)), 3033),
        (changed("to", json!("7605550186")), 3011),
        (changed("phone_line_id", json!("another")), 3013),
        (changed("to", json!("+15550010090")), 4016),
        (changed("to", json!("+15550010002")), 4000),
    ];
    for (at, (body, code)) in cases.iter().enumerate() {
        assert_eq!(carrier.send(&format!("key-{at}"), body).await.0, 202);
        let reports = receiver.wait_for("/callback", at + 1).await;
        assert_eq!(reports[at].body()["reason_code"], *code);
        assert_eq!(reports[at].body()["dnc"], *code == 4016);
    }
    let long_key = "k".repeat(256);
    assert_eq!(carrier.send(&long_key, &cases[0].0).await.0, 202);
    assert_eq!(
        receiver.wait_for("/callback", 6).await[5].body()["reason_code"],
        3028
    );
    let wrong = client()
        .post(format!("{}/rvm", sandbox.drop_cowboy_url()))
        .header("x-key", "a")
        .header("x-secret", "b");
    assert_eq!(answered(wrong.json(&cases[4].0)).await.0, 202);
    assert_eq!(
        receiver.wait_for("/callback", 7).await[6].body()["reason_code"],
        3007
    );
    let bare = client()
        .post(format!("{}/rvm", sandbox.drop_cowboy_url()))
        .json(&cases[4].0);
    assert_eq!(answered(bare).await.0, 401);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_repeated_key_is_the_same_drop_and_another_body_under_it_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let body = drop_of("+15550010002", &media, &receiver);
    let first = carrier.send("key-1", &body).await.1;
    assert_eq!(carrier.send("key-1", &body).await.1, first);
    receiver.wait_for("/callback", 1).await;

    let other = drop_of("+15550010001", &media, &receiver);
    assert_ne!(carrier.send("key-1", &other).await.1, first);
    let reports = receiver.wait_for("/callback", 2).await;
    assert_eq!(reports[1].body()["reason_code"], 3027);
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(receiver.at("/callback").len(), 2);
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).unwrap();
    assert_eq!(log.matches(r#""type":"drop_made""#).count(), 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_upload_with_another_content_type_or_with_credentials_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    let asked = json!({ "name": "clip", "type": "rvm", "signed_upload": true });
    let made = carrier.post("/media/public/media", &asked).await.1;
    let url = made["data"]["upload"]["wav"]["url"].as_str().unwrap();
    let put = |kind: &str| {
        client()
            .put(url)
            .header("content-type", kind)
            .body("RIFF....WAVE")
    };
    assert_eq!(put("audio/mpeg").send().await.unwrap().status(), 403);
    assert_eq!(
        put("audio/wav; charset=utf-8").send().await.unwrap().status(),
        403
    );
    assert_eq!(
        put("audio/wav")
            .header("x-key", "k")
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let complete = format!(
        "/media/public/media/{}/complete",
        made["data"]["media_id"].as_str().unwrap()
    );
    assert_eq!(carrier.post(&complete, &json!({})).await.0, 422);
    assert_eq!(put("audio/wav").send().await.unwrap().status(), 200);
    assert_eq!(carrier.post(&complete, &json!({})).await.0, 200);
    assert_eq!(carrier.get("/media/public/media").await["data"]["total"], 1);
    sandbox.shutdown().await;
}

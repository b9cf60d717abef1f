//! The carrier's first API: credentials in the body, recordings from an address, and nothing by which a repeat is known. And accounts
//! that lack something.

use axum::routing::get;
use sandbox::AccountFaults;

use super::support::*;

/// Whoever keeps the recordings; answers the address of a good one.
async fn recordings() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/a.wav", listener.local_addr().unwrap());
    let app = Router::new().route("/a.wav", get(|| async { "RIFF....WAVEfmt " }));
    TaskTracker::new().spawn(async move { axum::serve(listener, app).await });
    address
}

fn a_voicemail(sandbox: &RunningSandbox, receiver: &Receiver, audio_url: &str) -> Value {
    let (keys, (brand, pool)) = (sandbox.credentials(), sandbox.drop_cowboy_brand_and_pool());
    json!({
        "team_id": keys.drop_cowboy_team_id, "secret": keys.drop_cowboy_secret, "brand_id": brand, "pool_id": pool,
        "phone_number": "+15550010001", "foreign_id": "f1", "audio_url": audio_url, "audio_type": "wav",
        "forwarding_number": "+17605550100", "callback_url": format!("{}/callback/1", receiver.url),
    })
}

async fn sent(sandbox: &RunningSandbox, body: &Value) -> (StatusCode, Value) {
    let url = format!("{}/rvm", sandbox.drop_cowboy_v1_url());
    answered(client().post(url).json(body)).await
}

#[tokio::test]
async fn each_request_of_the_first_api_is_a_voicemail_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let body = a_voicemail(&sandbox, &receiver, &recordings().await);
    for _ in 0..2 {
        let queued = (StatusCode::OK, json!({ "status": "queued" }));
        assert_eq!(sent(&sandbox, &body).await, queued);
    }
    assert_eq!(carrier.drops().await.len(), 2, "there is no key to know it by");
    let told = receiver.wait_for("/callback/1", 2).await.remove(0).body();
    assert_eq!(
        (&told["status"], &told["foreign_id"], &told["network"]["type"]),
        (&json!("success"), &json!("f1"), &json!("wireless"))
    );
    assert!(told.get("reason_code").is_none(), "{told}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn wrong_credentials_are_answered_as_ever_and_nothing_comes_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let mut body = a_voicemail(&sandbox, &receiver, &recordings().await);
    let missing = a_voicemail(&sandbox, &receiver, "http://127.0.0.1:9/none.wav");
    assert_eq!(sent(&sandbox, &missing).await.0, 200);
    let drops = carrier.drops().await;
    assert_eq!(
        (&drops[0]["made"], &drops[0]["reason_code"]),
        (&json!(false), &json!(3001))
    );
    body["secret"] = json!("another");
    assert_eq!(sent(&sandbox, &body).await.1, json!({ "status": "queued" }));
    assert_eq!(carrier.drops().await.len(), 1);
    let brands = client().get(format!("{}/brand", sandbox.drop_cowboy_v1_url()));
    assert_eq!(answered(brands).await.0, 401);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_account_can_lack_money_a_line_and_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let lacking = |account| Faults {
        account,
        ..Faults::default()
    };
    sandbox.set_faults(lacking(AccountFaults {
        no_funds: true,
        ..AccountFaults::default()
    }));
    let readiness = carrier.get("/register/public/integration-readiness").await;
    assert_eq!(readiness["data"]["funds"]["funds_ok"], false);
    carrier
        .send("key-1", &drop_of("+15550010001", &media, &receiver))
        .await;
    sandbox.set_faults(lacking(AccountFaults {
        no_line: true,
        ..AccountFaults::default()
    }));
    assert_eq!(carrier.get("/phone/public/lines").await["data"], json!([]));
    carrier
        .send("key-2", &drop_of("+15550010001", &media, &receiver))
        .await;
    let codes: Vec<_> = carrier
        .drops()
        .await
        .iter()
        .map(|drop| drop["reason_code"].clone())
        .collect();
    assert_eq!(codes, [3000, 4010]);
    sandbox.set_faults(lacking(AccountFaults {
        wrong_key: true,
        ..AccountFaults::default()
    }));
    let refused = carrier.request("GET", "/register/public/integration-readiness");
    assert_eq!(answered(refused).await.0, 401);
    sandbox.shutdown().await;
}

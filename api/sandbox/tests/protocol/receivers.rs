//! Whoever receives reports, and whoever must not be reached.

use super::support::*;

#[tokio::test]
async fn a_receiver_that_is_down_is_asked_again_and_one_that_refuses_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.delays.callback_retry = Duration::from_millis(1);
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    *receiver.answers.lock().unwrap() = vec![503, 500, 200, 404];
    carrier
        .send("key-1", &drop_of("+15550010002", &media, &receiver))
        .await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let tries = receiver.at("/callback");
    assert_eq!(tries.len(), 3);
    assert_eq!(tries[0].raw, tries[2].raw, "a repeat says the same");
    carrier
        .send("key-2", &drop_of("+15550010004", &media, &receiver))
        .await;
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(receiver.at("/callback").len(), 4);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_webhook_has_three_attempts_and_is_then_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.delays.webhook_retries = [Duration::from_millis(1); 2];
    let sandbox = Sandbox::start(config).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;
    *receiver.answers.lock().unwrap() = vec![500; 10];
    let body = json!({ "to": "+15550010002", "media_id": media });
    carrier.send("key-1", &body).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let attempts: Vec<_> = receiver
        .at("/hook")
        .iter()
        .map(|posted| posted.header("x-attempt").to_owned())
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn callbacks_follow_the_base_they_are_given_and_never_leave_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let (carrier, receiver) = (Carrier::of(&sandbox), Receiver::start().await);
    let media = carrier.media().await;
    let public = json!({ "to": "+15550010002", "media_id": media, "callback_url": "https://voicedrop.example/callback/secret" });
    carrier.send("key-1", &public).await;
    assert_eq!(carrier.drops().await[0]["reason_code"], 3019);
    sandbox
        .set_callback_base(Some(receiver.url.parse().unwrap()))
        .unwrap();
    carrier.send("key-2", &public).await;
    receiver.wait_for("/callback/secret", 1).await;
    assert!(
        sandbox
            .set_callback_base(Some("https://voicedrop.example".parse().unwrap()))
            .is_err()
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_page_of_another_host_gets_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let url = format!("{}/sandbox/drops", sandbox.base_url());
    let rebound = client()
        .get(url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(rebound.status(), 421);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn sixty_four_requests_at_once_are_all_served() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.speech_concurrency = 64;
    let sandbox = Sandbox::start(config).await.unwrap();
    let http = client();
    let speeches = (0..64).map(|n| {
        let url = format!("{}/v1/text-to-speech/{DEFAULT_VOICE}", sandbox.elevenlabs_url());
        let asked = http
            .post(url)
            .header("xi-api-key", &sandbox.credentials().elevenlabs_api_key);
        asked
            .json(&json!({ "text": format!("{n} {}", "word ".repeat(90)) }))
            .send()
    });
    let answers = futures::future::join_all(speeches).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 200));
    sandbox.shutdown().await;
}

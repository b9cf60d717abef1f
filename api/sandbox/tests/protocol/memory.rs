//! What the carrier remembers over an end, sudden or not.

use super::support::*;

#[test]
fn a_drop_whose_answer_was_lost_in_a_sudden_end_is_known_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let (life, next_life) = (
        tokio::runtime::Runtime::new().unwrap(),
        tokio::runtime::Runtime::new().unwrap(),
    );
    let receiver = next_life.block_on(Receiver::start());
    let body = life.block_on(async {
        let mut slow = config(dir.path());
        slow.delays.outcome = Duration::from_hours(1)..=Duration::from_hours(1);
        slow.faults.sends = scripted(&[RequestFault::LostAnswer]);
        let sandbox = Sandbox::start(slow).await.unwrap();
        let carrier = Carrier::of(&sandbox);
        let body = drop_of("+15550010001", &carrier.media().await, &receiver);
        let asked = carrier
            .request("POST", "/rvm")
            .header("idempotency-key", "key-1")
            .json(&body);
        asked.send().await.expect_err("no answer");
        body
    });
    // Everything that ran is gone at once, without a shutdown.
    drop(life);
    next_life.block_on(async {
        let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
        let carrier = Carrier::of(&sandbox);
        receiver.wait_for("/callback", 1).await;
        assert_eq!(carrier.send("key-1", &body).await.0, 202);
        assert_eq!(carrier.drops().await.len(), 1);
        sandbox.shutdown().await;
    });
}

#[tokio::test]
async fn a_restart_keeps_keys_and_media_and_sends_what_was_not_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut slow = config(dir.path());
    slow.delays.outcome = Duration::from_hours(1)..=Duration::from_hours(1);
    let sandbox = Sandbox::start(slow).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    carrier.webhook(&format!("{}/hook", receiver.url)).await;
    let media = carrier.media().await;
    let body = drop_of("+15550010002", &media, &receiver);
    let first = carrier.send("key-1", &body).await.1;
    assert_eq!(sandbox.pending_callbacks(), 2);
    let log = sandbox.carrier_log_path().to_owned();
    sandbox.shutdown().await;
    // The process ended while it wrote a line.
    let mut torn = std::fs::read(&log).unwrap();
    torn.extend_from_slice(br#"{"type":"drop_made","at":"20"#);
    std::fs::write(&log, torn).unwrap();

    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    let carrier = Carrier::of(&sandbox);
    assert_eq!(
        receiver.wait_for("/callback", 1).await[0].body()["reason_code"],
        4000
    );
    receiver.wait_for("/hook", 1).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    assert_eq!(carrier.send("key-1", &body).await.1, first);
    assert_eq!(carrier.drops().await.len(), 1);
    assert_eq!(
        carrier
            .send("key-2", &drop_of("+15550010001", &media, &receiver))
            .await
            .0,
        202
    );
    receiver.wait_for("/callback", 2).await;
    until(|| sandbox.pending_callbacks() == 0).await;
    let reported = receiver.posted.lock().unwrap().len();
    sandbox.shutdown().await;

    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    assert_eq!(
        (sandbox.pending_callbacks(), receiver.posted.lock().unwrap().len()),
        (0, reported)
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_second_sandbox_on_the_same_state_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(config(dir.path())).await.unwrap();
    assert!(matches!(
        Sandbox::start(config(dir.path())).await,
        Err(sandbox::SandboxError::StateInUse { .. })
    ));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_same_seed_ends_the_same_journey_the_same_way() {
    let first = outcomes(5, Faults::default()).await.0;
    assert_eq!(first, outcomes(5, Faults::default()).await.0);
    assert_ne!(first, outcomes(6, Faults::default()).await.0);
}

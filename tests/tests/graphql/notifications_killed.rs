//! A worker that is killed (SIGKILL) around a notification: between sending it and noting that it was sent, and at any other moment. What
//! was planned is sent at least once, always under the same id, and none is lost.

use std::{collections::BTreeSet, time::Duration};

use sandbox::{Faults, ReceivedWebhook, RequestFault, RequestFaults};
use serde_json::Value;

use crate::{
    journeys::demonstration::the_journal_and_the_read_models_agree,
    stage::{Office, Pace, Person, random, text, until},
};

const CHANGED: &str = "OrganizationChanged { position }";
/// Kills between sending and noting, in a row.
const KILLS_IN_CALL: usize = 2;
/// Kills at any moment.
const KILLS: u32 = 2;
/// How much after a notification was asked for such a kill may be, milliseconds: planning, sending and noting take as long.
const SPREAD_MS: u64 = 1_500;
/// Longer than a kill takes and shorter than a receiver is waited for, milliseconds.
const ANSWER_MS: u64 = 12_000;

#[test]
fn what_a_killed_worker_sent_is_sent_again_under_its_id_and_nothing_is_lost() {
    let place = Office::tell(Pace::default(), &[], async |office| {
        let mut worker = office.worker();
        let agent = office.agent().await;
        worker.kill();
        let url = office.sandbox().receiver_url("crm");
        let call = format!("addWebhookEndpoint(url: {url:?})");
        let added = agent
            .does(&call, "WebhookEndpointAdded { endpoint { id } }")
            .await;
        let endpoint = text(&added["endpoint"]["id"]).to_owned();
        killed_between_sending_and_noting(office, &agent, &endpoint).await;
        killed_at_any_moment(office, &agent, &endpoint).await;
    });
    the_journal_and_the_read_models_agree(&place);
}

async fn asks_for_a_test(agent: &Person, endpoint: &str) {
    let test = format!("testWebhookEndpoint(id: {endpoint:?})");
    agent.does(&test, CHANGED).await;
}

async fn notifications(agent: &Person) -> Vec<Value> {
    let found = agent.asks("notifications { nodes { id state tries } }").await;
    found["nodes"].as_array().expect("a list").clone()
}

fn ids(webhooks: &[ReceivedWebhook]) -> BTreeSet<String> {
    let ids = webhooks
        .iter()
        .map(|w| format!("notification:{}", w.headers["webhook-id"]));
    ids.collect()
}

async fn killed_between_sending_and_noting(office: &Office, agent: &Person, endpoint: &str) {
    office.sandbox().set_faults(Faults {
        receiver: RequestFaults {
            script: vec![RequestFault::LateAnswer; KILLS_IN_CALL],
            time_out_ms: ANSWER_MS,
            ..RequestFaults::default()
        },
        ..Faults::default()
    });
    asks_for_a_test(agent, endpoint).await;
    for kill in 1..=KILLS_IN_CALL {
        let mut worker = office.worker();
        until("the receiver has it", async || {
            (office.sandbox().webhooks().len() == kill).then_some(())
        })
        .await;
        // It waits for the answer.
        worker.kill();
        assert_eq!(notifications(agent).await[0]["state"], "PENDING");
    }
    let worker = office.worker();
    let told = until("it is noted", async || {
        let told = notifications(agent).await.pop();
        told.filter(|told| told["state"] == "DELIVERED")
    })
    .await;
    drop(worker);
    assert_eq!(told["tries"], 1, "of those before nobody knows: {told}");
    let came = office.sandbox().webhooks();
    assert_eq!(came.len(), KILLS_IN_CALL + 1);
    assert_eq!(ids(&came), [text(&told["id"]).to_owned()].into());
    assert!(came.iter().all(|webhook| webhook.body == came[0].body));
}

async fn killed_at_any_moment(office: &Office, agent: &Person, endpoint: &str) {
    office.sandbox().set_faults(Faults::default());
    let mut worker = office.worker();
    for kill in 0..KILLS {
        asks_for_a_test(agent, endpoint).await;
        tokio::time::sleep(Duration::from_millis(random(kill) % SPREAD_MS)).await;
        worker.kill();
        worker = office.worker();
    }
    let all = until("everything is noted", async || {
        let all = notifications(agent).await;
        let is_told = |n: &Value| n["state"] == "DELIVERED";
        (all.len() == 1 + KILLS as usize && all.iter().all(is_told)).then_some(all)
    })
    .await;
    drop(worker);
    let told: BTreeSet<String> = all.iter().map(|n| text(&n["id"]).to_owned()).collect();
    assert_eq!(
        ids(&office.sandbox().webhooks()),
        told,
        "none lost, none under two ids"
    );
}

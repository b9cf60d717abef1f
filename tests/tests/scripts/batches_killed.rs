//! A worker that is killed (SIGKILL) again and again while scripts are written by the batch: between the plan and the call, between the
//! call and its answer, while results are recorded. Its provider is the judge: it has written everybody one script, and billed one.

use std::time::Duration;

use sandbox::Delays;

use super::desk::micros;
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    imports::desk::many_people,
    journeys::demonstration::the_journal_and_the_read_models_agree,
    stage::{Office, Pace, random, until},
};

/// People who are written to, in two batches.
const CONTACTS: usize = 1_500;
/// Kills at least, and at most, so that it ends.
const KILLS: std::ops::RangeInclusive<u32> = 6..=60;
/// The earliest moment of a kill after the start of a worker, and how much later it may be, milliseconds: it takes some to start.
const EARLIEST_MS: u64 = 500;
const SPREAD_MS: u64 = 1_200;
/// How long a batch takes: as long as a few lives of a worker.
const BATCH: Duration = Duration::from_secs(5);
/// How long the provider lets wait for the answer to a call that it has taken: a kill often falls into it.
const LATENCY: Duration = Duration::from_millis(400);

#[test]
fn a_worker_that_is_killed_again_and_again_buys_every_script_once() {
    let pace = Pace {
        delays: Delays {
            batch: BATCH,
            ..Delays::short()
        },
        latency: LATENCY,
    };
    let settings = [
        ("VOICEDROP__PROCESSES__BATCH_POLL_SECONDS", "1"),
        // On loopback a call is through, or never made, long before.
        ("VOICEDROP__PROCESSES__BATCH_SETTLE_SECONDS", "3"),
    ];
    let place = Office::tell(pace, &settings, story);
    the_journal_and_the_read_models_agree(&place);
}

async fn story(office: &Office) {
    let mut worker = office.worker();
    let agent = office.agent().await;
    let campaign = Campaign::draft(&agent).await;
    let import = campaign
        .begin_import("people.csv", many_people(CONTACTS).as_bytes())
        .await;
    assert_eq!(campaign.import_ended(&import).await["created"], CONTACTS);
    campaign.is("DRAFT").await;
    let call = format!(
        "generateScripts(id: {:?}, engine: {{provider: \"groq\", batch: true}})",
        campaign.id
    );
    agent.does(&call, CHANGED).await;
    let mut kills = 0;
    while kills < *KILLS.end() && (kills < *KILLS.start() || campaign.field("status").await != "REVIEW") {
        tokio::time::sleep(Duration::from_millis(EARLIEST_MS + random(kills) % SPREAD_MS)).await;
        worker.kill();
        worker = office.worker();
        kills += 1;
    }
    campaign.is("REVIEW").await;
    until("everybody is counted", async || {
        let generation = campaign.field("generation { done }").await;
        (generation["done"] == CONTACTS).then_some(())
    })
    .await;
    drop(worker);
    let bill = office.sandbox().bill();
    assert_eq!(bill["completions"], CONTACTS, "nothing was bought twice: {bill}");
    assert_eq!(bill["batched"], CONTACTS, "and nothing one by one: {bill}");
    let ours = micros(&campaign.field("costs { writer }").await["writer"]);
    let theirs = bill["micro_dollars"]["scripts"].as_i64().expect("an amount");
    // Each of ours is rounded up to a millionth of a dollar, theirs in whole.
    assert!((ours - theirs).abs() <= CONTACTS as i64, "{ours} {theirs}");
}

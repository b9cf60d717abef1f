//! A worker that is killed (SIGKILL) again and again while scripts are spoken, most often while a recording is on its way. The voice is
//! the judge: it has spoken every script once.

use std::time::Duration;

use super::desk::{approve_all, micros};
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    imports::desk::many_people,
    journeys::demonstration::the_journal_and_the_read_models_agree,
    stage::{Office, Pace, random, until},
};

/// People who are spoken to.
const CONTACTS: usize = 60;
/// Kills while it speaks.
const KILLS: u64 = 3;
/// More recordings than so many are bought between two kills, and so many more by chance.
const EARLIEST_RECORDINGS: u64 = 4;
const SPREAD_RECORDINGS: u64 = 8;
/// How long a recording takes: a kill falls into the making of several.
const LATENCY: Duration = Duration::from_millis(400);
/// So long a recording that was ordered by somebody who died is left alone.
const CLAIM_MINUTES: i64 = 6;

#[test]
fn a_worker_that_is_killed_while_it_speaks_buys_every_recording_once() {
    let pace = Pace {
        latency: LATENCY,
        ..Pace::default()
    };
    let place = Office::tell(pace, &[], story);
    the_journal_and_the_read_models_agree(&place);
}

fn spoken(office: &Office) -> u64 {
    office.sandbox().bill()["speech_requests"]
        .as_u64()
        .expect("a count")
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
    let campaign = campaign.with_scripts().await;
    approve_all(&campaign).await;
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    campaign.is("GENERATING_AUDIO").await;
    for kill in 0..KILLS {
        let more = EARLIEST_RECORDINGS + random(kill as u32) % SPREAD_RECORDINGS;
        let enough = spoken(office) + more;
        until("some are spoken", async || {
            (spoken(office) >= enough).then_some(())
        })
        .await;
        worker.kill();
        assert_eq!(
            campaign.field("status").await,
            "GENERATING_AUDIO",
            "killed in the middle"
        );
        office.minutes_pass(CLAIM_MINUTES);
        worker = office.worker();
    }
    campaign.is("REVIEW").await;
    until("everybody is spoken to", async || {
        let counters = campaign.field("counters { audioRendered }").await;
        (counters["audioRendered"] == CONTACTS).then_some(())
    })
    .await;
    drop(worker);
    let bill = office.sandbox().bill();
    assert_eq!(
        bill["speech_requests"], CONTACTS,
        "nothing was bought twice: {bill}"
    );
    let ours = micros(&campaign.field("costs { voice }").await["voice"]);
    let theirs = bill["micro_dollars"]["speech"].as_i64().expect("an amount");
    // Each of ours is rounded up to a millionth of a dollar, theirs in whole.
    assert!(
        ours >= theirs && ours <= theirs + CONTACTS as i64,
        "{ours} {theirs}"
    );
}

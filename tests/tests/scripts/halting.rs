//! Writing that waits for a provider and goes on by itself, and that a person halts, resumes or ends.

use sandbox::{Faults, RequestFaults};

use super::desk::{from_now_on, halted, scripts, the_same_people, twelve_people, write_by};
use crate::{
    graphql::campaign::CHANGED,
    stage::{TestApp, in_a_running_system, text},
};

in_a_running_system! {
    writing_waits_for_a_provider_and_goes_on_by_itself;
    a_person_halts_resumes_and_ends_the_writing;
    one_script_that_can_not_be_spoken_does_not_stop_the_rest;
}

/// The writer asks for a wait of ten seconds, each time.
fn busy() -> Faults {
    Faults {
        groq: RequestFaults {
            too_many_requests: 1.0,
            retry_after: Some(10),
            ..RequestFaults::default()
        },
        ..Faults::default()
    }
}

async fn writing_waits_for_a_provider_and_goes_on_by_itself(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    from_now_on(app, busy());
    write_by(&campaign, "groq").await;
    let halt = halted(&campaign).await;
    assert_eq!(halt["paused"], false);
    assert!(text(&halt["reason"]).contains("groq"), "{halt}");
    assert!(halt["waitingSince"].is_string());
    assert_eq!(campaign.field("status").await, "GENERATING_SCRIPTS");
    from_now_on(app, Faults::default());
    campaign.is("REVIEW").await;
    assert_eq!(scripts(&campaign, "id").await.len(), 12);
    assert!(campaign.field("productionHalt { reason }").await.is_null());
}

async fn a_person_halts_resumes_and_ends_the_writing(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    from_now_on(app, busy());
    write_by(&campaign, "groq").await;
    halted(&campaign).await;
    let pause = format!(
        "pauseProduction(id: {:?}, reason: \"the prompt is wrong\")",
        campaign.id
    );
    agent.does(&pause, CHANGED).await;
    let halt = halted(&campaign).await;
    assert_eq!(
        (&halt["paused"], &halt["reason"]),
        (&true.into(), &"the prompt is wrong".into())
    );

    // It does not go on by itself, and goes on when it is told to.
    from_now_on(app, Faults::default());
    assert_eq!(scripts(&campaign, "id").await.len(), 0);
    agent.does(&campaign.step("resumeProduction"), CHANGED).await;
    campaign.is("REVIEW").await;
    assert_eq!(scripts(&campaign, "id").await.len(), 12);

    // What is made stays when it is ended.
    let second = the_same_people(&agent).await;
    from_now_on(app, busy());
    write_by(&second, "groq").await;
    halted(&second).await;
    let stop = format!("stopProduction(id: {:?}, reason: \"another writer\")", second.id);
    agent.does(&stop, CHANGED).await;
    second.is("REVIEW").await;
    assert_eq!(
        agent.is_refused(&second.step("resumeProduction"), CHANGED).await["code"],
        "WRONG_STATUS"
    );
    agent.does(&second.step("generateScripts"), CHANGED).await;
    second.is("REVIEW").await;
    assert_eq!(scripts(&second, "id").await.len(), 12);
}

async fn one_script_that_can_not_be_spoken_does_not_stop_the_rest(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let approve = format!(
        "reviewScripts(campaignId: {:?}, allPending: true, review: APPROVED)",
        campaign.id
    );
    agent.does(&approve, "ScriptsReviewed { reviewed }").await;
    let voice = format!("renderAudio(id: {:?}, voice: \"no-such-voice\")", campaign.id);
    agent.does(&voice, CHANGED).await;
    // Every script would meet it, so it waits for somebody who knows better.
    let halt = halted(&campaign).await;
    assert!(text(&halt["reason"]).contains("choose another voice"), "{halt}");
    let stop = format!("stopProduction(id: {:?}, reason: \"another voice\")", campaign.id);
    agent.does(&stop, CHANGED).await;
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    campaign.is("REVIEW").await;
    let counters = campaign.field("counters { audioRendered audioFailed }").await;
    assert_eq!(counters["audioRendered"], 12, "{counters}");
}

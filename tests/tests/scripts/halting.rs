//! Writing and speaking that wait for a provider and go on by themselves, and that a person halts, resumes or ends.

use sandbox::{Faults, RequestFaults};

use super::desk::{
    ANOTHER_VOICE, approve_all, from_now_on, halted, outside, scripts, speak_by, the_same_people,
    twelve_people, write_by,
};
use crate::{
    graphql::campaign::CHANGED,
    stage::{TestApp, in_a_running_system, text},
};

in_a_running_system! {
    writing_waits_for_a_provider_and_goes_on_by_itself;
    a_person_halts_resumes_and_ends_the_writing;
    one_script_that_can_not_be_spoken_does_not_stop_the_rest;
    what_was_rejected_meanwhile_is_not_spoken;
    speaking_waits_for_a_voice_that_is_down_and_goes_on_by_itself;
    a_person_halts_resumes_and_ends_the_speaking;
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
    approve_all(&campaign).await;
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

async fn what_was_rejected_meanwhile_is_not_spoken(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    approve_all(&campaign).await;
    // Every recording is ordered, and none is made.
    let full = RequestFaults {
        too_many_requests: 1.0,
        retry_after: Some(600),
        ..RequestFaults::default()
    };
    from_now_on(
        app,
        Faults {
            elevenlabs: full,
            ..Faults::default()
        },
    );
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    halted(&campaign).await;
    let stop = format!(
        "stopProduction(id: {:?}, reason: \"read once more\")",
        campaign.id
    );
    agent.does(&stop, CHANGED).await;
    campaign.is("REVIEW").await;
    let all = scripts(&campaign, "id audioState").await;
    assert!(all.iter().all(|s| s["audioState"] == "REQUESTED"), "{all:?}");
    let rejected = text(&all[4]["id"]);
    let reject = format!(
        "reviewScripts(campaignId: {:?}, scriptIds: [{rejected:?}], review: REJECTED)",
        campaign.id
    );
    agent.does(&reject, "ScriptsReviewed { reviewed }").await;

    from_now_on(app, Faults::default());
    speak_by(&campaign, ANOTHER_VOICE).await;
    campaign.is("REVIEW").await;
    assert_eq!(outside(app).bill()["speech_requests"], 11);
    for script in scripts(&campaign, "id audioState audio { voice }").await {
        if script["id"] == rejected {
            assert_eq!(script["audioState"], "REQUESTED", "{script}");
        } else {
            assert_eq!(script["audioState"], "RENDERED", "{script}");
            assert_eq!(
                script["audio"]["voice"], ANOTHER_VOICE,
                "who is said to speak does speak"
            );
        }
    }
    let counters = campaign.field("counters { audioRendered audioFailed }").await;
    assert_eq!(
        (&counters["audioRendered"], &counters["audioFailed"]),
        (&11.into(), &0.into())
    );
}

/// The voice answers nothing but errors.
fn voiceless() -> Faults {
    Faults {
        elevenlabs: RequestFaults {
            server_error: 1.0,
            ..RequestFaults::default()
        },
        ..Faults::default()
    }
}

/// How many recordings the voice has made and billed so far.
fn bought(app: &TestApp) -> u64 {
    let bill = outside(app).bill();
    bill["speech_requests"].as_u64().unwrap_or(0)
}

async fn speaking_waits_for_a_voice_that_is_down_and_goes_on_by_itself(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    approve_all(&campaign).await;
    from_now_on(app, voiceless());
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    let halt = halted(&campaign).await;
    assert_eq!(halt["paused"], false, "nobody halted it: {halt}");
    assert!(halt["waitingSince"].is_string(), "{halt}");
    assert_eq!(campaign.field("status").await, "GENERATING_AUDIO");
    let made = campaign.field("counters { audioRendered audioFailed }").await;
    assert_eq!(
        (&made["audioRendered"], &made["audioFailed"]),
        (&0.into(), &0.into())
    );

    from_now_on(app, Faults::default());
    campaign.is("REVIEW").await;
    let made = campaign.field("counters { audioRendered audioFailed }").await;
    assert_eq!(
        (&made["audioRendered"], &made["audioFailed"]),
        (&12.into(), &0.into())
    );
    assert!(campaign.field("productionHalt { reason }").await.is_null());
    assert_eq!(bought(app), 12, "each is bought once");
}

async fn a_person_halts_resumes_and_ends_the_speaking(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    approve_all(&campaign).await;
    from_now_on(app, voiceless());
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    halted(&campaign).await;
    let pause = format!(
        "pauseProduction(id: {:?}, reason: \"another voice, perhaps\")",
        campaign.id
    );
    agent.does(&pause, CHANGED).await;
    let halt = halted(&campaign).await;
    assert_eq!(
        (&halt["paused"], &halt["reason"]),
        (&true.into(), &"another voice, perhaps".into())
    );
    from_now_on(app, Faults::default());
    assert_eq!(bought(app), 0, "it does not go on by itself");
    agent.does(&campaign.step("resumeProduction"), CHANGED).await;
    campaign.is("REVIEW").await;
    assert_eq!(bought(app), 12);

    // What was spoken stays when another voice is ended, and only what is missing is bought later.
    from_now_on(app, voiceless());
    speak_by(&campaign, ANOTHER_VOICE).await;
    halted(&campaign).await;
    let stop = format!(
        "stopProduction(id: {:?}, reason: \"the first will do\")",
        campaign.id
    );
    agent.does(&stop, CHANGED).await;
    campaign.is("REVIEW").await;
    assert_eq!(
        agent
            .is_refused(&campaign.step("resumeProduction"), CHANGED)
            .await["code"],
        "WRONG_STATUS"
    );
    from_now_on(app, Faults::default());
    speak_by(&campaign, ANOTHER_VOICE).await;
    campaign.is("REVIEW").await;
    assert_eq!(bought(app), 24);
    let all = scripts(&campaign, "audioState audio { voice }").await;
    assert!(
        all.iter().all(|s| s["audio"]["voice"] == ANOTHER_VOICE),
        "{all:?}"
    );
}

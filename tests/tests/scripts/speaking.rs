//! Recordings: bought once whatever gets lost, pronounced as set, played by links that expire and are nobody else's.

use std::time::Duration;

use commands::processes::Processes;
use domain::ManualClock;
use reqwest::StatusCode;
use sandbox::{Faults, RequestFault, RequestFaults};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::desk::{
    ANOTHER_VOICE, approve_all, as_of_now, first_script, from_now_on, micros, outside, scripts, speak_by,
    the_same_people, twelve_people, twelve_recordings,
};
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    stage::{Engine, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    a_recording_is_bought_once_whatever_gets_lost;
    another_voice_speaks_again_what_was_spoken;
    one_silent_recording_fails_alone;
    words_that_come_back_are_not_bought_again;
    what_is_edited_while_it_is_spoken_is_in_the_bill;
    a_voice_is_as_fast_as_what_it_has_spoken_says;
    words_are_pronounced_as_the_organization_sets;
    a_draft_is_spoken_on_this_machine_for_nothing;
    a_link_to_a_recording_is_for_one_organization_and_a_while;
    recordings_of_a_campaign_that_ended_long_ago_are_deleted_and_that_is_recorded;
}

async fn a_recording_is_bought_once_whatever_gets_lost(app: &TestApp) {
    use RequestFault as F;
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    from_now_on(
        app,
        Faults {
            elevenlabs: RequestFaults {
                script: vec![
                    F::LostAnswer,
                    F::None,
                    F::ServerError,
                    F::LostAnswer,
                    F::TooManyRequests,
                    F::LostAnswer,
                ],
                ..RequestFaults::default()
            },
            ..Faults::default()
        },
    );
    let campaign = campaign.reviewed_and_spoken().await;
    let bill = outside(app).bill();
    assert_eq!(bill["speech_requests"], 12, "{bill}");
    let theirs = bill["micro_dollars"]["speech"].as_i64().expect("an amount");
    assert_eq!(micros(&campaign.field("costs { voice }").await["voice"]), theirs);
}

/// Waits until so many recordings were bought and nothing is spoken any more.
async fn bought(app: &TestApp, campaign: &Campaign, recordings: u64) {
    until("it is spoken", async || {
        (outside(app).bill()["speech_requests"] == recordings).then_some(())
    })
    .await;
    campaign.is("REVIEW").await;
}

/// Has it spoken once more, and waits until that is through.
async fn speak_on(campaign: &Campaign) {
    let runs = async || {
        campaign.field("rendering { run }").await["run"]
            .as_u64()
            .unwrap_or(0)
    };
    let before = runs().await;
    campaign.agent.does(&campaign.step("renderAudio"), CHANGED).await;
    until("it was spoken once more", async || {
        (runs().await > before).then_some(())
    })
    .await;
    campaign.is("REVIEW").await;
}

async fn another_voice_speaks_again_what_was_spoken(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let first = scripts(&campaign, "audio { voice } audioState").await;
    speak_by(&campaign, ANOTHER_VOICE).await;
    bought(app, &campaign, 24).await;
    let second = scripts(&campaign, "audio { voice } audioState").await;
    for after in &second {
        assert_eq!(
            (&after["audio"]["voice"], &after["audioState"]),
            (&ANOTHER_VOICE.into(), &"RENDERED".into())
        );
    }
    // What is equal is not spoken anew, and who names no voice stays with the one that has spoken.
    speak_on(&campaign).await;
    assert_eq!(outside(app).bill()["speech_requests"], 24);

    // A pronunciation is a change, too, for those whose words it is in.
    let set =
        "changeSettings(change: {pronunciations: [{written: \"Owner5\", spoken: \"owner number five\"}]})";
    agent.does(set, "OrganizationChanged { position }").await;
    let said = scripts(&campaign, "text").await;
    let concerned = said
        .iter()
        .filter(|s| text(&s["text"]).contains("Owner5"))
        .count();
    assert!(concerned > 0, "{}", said[0]);
    speak_on(&campaign).await;
    bought(app, &campaign, 24 + concerned as u64).await;
    // The first voice has all that it said in store.
    agent
        .does(
            "changeSettings(change: {pronunciations: []})",
            "OrganizationChanged { position }",
        )
        .await;
    speak_by(&campaign, text(&first[0]["audio"]["voice"])).await;
    until("the first voice speaks again", async || {
        let now = scripts(&campaign, "audio { voice } audioState").await;
        (now == first).then_some(())
    })
    .await;
    assert_eq!(outside(app).bill()["speech_requests"], 24 + concerned as u64);
}

async fn one_silent_recording_fails_alone(app: &TestApp) {
    use RequestFault as F;
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    approve_all(&campaign).await;
    let elevenlabs = RequestFaults {
        script: vec![F::None, F::Useless],
        ..RequestFaults::default()
    };
    from_now_on(
        app,
        Faults {
            elevenlabs,
            ..Faults::default()
        },
    );
    speak_on(&campaign).await;
    let all = scripts(&campaign, "audioState audioError").await;
    let failed: Vec<&Value> = all.iter().filter(|s| s["audioState"] == "FAILED").collect();
    assert_eq!(failed.len(), 1, "{all:?}");
    assert!(failed[0]["audioError"].is_string(), "it says why: {failed:?}");
    let made = all.iter().filter(|s| s["audioState"] == "RENDERED");
    assert_eq!(made.count(), 11);
    let theirs = outside(app).bill()["micro_dollars"]["speech"].as_i64();
    assert_eq!(
        Some(micros(&campaign.field("costs { voice }").await["voice"])),
        theirs,
        "the silence was billed, too"
    );
    // It is asked for again, and only it.
    speak_on(&campaign).await;
    bought(app, &campaign, 13).await;
    let all = scripts(&campaign, "audioState").await;
    assert!(all.iter().all(|s| s["audioState"] == "RENDERED"), "{all:?}");
}

async fn words_that_come_back_are_not_bought_again(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let script = async || {
        let call = format!("script(id: {id:?}) {{ version text audioState audio {{ sha256 url }} }}");
        agent.asks(&call).await
    };
    let first = script().await;
    let (words, mut version) = (text(&first["text"]).to_owned(), 1);
    for (text, recordings) in [(words.replace("Thank you.", "Thanks a lot."), 13), (words, 13)] {
        let edit = format!("editScript(id: {id:?}, version: {version}, text: {text:?})");
        agent.does(&edit, "ScriptChanged { script { version } }").await;
        let approve = format!(
            "reviewScripts(campaignId: {:?}, scriptIds: [{id:?}], review: APPROVED)",
            campaign.id
        );
        agent.does(&approve, "ScriptsReviewed { reviewed }").await;
        version += 1;
        speak_on(&campaign).await;
        until("it is spoken again", async || {
            (script().await["audioState"] == "RENDERED").then_some(())
        })
        .await;
        bought(app, &campaign, recordings).await;
    }
    let back = script().await;
    assert_eq!(back["audio"]["sha256"], first["audio"]["sha256"]);
    let played = app.anybody().gets(text(&back["audio"]["url"])).await;
    assert_eq!(played.status(), StatusCode::OK);
}

async fn a_voice_is_as_fast_as_what_it_has_spoken_says(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let spoken = scripts(&campaign, "characters audio { durationMs }").await;
    let sum = |of: fn(&Value) -> &Value| spoken.iter().filter_map(|s| of(s).as_u64()).sum::<u64>();
    let (characters, ms) = (sum(|s| &s["characters"]), sum(|s| &s["audio"]["durationMs"]));
    let now = as_of_now(&agent).await;
    let settings = agent
        .asks(&format!("organization({now}) {{ settings {{ defaultVoice }} }}"))
        .await;
    let voices = agent.asks("voices { id charactersPerMinute }").await;
    for voice in voices.as_array().expect("voices") {
        let fast = if voice["id"] == settings["settings"]["defaultVoice"] {
            characters * 60_000 / ms
        } else {
            870
        };
        assert_eq!(voice["charactersPerMinute"], fast, "{voice}");
    }
    // What is checked from now on is as long as that voice takes.
    let id = first_script(&campaign).await;
    let checked = format!("regenerateScript(id: {id:?})");
    let script = agent
        .does(
            &checked,
            "ScriptChanged { script { characters lint { estimatedSeconds } } }",
        )
        .await;
    let seconds = script["script"]["lint"]["estimatedSeconds"]
        .as_f64()
        .expect("seconds");
    let takes =
        script["script"]["characters"].as_f64().expect("a count") * ms as f64 / characters as f64 / 1_000.0;
    assert!((seconds - takes).abs() <= 1.0, "{seconds} {takes}");
}

async fn words_are_pronounced_as_the_organization_sets(app: &TestApp) {
    let agent = app.admin().await;
    let set =
        "changeSettings(change: {pronunciations: [{written: \"desert falls\", spoken: \"dezzert fahls\"}]})";
    agent.does(set, "OrganizationChanged { position }").await;
    let now = as_of_now(&agent).await;
    let kept = agent
        .asks(&format!(
            "organization({now}) {{ settings {{ pronunciations {{ written spoken }} }} }}"
        ))
        .await;
    assert_eq!(kept["settings"]["pronunciations"][0]["spoken"], "dezzert fahls");
    let campaign = twelve_recordings(&agent).await;
    let history = outside(app);
    let asked = agent
        .gets_elsewhere(
            &format!("{}/v1/history?page_size=50", history.elevenlabs_url()),
            ("xi-api-key", &history.credentials().elevenlabs_api_key),
        )
        .await;
    let spoken = asked["history"].as_array().expect("a list");
    assert_eq!(spoken.len(), 12);
    assert!(
        spoken
            .iter()
            .all(|s| text(&s["text"]).contains("dezzert fahls Dr")),
        "{}",
        spoken[0]
    );
    // What is shown is what was written.
    let id = first_script(&campaign).await;
    let shown = agent.asks(&format!("script(id: {id:?}) {{ text }}")).await;
    assert!(text(&shown["text"]).contains("Desert Falls Dr"), "{shown}");
    let refused = agent
        .is_refused(
            "changeSettings(change: {pronunciations: [{written: \" \", spoken: \"x\"}]})",
            "OrganizationChanged { position }",
        )
        .await;
    assert_eq!(refused["code"], "INVALID_SETTING");
}

async fn a_link_to_a_recording_is_for_one_organization_and_a_while(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let script = agent
        .asks(&format!(
            "script(id: {id:?}) {{ audio {{ url sha256 durationMs }} draftAudio }}"
        ))
        .await;
    let link = text(&script["audio"]["url"]);
    let anybody = app.anybody();
    let played = anybody.gets(link).await;
    assert_eq!(played.status(), StatusCode::OK, "a player needs no session");
    assert_eq!(played.headers()["content-type"], "audio/wav");
    let bytes = played.bytes().await.expect("the recording");
    assert!(bytes.starts_with(b"RIFF") && bytes.len() > 10_000);

    let other = app.another_organization().await;
    let theirs = link.replace(
        &app.cast.organization.to_string(),
        &other.organization.to_string(),
    );
    assert_ne!(theirs, link);
    assert_eq!(anybody.gets(&theirs).await.status(), StatusCode::FORBIDDEN);
    let later = link.replace("expires=", "expires=9");
    assert_eq!(anybody.gets(&later).await.status(), StatusCode::FORBIDDEN);
    // A link for the one kind of recording opens no other.
    let draft = link.replace(&format!("{}?", id_of(link)), &format!("{}/draft?", id_of(link)));
    assert_eq!(anybody.gets(&draft).await.status(), StatusCode::FORBIDDEN);
    let stranger = app.admin_of(&other).await;
    assert!(
        stranger
            .asks(&format!("script(id: {id:?}) {{ id }}"))
            .await
            .is_null()
    );
    agent.does(&campaign.step("renderAudio"), CHANGED).await;

    // It lives a quarter of an hour.
    app.minutes_pass(16);
    assert_eq!(anybody.gets(link).await.status(), StatusCode::FORBIDDEN);
}

async fn a_link_of_the_bucket_plays_for_a_while_and_nobody_elses(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let audio = format!("script(id: {id:?}) {{ audio {{ url sha256 }} }}");
    let audio = agent.asks(&audio).await["audio"].clone();
    let link = text(&audio["url"]);
    assert!(!link.starts_with(app.address()), "the bucket's own: {link}");
    assert!(
        link.contains("X-Amz-Expires=900&"),
        "a quarter of an hour: {link}"
    );
    let anybody = app.anybody();
    let played = anybody.follow(link).await;
    assert_eq!(played.status(), StatusCode::OK, "a player needs no session");
    let bytes = played.bytes().await.expect("the recording");
    assert!(bytes.starts_with(b"RIFF"));
    assert_eq!(hex::encode(Sha256::digest(&bytes)), text(&audio["sha256"]));
    let seeking = anybody.follows_from(link, 100).await;
    assert_eq!(seeking.status(), StatusCode::PARTIAL_CONTENT, "a player seeks");
    assert_eq!(seeking.bytes().await.expect("a part")[..], bytes[100..]);

    // Whose it is stands in what is signed: nobody changes it, or how long it lives.
    let scripts = campaign.ids("scripts(first: 2) { nodes { id } }").await;
    let number = |id: &str| id.rsplit(':').next().unwrap_or_default().to_owned();
    let another = scripts
        .iter()
        .find(|other| **other != id)
        .expect("another script");
    let theirs = link.replace(&number(&id), &number(another));
    assert_ne!(theirs, link);
    let longer = link.replace("X-Amz-Expires=900&", "X-Amz-Expires=90000&");
    let bare = bare_path(link).to_owned();
    for changed in [theirs, longer, bare] {
        assert_eq!(
            anybody.follow(&changed).await.status(),
            StatusCode::FORBIDDEN,
            "{changed}"
        );
    }
    let stranger = app.admin_of(&app.another_organization().await).await;
    let theirs = format!("script(id: {id:?}) {{ audio {{ url }} }}");
    assert!(stranger.asks(&theirs).await.is_null(), "they are given no link");

    // One that lives a second is void after it.
    let (_, key) = bare_path(link)
        .split_once("/voicemails/")
        .expect("the key of a recording");
    let blobs = &app.application().ports.blobs;
    let short = blobs
        .link(&format!("voicemails/{key}"), Duration::from_secs(1))
        .await;
    let short = short.expect("the store answers").expect("a link of its own");
    until("the link expires", async || {
        (anybody.follow(&short).await.status() == StatusCode::FORBIDDEN).then_some(())
    })
    .await;
    assert_eq!(anybody.follow(link).await.status(), StatusCode::OK);
}

async fn what_is_edited_while_it_is_spoken_is_in_the_bill(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    approve_all(&campaign).await;
    let before = scripts(&campaign, "id text").await;
    // Each is spoken and billed at once, and heard of a while later.
    let late = RequestFaults {
        time_out_ms: 4_000,
        script: vec![RequestFault::LateAnswer; 12],
        ..RequestFaults::default()
    };
    from_now_on(
        app,
        Faults {
            elevenlabs: late,
            ..Faults::default()
        },
    );
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    until("some are spoken", async || {
        (outside(app).bill()["speech_requests"].as_u64() > Some(0)).then_some(())
    })
    .await;
    let stop = format!("stopProduction(id: {:?}, reason: \"other words\")", campaign.id);
    agent.does(&stop, CHANGED).await;
    for script in &before {
        let words = format!("{} Have a good day.", text(&script["text"]));
        let edit = format!("editScript(id: {}, version: 1, text: {words:?})", script["id"]);
        agent.does(&edit, "ScriptChanged { position }").await;
    }
    let costs_are_theirs = async || {
        until("what was billed is in the costs", async || {
            let theirs = outside(app).bill()["micro_dollars"]["speech"].as_i64();
            let ours = campaign.field("costs { voice }").await["voice"].clone();
            (Some(micros(&ours)) == theirs).then_some(())
        })
        .await;
    };
    costs_are_theirs().await;
    let counters = campaign.field("counters { audioRendered }").await;
    assert_eq!(counters["audioRendered"], 0, "nobody's words are these any more");

    // The words come back: what was bought is theirs, and in the bill once.
    for script in &before {
        let edit = format!(
            "editScript(id: {}, version: 2, text: {})",
            script["id"], script["text"]
        );
        agent.does(&edit, "ScriptChanged { position }").await;
    }
    approve_all(&campaign).await;
    from_now_on(app, Faults::default());
    agent.does(&campaign.step("renderAudio"), CHANGED).await;
    campaign.is("REVIEW").await;
    let counters = campaign.field("counters { audioRendered }").await;
    assert_eq!(counters["audioRendered"], 12);
    assert_eq!(outside(app).bill()["speech_requests"], 12);
    costs_are_theirs().await;
}

async fn recordings_as_mp3_are_measured_played_and_left(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let script = agent
        .asks(&format!(
            "script(id: {id:?}) {{ text audio {{ url durationMs }} }}"
        ))
        .await;
    // 150 words a minute, in frames of 36 ms.
    let words = text(&script["text"]).split_whitespace().count() as u64;
    let lasts = script["audio"]["durationMs"].as_u64().expect("a length");
    assert_eq!(lasts, (words * 400).next_multiple_of(36));
    let played = app.anybody().gets(text(&script["audio"]["url"])).await;
    assert_eq!(played.status(), StatusCode::OK);
    assert_eq!(played.headers()["content-type"], "audio/mpeg");
    assert!(played.bytes().await.expect("the recording").starts_with(b"ID3"));

    let sent = campaign.sent().await;
    let left = sent.field("counters { delivered listened failed }").await;
    let reached = |what: &str| left[what].as_u64().expect("a count");
    assert!(reached("delivered") + reached("listened") > 0, "{left}");
}

#[test]
fn recordings_as_mp3_are_measured_played_and_left_on_sqlite() {
    TestApp::tell_in_mp3(Engine::Sqlite, async |app| {
        recordings_as_mp3_are_measured_played_and_left(app).await;
    });
}

fn bare_path(link: &str) -> &str {
    link.split('?').next().unwrap_or(link)
}

#[test]
fn a_link_of_the_bucket_plays_for_a_while_and_nobody_elses_on_sqlite() {
    TestApp::tell_in_a_bucket(Engine::Sqlite, async |app| {
        a_link_of_the_bucket_plays_for_a_while_and_nobody_elses(app).await;
    });
}

#[test]
fn a_link_of_the_bucket_plays_for_a_while_and_nobody_elses_on_postgres() {
    TestApp::tell_in_a_bucket(Engine::Postgres, async |app| {
        a_link_of_the_bucket_plays_for_a_while_and_nobody_elses(app).await;
    });
}

fn id_of(link: &str) -> &str {
    let path = bare_path(link);
    path.rsplit('/').next().unwrap_or(path)
}

async fn recordings_of_a_campaign_that_ended_long_ago_are_deleted_and_that_is_recorded(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let audio = async |fields: &str| agent.asks(&format!("script(id: {id:?}) {{ {fields} }}")).await;
    let link = text(&audio("audio { url }").await["audio"]["url"]).to_owned();
    // One was edited after it was spoken: its file is nobody's any more.
    let edited = text(&scripts(&campaign, "id").await[5]["id"]).to_owned();
    let of_edited = format!("script(id: {edited:?}) {{ text audio {{ url }} }}");
    let before = agent.asks(&of_edited).await;
    let words = text(&before["text"]).replace("Thank you.", "Thanks a lot.");
    let edit = format!("editScript(id: {edited:?}, version: 1, text: {words:?})");
    agent.does(&edit, "ScriptChanged { script { audioState } }").await;
    let owner = campaign.field("ownerId").await;
    let owner = text(&owner).rsplit(':').next().expect("an id").to_owned();
    let file = format!(
        "voicemails/{owner}/{}/{}.wav",
        campaign.number(),
        edited.rsplit(':').next().expect("an id")
    );
    let lies = async || {
        app.application()
            .ports
            .blobs
            .get(&file)
            .await
            .expect("the store")
            .is_some()
    };
    assert!(lies().await, "until the campaign's audio goes");
    let cancel = format!(
        "cancelCampaign(id: {:?}, reason: \"the season is over\")",
        campaign.id
    );
    agent.does(&cancel, CHANGED).await;
    campaign.is("CANCELLED").await;

    let ports = &app.application().ports;
    let after = |days: i64| {
        let later = ManualClock::starting_at(ports.clock.now() + chrono::Duration::days(days));
        let ports = commands::Ports {
            clock: std::sync::Arc::new(later),
            ..ports.clone()
        };
        Processes::new(ports, app.application().settings())
    };
    assert_eq!(after(89).retention_step().await, Ok(0), "it is kept for 90 days");
    assert_eq!(after(91).retention_step().await, Ok(11));
    assert!(!lies().await, "what was edited went, too");
    until("the deletion shows", async || {
        (audio("audioState").await["audioState"] == "REMOVED").then_some(())
    })
    .await;
    assert!(audio("audio { url }").await["audio"].is_null());
    assert_eq!(app.anybody().gets(&link).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(after(91).retention_step().await, Ok(0), "once is enough");
    // The same words again are bought again: their file is gone.
    let before = outside(app).bill()["speech_requests"].as_u64();
    let again = the_same_people(&agent)
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    assert_eq!(
        again.field("counters { audioRendered }").await["audioRendered"],
        12
    );
    assert_eq!(
        outside(app).bill()["speech_requests"].as_u64(),
        before.map(|n| n + 12)
    );
}

async fn a_draft_is_spoken_on_this_machine_for_nothing(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let id = first_script(&campaign).await;
    let script = agent
        .asks(&format!("script(id: {id:?}) {{ draftAudio audioState }}"))
        .await;
    let Some(link) = script["draftAudio"].as_str() else {
        let can = app.application().ports.draft_voice.is_some();
        assert!(!can, "the machine has a voice, and no link leads to it");
        return;
    };
    let draft = app.anybody().gets(link).await;
    assert_eq!(draft.status(), StatusCode::OK);
    assert!(draft.bytes().await.expect("the draft").starts_with(b"RIFF"));
    assert_eq!(
        app.anybody()
            .gets(&link.replace("expires=", "expires=9"))
            .await
            .status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(outside(app).bill()["speech_requests"], 0, "nothing was bought");
    assert_eq!(script["audioState"], "NONE");
}

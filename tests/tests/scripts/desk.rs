//! What stories about scripts do again and again.

use sandbox::{Faults, RunningSandbox};
use serde_json::Value;

use crate::{
    graphql::campaign::{CHANGED, Campaign},
    stage::{Person, TestApp, text, until},
};

/// The providers on loopback.
pub fn outside(app: &TestApp) -> &RunningSandbox {
    app.application().sandbox.as_ref().expect("the sandbox runs")
}

/// Lets providers get things wrong from now on.
pub fn from_now_on(app: &TestApp, faults: Faults) {
    outside(app).set_faults(faults);
}

/// A draft with twelve people in it.
pub async fn twelve_people(agent: &Person) -> Campaign {
    Campaign::draft(agent).await.with_people().await
}

/// Approves every script that waits for review.
pub async fn approve_all(campaign: &Campaign) {
    let approve = format!(
        "reviewScripts(campaignId: {:?}, allPending: true, review: APPROVED)",
        campaign.id
    );
    campaign
        .agent
        .does(&approve, "ScriptsReviewed { reviewed }")
        .await;
}

/// Begins to write by a model of this provider.
pub async fn write_by(campaign: &Campaign, provider: &str) {
    let call = format!(
        "generateScripts(id: {:?}, engine: {{provider: {provider:?}}})",
        campaign.id
    );
    campaign.agent.does(&call, CHANGED).await;
}

/// A voice of the sandbox's account that is not the default one.
pub const ANOTHER_VOICE: &str = "EXAVITQu4vr4xnSDxMaL";

/// Has the approved scripts spoken by a voice.
pub async fn speak_by(campaign: &Campaign, voice: &str) {
    let call = format!("renderAudio(id: {:?}, voice: {voice:?})", campaign.id);
    campaign.agent.does(&call, CHANGED).await;
}

/// Twelve people with approved scripts, all spoken.
pub async fn twelve_recordings(agent: &Person) -> Campaign {
    let written = twelve_people(agent).await.with_scripts().await;
    written.reviewed_and_spoken().await
}

/// The same twelve people once more, in another campaign.
pub async fn the_same_people(agent: &Person) -> Campaign {
    let campaign = Campaign::draft(agent).await;
    let file = crate::graphql::campaign::twelve_people();
    let import = campaign
        .begin_import("the_same_people.csv", file.as_bytes())
        .await;
    campaign.import_ended(&import).await;
    campaign.is("DRAFT").await;
    campaign
}

/// As an argument: what has been written so far is to be seen.
pub async fn as_of_now(agent: &Person) -> String {
    let lag = agent.asks("lag { head }").await;
    format!("minPosition: {}", lag["head"])
}

/// What the scripts of a campaign say of themselves now, by script.
pub async fn scripts(campaign: &Campaign, fields: &str) -> Vec<Value> {
    let now = as_of_now(&campaign.agent).await;
    let call = format!(
        "campaign(id: {:?}, {now}) {{ scripts(first: 50) {{ nodes {{ {fields} }} }} }}",
        campaign.id
    );
    let found = campaign.agent.asks(&call).await;
    found["scripts"]["nodes"].as_array().expect("a list").clone()
}

/// The id of one of them.
pub async fn first_script(campaign: &Campaign) -> String {
    text(&scripts(campaign, "id").await[0]["id"]).to_owned()
}

/// Waits until the writing or speaking is held up or halted: what is said of it.
pub async fn halted(campaign: &Campaign) -> Value {
    until("the work on scripts halts", async || {
        let halt = campaign
            .field("productionHalt { paused reason waitingSince }")
            .await;
        (!halt.is_null()).then_some(halt)
    })
    .await
}

/// Millionths of a dollar of an amount as the API shows it.
#[track_caller]
pub fn micros(money: &Value) -> i64 {
    money.as_i64().unwrap_or_else(|| panic!("no amount: {money}"))
}

//! The lint stops what must not be said; many scripts are approved at once and that is taken back; versions are compared.

use serde_json::Value;

use super::desk::{first_script, scripts, twelve_people, twelve_recordings};
use crate::{
    graphql::campaign::Campaign,
    stage::{TestApp, in_a_running_system, text},
};

in_a_running_system! {
    the_lint_stops_an_approval_until_the_words_are_mended;
    a_review_of_many_is_taken_back_where_nothing_was_said_since;
    scripts_are_chosen_by_what_the_lint_says;
    versions_are_compared_word_by_word;
    editing_approved_words_takes_the_approval_and_the_audio_away;
    scripts_that_name_an_old_number_are_not_approved_with_their_campaign;
}

const REVIEWED: &str =
    "ScriptsReviewed { reviewed refusedCount request refused { refusal { code message } } }";

async fn edit(campaign: &Campaign, id: &str, version: u32, words: &str) -> Value {
    let call = format!("editScript(id: {id:?}, version: {version}, text: {words:?})");
    let done =
        "ScriptChanged { script { version review audioState lint { passed findings { rule start end } } } }";
    campaign.agent.does(&call, done).await["script"].clone()
}

fn approve(campaign: &Campaign, ids: &[&str]) -> String {
    format!(
        "reviewScripts(campaignId: {:?}, scriptIds: {ids:?}, review: APPROVED)",
        campaign.id
    )
}

async fn words_of(campaign: &Campaign, id: &str) -> String {
    text(
        &campaign
            .agent
            .asks(&format!("script(id: {id:?}) {{ text }}"))
            .await["text"],
    )
    .to_owned()
}

async fn the_lint_stops_an_approval_until_the_words_are_mended(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let id = first_script(&campaign).await;
    let good = words_of(&campaign, &id).await;
    let claim = good.replace("Thank you.", "It is guaranteed to sell.");
    let edited = edit(&campaign, &id, 1, &claim).await;
    assert_eq!(edited["lint"]["passed"], false, "{edited}");
    let at = &edited["lint"]["findings"][0];
    assert_eq!(at["rule"], "FORBIDDEN_CLAIM");
    let (start, end) = (
        at["start"].as_u64().expect("a place"),
        at["end"].as_u64().expect("a place"),
    );
    let said: String = claim
        .chars()
        .skip(start as usize)
        .take((end - start) as usize)
        .collect();
    assert_eq!(said, "guaranteed to sell");

    let refused = agent.does(&approve(&campaign, &[&id]), REVIEWED).await;
    assert_eq!(
        (&refused["reviewed"], &refused["refusedCount"]),
        (&0.into(), &1.into())
    );
    assert_eq!(refused["refused"][0]["refusal"]["code"], "LINT_BLOCKS");
    edit(&campaign, &id, 2, &good).await;
    let approved = agent.does(&approve(&campaign, &[&id]), REVIEWED).await;
    assert_eq!(approved["reviewed"], 1);
}

async fn a_review_of_many_is_taken_back_where_nothing_was_said_since(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let all = format!(
        "reviewScripts(campaignId: {:?}, filter: {{review: PENDING, author: TEMPLATE}}, review: APPROVED)",
        campaign.id
    );
    let reviewed = agent.does(&all, REVIEWED).await;
    assert_eq!(reviewed["reviewed"], 12);
    let who = scripts(&campaign, "id review reviewer reviewedAt reviewRequest").await;
    assert!(
        who.iter()
            .all(|s| s["reviewRequest"] == reviewed["request"] && s["reviewer"].is_string())
    );
    let other = text(&who[3]["id"]);
    let reject = format!(
        "reviewScripts(campaignId: {:?}, scriptIds: [{other:?}], review: REJECTED, notes: \"too loud\")",
        campaign.id
    );
    agent.does(&reject, REVIEWED).await;

    let undo = format!(
        "undoReview(campaignId: {:?}, request: {})",
        campaign.id, reviewed["request"]
    );
    let undone = agent.does(&undo, REVIEWED).await;
    assert_eq!(undone["reviewed"], 11, "{undone}");
    let after = scripts(&campaign, "id review").await;
    for script in &after {
        let expected = if script["id"] == other {
            "REJECTED"
        } else {
            "PENDING"
        };
        assert_eq!(script["review"], expected);
    }
    assert_eq!(agent.does(&undo, REVIEWED).await["reviewed"], 0, "once is enough");
}

async fn scripts_are_chosen_by_what_the_lint_says(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let id = first_script(&campaign).await;
    edit(&campaign, &id, 1, "Call me.").await;
    let stopped = campaign
        .ids("scripts(first: 50, stopped: true) { nodes { id } }")
        .await;
    assert_eq!(stopped, [id]);
    let rest = format!(
        "reviewScripts(campaignId: {:?}, filter: {{stopped: false}}, review: APPROVED)",
        campaign.id
    );
    assert_eq!(agent.does(&rest, REVIEWED).await["reviewed"], 11);
    let both = format!(
        "reviewScripts(campaignId: {:?}, allPending: true, filter: {{stopped: false}}, review: APPROVED)",
        campaign.id
    );
    assert_eq!(agent.is_refused(&both, REVIEWED).await["code"], "INVALID");
}

async fn versions_are_compared_word_by_word(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await.with_scripts().await;
    let id = first_script(&campaign).await;
    let good = words_of(&campaign, &id).await;
    edit(&campaign, &id, 1, &good.replace("Thank you.", "Thanks a lot.")).await;
    let asked = format!(
        "script(id: {id:?}) {{ difference {{ change text }} versions {{ version author editor createdAt }} }}"
    );
    let script = agent.asks(&asked).await;
    let changes: Vec<_> = script["difference"]
        .as_array()
        .expect("parts")
        .iter()
        .filter(|p| p["change"] != "SAME")
        .map(|p| (text(&p["change"]), text(&p["text"]).trim()))
        .collect();
    let joined = |kind: &str| {
        let parts: Vec<&str> = changes
            .iter()
            .filter(|(c, _)| *c == kind)
            .map(|(_, t)| *t)
            .collect();
        parts.join(" ")
    };
    assert_eq!(
        (joined("REMOVED").as_str(), joined("ADDED").as_str()),
        ("Thank you.", "Thanks a lot.")
    );
    assert_eq!(script["versions"][0]["author"], "MANUAL");
    assert!(script["versions"][0]["editor"].is_string(), "{script}");
    let unknown = format!("script(id: {id:?}) {{ difference(from: 1, to: 9) {{ text }} }}");
    assert_eq!(agent.is_not_answered(&unknown).await, "UNKNOWN_VERSION");
}

async fn editing_approved_words_takes_the_approval_and_the_audio_away(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let id = first_script(&campaign).await;
    let words = words_of(&campaign, &id).await;
    let edited = edit(&campaign, &id, 1, &words.replace("Thank you.", "Thank you!")).await;
    assert_eq!(
        (&edited["review"], &edited["audioState"]),
        (&"PENDING".into(), &"NONE".into())
    );
    let refused = agent
        .is_refused(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { ready } }",
        )
        .await;
    assert_eq!(refused["code"], "NOT_READY", "{refused}");
}

async fn scripts_that_name_an_old_number_are_not_approved_with_their_campaign(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let moved = "changeSettings(change: {agentPhone: \"760-555-0177\"})";
    agent.does(moved, "OrganizationChanged { position }").await;
    let found = agent
        .asks(&format!(
            "precheck(campaignId: {:?}) {{ contacts ready stopped }}",
            campaign.id
        ))
        .await;
    assert_eq!(
        (&found["ready"], &found["stopped"]),
        (&0.into(), &12.into()),
        "{found}"
    );
    let refused = agent
        .is_refused(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { ready } }",
        )
        .await;
    assert_eq!(refused["code"], "NOT_READY");
}

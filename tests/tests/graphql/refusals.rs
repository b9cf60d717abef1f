//! What clients get wrong, one story each: the answer says what to do, and nothing is recorded.

use serde_json::json;

use super::campaign::{CHANGED, Campaign};
use crate::stage::{TestApp, in_a_running_system, text};

in_a_running_system! {
    an_edit_of_an_old_version_is_refused_with_both_versions;
    submitting_a_draft_is_refused_with_the_status_that_it_has_and_the_one_it_needs;
    a_corrupt_workbook_fails_its_import_and_leaves_the_campaign_free;
    an_id_that_nobody_gave_out_is_not_found;
    an_id_of_another_kind_is_refused_by_name;
    a_query_that_goes_too_deep_is_refused;
}

const SCRIPT_CHANGED: &str = "ScriptChanged { scriptId position script { version review } }";

async fn an_edit_of_an_old_version_is_refused_with_both_versions(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await;
    let script = campaign.ids("scripts(first: 1) { nodes { id } }").await.remove(0);
    let edit = |text: &str| format!("editScript(id: {script:?}, version: 1, text: {text:?})");
    let edited = agent
        .does(
            &edit("Hello, this is Ada of Demonstration Realty."),
            SCRIPT_CHANGED,
        )
        .await;
    assert_eq!(edited["script"], json!({"version": 2, "review": "PENDING"}));

    let before = app.events().await;
    let refusal = agent
        .is_refused(&edit("Hello from another window."), SCRIPT_CHANGED)
        .await;
    assert_eq!(refusal["code"], "STALE_VERSION");
    assert_eq!(refusal["details"], json!({"given": 1, "newest": 2}));
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn submitting_a_draft_is_refused_with_the_status_that_it_has_and_the_one_it_needs(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let before = app.events().await;
    let refusal = agent.is_refused(&campaign.step("submitCampaign"), CHANGED).await;
    assert_eq!(refusal["code"], "WRONG_STATUS");
    assert_eq!(
        refusal["details"],
        json!({"step": "submitting", "found": "draft", "needs": ["approved"]})
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
    assert_eq!(campaign.field("status").await, "DRAFT");
}

async fn a_corrupt_workbook_fails_its_import_and_leaves_the_campaign_free(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let whole = std::fs::read(crate::stage::fixture("title_rep_iwcc_farm.xlsx")).expect("the fixture");
    let import = campaign
        .begin_import("farm.xlsx", &whole[..whole.len() / 2])
        .await;
    let ended = campaign.import_ended(&import).await;
    assert_eq!(ended["status"], "FAILED");
    assert!(!text(&ended["error"]).is_empty(), "it says why: {ended}");
    assert_eq!(ended["created"], 0);
    campaign.is("DRAFT").await;
    campaign.with_people().await;
}

async fn an_id_that_nobody_gave_out_is_not_found(app: &TestApp) {
    let agent = app.admin().await;
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    let before = app.events().await;
    for query in [
        format!("campaign(id: \"campaign:{unknown}\") {{ name }}"),
        format!("contact(id: \"contact:{unknown}\") {{ name }}"),
        format!("script(id: \"script:{unknown}\") {{ version }}"),
    ] {
        assert!(agent.asks(&query).await.is_null(), "{query}");
    }
    let submit = format!("submitCampaign(id: \"campaign:{unknown}\")");
    assert_eq!(agent.is_denied(&submit, CHANGED).await, "NOT_FOUND");
    let edit = format!("editScript(id: \"script:{unknown}\", version: 1, text: \"Hello\")");
    assert_eq!(agent.is_denied(&edit, SCRIPT_CHANGED).await, "NOT_FOUND");
    let opt_out = format!("optOut(id: \"contact:{unknown}\", channel: PHONE)");
    assert_eq!(
        agent.is_denied(&opt_out, "ContactChanged { position }").await,
        "NOT_FOUND"
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn an_id_of_another_kind_is_refused_by_name(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let wrong = campaign.id.replace("campaign:", "script:");
    let refusal = agent
        .is_refused(&format!("submitCampaign(id: {wrong:?})"), CHANGED)
        .await;
    assert_eq!(refusal["code"], "WRONG_ID_KIND");
    assert!(text(&refusal["message"]).contains("campaign:"), "{refusal}");
}

async fn a_query_that_goes_too_deep_is_refused(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let mut inside = "id".to_owned();
    for _ in 0..6 {
        inside = format!("scripts(first: 1) {{ nodes {{ campaign {{ {inside} }} }} }}");
    }
    let query = format!("{{ campaign(id: {:?}) {{ {inside} }} }}", campaign.id);
    let (_, answer) = agent.request(&query).await;
    assert!(answer["data"].is_null(), "{answer}");
    let message = text(&answer["errors"][0]["message"]);
    assert!(message.contains("nested too deep"), "{message}");
}

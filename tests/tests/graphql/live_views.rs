//! Live views: counters and the feed come by themselves, together with what moved beside them, and end with the right to see them.

use serde_json::{Value, json};

use super::campaign::{CHANGED, Campaign};
use crate::stage::{TestApp, in_a_running_system, text};

in_a_running_system! {
    counters_come_by_themselves_while_scripts_are_reviewed_and_sent;
    the_feed_tells_each_line_once;
    the_sums_over_all_campaigns_come_by_themselves;
    a_removed_members_view_ends;
}

fn count(counters: &Value, name: &str) -> u64 {
    counters["counters"][name].as_u64().expect("a count")
}

async fn counters_come_by_themselves_while_scripts_are_reviewed_and_sent(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await;
    let fields = "status counters { scriptsApproved attempted delivered listened failed }";
    let mut live = agent
        .watches(&format!("campaignProgress(id: {:?}) {{ {fields} }}", campaign.id))
        .await;
    let first = live.tells().await.expect("how it is now");
    assert_eq!(
        (&first["status"], count(&first, "scriptsApproved")),
        (&json!("REVIEW"), 0)
    );

    // A review is no event of the campaign, and moves its counters.
    let campaign = campaign.reviewed_and_spoken().await;
    live.tells_until(|seen| count(seen, "scriptsApproved") == 12)
        .await;

    let approve = campaign.step("approveCampaign");
    agent
        .does(&approve, "CampaignApproved { precheck { ready } }")
        .await;
    let campaign = campaign.followed_by_a_program().await;
    let before = app.events().await;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    let told = live.tells_until(|seen| seen["status"] == "COMPLETED").await;
    let attempted: Vec<_> = told.iter().map(|seen| count(seen, "attempted")).collect();
    assert!(attempted.is_sorted(), "{attempted:?}");
    assert_eq!(attempted.last(), Some(&12));
    let happened = app.events().await - before;
    assert!(
        (told.len() as u64) < happened,
        "{} answers of {happened} events: they come together",
        told.len()
    );
}

async fn the_feed_tells_each_line_once(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let mut live = agent
        .watches(&format!(
            "activity(campaignId: {:?}) {{ position kind }}",
            campaign.id
        ))
        .await;
    for step in [
        "setCallerId(id: $id, number: \"+17605550100\")",
        "setSchedule(id: $id, schedule: {perMinute: 5})",
        "changeCampaign(id: $id, change: {name: \"Desert\"})",
    ] {
        let call = step.replace("$id", &format!("{:?}", campaign.id));
        agent.does(&call, CHANGED).await;
    }
    let mut kinds = Vec::new();
    live.tells_until(|lines| {
        let lines = lines.as_array().expect("lines");
        assert!(!lines.is_empty());
        kinds.extend(lines.iter().rev().map(|line| text(&line["kind"]).to_owned()));
        kinds.iter().any(|kind| kind == "CampaignDetailsChanged")
    })
    .await;
    assert_eq!(kinds, ["CallerIdSet", "ScheduleSet", "CampaignDetailsChanged"]);
}

async fn the_sums_over_all_campaigns_come_by_themselves(app: &TestApp) {
    let agent = app.admin().await;
    let mut live = agent
        .watches("overview { campaigns contacts results { attempted } }")
        .await;
    let first = live.tells().await.expect("how it is now");
    assert_eq!((&first["campaigns"], &first["contacts"]), (&json!(0), &json!(0)));
    Campaign::draft(&agent).await.with_people().await;
    let told = live.tells_until(|seen| seen["contacts"] == 12).await;
    assert_eq!(told.last().expect("an answer")["campaigns"], 1);
}

async fn a_removed_members_view_ends(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, agent_id) = app.member(&admin, "AGENT").await;
    let campaign = Campaign::draft(&agent).await;
    let view = format!("campaignProgress(id: {:?}) {{ status }}", campaign.id);
    let mut live = agent.watches(&view).await;
    assert_eq!(live.tells().await.expect("how it is now")["status"], "DRAFT");
    let remove = format!("removeMember(userId: {agent_id:?})");
    admin.does(&remove, "OrganizationChanged { position }").await;
    assert_eq!(live.tells().await, None);
}

//! What has ended is put out of sight and found again; nothing of it is lost.

use serde_json::json;

use super::campaign::{CHANGED, Campaign};
use crate::stage::{Person, TestApp, in_a_running_system, text};

in_a_running_system! {
    an_ended_campaign_leaves_the_lists_and_comes_back;
}

/// The names of the campaigns that the filter leaves, and how many are counted.
async fn listed(agent: &Person, archived: &str) -> (Vec<String>, i64) {
    let filter = format!("filter: {{archived: {archived}}}");
    let found = agent
        .asks(&format!("campaigns({filter}) {{ nodes {{ name }} }}"))
        .await;
    let counts = agent
        .asks(&format!("campaignCounts({filter}) {{ campaigns }}"))
        .await;
    let names = found["nodes"].as_array().expect("a list").iter();
    let counts = counts.as_array().expect("counts").iter();
    (
        names.map(|n| text(&n["name"]).to_owned()).collect(),
        counts.filter_map(|c| c["campaigns"].as_i64()).sum(),
    )
}

async fn an_ended_campaign_leaves_the_lists_and_comes_back(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let refused = agent.is_refused(&campaign.step("archiveCampaign"), CHANGED).await;
    assert!(
        text(&refused["message"]).contains("completed or failed or cancelled"),
        "{refused}"
    );
    let cancel = format!("cancelCampaign(id: {:?}, reason: \"wrong list\")", campaign.id);
    agent.does(&cancel, CHANGED).await;

    agent.does(&campaign.step("archiveCampaign"), CHANGED).await;
    assert_eq!(listed(&agent, "false").await, (vec![], 0));
    assert_eq!(
        listed(&agent, "true").await,
        (vec!["Desert expireds".to_owned()], 1)
    );
    assert_ne!(campaign.field("archivedAt").await, json!(null));
    assert_eq!(campaign.field("status").await, "CANCELLED");

    agent.does(&campaign.step("unarchiveCampaign"), CHANGED).await;
    assert_eq!(listed(&agent, "true").await, (vec![], 0));
    assert_eq!(listed(&agent, "null").await.1, 1);
}

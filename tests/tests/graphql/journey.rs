//! From a file to delivered voicemails through the API alone, and what saying things twice does.

use super::campaign::{CHANGED, Campaign, twelve_people};
use crate::stage::{TestApp, in_a_running_system, until};

in_a_running_system! {
    an_agent_takes_a_file_to_delivered_voicemails;
    a_campaign_submitted_twice_at_once_is_submitted_once;
    the_same_file_again_is_the_same_import;
}

async fn an_agent_takes_a_file_to_delivered_voicemails(app: &TestApp) {
    let (agent, _) = app.member(&app.admin().await, "AGENT").await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    let approved = agent
        .does(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { contacts ready eligible blocked } change { campaign { status } } }",
        )
        .await;
    assert_eq!(approved["precheck"]["ready"], 12, "{approved}");
    assert_eq!(approved["precheck"]["eligible"], 12, "{approved}");
    assert_eq!(approved["change"]["campaign"]["status"], "APPROVED");
    let campaign = campaign.followed_by_a_program().await;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;

    let counters = campaign
        .field("counters { contacts attempted delivered listened failed blocked held lapsed inDoubt queued }")
        .await;
    let of = |name: &str| counters[name].as_u64().expect("a count");
    assert_eq!(of("attempted"), 12, "{counters}");
    assert_eq!(
        of("delivered") + of("listened") + of("failed") + of("inDoubt"),
        12,
        "{counters}"
    );
    assert!(of("delivered") + of("listened") > 0, "{counters}");
    let digest = until("the digest is there", async || {
        let call = format!(
            "digest(campaignId: {:?}) {{ contacts summary analytics {{ results {{ attempted }} }} }}",
            campaign.id
        );
        Some(campaign.agent.asks(&call).await).filter(|d| !d.is_null())
    })
    .await;
    assert_eq!(
        (&digest["contacts"], &digest["analytics"]["results"]["attempted"]),
        (&12.into(), &12.into())
    );
    assert!(
        digest["summary"][0]
            .as_str()
            .is_some_and(|s| s.starts_with("Desert expireds")),
        "{digest}"
    );
}

async fn a_campaign_submitted_twice_at_once_is_submitted_once(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    agent
        .does(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { ready } }",
        )
        .await;
    let campaign = campaign.followed_by_a_program().await;
    let before = app.events().await;
    let submit = campaign.step("submitCampaign");
    let twice = futures::join!(agent.does(&submit, CHANGED), agent.does(&submit, CHANGED));
    assert_eq!(twice.0["campaignId"], twice.1["campaignId"]);
    campaign.is("COMPLETED").await;
    let recorded = app.events_since(before).await;
    let submissions = recorded
        .iter()
        .filter(|name| *name == "CampaignSubmitted")
        .count();
    assert_eq!(submissions, 1, "{recorded:?}");
    let attempts = recorded
        .iter()
        .filter(|name| *name == "SubmissionAttempted")
        .count();
    assert_eq!(attempts, 12, "one a person");
}

async fn the_same_file_again_is_the_same_import(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await.with_people().await;
    let before = app.events().await;
    let upload = agent.uploads("again.csv", twelve_people().as_bytes()).await;
    let call = format!(
        "startImport(campaignId: {:?}, uploadId: {upload:?}, source: TITLE_REP)",
        campaign.id
    );
    let begun = agent.does(&call, "ImportBegun { repeated }").await;
    assert_eq!(begun["repeated"], true);
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

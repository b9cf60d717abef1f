//! How voicemails go out: at the campaign's own pace, not while somebody has halted everything, and not late without asking.

use chrono::{DateTime, Duration, Utc};
use domain::{Event, Position, script::ScriptEvent};

use super::campaign::{CHANGED, Campaign};
use crate::stage::{TestApp, in_a_running_system, until};

in_a_running_system! {
    a_campaign_keeps_to_its_own_pace;
    nothing_is_handed_over_while_everything_is_halted;
    a_campaign_whose_start_went_by_asks_before_it_is_sent_late;
}

/// Twelve people's campaign, approved and not yet submitted; its agent by a token, because days go by.
pub(super) async fn approved(app: &TestApp, schedule: &str) -> Campaign {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    let call = format!("setSchedule(id: {:?}, schedule: {{{schedule}}})", campaign.id);
    agent.does(&call, CHANGED).await;
    agent
        .does(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { ready } }",
        )
        .await;
    campaign.followed_by_a_program().await
}

/// When each hand-off was recorded, in order.
pub(super) async fn handed_over(app: &TestApp) -> Vec<DateTime<Utc>> {
    let journal = &app.application().ports.journal;
    let page = journal
        .read(Position::START, 10_000)
        .await
        .expect("the journal answers");
    let decoded = page.events.iter().filter_map(|stored| stored.decode().ok());
    let attempts = decoded.filter(|recorded| {
        matches!(
            recorded.event,
            Event::ScriptEvent(ScriptEvent::SubmissionAttempted { .. })
        )
    });
    attempts.map(|recorded| recorded.metadata.recorded_at).collect()
}

async fn a_campaign_keeps_to_its_own_pace(app: &TestApp) {
    let campaign = approved(app, "perMinute: 1, perDay: 5").await;
    let agent = &campaign.agent;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;
    let mut at = handed_over(app).await;
    at.sort_unstable();
    assert_eq!(at.len(), 12);
    // Places are a minute and a day apart; a worker comes to each a little after it.
    let (minute, day) = (Duration::seconds(60 - 20), Duration::hours(23));
    let close = at.windows(2).filter(|w| w[1] - w[0] < minute).count();
    assert_eq!(close, 0, "less than a minute apart: {at:?}");
    let crowded = at.windows(6).filter(|w| w[5] - w[0] < day).count();
    assert_eq!(crowded, 0, "six within a day: {at:?}");
}

async fn nothing_is_handed_over_while_everything_is_halted(app: &TestApp) {
    let campaign = approved(app, "").await;
    let agent = &campaign.agent;
    let halt = "haltSending(reason: \"the carrier has a fault\")";
    let halted = agent.does(halt, "OrganizationChanged { position }").await;
    let position = &halted["position"];
    let halts = agent
        .asks(&format!(
            "organization(minPosition: {position}) {{ halts {{ by reason }} }}"
        ))
        .await;
    assert_eq!(halts["halts"][0]["by"], "ORGANIZATION", "{halts}");
    let clock = &app.application().ports.clock;
    let halted_at = clock.now();
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    until("many looks went by", async || {
        (clock.now() - halted_at > Duration::minutes(20)).then_some(())
    })
    .await;
    assert_eq!(handed_over(app).await.len(), 0);
    let allow = "allowSending(reason: \"the fault is mended\")";
    agent.does(allow, "OrganizationChanged { position }").await;
    campaign.is("COMPLETED").await;
    assert_eq!(handed_over(app).await.len(), 12);
}

async fn a_campaign_whose_start_went_by_asks_before_it_is_sent_late(app: &TestApp) {
    let clock = &app.application().ports.clock;
    let start = clock.now() + Duration::hours(1);
    let schedule = format!("start: {:?}", start.to_rfc3339());
    let campaign = approved(app, &schedule).await;
    let agent = &campaign.agent;
    let halt = "haltSending(reason: \"the machine is moved\")";
    agent.does(halt, "OrganizationChanged { position }").await;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    until("its start is long gone", async || {
        (clock.now() - start > Duration::hours(2)).then_some(())
    })
    .await;
    let allow = "allowSending(reason: \"it stands\")";
    agent.does(allow, "OrganizationChanged { position }").await;
    campaign.is("PAUSED").await;
    assert_eq!(handed_over(app).await.len(), 0);
    agent.does(&campaign.step("resumeCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;
    assert_eq!(handed_over(app).await.len(), 12);
}

//! What lies ahead of a campaign: what keeps it from being sent at all, and when it would be through.

use chrono::{DateTime, Duration, Utc};
use sandbox::{AccountFaults, Faults};
use serde_json::Value;

use super::{
    campaign::{CHANGED, Campaign},
    sending::{approved, handed_over},
};
use crate::stage::{TestApp, in_a_running_system, text};

in_a_running_system! {
    no_campaign_is_taken_while_the_carrier_account_lacks_something;
    a_caller_id_that_was_given_up_is_said_before_it_is_needed;
    an_admin_has_the_providers_asked;
    the_end_that_was_foreseen_is_the_end_that_comes;
    money_that_runs_out_pauses_the_campaign;
    a_line_that_is_gone_pauses_the_campaign;
}

const APPROVED: &str = "CampaignApproved { precheck { ready } }";

async fn readiness(campaign: &Campaign) -> Value {
    let query = format!(
        "readiness(campaignId: {:?}) {{ ready blockers {{ about message }} warnings {{ about message }} }}",
        campaign.id
    );
    campaign.agent.asks(&query).await
}

/// What of the account is the matter, in their order.
fn about(findings: &Value) -> Vec<&str> {
    let findings = findings.as_array().expect("a list");
    findings.iter().map(|finding| text(&finding["about"])).collect()
}

fn account(app: &TestApp, account: AccountFaults) {
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox");
    sandbox.set_faults(Faults {
        account,
        ..Faults::default()
    });
}

async fn spoken(app: &TestApp) -> Campaign {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await.with_people().await;
    campaign.with_scripts().await.reviewed_and_spoken().await
}

async fn no_campaign_is_taken_while_the_carrier_account_lacks_something(app: &TestApp) {
    let campaign = spoken(app).await;
    let agent = &campaign.agent;
    let nothing = readiness(&campaign).await;
    assert_eq!(
        (&nothing["ready"], about(&nothing["warnings"])),
        (&true.into(), vec![])
    );
    account(
        app,
        AccountFaults {
            no_funds: true,
            no_line: true,
            ..AccountFaults::default()
        },
    );
    let found = readiness(&campaign).await;
    assert_eq!(found["ready"], false);
    assert_eq!(about(&found["blockers"]), ["FUNDS", "NUMBERS", "LINE"]);
    let refused = agent
        .is_refused(&campaign.step("approveCampaign"), APPROVED)
        .await;
    assert_eq!(refused["code"], "NOT_READY_TO_SEND", "{refused}");
    assert_eq!(refused["details"]["blockers"][0]["about"], "funds", "{refused}");
    assert!(text(&refused["message"]).contains("top it up"), "{refused}");
    campaign.is("REVIEW").await;

    // Ten cents are there, which is not enough for everybody: that is said, and takes nobody's decision.
    account(
        app,
        AccountFaults {
            available: Some(0.1),
            ..AccountFaults::default()
        },
    );
    let found = readiness(&campaign).await;
    assert_eq!(
        (&found["ready"], about(&found["warnings"])),
        (&true.into(), vec!["FUNDS"])
    );
    agent.does(&campaign.step("approveCampaign"), APPROVED).await;

    account(
        app,
        AccountFaults {
            wrong_key: true,
            ..AccountFaults::default()
        },
    );
    assert_eq!(about(&readiness(&campaign).await["blockers"]), ["CREDENTIALS"]);
    let refused = agent.is_refused(&campaign.step("submitCampaign"), CHANGED).await;
    assert_eq!(
        refused["details"]["blockers"][0]["about"], "credentials",
        "{refused}"
    );
    campaign.is("APPROVED").await;
    account(app, AccountFaults::default());
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
}

async fn a_caller_id_that_was_given_up_is_said_before_it_is_needed(app: &TestApp) {
    let campaign = spoken(app).await;
    let agent = &campaign.agent;
    let done = "OrganizationChanged { position }";
    agent.does("removeCallerId(number: \"+17605550100\")", done).await;
    agent.does("haltSending(reason: \"a move\")", done).await;
    let found = readiness(&campaign).await;
    assert_eq!(about(&found["blockers"]), ["CALLER_ID"], "{found}");
    assert_eq!(about(&found["warnings"]), ["HALT"], "{found}");
    let refused = agent
        .is_refused(&campaign.step("approveCampaign"), APPROVED)
        .await;
    assert_eq!(refused["code"], "NOT_READY_TO_SEND", "{refused}");
}

async fn an_admin_has_the_providers_asked(app: &TestApp) {
    const CHECKS: &str = "providerChecks { provider works said }";
    let admin = app.admin().await;
    let of_carrier = async || {
        let checks = admin.asks(CHECKS).await;
        let checks = checks.as_array().expect("a list").clone();
        let mut carrier = checks.iter().filter(|c| c["provider"] == "carrier");
        carrier.next().expect("the carrier is asked").clone()
    };
    assert_eq!(of_carrier().await["works"], true);
    account(
        app,
        AccountFaults {
            wrong_key: true,
            ..AccountFaults::default()
        },
    );
    let refused = of_carrier().await;
    assert_eq!(refused["works"], false, "{refused}");
    assert!(text(&refused["said"]).contains("key"), "{refused}");
    let (agent, _) = app.member(&admin, "AGENT").await;
    assert_eq!(agent.is_not_answered(CHECKS).await, "FORBIDDEN");
}

async fn the_end_that_was_foreseen_is_the_end_that_comes(app: &TestApp) {
    let campaign = approved(app, "perMinute: 1, perDay: 5").await;
    let agent = &campaign.agent;
    let ahead = async || {
        let query = format!(
            "forecast(campaignId: {:?}) {{ finish called tooLate unknown }}",
            campaign.id
        );
        agent.asks(&query).await
    };
    let foreseen = ahead().await;
    assert_eq!(
        (&foreseen["called"], &foreseen["tooLate"], &foreseen["unknown"]),
        (&12.into(), &0.into(), &0.into()),
        "{foreseen}"
    );
    let precheck = format!(
        "precheck(campaignId: {:?}) {{ forecast {{ called }} }}",
        campaign.id
    );
    assert_eq!(agent.asks(&precheck).await["forecast"]["called"], 12);
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    campaign.is("ACTIVE").await;
    let under_way = ahead().await;
    assert!(under_way["called"].as_u64() < Some(12), "{under_way}");
    campaign.is("COMPLETED").await;
    assert_eq!(ahead().await["called"], 0);
    let finish: DateTime<Utc> = text(&foreseen["finish"]).parse().expect("an instant");
    let came = handed_over(app).await.into_iter().max().expect("hand-offs");
    let off = (came - finish).abs();
    assert!(off < Duration::minutes(30), "foreseen {finish}, came {came}");
}

/// The first voicemail after it is reported as not left; the others wait until it is mended.
async fn trouble_that_is_reported_pauses_the_campaign(app: &TestApp, trouble: AccountFaults) {
    let campaign = approved(app, "perDay: 1").await;
    let agent = &campaign.agent;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    account(app, trouble);
    campaign.is("PAUSED").await;
    assert!(handed_over(app).await.len() < 12);
    account(app, AccountFaults::default());
    agent.does(&campaign.step("resumeCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;
    assert_eq!(handed_over(app).await.len(), 12);
    let counters = campaign.field("counters { failed }").await;
    assert!(counters["failed"].as_u64() >= Some(1), "{counters}");
}

async fn money_that_runs_out_pauses_the_campaign(app: &TestApp) {
    let trouble = AccountFaults {
        no_funds: true,
        ..AccountFaults::default()
    };
    trouble_that_is_reported_pauses_the_campaign(app, trouble).await;
}

async fn a_line_that_is_gone_pauses_the_campaign(app: &TestApp) {
    let trouble = AccountFaults {
        no_line: true,
        ..AccountFaults::default()
    };
    trouble_that_is_reported_pauses_the_campaign(app, trouble).await;
}

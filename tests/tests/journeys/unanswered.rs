//! What the carrier took and never spoke of again: after a day nobody knows, it is said, and nothing is sent again. Looking once more
//! changes nothing, and a late report or a person ends the doubt.

use chrono::Duration;
use commands::processes::{Processes, Reconciled};
use domain::{Clock as _, Position};
use sandbox::{Faults, ReportFaults};

use super::carrier_log::drops_by_number;
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    stage::{Engine, TestApp, text, until},
};

/// A carrier that takes everything and reports nothing.
fn silence() -> Faults {
    Faults {
        reports: ReportFaults {
            lost: 1.0,
            ..ReportFaults::default()
        },
        ..Faults::default()
    }
}

async fn said(app: &TestApp, name: &str) -> usize {
    let journal = &app.application().ports.journal;
    let page = journal.read(Position::START, 10_000).await;
    let events = page.expect("the journal answers").events;
    events.iter().filter(|event| event.name == name).count()
}

/// A campaign of twelve people, ready to be sent.
async fn approved(app: &TestApp) -> Campaign {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await.with_people().await;
    let campaign = campaign.with_scripts().await.reviewed_and_spoken().await;
    let approve = campaign.step("approveCampaign");
    agent
        .does(&approve, "CampaignApproved { precheck { ready } }")
        .await;
    campaign.followed_by_a_program().await
}

async fn what_is_never_reported_is_in_doubt_and_never_sent_again(app: &TestApp) {
    let campaign = approved(app).await;
    let agent = &campaign.agent;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;
    let counters = "counters { inDoubt delivered failed }";
    until("the page shows the doubts", async || {
        (campaign.field(counters).await["inDoubt"] == 12).then_some(())
    })
    .await;

    let application = app.application();
    let processes = Processes::new(application.ports.clone(), application.settings());
    let looked = processes.reconciliation_step().await.expect("it looks");
    assert_eq!(
        looked,
        Reconciled { doubted: 0, told: 1 },
        "each was doubted by its own look"
    );
    until("the alert is among what happened", async || {
        let lines = format!(
            "activity(campaignId: {:?}, first: 50) {{ nodes {{ kind line }} }}",
            campaign.id
        );
        let lines = agent.asks(&lines).await;
        let told = lines.to_string().contains("12 voicemails in doubt");
        told.then_some(())
    })
    .await;
    until("the figure that was told is known", async || {
        let again = processes.reconciliation_step().await.expect("it looks again");
        (again == Reconciled::default()).then_some(())
    })
    .await;
    assert_eq!(said(app, "HandOffsInDoubt").await, 1);
    assert_eq!(said(app, "SubmissionInDoubt").await, 12);
    let alarmed = agent
        .asks("campaigns(filter: {inDoubt: true}) { nodes { id } }")
        .await;
    assert_eq!(alarmed["nodes"][0]["id"], campaign.id.as_str(), "{alarmed}");

    // Somebody looks one up in the carrier's dashboard.
    let doubted = campaign
        .field("scripts(first: 1, deliveries: [IN_DOUBT]) { nodes { id deliveryReason } }")
        .await;
    let script = &doubted["nodes"][0];
    assert!(
        text(&script["deliveryReason"]).contains("not reported within 24 hours"),
        "{script}"
    );
    let settle = format!(
        "settleDoubt(scriptId: {:?}, delivered: true)",
        text(&script["id"])
    );
    let settled = agent.does(&settle, "ScriptChanged { script { delivery } }").await;
    assert_eq!(settled["script"]["delivery"], "DELIVERED", "{settled}");
    let refused = agent.is_refused(&settle, "ScriptChanged { position }").await;
    assert_eq!(refused["code"], "NOT_IN_DOUBT", "{refused}");

    let sandbox = application.sandbox.as_ref().expect("the sandbox");
    let drops = drops_by_number(&serde_json::json!({ "carrier_log": sandbox.carrier_log_path() }));
    assert!(
        drops.len() == 12 && drops.values().all(|times| *times == 1),
        "{drops:?}"
    );
}

async fn what_no_single_look_came_to_is_found_by_the_look_over_everything(app: &TestApp) {
    let campaign = approved(app).await;
    let agent = &campaign.agent;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    let counters = "counters { queued inDoubt }";
    until("everything lies with the carrier", async || {
        (campaign.field(counters).await["queued"] == 12).then_some(())
    })
    .await;
    let application = app.application();
    until("each hand-off has a look of its own", async || {
        let counts = application.ports.queue.counts("report_check", None).await;
        (counts.expect("the queue answers").ready == 12).then_some(())
    })
    .await;
    let queue = &application.work.queue;
    let of = campaign.number();
    let lost = queue.cancel(app.cast.organization, of, "report_check", app.clock.now());
    assert_eq!(lost.await, Ok(12), "and here they are all lost");

    let processes = Processes::new(application.ports.clone(), application.settings());
    app.clock.advance(Duration::hours(24));
    let too_soon = processes.reconciliation_step().await.expect("it looks");
    assert_eq!(too_soon, Reconciled::default());
    app.clock.advance(Duration::hours(2));
    let looked = processes.reconciliation_step().await.expect("it looks");
    assert_eq!(looked, Reconciled { doubted: 12, told: 1 });
    campaign.is("COMPLETED").await;
    assert_eq!(said(app, "SubmissionInDoubt").await, 12);
    assert_eq!(said(app, "SubmissionAttempted").await, 12);
}

#[test]
fn by_the_look_over_everything_on_sqlite() {
    TestApp::tell_at_a_standstill(Engine::Sqlite, silence(), async |app| {
        what_no_single_look_came_to_is_found_by_the_look_over_everything(app).await;
    });
}

#[test]
fn by_the_look_over_everything_on_postgres() {
    TestApp::tell_at_a_standstill(Engine::Postgres, silence(), async |app| {
        what_no_single_look_came_to_is_found_by_the_look_over_everything(app).await;
    });
}

#[test]
fn on_sqlite() {
    TestApp::tell_amid(Engine::Sqlite, silence(), async |app| {
        what_is_never_reported_is_in_doubt_and_never_sent_again(app).await;
    });
}

#[test]
fn on_postgres() {
    TestApp::tell_amid(Engine::Postgres, silence(), async |app| {
        what_is_never_reported_is_in_doubt_and_never_sent_again(app).await;
    });
}

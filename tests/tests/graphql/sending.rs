//! How voicemails go out: at the campaign's own pace, not while somebody has halted everything, not late without asking, and never twice.
//! What is stopped stops at once, though it was looked at already.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::{Ports, context::CommandContext, execute::execute};
use domain::{
    CampaignId, CorrelationId, Event, OrganizationId, PhoneIndex, Position,
    campaign::{Campaign as Aggregate, CampaignCommand},
    script::ScriptEvent,
};
use sandbox::{Faults, ReportFaults, RequestFault, RequestFaults};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::campaign::{CHANGED, Campaign};
use crate::stage::{Engine, Meanwhile, OnceLookedUp, TestApp, in_a_running_system, text, until};

in_a_running_system! {
    a_campaign_keeps_to_its_own_pace;
    nothing_is_handed_over_while_everything_is_halted;
    a_campaign_whose_start_went_by_asks_before_it_is_sent_late;
    a_refusal_of_a_repeat_proves_nothing_about_the_first_call;
    a_state_switched_off_while_sending_waits_and_goes_on;
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

/// What befalls the next requests to send, in order.
pub(super) fn next_sends(app: &TestApp, script: Vec<RequestFault>) {
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox runs");
    sandbox.set_faults(Faults {
        sends: RequestFaults {
            script,
            ..RequestFaults::default()
        },
        ..Faults::default()
    });
}

/// The number of each drop that the carrier made, by its own log.
pub(super) fn drops_made(app: &TestApp) -> Vec<String> {
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox runs");
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).unwrap_or_default();
    let entries = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    entries
        .filter(|entry| entry["type"] == "drop_made")
        .map(|entry| text(&entry["to"]).to_owned())
        .collect()
}

/// All twelve have got one voicemail, and nobody two.
pub(super) fn everybody_got_one(app: &TestApp) {
    let mut made = drops_made(app);
    assert_eq!(made.len(), 12, "{made:?}");
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 12, "twice: {made:?}");
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

async fn a_refusal_of_a_repeat_proves_nothing_about_the_first_call(app: &TestApp) {
    let campaign = approved(app, "perDay: 1").await;
    // The first call is taken and its answer lost; its repeat is refused as often as it is tried. No report says so sooner.
    let refused = [RequestFault::TooManyRequests; 4];
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox runs");
    sandbox.set_faults(Faults {
        sends: RequestFaults {
            script: [&[RequestFault::LostAnswer], &refused[..]].concat(),
            ..RequestFaults::default()
        },
        reports: ReportFaults {
            lost: 1.0,
            ..ReportFaults::default()
        },
        ..Faults::default()
    });
    campaign
        .agent
        .does(&campaign.step("submitCampaign"), CHANGED)
        .await;
    campaign.is("COMPLETED").await;
    everybody_got_one(app);
    let attempts = handed_over(app).await.len();
    assert_eq!(attempts, 12, "no attempt was given up for another");
}

async fn a_state_switched_off_while_sending_waits_and_goes_on(app: &TestApp) {
    let campaign = approved(app, "perDay: 1").await;
    let agent = &campaign.agent;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    until("somebody is called", async || {
        (!drops_made(app).is_empty()).then_some(())
    })
    .await;
    let switch = |on: bool| format!("switchState(state: \"CA\", on: {on}, reason: \"counsel\")");
    agent
        .does(&switch(false), "OrganizationChanged { position }")
        .await;
    let clock = &app.application().ports.clock;
    let off_at = clock.now();
    let then = drops_made(app).len();
    until("many looks went by", async || {
        (clock.now() - off_at > Duration::days(20)).then_some(())
    })
    .await;
    let since = drops_made(app).len() - then;
    assert!(since <= 1, "one may have been under way: {since}");
    let precheck = format!("precheck(campaignId: {:?}) {{ eligible }}", campaign.id);
    assert_eq!(agent.asks(&precheck).await["eligible"], 0);
    let counters = campaign.field("counters { blocked }").await;
    assert_eq!(counters["blocked"], 0, "{counters}");
    agent
        .does(&switch(true), "OrganizationChanged { position }")
        .await;
    campaign.is("COMPLETED").await;
    everybody_got_one(app);
}

/// Somebody stops a campaign right after the first of its people was looked at, when nobody's attempt is on record.
#[derive(Debug)]
struct Stopped {
    command: CampaignCommand,
    /// Which campaign, once it is to happen.
    campaign: Arc<OnceLock<CampaignId>>,
    happened: OnceCell<()>,
}

#[async_trait]
impl Meanwhile for Stopped {
    async fn looked_up(&self, ports: &Ports, organization: OrganizationId, _: &[PhoneIndex]) {
        let Some(campaign) = self.campaign.get() else {
            return;
        };
        let stop = || async {
            let correlation = CorrelationId::from_uuid(ports.ids.next());
            let context = CommandContext::system(organization, "an agent", correlation, None);
            let stopped = execute::<Aggregate>(ports, &context, *campaign, self.command.clone()).await;
            stopped.expect("it is stopped");
        };
        // The others wait, as they would for a slow line.
        self.happened.get_or_init(stop).await;
    }
}

/// Tells of a campaign that is stopped in the middle of its first looks.
fn stopped_meanwhile(engine: Engine, command: CampaignCommand, story: impl AsyncFnOnce(&TestApp, &Campaign)) {
    let which = Arc::new(OnceLock::new());
    let campaign = Arc::clone(&which);
    let stopped = Stopped {
        command,
        campaign,
        happened: OnceCell::new(),
    };
    let between = |ports| OnceLookedUp::between(ports, stopped);
    TestApp::tell_through(engine, Faults::default(), between, async |app| {
        let campaign = approved(app, "").await;
        which.set(campaign.number()).expect("it is said once");
        campaign
            .agent
            .does(&campaign.step("submitCampaign"), CHANGED)
            .await;
        story(app, &campaign).await;
    });
}

fn a_paused_campaign_stops_within_seconds_and_goes_on(engine: Engine) {
    let pause = CampaignCommand::Pause {
        reason: "a wrong number".to_owned(),
    };
    stopped_meanwhile(engine, pause, async |app, campaign| {
        campaign.is("PAUSED").await;
        let clock = &app.application().ports.clock;
        let paused_at = clock.now();
        until("many looks went by", async || {
            (clock.now() - paused_at > Duration::minutes(20)).then_some(())
        })
        .await;
        assert_eq!(drops_made(app), Vec::<String>::new());
        campaign
            .agent
            .does(&campaign.step("resumeCampaign"), CHANGED)
            .await;
        campaign.is("COMPLETED").await;
        everybody_got_one(app);
    });
}

#[test]
fn a_paused_campaign_stops_within_seconds_and_goes_on_on_sqlite() {
    a_paused_campaign_stops_within_seconds_and_goes_on(Engine::Sqlite);
}

#[test]
fn a_paused_campaign_stops_within_seconds_and_goes_on_on_postgres() {
    a_paused_campaign_stops_within_seconds_and_goes_on(Engine::Postgres);
}

fn a_cancelled_campaign_hands_nothing_more_over(engine: Engine) {
    let cancel = CampaignCommand::Cancel {
        reason: "the listing is sold".to_owned(),
    };
    stopped_meanwhile(engine, cancel, async |app, campaign| {
        campaign.is("CANCELLED").await;
        until("nobody waits any more", async || {
            let counters = campaign.field("counters { lapsed }").await;
            (counters["lapsed"] == 12).then_some(())
        })
        .await;
        assert_eq!(drops_made(app), Vec::<String>::new());
    });
}

#[test]
fn a_cancelled_campaign_hands_nothing_more_over_on_sqlite() {
    a_cancelled_campaign_hands_nothing_more_over(Engine::Sqlite);
}

#[test]
fn a_cancelled_campaign_hands_nothing_more_over_on_postgres() {
    a_cancelled_campaign_hands_nothing_more_over(Engine::Postgres);
}

/// The carrier's own lines of this type.
fn carrier_lines(app: &TestApp, of: &str) -> Vec<Value> {
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox runs");
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).unwrap_or_default();
    let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
    lines.filter(|line: &Value| line["type"] == of).collect()
}

/// No answer ever comes, and no report.
fn silence() -> Faults {
    Faults {
        sends: RequestFaults {
            lost_answer: 1.0,
            ..RequestFaults::default()
        },
        reports: ReportFaults {
            lost: 1.0,
            ..ReportFaults::default()
        },
        ..Faults::default()
    }
}

async fn a_lost_answer_is_repeated_under_its_key_and_not_after_23_hours(app: &TestApp) {
    // One a minute: while the clock stands still only the first is called.
    let campaign = approved(app, "perMinute: 1").await;
    campaign
        .agent
        .does(&campaign.step("submitCampaign"), CHANGED)
        .await;
    let repeats = || carrier_lines(app, "send_repeated");
    let all_wait = async || {
        let queue = &app.application().ports.queue;
        let counts = queue.counts("drop", Some(campaign.number())).await;
        (counts.expect("the queue answers").ready == 12).then_some(())
    };
    until("the first is called", async || {
        (drops_made(app).len() == 1).then_some(())
    })
    .await;
    for (seconds, times) in [(15, 1), (20, 2)] {
        until("its answer is waited for", all_wait).await;
        app.clock.advance(Duration::seconds(seconds));
        until("it is called again", async || {
            (repeats().len() == times).then_some(())
        })
        .await;
    }
    until("its answer is waited for", all_wait).await;
    let made = carrier_lines(app, "drop_made");
    for repeat in repeats() {
        for same in ["to", "foreign_id", "idempotency_key"] {
            assert_eq!(repeat[same], made[0][same], "{repeat}");
        }
    }
    app.minutes_pass(23 * 60);
    until("nobody knows", async || {
        let counters = campaign.field("counters { inDoubt }").await;
        (counters["inDoubt"] == 1).then_some(())
    })
    .await;
    let first = |lines: Vec<Value>| lines.iter().filter(|line| line["to"] == made[0]["to"]).count();
    assert_eq!(first(repeats()), 2, "none after its key's time");
    assert_eq!(first(carrier_lines(app, "drop_made")), 1);
}

#[test]
fn a_lost_answer_is_repeated_under_its_key_and_not_after_23_hours_on_sqlite() {
    TestApp::tell_at_a_standstill(Engine::Sqlite, silence(), async |app| {
        a_lost_answer_is_repeated_under_its_key_and_not_after_23_hours(app).await;
    });
}

#[test]
fn a_lost_answer_is_repeated_under_its_key_and_not_after_23_hours_on_postgres() {
    TestApp::tell_at_a_standstill(Engine::Postgres, silence(), async |app| {
        a_lost_answer_is_repeated_under_its_key_and_not_after_23_hours(app).await;
    });
}

//! Lists of numbers that must not be called, as an admin keeps them: files of a registry, and numbers one by one.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use commands::{
    Ports, context::CommandContext, execute::execute, people::contact_id, use_cases::set_suppressed,
};
use domain::{
    Clock as _, CorrelationId, OrganizationId, PhoneIndex, PhoneNumber,
    contact::{Contact, ContactCommand, OptOutChannel},
};
use sandbox::Faults;
use serde_json::{Value, json};

use super::{
    campaign::{CHANGED, Campaign, twelve_people},
    sending::handed_over,
};
use crate::{
    imports::desk::{begins, ended},
    stage::{Engine, Meanwhile, OnceLookedUp, Person, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    a_number_of_a_registrys_file_is_never_called;
    a_file_replaces_the_one_before_it_and_a_wrong_one_replaces_nothing;
    a_list_of_changes_takes_numbers_off_and_puts_others_on;
    the_number_of_the_subscription_is_the_organizations;
    a_number_put_on_the_list_is_not_called_whatever_waits_for_it;
    an_import_counts_whose_number_is_on_a_list_in_force;
}

const DONE: &str = "OrganizationChanged { position }";

/// Two of the twelve people, and one who is none of them.
const SOMEBODY: &str = "760,5550125";
const SOMEBODY_ELSE: &str = "760,5550126";
const A_STRANGER: &str = "212,5550142";

/// Twelve people's campaign, approved.
async fn approved(app: &TestApp) -> Campaign {
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
    campaign.followed_by_a_program().await
}

/// The call that loads a file of the federal registry, obtained so many days ago.
async fn load(app: &TestApp, admin: &Person, lines: &[&str], days_ago: i64, more: &str) -> String {
    let upload = admin
        .uploads("dnc.txt", (lines.join("\n") + "\n").as_bytes())
        .await;
    let obtained = app.application().ports.clock.now() - chrono::Duration::days(days_ago);
    format!(
        "loadSuppressionList(file: {{uploadId: {upload:?}, kind: FEDERAL_DNC, version: \"{days_ago} days\", \
         obtainedAt: {:?}, {more}}})",
        obtained.to_rfc3339()
    )
}

/// The federal list once nothing is being loaded.
async fn in_force(admin: &Person) -> Value {
    until("the list is loaded", async || {
        let asked = "suppressionLists { kind version loaded unreadable age san loading loadError }";
        let lists = admin.asks(asked).await;
        let federal = lists
            .as_array()
            .into_iter()
            .flatten()
            .find(|l| l["kind"] == "FEDERAL_DNC");
        federal.filter(|l| l["loading"].is_null()).cloned()
    })
    .await
}

const SAN: &str = "san: \"10000-0000-1\"";

/// Waits for the end, and answers how many were handed over and how many were stopped.
async fn outcome(app: &TestApp, campaign: &Campaign) -> (usize, Value) {
    campaign
        .agent
        .does(&campaign.step("submitCampaign"), CHANGED)
        .await;
    campaign.is("COMPLETED").await;
    let counters = campaign.field("counters { blocked }").await;
    (handed_over(app).await.len(), counters["blocked"].clone())
}

async fn a_number_of_a_registrys_file_is_never_called(app: &TestApp) {
    let campaign = approved(app).await;
    let admin = &campaign.agent;
    let call = load(app, admin, &[SOMEBODY, A_STRANGER, SOMEBODY], 0, SAN).await;
    admin.does(&call, DONE).await;
    let list = in_force(admin).await;
    assert_eq!(list["loaded"], 2, "{list}");
    assert_eq!(list["age"], "FRESH", "{list}");
    assert_eq!(list["san"], "10000-0000-1", "{list}");
    let precheck = format!(
        "precheck(campaignId: {:?}) {{ blocked obstacles {{ rule contacts }} }}",
        campaign.id
    );
    let found = admin.asks(&precheck).await;
    assert_eq!(found["blocked"], 1, "{found}");
    assert_eq!(
        found["obstacles"],
        json!([{"rule": "LIST.federal_dnc", "contacts": 1}])
    );
    assert_eq!(outcome(app, &campaign).await, (11, json!(1)));
}

async fn a_file_replaces_the_one_before_it_and_a_wrong_one_replaces_nothing(app: &TestApp) {
    let admin = app.admin().await;
    let without = load(app, &admin, &[SOMEBODY], 3, "isChange: false").await;
    assert_eq!(admin.is_refused(&without, DONE).await["code"], "NO_SAN");
    let first = load(app, &admin, &[SOMEBODY, A_STRANGER], 3, SAN).await;
    admin.does(&first, DONE).await;
    assert_eq!(in_force(&admin).await["loaded"], 2);
    // The same file again is the same version.
    admin.does(&first, DONE).await;
    let older = load(app, &admin, &[SOMEBODY], 9, SAN).await;
    assert_eq!(admin.is_refused(&older, DONE).await["code"], "STALE_LIST");
    let wrong = load(app, &admin, &["Dear agent,", "see the file attached."], 2, SAN).await;
    admin.does(&wrong, DONE).await;
    let list = until("the file is refused", async || {
        let list = in_force(&admin).await;
        (!list["loadError"].is_null()).then_some(list)
    })
    .await;
    assert_eq!(
        (&list["version"], &list["loaded"]),
        (&json!("3 days"), &json!(2)),
        "{list}"
    );
    assert!(text(&list["loadError"]).contains("number"), "{list}");
    let newer = load(app, &admin, &[A_STRANGER], 1, SAN).await;
    admin.does(&newer, DONE).await;
    until("the newer one is in force", async || {
        (in_force(&admin).await["version"] == "1 days").then_some(())
    })
    .await;
    assert_eq!(in_force(&admin).await["loaded"], 1);
    let (viewer, _) = app.member(&admin, "VIEWER").await;
    assert_eq!(viewer.is_denied(&newer, DONE).await, "FORBIDDEN");
}

async fn the_number_of_the_subscription_is_the_organizations(app: &TestApp) {
    let admin = app.admin().await;
    let set = |san: &str| format!("changeSettings(change: {{subscriptionAccountNumber: {san:?}}})");
    let too_long = set(&"1".repeat(41));
    assert_eq!(admin.is_refused(&too_long, DONE).await["code"], "INVALID_SETTING");
    admin.does(&set("10000-0000-7"), DONE).await;
    let call = load(app, &admin, &[SOMEBODY], 1, "isChange: false").await;
    admin.does(&call, DONE).await;
    let list = until("the list is in force", async || {
        let list = in_force(&admin).await;
        (list["loaded"] == 1).then_some(list)
    })
    .await;
    assert_eq!(list["san"], "10000-0000-7", "{list}");
    admin.does(&set(""), DONE).await;
    let later = load(app, &admin, &[SOMEBODY], 0, "isChange: false").await;
    assert_eq!(admin.is_refused(&later, DONE).await["code"], "NO_SAN");
}

async fn a_list_of_changes_takes_numbers_off_and_puts_others_on(app: &TestApp) {
    let campaign = approved(app).await;
    let admin = &campaign.agent;
    let change = format!("{SAN}, isChange: true");
    let (off, on) = (
        format!("{SOMEBODY},2026-01-01,D"),
        format!("{SOMEBODY_ELSE},2026-01-01,A"),
    );
    let changes = load(app, admin, &[&off, &on], 1, &change).await;
    assert_eq!(
        admin.is_refused(&changes, DONE).await["code"],
        "NOTHING_TO_CHANGE"
    );
    let full = load(app, admin, &[SOMEBODY, A_STRANGER], 2, SAN).await;
    admin.does(&full, DONE).await;
    in_force(admin).await;
    let changes = load(app, admin, &[&off, &on], 1, &change).await;
    admin.does(&changes, DONE).await;
    until("the changes are in force", async || {
        (in_force(admin).await["version"] == "1 days").then_some(())
    })
    .await;
    assert_eq!(in_force(admin).await["loaded"], 2);
    assert_eq!(outcome(app, &campaign).await, (11, json!(1)));
}

async fn a_number_put_on_the_list_is_not_called_whatever_waits_for_it(app: &TestApp) {
    let campaign = approved(app).await;
    let admin = &campaign.agent;
    admin.does("haltSending(reason: \"not yet\")", DONE).await;
    admin.does(&campaign.step("submitCampaign"), CHANGED).await;
    let add = "addSuppression(phone: \"(760) 555-0125\", reason: \"asked by letter\")";
    admin.does(add, DONE).await;
    let add = "addSuppression(phone: \"(760) 555-0126\", reason: \"asked by letter\")";
    admin.does(add, DONE).await;
    let remove = "removeSuppression(phone: \"(760) 555-0126\", reason: \"another person\")";
    admin.does(remove, DONE).await;
    admin.does("allowSending(reason: \"now\")", DONE).await;
    campaign.is("COMPLETED").await;
    assert_eq!(campaign.field("counters { blocked }").await["blocked"], 1);
    assert_eq!(handed_over(app).await.len(), 11);
}

/// The same people in another campaign of the agent's, as far as a person of it is asked.
async fn again(agent: &Person) -> Campaign {
    let campaign = Campaign::draft(agent).await;
    let import = campaign
        .begin_import("the_same_people.csv", twelve_people().as_bytes())
        .await;
    let ended = campaign.import_ended(&import).await;
    assert_eq!(ended["status"], "COMPLETED", "{ended}");
    campaign.is("DRAFT").await;
    campaign.with_scripts().await.reviewed_and_spoken().await
}

/// Sent from two days from now on: until then everybody is held.
async fn sent_in_two_days(app: &TestApp, campaign: &Campaign) {
    let start = app.clock.now() + chrono::Duration::days(2);
    let schedule = format!(
        "setSchedule(id: {:?}, schedule: {{start: {:?}}})",
        campaign.id,
        start.to_rfc3339()
    );
    campaign.agent.does(&schedule, CHANGED).await;
    let approve = campaign.step("approveCampaign");
    let approved = "CampaignApproved { precheck { ready } }";
    campaign.agent.does(&approve, approved).await;
    campaign
        .agent
        .does(&campaign.step("submitCampaign"), CHANGED)
        .await;
    until("everybody's drop waits", async || {
        let queue = &app.application().ports.queue;
        let counts = queue.counts("drop", Some(campaign.number())).await;
        (counts.expect("the queue answers").ready == 12).then_some(())
    })
    .await;
}

async fn who_opts_out_while_held_is_blocked_at_once_in_every_campaign(app: &TestApp) {
    let agent = app.admin().await;
    let first = Campaign::draft(&agent).await.with_people().await;
    let first = first.with_scripts().await.reviewed_and_spoken().await;
    let second = again(&agent).await;
    for campaign in [&first, &second] {
        sent_in_two_days(app, campaign).await;
    }
    let people = first.ids("contacts(first: 50) { nodes { id: contactId } }").await;
    let said = [
        format!("optOut(id: {:?}, channel: PHONE)", people[0]),
        format!("markDoNotContact(id: {:?}, reason: \"a letter\")", people[1]),
        format!("revokeConsent(id: {:?}, how: \"sms\")", people[2]),
    ];
    for said in &said {
        agent.does(said, "ContactChanged { position }").await;
    }
    let listed = agent
        .asks(&format!("contact(id: {:?}) {{ phone }}", people[3]))
        .await;
    let add = format!(
        "addSuppression(phone: {:?}, reason: \"a letter\")",
        text(&listed["phone"])
    );
    agent.does(&add, DONE).await;
    // The clock stands still: nobody's time has come.
    for campaign in [&first, &second] {
        until("those who have spoken are blocked", async || {
            (campaign.field("counters { blocked }").await["blocked"] == 4).then_some(())
        })
        .await;
    }
    assert_eq!(handed_over(app).await.len(), 0);
}

#[test]
fn who_opts_out_while_held_is_blocked_at_once_in_every_campaign_on_sqlite() {
    TestApp::tell_at_a_standstill(Engine::Sqlite, Faults::default(), async |app| {
        who_opts_out_while_held_is_blocked_at_once_in_every_campaign(app).await;
    });
}

#[test]
fn who_opts_out_while_held_is_blocked_at_once_in_every_campaign_on_postgres() {
    TestApp::tell_at_a_standstill(Engine::Postgres, Faults::default(), async |app| {
        who_opts_out_while_held_is_blocked_at_once_in_every_campaign(app).await;
    });
}

async fn an_import_counts_whose_number_is_on_a_list_in_force(app: &TestApp) {
    let admin = app.admin().await;
    let call = load(app, &admin, &[SOMEBODY, A_STRANGER], 1, SAN).await;
    admin.does(&call, DONE).await;
    assert_eq!(in_force(&admin).await["loaded"], 2);
    let own = |name: &str, phone: &str| format!("{name}(phone: {phone:?}, reason: \"a letter\")");
    admin.does(&own("addSuppression", "+17605550126"), DONE).await;
    // Put on the list and taken off again.
    admin.does(&own("addSuppression", "+17605550127"), DONE).await;
    admin.does(&own("removeSuppression", "+17605550127"), DONE).await;
    let upload = admin.uploads("people.csv", twelve_people().as_bytes()).await;
    let look = format!(
        "previewImport(uploadId: {upload:?}, first: 50) {{ rows {{ nodes {{ becomes {{ phone suppressed }} }} }} }}"
    );
    until("the preview knows the lists", async || {
        let seen = admin.asks(&look).await;
        let rows = seen["rows"]["nodes"].as_array().expect("rows").iter();
        let stopped = rows.filter(|row| row["becomes"]["suppressed"] == true);
        let stopped: Vec<&str> = stopped.map(|row| text(&row["becomes"]["phone"])).collect();
        (stopped == ["+17605550125", "+17605550126"]).then_some(())
    })
    .await;
    let begun = begins(&admin, &upload, "").await;
    let done = ended(&admin, text(&begun["importId"]), "created suppressed").await;
    assert_eq!(
        (&done["created"], &done["suppressed"]),
        (&json!(12), &json!(2)),
        "{done}"
    );
}

/// A number that somebody puts on the list right after it was looked up, when the attempt is not yet on record.
#[derive(Debug)]
struct LateEntry {
    number: PhoneNumber,
    is_entered: AtomicBool,
    /// The person opts out, rather than that a clerk puts the number on the list.
    is_opt_out: bool,
}

impl LateEntry {
    async fn enter(&self, ports: &Ports, organization: OrganizationId, own: &PhoneIndex) {
        let correlation = CorrelationId::from_uuid(ports.ids.next());
        let context = CommandContext::system(organization, "a clerk", correlation, None);
        if self.is_opt_out {
            let contact = contact_id(organization, own);
            let opt_out = ContactCommand::OptOut {
                channel: OptOutChannel::Phone,
            };
            let opted_out = execute::<Contact>(ports, &context, contact, opt_out).await;
            opted_out.expect("the person opts out");
            return;
        }
        let reason = "asked on the telephone".to_owned();
        let entered = set_suppressed(ports, &context, &self.number, true, reason).await;
        entered.expect("the number is put on the list");
    }
}

#[async_trait]
impl Meanwhile for LateEntry {
    async fn looked_up(&self, ports: &Ports, organization: OrganizationId, indexes: &[PhoneIndex]) {
        let number = std::slice::from_ref(&self.number);
        let own = ports.keys.phone_indexes(organization, number).await;
        let own = own.expect("an index");
        // A dry run asks of everybody at once.
        if indexes == own && !self.is_entered.swap(true, Ordering::SeqCst) {
            self.enter(ports, organization, &own[0]).await;
        }
    }
}

fn said_after_the_look(engine: Engine, is_opt_out: bool) {
    let entry = LateEntry {
        number: "+17605550125".parse().expect("a number"),
        is_entered: AtomicBool::new(false),
        is_opt_out,
    };
    let between = |ports| OnceLookedUp::between(ports, entry);
    TestApp::tell_through(engine, Faults::default(), between, async |app| {
        let campaign = approved(app).await;
        campaign
            .agent
            .does(&campaign.step("submitCampaign"), CHANGED)
            .await;
        campaign.is("COMPLETED").await;
        assert_eq!(campaign.field("counters { blocked }").await["blocked"], 1);
        let sandbox = app.application().sandbox.as_ref().expect("the sandbox runs");
        let log = std::fs::read_to_string(sandbox.carrier_log_path()).expect("the carrier has a log");
        let drops = || log.lines().filter(|line| line.contains("\"type\":\"drop_made\""));
        assert_eq!(drops().count(), 11);
        assert_eq!(drops().filter(|line| line.contains("7605550125")).count(), 0);
    });
}

#[test]
fn a_number_put_on_the_list_after_it_was_looked_up_is_not_called_either_on_sqlite() {
    said_after_the_look(Engine::Sqlite, false);
}

#[test]
fn a_number_put_on_the_list_after_it_was_looked_up_is_not_called_either_on_postgres() {
    said_after_the_look(Engine::Postgres, false);
}

#[test]
fn an_opt_out_between_the_look_and_the_reservation_wins_on_sqlite() {
    said_after_the_look(Engine::Sqlite, true);
}

#[test]
fn an_opt_out_between_the_look_and_the_reservation_wins_on_postgres() {
    said_after_the_look(Engine::Postgres, true);
}

//! Three workers on one PostgreSQL, one of them killed (SIGKILL) every moment, and a carrier that loses answers and doubles, delays and
//! reorders its reports. Two campaigns share half of their people. Whatever is believed in between, the carrier's own log says at the end
//! that nobody was called twice, and every status agrees with it.
//!
//! `make chaos` is the long form, with 10,000 people.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::SocketAddr,
    time::Duration,
};

use chrono::{DateTime, Utc};
use commands::stream::{Loaded, load_many};
use domain::{
    ScriptId,
    script::{DeliveryStatus, Script},
};
use sandbox::{Delays, Faults, ReportFaults, RequestFaults};
use serde_json::Value;
use voicedrop::{
    application::{Application, Running, Surroundings},
    auth::make_sign_in_link,
    config::{CarrierChoice, Config, Role},
    demo::Cast,
};

use super::{
    carrier_log::{drops_by_number, nobody_heard_twice},
    demonstration::the_journal_and_the_read_models_agree,
};
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    imports::desk::many_people,
    stage::{Engine, Person, Place, Worker, random, text, until},
};

/// People in the shorter form: two thirds of them in each campaign.
const CONTACTS: usize = 120;
/// Workers at once.
const WORKERS: usize = 3;
/// Between two kills.
const KILL_EVERY: Duration = Duration::from_secs(1);
/// Kills at least, however fast it goes, and at most, so that it ends.
const KILLS: std::ops::RangeInclusive<u32> = 8..=2_000;
/// A Wednesday at which people may be called from coast to coast.
const NOON: &str = "2026-11-18T19:00:00Z";
/// The same words for everybody: one recording, so that what is tried is the sending.
const TEMPLATE: &str = "Hello, this is {{ agent_name }} with {{ brokerage }}. To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
    I noticed that homes in your neighborhood are selling again, and I have a fresh idea or two about how to bring the right buyers. \
    Often it is not the home but the plan behind it. If you have thought about moving, I would be glad to share what I see in ten \
    minutes. My number is {{ agent_phone }}. Once more, {{ agent_phone }}. Thank you.";

/// A system whose API serves here, and whose workers are processes of their own.
struct Office {
    place: Place,
    running: Running,
    settings: Vec<(&'static str, String)>,
    contacts: usize,
    carrier: CarrierChoice,
}

fn faults() -> Faults {
    Faults {
        sends: RequestFaults {
            too_many_requests: 0.05,
            server_error: 0.05,
            lost_answer: 0.10,
            retry_after: None,
            ..RequestFaults::default()
        },
        reports: ReportFaults {
            duplicated: 0.30,
            delayed: 0.20,
            late_by_ms: 400,
            reordered: 0.30,
            lost: 0.0,
        },
        ..Faults::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the length of the story is set from the environment, and the workers' clock is set by the machine's"
)]
fn surroundings() -> (usize, i64) {
    let contacts = std::env::var("VOICEDROP_CHAOS_CONTACTS").ok();
    let contacts = contacts.map_or(CONTACTS, |n| n.parse().expect("a number of contacts"));
    let noon: DateTime<Utc> = NOON.parse().expect("an instant");
    (contacts, (noon - Utc::now()).num_seconds())
}

impl Office {
    async fn open(carrier: CarrierChoice) -> Self {
        let place = Place::make(Engine::Postgres);
        let (contacts, ahead) = surroundings();
        let mut config = Config::read(None).expect("the defaults");
        config.database.url.clone_from(&place.url);
        config.data.directory = place.kept().display().to_string();
        config.sandbox.clock_offset_seconds = ahead;
        config.providers.carrier = carrier;
        let around = Surroundings {
            delays: Delays::short(),
            faults: faults(),
            // So long that a kill often meets a call that is under way.
            latency: Duration::from_millis(60),
            ..Surroundings::default()
        };
        let application = Application::open(config, around).await.expect("it opens");
        Cast::default()
            .appear(&application.ports)
            .await
            .expect("the organization is founded");
        let sandbox = application.sandbox.as_ref().expect("a sandbox");
        let sandbox = sandbox.base_url().to_owned();
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = application.start(any_port, Role::Api).await.expect("it starts");
        let settings = vec![
            ("VOICEDROP__SANDBOX__URL", sandbox),
            ("VOICEDROP__SANDBOX__CLOCK_OFFSET_SECONDS", ahead.to_string()),
            ("VOICEDROP__HTTP__PUBLIC_BASE_URL", running.public.clone()),
            ("VOICEDROP__PROCESSES__DROPS_AT_ONCE", "4".to_owned()),
            ("VOICEDROP__PROVIDERS__CARRIER", as_set(carrier).to_owned()),
        ];
        Self {
            place,
            running,
            settings,
            contacts,
            carrier,
        }
    }

    fn worker(&self) -> Worker {
        Worker::start(&self.place, &self.settings)
    }

    async fn agent(&self) -> Person {
        let state = self.running.application.state(&self.running.public);
        let (link, _) = make_sign_in_link(&state, Cast::default().admin)
            .await
            .expect("a link");
        Person::by_link(&self.running.public, &link).await
    }

    /// A campaign of these rows of the list, spoken and approved.
    async fn approved(&self, agent: &Person, rows: std::ops::Range<usize>) -> Campaign {
        let list = many_people(self.contacts);
        let lines: Vec<&str> = list.lines().collect();
        let file = format!("{}\n{}\n", lines[0], lines[1..][rows].join("\n"));
        let template = format!(", scriptTemplate: {TEMPLATE:?}");
        let campaign = Campaign::draft_of(agent, &template).await;
        let import = campaign.begin_import("people.csv", file.as_bytes()).await;
        let ended = campaign.import_ended(&import).await;
        assert_eq!(ended["status"], "COMPLETED", "{ended}");
        campaign.is("DRAFT").await;
        self.all_consent(&campaign).await;
        let campaign = campaign.with_scripts().await.reviewed_and_spoken().await;
        let approve = campaign.step("approveCampaign");
        agent
            .does(&approve, "CampaignApproved { precheck { ready } }")
            .await;
        campaign
    }

    async fn all_consent(&self, campaign: &Campaign) {
        let mut after = String::new();
        loop {
            let query = format!(
                "contacts(first: 200 {after}) {{ nodes {{ id: contactId }} pageInfo {{ hasNextPage endCursor }} }}"
            );
            let page = campaign.field(&query).await;
            let nodes = page["nodes"].as_array().expect("a list");
            let ids: Vec<&str> = nodes.iter().map(|n| text(&n["id"])).collect();
            let consent = format!(
                "recordConsent(contactIds: {ids:?}, consent: {{form: WRITTEN, seller: \"Demonstration Realty\", \
                 disclosureSha256: \"{}\", capturedAt: \"2025-12-01T00:00:00Z\", how: \"web form\"}})",
                "ab".repeat(32)
            );
            let done = "ConsentsRecorded { contacts position }";
            campaign.agent.does(&consent, done).await;
            if page["pageInfo"]["hasNextPage"] != true {
                return;
            }
            after = format!(", after: {:?}", text(&page["pageInfo"]["endCursor"]));
        }
    }

    /// Whether nothing of these campaigns is under way any more: everybody was called, or waits for days.
    async fn is_quiet(&self, campaigns: &[Campaign]) -> bool {
        for campaign in campaigns {
            let counters = campaign
                .field("counters { contacts delivered listened failed blocked held lapsed inDoubt }")
                .await;
            let of = |name: &str| counters[name].as_u64().expect("a count");
            let settled = [
                "delivered",
                "listened",
                "failed",
                "blocked",
                "held",
                "lapsed",
                "inDoubt",
            ];
            if settled.into_iter().map(of).sum::<u64>() < of("contacts") {
                return false;
            }
        }
        let application = &self.running.application;
        let pending = application
            .sandbox
            .as_ref()
            .expect("a sandbox")
            .pending_callbacks();
        let waiting = application
            .ports
            .inbox
            .counts()
            .await
            .expect("the inbox answers")
            .waiting;
        pending == 0 && waiting == 0
    }

    /// The carrier's own lines about drops that it made.
    fn carrier_log(&self) -> Vec<Value> {
        self.carrier_lines("drop_made")
    }

    /// The carrier's own lines of a type.
    fn carrier_lines(&self, of: &str) -> Vec<Value> {
        let sandbox = self.running.application.sandbox.as_ref().expect("a sandbox");
        let log = std::fs::read_to_string(sandbox.carrier_log_path()).expect("the carrier's log");
        let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
        lines.filter(|entry: &Value| entry["type"] == of).collect()
    }
}

const fn as_set(carrier: CarrierChoice) -> &'static str {
    match carrier {
        CarrierChoice::DropCowboy => "drop_cowboy",
        CarrierChoice::DropCowboyV1 => "drop_cowboy_v1",
    }
}

#[test]
fn nobody_is_called_twice_while_workers_are_killed_and_the_carrier_errs() {
    tell(CarrierChoice::DropCowboy);
}

#[test]
fn nobody_is_called_twice_though_the_carrier_remembers_no_keys() {
    tell(CarrierChoice::DropCowboyV1);
}

fn tell(carrier: CarrierChoice) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let office = runtime.block_on(Office::open(carrier));
    runtime.block_on(story(&office));
    let Office { place, running, .. } = office;
    runtime.block_on(running.stop());
    the_journal_and_the_read_models_agree(&place);
}

async fn story(office: &Office) {
    let mut workers: Vec<Worker> = (0..WORKERS).map(|_| office.worker()).collect();
    let agent = office.agent().await;
    let (third, all) = (office.contacts / 4, office.contacts);
    let campaigns = [
        office.approved(&agent, 0..all - third).await,
        office.approved(&agent, third..all).await,
    ];
    for campaign in &campaigns {
        agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    }
    let mut kills = 0;
    while kills < *KILLS.end() && (kills < *KILLS.start() || !office.is_quiet(&campaigns).await) {
        tokio::time::sleep(KILL_EVERY).await;
        let victim = &mut workers[(random(kills) % WORKERS as u64) as usize];
        victim.kill();
        *victim = office.worker();
        kills += 1;
    }
    until("everything is settled", async || {
        office.is_quiet(&campaigns).await.then_some(())
    })
    .await;
    drop(workers);
    the_carrier_called_each_number_once(office);
    no_attempt_was_repeated_with_another_key_or_too_late(office);
    every_status_agrees_with_the_carrier(office, &campaigns).await;
}

fn the_carrier_called_each_number_once(office: &Office) {
    let log = office.carrier_log();
    let mut drops: BTreeMap<String, u32> = BTreeMap::new();
    let (mut keys, mut references) = (HashMap::new(), HashSet::new());
    for drop in &log {
        let number = text(&drop["to"]).to_owned();
        // No attempt under another key, no key for another attempt.
        let reference = text(&drop["foreign_id"]);
        if office.carrier == CarrierChoice::DropCowboy {
            let key = text(&drop["idempotency_key"]);
            let before = keys.insert(key.to_owned(), number.clone());
            assert_eq!(before, None, "{key} was taken twice");
        }
        assert!(
            references.insert(reference.to_owned()),
            "{reference} was taken twice"
        );
        *drops.entry(number).or_insert(0) += 1;
    }
    assert!(log.len() * 2 > office.contacts, "most were called: {}", log.len());
    nobody_heard_twice(&drops);
    let sandbox = office.running.application.sandbox.as_ref().expect("a sandbox");
    let printed = serde_json::json!({ "carrier_log": sandbox.carrier_log_path() });
    assert_eq!(drops_by_number(&printed), drops);
}

/// A repeat comes under the key of its attempt's first call, while the carrier knows that for an hour more at least.
fn no_attempt_was_repeated_with_another_key_or_too_late(office: &Office) {
    let at = |line: &Value| -> DateTime<Utc> { text(&line["at"]).parse().expect("an instant") };
    let taken = ["drop_made", "send_refused"]
        .map(|of| office.carrier_lines(of))
        .concat();
    let first: HashMap<&str, &Value> = taken
        .iter()
        .map(|line| (text(&line["foreign_id"]), line))
        .collect();
    let repeats = office.carrier_lines("send_repeated");
    if office.carrier == CarrierChoice::DropCowboyV1 {
        assert_eq!(repeats, Vec::<Value>::new(), "it remembers no keys");
    }
    for repeat in &repeats {
        let first = first
            .get(text(&repeat["foreign_id"]))
            .expect("the call that is repeated");
        assert_eq!(first["idempotency_key"], repeat["idempotency_key"], "{repeat}");
        assert_eq!(first["to"], repeat["to"], "{repeat}");
        assert!(at(repeat) - at(first) < chrono::Duration::hours(23), "{repeat}");
    }
}

/// What each script is believed to be, beside what the carrier says became of it.
async fn every_status_agrees_with_the_carrier(office: &Office, campaigns: &[Campaign]) {
    let told: HashMap<ScriptId, u64> = office
        .carrier_log()
        .iter()
        .map(|drop| {
            let reference = text(&drop["foreign_id"]);
            let script = reference
                .split('.')
                .nth(1)
                .expect("organization, script, attempt");
            let script = script.parse().expect("a script's id");
            (script, drop["code"].as_u64().expect("a code"))
        })
        .collect();
    let ports = &office.running.application.ports;
    let mut shown = 0;
    for campaign in campaigns {
        let counters = campaign.field("counters { delivered listened }").await;
        shown += counters["delivered"].as_u64().expect("a count");
        shown += counters["listened"].as_u64().expect("a count");
    }
    let delivered = told.values().filter(|code| **code == 0).count();
    assert_eq!(shown, delivered as u64, "what the page shows");
    let organization = Cast::default().organization;
    let scripts: Vec<Loaded<Script>> = load_many(ports, organization, told.keys().copied())
        .await
        .expect("the journal answers");
    for script in &scripts {
        let state = script.state();
        let id = script.stream_id().parse().expect("a script's id");
        let delivered = told[&id] == 0;
        let believed = matches!(
            state.delivery,
            DeliveryStatus::Delivered | DeliveryStatus::Listened
        );
        assert_eq!(believed, delivered, "{id}: {:?}", state.delivery);
        assert!(state.delivery.is_settled(), "{id}: {:?}", state.delivery);
    }
    assert_eq!(scripts.len(), told.len());
}

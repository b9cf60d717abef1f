//! A carrier in trouble: answers that get lost after the drop was made, refusals, errors, reports that come twice, in another order or
//! not at all. Everybody gets at most one voicemail, and every contact is accounted for.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use domain::campaign::CampaignType;
use sandbox::{Faults, ReportFaults, RequestFaults};
use serde_json::{Value, json};
use voicedrop::demo::{Journey, Progress, SAMPLE_EXPIREDS, Stage, StopAfter};

use super::carrier_log::{drops_by_number, nobody_heard_twice};
use crate::stage::{Engine, TestApp};

struct Unwatched;

impl Progress for Unwatched {
    fn moved(&self, _: Stage, _: u64, _: u64) {}
}

fn trouble() -> Faults {
    Faults {
        sends: RequestFaults {
            lost_answer: 0.15,
            too_many_requests: 0.1,
            server_error: 0.1,
            ..RequestFaults::default()
        },
        reports: ReportFaults {
            duplicated: 0.2,
            reordered: 0.2,
            lost: 0.05,
            ..ReportFaults::default()
        },
        ..Faults::default()
    }
}

async fn everybody_is_accounted_for_and_nobody_hears_twice(app: &TestApp) {
    let journey = Journey {
        ports: app.application().ports.clone(),
        cast: app.cast.clone(),
        progress: Arc::new(Unwatched),
    };
    let file = Bytes::from_static(SAMPLE_EXPIREDS);
    let campaign = journey
        .run(
            "Trouble",
            CampaignType::Custom,
            "list.csv",
            file,
            StopAfter::Completion,
        )
        .await
        .expect("it completes");
    let f = journey.figures(campaign).await.expect("figures");
    assert_eq!(f.scripts, f.blocked + f.held + f.submitted, "{f:?}");
    assert_eq!(f.submitted, f.delivered + f.failed + f.in_doubt, "{f:?}");
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox");
    let drops = drops_by_number(&json!({ "carrier_log": sandbox.carrier_log_path() }));
    nobody_heard_twice(&drops);
    assert!(drops.len() as u64 <= f.submitted, "a drop that nobody knows of");
}

#[test]
fn on_sqlite_by_an_api_that_remembers_no_keys() {
    TestApp::tell_by_the_first_api(Engine::Sqlite, trouble(), async |app| {
        everybody_is_accounted_for_and_nobody_hears_twice(app).await;
        no_request_is_made_twice(app);
    });
}

#[test]
fn on_postgres_by_an_api_that_remembers_no_keys() {
    TestApp::tell_by_the_first_api(Engine::Postgres, trouble(), async |app| {
        everybody_is_accounted_for_and_nobody_hears_twice(app).await;
        no_request_is_made_twice(app);
    });
}

/// Whatever was lost: of each hand-off the carrier has seen one request that it took.
fn no_request_is_made_twice(app: &TestApp) {
    let sandbox = app.application().sandbox.as_ref().expect("the sandbox");
    let log = std::fs::read_to_string(sandbox.carrier_log_path()).expect("the carrier's log");
    let taken = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let references: Vec<String> = taken
        .filter(|entry| entry["type"] == "drop_made" || entry["type"] == "send_refused")
        .map(|entry| {
            assert_eq!(entry["api"], "v1");
            assert_eq!(entry["idempotency_key"], Value::Null, "it knows none");
            entry["foreign_id"].as_str().expect("a reference").to_owned()
        })
        .collect();
    let different: HashSet<&String> = references.iter().collect();
    assert!(!references.is_empty());
    assert_eq!(different.len(), references.len(), "{references:?}");
}

#[test]
fn on_sqlite() {
    TestApp::tell_amid(Engine::Sqlite, trouble(), async |app| {
        everybody_is_accounted_for_and_nobody_hears_twice(app).await;
    });
}

#[test]
fn on_postgres() {
    TestApp::tell_amid(Engine::Postgres, trouble(), async |app| {
        everybody_is_accounted_for_and_nobody_hears_twice(app).await;
    });
}

//! A carrier in trouble: answers that get lost after the drop was made, refusals, errors, reports that come twice, in another order or
//! not at all. Everybody gets at most one voicemail, and every contact is accounted for.

use std::sync::Arc;

use bytes::Bytes;
use domain::campaign::CampaignType;
use sandbox::{Faults, ReportFaults, RequestFaults};
use serde_json::json;
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

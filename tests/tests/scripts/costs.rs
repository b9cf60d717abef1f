//! What a campaign is estimated to cost before each paid step, and what it did cost.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use commands::{
    Ports,
    ports::{AppendRequest, Appended, Feed, FeedPage, Journal, JournalError, StoredEvent, StreamSlice},
};
use domain::{Position, StreamId};
use sandbox::Faults;
use serde_json::Value;
use tokio::sync::watch;

use super::desk::{ANOTHER_VOICE, first_script, micros, outside, speak_by, twelve_people, twelve_recordings};
use crate::{
    graphql::campaign::Campaign,
    stage::{Engine, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    estimates_become_actuals_line_by_line;
    an_estimate_says_what_another_voice_would_speak_anew;
}

async fn cost(campaign: &Campaign, engine: &str) -> Value {
    let asked = format!(
        "campaignCost(campaignId: {:?}{engine}) {{ lines {{ step quantity rate estimate actual expected overExpected }} estimate actual recordingsAnew }}",
        campaign.id
    );
    campaign.agent.asks(&asked).await
}

fn line<'a>(cost: &'a Value, step: &str) -> &'a Value {
    let lines = cost["lines"].as_array().expect("lines");
    lines
        .iter()
        .find(|l| l["step"] == step)
        .expect("a line for each step")
}

async fn estimates_become_actuals_line_by_line(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    let by_template = cost(&campaign, "").await;
    assert_eq!(micros(&line(&by_template, "WRITER")["estimate"]), 0);
    let by_model = cost(&campaign, ", engine: {provider: \"groq\"}").await;
    assert_eq!(micros(&line(&by_model, "WRITER")["estimate"]), 12_000);
    assert_eq!(micros(&line(&by_model, "CARRIER")["estimate"]), 1_200_000);
    assert!(micros(&line(&by_model, "VOICE")["estimate"]) > 0);
    assert_eq!(micros(&by_model["actual"]), 0);

    let campaign = campaign.with_scripts().await;
    let written = cost(&campaign, ", engine: {provider: \"groq\"}").await;
    assert_eq!(
        micros(&line(&written, "WRITER")["estimate"]),
        0,
        "there is nothing left to write"
    );
    let characters: u64 = super::desk::scripts(&campaign, "characters")
        .await
        .iter()
        .filter_map(|s| s["characters"].as_u64())
        .sum();
    assert_eq!(line(&written, "VOICE")["quantity"], characters);

    let campaign = campaign.reviewed_and_spoken().await;
    let spoken = cost(&campaign, "").await;
    assert_eq!(micros(&line(&spoken, "VOICE")["estimate"]), 0);
    let billed = outside(app).bill()["micro_dollars"]["speech"].as_i64();
    assert_eq!(line(&spoken, "VOICE")["actual"].as_i64(), billed);
    let voice = line(&spoken, "VOICE");
    // $0.30 a thousand characters says the rate card, $0.10 the provider's bill.
    assert_eq!(micros(&voice["expected"]), 3 * micros(&voice["actual"]));
    assert_eq!(
        micros(&voice["overExpected"]),
        micros(&voice["actual"]) - micros(&voice["expected"])
    );
    assert!(line(&spoken, "STORAGE")["quantity"].as_u64() > Some(0));
    assert!(
        line(&spoken, "STORAGE")["actual"].is_null(),
        "nobody bills the storage"
    );
}

async fn an_estimate_says_what_another_voice_would_speak_anew(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_recordings(&agent).await;
    let scripts = super::desk::scripts(&campaign, "characters audio { voice }").await;
    let characters: u64 = scripts.iter().filter_map(|s| s["characters"].as_u64()).sum();
    let same = text(&scripts[0]["audio"]["voice"]).to_owned();
    for by in [String::new(), format!(", voice: {same:?}")] {
        let cost = cost(&campaign, &by).await;
        assert_eq!(cost["recordingsAnew"], 0, "{by}: {cost}");
        assert_eq!(line(&cost, "VOICE")["quantity"], 0, "{by}");
    }
    let before = cost(&campaign, "").await;
    let by_another = format!(", voice: {ANOTHER_VOICE:?}");
    let anew = cost(&campaign, &by_another).await;
    assert_eq!(anew["recordingsAnew"], 12, "{anew}");
    assert_eq!(line(&anew, "VOICE")["quantity"], characters);
    assert!(micros(&line(&anew, "VOICE")["estimate"]) > 0);
    assert_eq!(line(&anew, "CARRIER"), line(&before, "CARRIER"));
    speak_by(&campaign, ANOTHER_VOICE).await;
    until("all are spoken anew", async || {
        (cost(&campaign, &by_another).await["recordingsAnew"] == 0).then_some(())
    })
    .await;
    campaign.is("REVIEW").await;
    assert_eq!(outside(app).bill()["speech_requests"], 24);
}

/// A journal in which others are always faster with a script, once they begin.
#[derive(Debug)]
struct Contested {
    journal: Arc<dyn Journal>,
    has_begun: Arc<AtomicBool>,
}

#[async_trait]
impl Feed for Contested {
    async fn load(&self, streams: Vec<StreamId>) -> Result<Vec<StreamSlice>, JournalError> {
        self.journal.load(streams).await
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, JournalError> {
        self.journal.heads(streams).await
    }

    async fn at(&self, positions: Vec<Position>) -> Result<Vec<StoredEvent>, JournalError> {
        self.journal.at(positions).await
    }

    async fn read_kinds(
        &self,
        after: Position,
        limit: usize,
        kinds: &[&str],
    ) -> Result<FeedPage, JournalError> {
        self.journal.read_kinds(after, limit, kinds).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<FeedPage, JournalError> {
        self.journal.read(after, limit).await
    }

    async fn head(&self) -> Result<Position, JournalError> {
        self.journal.head().await
    }

    fn woken(&self) -> watch::Receiver<Position> {
        self.journal.woken()
    }
}

#[async_trait]
impl Journal for Contested {
    async fn append(&self, request: AppendRequest) -> Result<Appended, JournalError> {
        let of_script = request
            .streams
            .iter()
            .find(|append| append.stream.kind == "script");
        match of_script {
            Some(append) if self.has_begun.load(Ordering::SeqCst) => Err(JournalError::Conflict {
                stream: append.stream.clone(),
                expected: 1,
            }),
            _ => self.journal.append(request).await,
        }
    }
}

fn paid_for_and_not_recorded(engine: Engine) {
    let has_begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&has_begun);
    let between = |ports: Ports| Ports {
        journal: Arc::new(Contested {
            journal: Arc::clone(&ports.journal),
            has_begun,
        }),
        ..ports
    };
    TestApp::tell_through(engine, Faults::default(), between, async |app| {
        let agent = app.admin().await;
        let campaign = twelve_people(&agent).await.with_scripts().await;
        let id = first_script(&campaign).await;
        begins.store(true, Ordering::SeqCst);
        let again = format!("regenerateScript(id: {id:?}, engine: {{provider: \"groq\"}})");
        let refused = agent.is_refused(&again, "ScriptChanged { position }").await;
        assert_eq!(refused["code"], "CONFLICT", "{refused}");
        let theirs = outside(app).bill()["micro_dollars"]["scripts"]
            .as_i64()
            .expect("an amount");
        assert!(theirs > 0, "the text was billed");
        let ours = until("it is in our bill", async || {
            let ours = micros(&campaign.field("costs { writer }").await["writer"]);
            (ours > 0).then_some(ours)
        })
        .await;
        // Ours is rounded up to a millionth of a dollar, theirs in whole.
        assert!((ours - theirs).abs() <= 1, "{ours} {theirs}");
        let script = agent
            .asks(&format!("script(id: {id:?}) {{ version author }}"))
            .await;
        assert_eq!(
            (&script["version"], &script["author"]),
            (&1.into(), &"TEMPLATE".into())
        );
    });
}

#[test]
fn a_script_that_was_paid_for_and_not_recorded_is_in_the_bill_on_sqlite() {
    paid_for_and_not_recorded(Engine::Sqlite);
}

#[test]
fn a_script_that_was_paid_for_and_not_recorded_is_in_the_bill_on_postgres() {
    paid_for_and_not_recorded(Engine::Postgres);
}

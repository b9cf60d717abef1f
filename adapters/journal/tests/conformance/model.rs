//! The law: whatever is sent, in whatever order and however often, a real journal answers as the memory journal does and
//! holds the same.

use std::sync::Arc;

use commands::ports::{AppendRequest, Appended, Feed as _, Journal, JournalError, StoredEvent};
use domain::Position;
use journal::MemoryJournal;
use proptest::{prelude::*, test_runner::TestRunner};
use tokio::runtime::Runtime;

use super::{
    requests::{Author, campaign, request},
    stage::Stage,
};

const STREAMS: u32 = 4;

#[derive(Debug, Clone)]
enum Step {
    /// Parts as (stream, how far off the expectation is, number of events).
    Append(Vec<(u32, i64, usize)>),
    /// Sends an earlier request again, counted from the last.
    Repeat(usize),
    /// Closes nothing, opens another handle and goes on with it.
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let off = prop_oneof![8 => Just(0_i64), 1 => Just(-1_i64), 1 => Just(1_i64)];
    let part = (0..STREAMS, off, 0..4_usize);
    let step = prop_oneof![
        6 => prop::collection::vec(part, 1..4).prop_map(Step::Append),
        3 => (0..6_usize).prop_map(Step::Repeat),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..30)
}

/// An outcome without its position, which differs by holes between journals.
fn shape(outcome: &Result<Appended, JournalError>) -> Result<bool, JournalError> {
    outcome.clone().map(|appended| appended.already)
}

/// Everything but positions.
async fn contents(journal: &dyn Journal) -> Vec<StoredEvent> {
    let page = journal.read(Position::START, 10_000).await.unwrap();
    assert!(page.events.is_sorted_by(|a, b| a.position < b.position));
    let unplaced = |event: Arc<StoredEvent>| StoredEvent {
        position: Position::START,
        ..StoredEvent::clone(&event)
    };
    page.events.into_iter().map(unplaced).collect()
}

async fn heads(model: &MemoryJournal) -> Vec<u64> {
    let slices = model.load((0..STREAMS).map(campaign).collect()).await.unwrap();
    slices.iter().map(|slice| slice.events.len() as u64).collect()
}

async fn make(parts: &[(u32, i64, usize)], author: &Author, model: &MemoryJournal) -> AppendRequest {
    let heads = heads(model).await;
    let parts = parts.iter().map(|(stream, off, count)| {
        let expected = heads[*stream as usize].saturating_add_signed(*off);
        author.part(campaign(*stream), expected, *count)
    });
    request(parts.collect())
}

async fn run(steps: &[Step], stage: &Stage) {
    let (model, author) = (MemoryJournal::new(), Author::new(50));
    let mut journal = Arc::clone(&stage.journal);
    let mut sent: Vec<AppendRequest> = Vec::new();
    for step in steps {
        let request = match step {
            Step::Append(parts) => make(parts, &author, &model).await,
            Step::Repeat(back) => match sent.iter().rev().nth(*back) {
                Some(earlier) => earlier.clone(),
                None => continue,
            },
            Step::Reopen => {
                journal = stage.another_handle().await;
                continue;
            }
        };
        sent.push(request.clone());
        let real = journal.append(request.clone()).await;
        let modelled = model.append(request).await;
        assert_eq!(shape(&real), shape(&modelled));
        if let Ok(appended) = real {
            assert!(appended.last <= journal.head().await.unwrap());
        }
    }
    assert_eq!(contents(&*journal).await, contents(&model).await);
}

fn check(cases: u32, stage: fn(&Runtime) -> Stage) {
    let runtime = Runtime::new().unwrap();
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            let stage = stage(&runtime);
            runtime.block_on(run(&steps, &stage));
            runtime.block_on(stage.strike());
            Ok(())
        })
        .unwrap();
}

#[test]
fn sqlite_answers_and_holds_what_the_model_does() {
    check(60, |runtime| runtime.block_on(Stage::sqlite()));
}

#[test]
fn postgres_answers_and_holds_what_the_model_does() {
    check(24, |runtime| runtime.block_on(Stage::postgres()));
}

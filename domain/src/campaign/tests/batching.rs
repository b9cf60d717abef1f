//! Scripts that a provider writes by the batch: planned once, open until what came of it is recorded, whatever is halted meanwhile.

use super::*;
use crate::ScriptBatchId;

const BATCH: ScriptBatchId = ScriptBatchId::from_uuid(uuid(20));
const SECOND: ScriptBatchId = ScriptBatchId::from_uuid(uuid(21));
const FIRST: ProductionRun = ProductionRun {
    step: ProductionStep::Scripts,
    run: 1,
    resumption: 0,
};

fn by_batch(run: u32) -> Event {
    Event::ScriptGenerationStarted {
        run,
        engine: ScriptEngine::Model {
            provider: "groq".to_owned(),
            model: None,
            batch: true,
        },
        prompt: Some("Be brief.".to_owned()),
        prompt_sha256: None,
    }
}

fn planned(batch_id: ScriptBatchId, contacts: &[ContactId]) -> Event {
    Event::ScriptBatchPlanned {
        run: 1,
        batch_id,
        provider: "groq".to_owned(),
        model: None,
        contact_ids: contacts.to_vec(),
    }
}

fn plan(batches: &[(ScriptBatchId, &[ContactId])]) -> Command {
    Command::PlanScriptBatches {
        run: FIRST,
        batches: batches.iter().map(|(id, who)| (*id, who.to_vec())).collect(),
    }
}

fn submitted() -> Event {
    Event::ScriptBatchSubmitted {
        batch_id: BATCH,
        reference: "batch_1".to_owned(),
    }
}

fn ended(batch_id: ScriptBatchId, outcome: ScriptBatchOutcome, unwritable: &[ContactId]) -> Event {
    Event::ScriptBatchEnded {
        batch_id,
        outcome,
        written: 0,
        unwritable: unwritable.to_vec(),
        unused_cost: MicroDollars::ZERO,
    }
}

fn end(batch: ScriptBatchId) -> Command {
    Command::EndScriptBatch {
        batch,
        outcome: ScriptBatchOutcome::Completed,
        written: 0,
        unwritable: vec![],
        unused_cost: MicroDollars::ZERO,
    }
}

fn writing(events: impl IntoIterator<Item = Event>) -> Given<Campaign> {
    let begun = [created(), imported(&[ZOE, ADAM]), by_batch(1)];
    given(begun.into_iter().chain(events))
}

fn stopped() -> Event {
    Event::ProductionStopped {
        reason: "another writer".to_owned(),
    }
}

#[test]
fn nobody_is_put_into_two_batches_at_once_and_strangers_into_none() {
    const STRANGER: ContactId = ContactId::from_uuid(uuid(9));
    writing([])
        .when(plan(&[(BATCH, &[ZOE, STRANGER]), (SECOND, &[ZOE, ADAM])]))
        .then([planned(BATCH, &[ZOE]), planned(SECOND, &[ADAM])]);
    writing([planned(BATCH, &[ZOE, ADAM])])
        .when(plan(&[(SECOND, &[ZOE, ADAM])]))
        .then_nothing();
    let many: Vec<ContactId> = (0..=1_000)
        .map(|n| ContactId::from_uuid(uuid::Uuid::from_u128(n)))
        .collect();
    writing([])
        .when(plan(&[(BATCH, &many)]))
        .then_refused(Refusal::TooManyContacts);
}

#[test]
fn nothing_is_planned_for_a_generation_that_is_halted_over_or_writes_one_by_one() {
    let paused = Event::ProductionPaused {
        reason: "wait".to_owned(),
    };
    writing([paused]).when(plan(&[(BATCH, &[ZOE])])).then_nothing();
    writing([stopped(), Event::SentToReview])
        .when(plan(&[(BATCH, &[ZOE])]))
        .then_nothing();
    given([created(), imported(&[ZOE]), generation_started()])
        .when(plan(&[(BATCH, &[ZOE])]))
        .then_nothing();
}

#[test]
fn what_a_batch_is_called_how_far_it_is_and_its_end_are_noted_once() {
    let confirm = || Command::ConfirmScriptBatch {
        batch: BATCH,
        reference: "batch_1".to_owned(),
    };
    let progress = |processed| Command::NoteScriptBatchProgress {
        batch: BATCH,
        processed,
    };
    let open = || writing([planned(BATCH, &[ZOE])]);
    open().when(confirm()).then([submitted()]);
    writing([planned(BATCH, &[ZOE]), submitted()])
        .when(confirm())
        .then_nothing();
    open().when(progress(0)).then_nothing();
    open().when(progress(1)).then([Event::ScriptBatchProgressed {
        batch_id: BATCH,
        processed: 1,
    }]);
    open()
        .when(end(BATCH))
        .then([ended(BATCH, ScriptBatchOutcome::Completed, &[])]);
    writing([]).when(end(BATCH)).then_nothing();
    writing([]).when(confirm()).then_nothing();
}

#[test]
fn a_batch_outlives_the_generation_that_was_ended_and_is_no_longer_wanted() {
    let campaign = writing([planned(BATCH, &[ZOE]), stopped(), Event::SentToReview]);
    let campaign = campaign.state();
    let batch = campaign.batching().get(BATCH).unwrap();
    assert!(!campaign.wants(batch));
    assert_eq!(
        (batch.provider.as_str(), batch.prompt.as_deref()),
        ("groq", Some("Be brief."))
    );
    given([
        created(),
        imported(&[ZOE]),
        by_batch(1),
        planned(BATCH, &[ZOE]),
        stopped(),
        Event::SentToReview,
    ])
    .when(end(BATCH))
    .then([ended(BATCH, ScriptBatchOutcome::Completed, &[])]);
}

#[test]
fn what_a_batch_left_out_counts_as_tried_unless_it_was_cancelled() {
    for (outcome, tries) in [
        (ScriptBatchOutcome::Completed, 1),
        (ScriptBatchOutcome::Expired, 1),
        (ScriptBatchOutcome::Lost, 1),
        (ScriptBatchOutcome::Refused, SCRIPT_BATCH_TRIES_MAX),
        (ScriptBatchOutcome::Cancelled, 0),
        (ScriptBatchOutcome::NotSubmitted, 0),
    ] {
        let campaign = writing([planned(BATCH, &[ZOE, ADAM]), ended(BATCH, outcome, &[ADAM])]);
        let batching = campaign.state().batching().clone();
        assert_eq!(batching.tries(ZOE), tries, "{outcome:?}");
        assert!(batching.is_unwritable(ADAM) && !batching.is_unwritable(ZOE));
        assert_eq!(batching.open().len(), 0);
    }
}

#[test]
fn another_generation_tries_everybody_anew_and_learns_nothing_from_the_batches_of_an_earlier_one() {
    let next = [
        planned(BATCH, &[ZOE]),
        ended(BATCH, ScriptBatchOutcome::Completed, &[ZOE]),
        planned(SECOND, &[ADAM]),
        stopped(),
        Event::SentToReview,
        by_batch(2),
        ended(SECOND, ScriptBatchOutcome::Expired, &[ADAM]),
    ];
    let campaign = writing(next);
    let batching = campaign.state().batching().clone();
    assert_eq!((batching.tries(ZOE), batching.tries(ADAM)), (0, 0));
    assert!(!batching.is_unwritable(ZOE) && !batching.is_unwritable(ADAM));
}

//! Writing and speaking that is halted, goes on, waits for a provider, or is ended early.

use super::*;

fn paused_writing() -> Event {
    Event::ProductionPaused {
        reason: "the prompt is wrong".to_owned(),
    }
}

fn resumed(resumption: u32) -> Event {
    Event::ProductionResumed {
        step: ProductionStep::Scripts,
        run: 1,
        resumption,
    }
}

fn held(reason: &str) -> Event {
    Event::ProductionHeld {
        reason: reason.to_owned(),
    }
}

fn writing() -> Vec<Event> {
    vec![created(), imported(&[ZOE]), generation_started()]
}

fn writing_then(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    writing().into_iter().chain(events).collect()
}

const FIRST: ProductionRun = ProductionRun {
    step: ProductionStep::Scripts,
    run: 1,
    resumption: 0,
};

fn pause() -> Command {
    Command::PauseProduction {
        reason: "the prompt is wrong".to_owned(),
    }
}

#[test]
fn writing_is_halted_and_goes_on_as_another_stretch() {
    given(writing()).when(pause()).then([paused_writing()]);
    given(writing_then([paused_writing()]))
        .when(pause())
        .then_nothing();
    let after = given(writing_then([paused_writing()]))
        .when(Command::ResumeProduction)
        .then([resumed(1)]);
    assert!(after.order(FIRST).is_none(), "work of the first stretch is void");
    let second = ProductionRun {
        resumption: 1,
        ..FIRST
    };
    assert!(after.order(second).is_some());
}

#[test]
fn what_runs_is_not_resumed_and_what_is_halted_gives_no_work() {
    given(writing()).when(Command::ResumeProduction).then_nothing();
    assert!(given(writing()).state().order(FIRST).is_some());
    assert!(
        given(writing_then([paused_writing()]))
            .state()
            .order(FIRST)
            .is_none()
    );
}

#[test]
fn a_providers_trouble_is_noted_once_and_lifted_once() {
    let hold = |reason: &str| Command::HoldProduction {
        run: FIRST,
        reason: reason.to_owned(),
    };
    let release = || Command::ReleaseProduction { run: FIRST };
    given(writing()).when(hold("down")).then([held("down")]);
    given(writing_then([held("down")]))
        .when(hold("down"))
        .then_nothing();
    given(writing_then([held("down")]))
        .when(hold("no funds"))
        .then([held("no funds")]);
    given(writing_then([held("down")]))
        .when(release())
        .then([Event::ProductionReleased]);
    given(writing()).when(release()).then_nothing();
    // A human need not wait for the next try.
    given(writing_then([held("down")]))
        .when(Command::ResumeProduction)
        .then([resumed(1)]);
    // The note of a worker whose stretch is over.
    given(writing_then([paused_writing(), resumed(1)]))
        .when(hold("down"))
        .then_nothing();
}

#[test]
fn it_is_ended_early_and_what_is_made_is_reviewed() {
    let stop = || Command::StopProduction {
        reason: "another voice".to_owned(),
    };
    let stopped = Event::ProductionStopped {
        reason: "another voice".to_owned(),
    };
    let after = given(writing())
        .when(stop())
        .then([stopped.clone(), Event::SentToReview]);
    assert_eq!(after.status, Status::Review);
    assert!(after.production().is_none());
    given(writing_then([stopped, Event::SentToReview]))
        .when(Command::FinishScriptGeneration {
            run: 1,
            generated: 1,
            failed: 0,
        })
        .then_nothing();
}

#[test]
fn only_what_is_under_way_is_halted() {
    const PRODUCING: &[Status] = &[Status::GeneratingScripts, Status::GeneratingAudio];
    moves_only_from(PRODUCING, &pause());
}

//! What the lint stops, what a reviewer takes back, and audio whose time is over.

use super::*;

fn approve(version: u32) -> Command {
    Command::Review {
        version,
        review: Review::Approved,
        notes: None,
        by: DANA,
    }
}

fn undo(said: Review, before: Option<Review>) -> Command {
    Command::UndoReview {
        version: 1,
        said,
        before,
        by: DANA,
    }
}

fn undone(review: Option<Review>) -> Event {
    Event::ReviewUndone {
        version: 1,
        review,
        by: DANA,
    }
}

fn generated_with(lint: Option<lint::Lint>) -> Event {
    let mut event = generated(1);
    if let Event::ScriptGenerated { lint: said, .. } = &mut event {
        *said = lint;
    }
    event
}

#[test]
fn a_script_that_the_lint_stops_is_not_approved_but_may_be_sent_back() {
    let reject = Command::Review {
        version: 1,
        review: Review::NeedsRevision,
        notes: None,
        by: DANA,
    };
    given([generated_with(Some(blocked()))])
        .when(approve(1))
        .then_refused(Refusal::LintBlocks(vec![lint::LintRule::NoOptOut]));
    given([generated_with(Some(blocked()))])
        .when(reject)
        .then([reviewed(1, Review::NeedsRevision)]);
}

#[test]
fn what_was_never_checked_is_not_approved() {
    given([generated_with(None)])
        .when(approve(1))
        .then_refused(Refusal::Unchecked);
}

#[test]
fn an_edit_that_mends_it_lets_it_be_approved() {
    given([generated_with(Some(blocked())), edited(2)])
        .when(approve(2))
        .then([reviewed(2, Review::Approved)]);
}

#[test]
fn a_review_is_taken_back_to_what_held_before() {
    given([generated(1), reviewed(1, Review::Approved)])
        .when(undo(Review::Approved, None))
        .then([undone(None)]);
    given([generated(1), reviewed(1, Review::Rejected)])
        .when(undo(Review::Rejected, Some(Review::Approved)))
        .then([undone(Some(Review::Approved))]);
    given([generated(1), reviewed(1, Review::Approved), undone(None)])
        .when(undo(Review::Approved, None))
        .then_nothing();
}

#[test]
fn a_later_review_an_edit_or_a_hand_off_is_not_undone() {
    given([
        generated(1),
        reviewed(1, Review::Approved),
        reviewed(1, Review::Rejected),
    ])
    .when(undo(Review::Approved, None))
    .then_refused(Refusal::ReviewedSince);
    given([generated(1), reviewed(1, Review::Approved), edited(2)])
        .when(undo(Review::Approved, None))
        .then_refused(Refusal::StaleVersion { given: 1, newest: 2 });
}

#[test]
fn audio_that_was_removed_is_remembered_by_its_hash_and_is_not_sent() {
    let removed = Event::AudioRemoved {
        storage_key: "a.mp3".to_owned(),
        reason: "90 days".to_owned(),
    };
    let remove = || Command::RemoveAudio {
        reason: "90 days".to_owned(),
    };
    let past = || {
        [
            generated(1),
            reviewed(1, Review::Approved),
            audio_requested(),
            rendered(),
        ]
    };
    let after = given(past()).when(remove()).then([removed.clone()]);
    assert_eq!(
        after.audio,
        Audio::Removed {
            sha256: "00".to_owned()
        }
    );
    assert!(!after.is_ready());
    given(past().into_iter().chain([removed]))
        .when(remove())
        .then_nothing();
}

//! An import that is taken back: how far that is, and what came of it in the end.

use domain::{
    ImportBatchId, StreamId,
    contact::ContactEvent,
    import::{ImportEvent, ImportStatus},
};
use projections::{Rows, batch};

use crate::{facts, story::Story};

const PEOPLE: u64 = 3;

/// Status of the import, and how many of its contacts are gone, after all events so far.
fn undone(story: &Story, import: ImportBatchId) -> (ImportStatus, Option<i64>, Option<i64>) {
    let mut rows = Rows::in_memory();
    for event in &story.events {
        batch::apply_in_memory(event, &mut rows);
    }
    let row = rows.import_batches.get(&(facts::organization(0), import));
    row.map(|row| (row.status, row.undone_removed, row.undone_kept))
        .unwrap()
}

#[test]
fn while_an_import_is_taken_back_its_row_counts_who_is_gone() {
    let import = ImportBatchId::from_uuid(facts::uuid(0, 4, 7));
    let stream = StreamId::new("import", import);
    let mut story = Story::default();
    let record = |story: &mut Story, event: ImportEvent| {
        story.record(0, stream.clone(), (None, None), None, event);
    };
    record(&mut story, facts::import_event(0, import, 0));
    for which in 0..PEOPLE {
        story.on_contact(0, facts::contact(0, which), facts::contact_created(0, which));
    }
    let leaves = |which| {
        (
            facts::contact(0, which),
            ContactEvent::ContactRemoved { batch_id: import },
        )
    };
    let (contact, left) = leaves(0);
    story.on_contact(0, contact, left);
    assert_eq!(undone(&story, import).1, None, "nobody takes it back yet");

    record(
        &mut story,
        ImportEvent::ImportUndoRequested {
            by: facts::user(0, 0),
        },
    );
    for which in 1..PEOPLE {
        let (contact, left) = leaves(which);
        story.on_contact(0, contact, left);
        assert_eq!(
            undone(&story, import),
            (ImportStatus::Undoing, Some(which as i64), None)
        );
    }
    let ended = ImportEvent::ImportUndone {
        by: facts::user(0, 0),
        removed: 6,
        kept: 1,
        kept_because_used: vec![],
    };
    record(&mut story, ended);
    assert_eq!(undone(&story, import), (ImportStatus::Undone, Some(6), Some(1)));
}

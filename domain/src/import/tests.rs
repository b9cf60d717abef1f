//! The rules of an import, given/when/then.

use std::collections::BTreeMap;

use super::{
    ImportCommand as Command, ImportEvent as Event, ImportRefusal as Refusal, ImportStatus as Status, *,
};
use crate::{
    ImportBatchId, UserId,
    testing::{self, Given, uuid},
};

const BATCH: ImportBatchId = ImportBatchId::from_uuid(uuid(1));
const DANA: UserId = UserId::from_uuid(uuid(2));

fn given(events: impl IntoIterator<Item = Event>) -> Given<ImportBatch> {
    testing::given(events)
}

fn start(sha256: &str) -> Command {
    Command::Start {
        id: BATCH,
        source: ContactSource::TitleRep,
        campaign: None,
        origin: ImportOrigin {
            sha256: Some(sha256.to_owned()),
            ..ImportOrigin::default()
        },
    }
}

fn started() -> Event {
    Event::ImportStarted {
        batch_id: BATCH,
        source: ContactSource::TitleRep,
        blob_key: None,
        file_name: None,
        sha256: Some("00".to_owned()),
        mapping: BTreeMap::new(),
        campaign_id: None,
        sheet: None,
        header_row: None,
        corrections: None,
        connection_id: None,
        list: None,
    }
}

const fn totals(created: u64, duplicates: u64, rejected: u64) -> ImportTotals {
    ImportTotals {
        rows: created + duplicates + rejected,
        created,
        duplicates,
        rejected,
        filled: 0,
        do_not_contact: 0,
        suppressed: 0,
    }
}

fn chunk(chunk: u32, totals: ImportTotals) -> Command {
    Command::RecordChunk(ImportChunk {
        number: chunk,
        totals,
        ..ImportChunk::default()
    })
}

const fn progressed(chunk: u32, totals: ImportTotals) -> Event {
    Event::ImportProgressed {
        chunk,
        totals,
        done_millionths: None,
    }
}

fn undo() -> Command {
    Command::Undo {
        removed: 1,
        kept: 0,
        kept_because_used: vec![],
    }
}

fn undone() -> Event {
    Event::ImportUndone {
        by: DANA,
        removed: 1,
        kept_because_used: vec![],
        kept: 0,
    }
}

#[test]
fn the_same_file_started_again_is_the_same_import() {
    given([]).when(start("00")).then([started()]);
    given([started()]).when(start("00")).then_nothing();
    given([started()])
        .when(start("ff"))
        .then_refused(Refusal::AlreadyExists);
    given([]).when(Command::Complete).then_refused(Refusal::NotFound);
}

#[test]
fn a_chunk_that_comes_again_is_passed_over_and_none_is_skipped() {
    let first = || progressed(1, totals(5, 1, 0));
    given([started()]).when(chunk(1, totals(5, 1, 0))).then([first()]);
    given([started(), first()])
        .when(chunk(1, totals(5, 1, 0)))
        .then_nothing();
    given([started(), first()])
        .when(chunk(3, totals(9, 1, 0)))
        .then_refused(Refusal::ChunkOutOfOrder {
            given: 3,
            expected: 2,
        });
    given([started()])
        .when(chunk(0, totals(5, 1, 0)))
        .then_refused(Refusal::ChunkOutOfOrder {
            given: 0,
            expected: 1,
        });
}

#[test]
fn every_row_is_accounted_for_and_figures_never_fall() {
    let missing = ImportTotals {
        rows: 9,
        ..totals(5, 1, 0)
    };
    given([started()])
        .when(chunk(1, missing))
        .then_refused(Refusal::FiguresDoNotAddUp);
    given([started(), progressed(1, totals(5, 1, 0))])
        .when(chunk(2, totals(4, 2, 0)))
        .then_refused(Refusal::FiguresDoNotAddUp);
}

#[test]
fn rejected_rows_are_recorded_in_events_of_bounded_size_before_the_progress() {
    let row = |row: u64| RejectedRowRecord {
        row,
        field: "phone".to_owned(),
        error: "no usable number".to_owned(),
        value: None,
    };
    let rows: Vec<_> = (1..=REJECTED_PER_EVENT_MAX as u64 + 1).map(row).collect();
    let all = totals(0, 0, rows.len() as u64);
    let command = Command::RecordChunk(ImportChunk {
        number: 1,
        totals: all,
        rejected: rows.clone(),
        ..ImportChunk::default()
    });
    let rejected = |rows: &[RejectedRowRecord]| Event::RowsRejected {
        chunk: 1,
        rows: rows.to_vec(),
    };
    let (first, rest) = rows.split_at(REJECTED_PER_EVENT_MAX);
    given([started()])
        .when(command)
        .then([rejected(first), rejected(rest), progressed(1, all)]);
}

#[test]
fn it_completes_once_with_the_figures_recorded() {
    let completed = || Event::ImportCompleted {
        totals: totals(5, 1, 0),
    };
    given([started(), progressed(1, totals(5, 1, 0))])
        .when(Command::Complete)
        .then([completed()]);
    given([started(), completed()])
        .when(Command::Complete)
        .then_nothing();
    given([started(), completed()])
        .when(chunk(1, totals(5, 1, 0)))
        .then_refused(Refusal::WrongStatus {
            step: "recording rows",
            found: Status::Completed,
        });
}

#[test]
fn only_what_has_ended_is_taken_back_and_once() {
    let failed = || Event::ImportFailed {
        error: "no contact list".to_owned(),
    };
    let ask = || Command::RequestUndo { by: DANA };
    let asked = || Event::ImportUndoRequested { by: DANA };
    given([started()]).when(ask()).then_refused(Refusal::WrongStatus {
        step: "undoing",
        found: Status::Running,
    });
    given([started(), failed()]).when(ask()).then([asked()]);
    given([started(), failed(), asked()]).when(ask()).then_nothing();
    given([started(), failed(), asked()])
        .when(undo())
        .then([undone()]);
    given([started(), failed(), asked(), undone()])
        .when(undo())
        .then_nothing();
    given([started(), failed()])
        .when(undo())
        .then_refused(Refusal::WrongStatus {
            step: "undoing",
            found: Status::Failed,
        });
    given([started(), failed(), asked(), undone()])
        .when(Command::Complete)
        .then_refused(Refusal::WrongStatus {
            step: "completing",
            found: Status::Undone,
        });
}

#[test]
fn a_running_import_is_stopped_once_and_what_it_made_can_be_taken_back() {
    let stop = || Command::Cancel { by: DANA };
    let stopped = || Event::ImportCancelled { by: DANA };
    given([started()]).when(stop()).then([stopped()]);
    given([started(), stopped()]).when(stop()).then_nothing();
    given([started(), stopped()])
        .when(chunk(1, totals(5, 1, 0)))
        .then_refused(Refusal::WrongStatus {
            step: "recording rows",
            found: Status::Cancelled,
        });
    given([started(), stopped()])
        .when(Command::RequestUndo { by: DANA })
        .then([Event::ImportUndoRequested { by: DANA }]);
}

#[test]
fn how_the_file_is_read_is_settled_before_its_first_row_and_stays() {
    let mapping = |header: &str| BTreeMap::from([(header.to_owned(), "phone".to_owned())]);
    let record = |header: &str| Command::RecordMapping {
        format: "csv".to_owned(),
        sheet: None,
        header_row: 4,
        mapping: mapping(header),
    };
    let mapped = || Event::ImportMapped {
        format: "csv".to_owned(),
        sheet: None,
        header_row: 4,
        mapping: mapping("Phone 1"),
    };
    given([started()]).when(record("Phone 1")).then([mapped()]);
    given([started(), mapped()]).when(record("Cell")).then_nothing();
}

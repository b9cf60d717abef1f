//! Sheets as rows: checks the container, chooses the sheet with the best header row or the one a person chose, and reads
//! it on a thread of its own, because the parsers borrow the workbook: memory stays bounded, a sheet is unpacked while
//! rows are normalised, and a fault in a hostile file ends that thread and nothing else.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use commands::ports::{FileContent, ReadLimits, ReadProgress, TableChoice};

use crate::{
    archive,
    detect::Packed,
    error::ReadError,
    header::{self, HeadRow, Header},
    legacy_workbook,
    limits::{HEADER_SEARCH_ROWS, SHEET_BATCH_ROWS, SHEET_BATCHES_WAITING, SHEET_COLUMNS_MAX},
    progress::Progress,
    table::{Found, RowSource},
    workbook::Workbook,
};

/// A workbook and the sheet chosen.
pub(crate) struct Shape {
    workbook: Workbook,
    sheet: String,
}

/// Checks the container, opens the workbook and chooses the sheet.
pub(crate) fn shape_of(
    input: Box<dyn FileContent>,
    packed: Packed,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<(Shape, Found), ReadError> {
    // Parsers are handed hostile files; should one give up, that is a damaged file and not a fault of ours.
    let opened = thread::scope(|scope| {
        let opening = scope.spawn(|| {
            let mut workbook = match packed {
                Packed::Zip => {
                    let (input, kind) = archive::check(input, limits)?;
                    Workbook::open(input, kind)?
                }
                Packed::Compound => Workbook::open_legacy(legacy_workbook::check(input)?)?,
            };
            choose_sheet(&mut workbook, limits, choice).map(|found| (workbook, found))
        });
        opening.join().map_err(|_| ReadError::Damaged)
    });
    let (workbook, (header, sheet)) = opened??;
    let found = Found {
        format: workbook.format(),
        description: format!("sheet \"{sheet}\""),
        header,
        sheets: workbook.sheets(),
        sheet: Some(sheet.clone()),
    };
    Ok((Shape { workbook, sheet }, found))
}

/// The chosen sheet, or the visible one whose header row is found best; the first of equals.
fn choose_sheet(
    workbook: &mut Workbook,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<(Header, String), ReadError> {
    let mut names = workbook.sheets();
    if let Some(chosen) = &choice.sheet {
        names.retain(|name| name == chosen);
        if names.is_empty() {
            return Err(ReadError::SheetNotInFile);
        }
    }
    let mut best: Option<(Header, String)> = None;
    let mut failure = ReadError::Empty;
    for name in names {
        let head = head_of(workbook, &name)?;
        if head.is_empty() {
            continue;
        }
        match header::find(&head, limits, choice) {
            Ok(header) if best.as_ref().is_none_or(|(best, _)| header.score > best.score) => {
                best = Some((header, name));
            }
            Err(error) if matches!(failure, ReadError::Empty | ReadError::NoHeaderRow) => failure = error,
            Ok(_) | Err(_) => {}
        }
    }
    best.ok_or(failure)
}

fn head_of(workbook: &mut Workbook, sheet: &str) -> Result<Vec<HeadRow>, ReadError> {
    let mut head = Vec::new();
    workbook.read_rows(sheet, SHEET_COLUMNS_MAX, &Progress::default(), &mut |row| {
        head.push(row);
        head.len() < HEADER_SEARCH_ROWS
    })?;
    Ok(head)
}

type Batch = Result<Vec<HeadRow>, ReadError>;

/// The rows of a sheet.
pub(crate) struct SheetRows {
    batches: Receiver<Batch>,
    batch: std::vec::IntoIter<HeadRow>,
    current: HeadRow,
    above: u64,
    progress: Progress,
    ended: bool,
}

impl SheetRows {
    /// Starts the thread that unpacks the sheet; it ends when the sheet does or when this is dropped.
    pub(crate) fn new(shape: Shape, above: u64, limits: ReadLimits) -> Result<Self, ReadError> {
        let Shape { mut workbook, sheet } = shape;
        let (sender, batches) = sync_channel(SHEET_BATCHES_WAITING);
        let progress = Progress::default();
        let reading = progress.clone();
        thread::Builder::new()
            .name("sheet-rows".to_owned())
            .spawn(move || send_rows(&mut workbook, &sheet, limits.columns_max, &reading, &sender))?;
        Ok(Self {
            batches,
            batch: Vec::new().into_iter(),
            current: HeadRow::default(),
            above,
            progress,
            ended: false,
        })
    }
}

/// Ends with an empty batch, so that a thread that stopped short is told from a sheet that ended.
fn send_rows(
    workbook: &mut Workbook,
    sheet: &str,
    columns_max: usize,
    progress: &Progress,
    sender: &SyncSender<Batch>,
) {
    let mut batch = Vec::with_capacity(SHEET_BATCH_ROWS);
    let result = workbook.read_rows(sheet, columns_max, progress, &mut |row| {
        batch.push(row);
        if batch.len() < SHEET_BATCH_ROWS {
            return true;
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(SHEET_BATCH_ROWS));
        sender.send(Ok(full)).is_ok()
    });
    // The reader may be gone; then nobody is left to be told.
    let _gone = match result {
        Ok(()) if batch.is_empty() => sender.send(Ok(Vec::new())),
        Ok(()) => sender.send(Ok(batch)).and_then(|()| sender.send(Ok(Vec::new()))),
        Err(error) if batch.is_empty() => sender.send(Err(error)),
        Err(error) => sender.send(Ok(batch)).and_then(|()| sender.send(Err(error))),
    };
}

impl RowSource for SheetRows {
    type Cells = Vec<String>;

    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        loop {
            if let Some(row) = self.batch.next() {
                if row.row > self.above {
                    self.current = row;
                    return Ok(Some(self.current.row));
                }
                continue;
            }
            if self.ended {
                return Ok(None);
            }
            // A thread that is gone without a word met something in the file that it could not survive.
            let batch = self.batches.recv().unwrap_or(Err(ReadError::Damaged))?;
            self.ended = batch.is_empty();
            self.batch = batch.into_iter();
        }
    }

    fn cells(&self) -> &Vec<String> {
        &self.current.cells
    }

    fn progress(&self) -> ReadProgress {
        self.progress.get()
    }
}

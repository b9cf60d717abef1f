//! Excel workbooks. The archive is checked against its limits before anything is parsed, the sheet with the best
//! header row is chosen, and its rows come from a thread of their own, because calamine's streaming reader borrows the
//! workbook: memory stays bounded, a sheet is unpacked while rows are normalised, and a fault in a hostile file ends
//! that thread and nothing else.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use commands::ports::ReadLimits;
use zip::ZipArchive;

use crate::{
    Choice, FileContent, RowSource,
    error::{ForeignFormat, ReadError},
    header::{self, HeadRow, Header},
    limits::{
        HEADER_SEARCH_ROWS, HELD_PART_BYTES_MAX, RATIO_FREE_BYTES, SHEET_BATCH_ROWS, SHEET_BATCHES_WAITING,
        SHEETS_MAX, UNPACK_RATIO_MAX, WORKBOOK_PARTS_MAX,
    },
};

type Workbook = Xlsx<BufReader<Box<dyn FileContent>>>;

/// A workbook, the sheet chosen and the header found.
pub(crate) struct Shape {
    pub(crate) header: Header,
    pub(crate) description: String,
    workbook: Workbook,
    sheet: String,
}

/// Checks the archive, opens the workbook and chooses the sheet.
pub(crate) fn shape_of(
    input: Box<dyn FileContent>,
    limits: &ReadLimits,
    chosen: Choice<'_>,
) -> Result<Shape, ReadError> {
    let input = check_archive(input, limits)?;
    // calamine is handed hostile files; should it give up on one, that is a damaged file and not a fault of ours.
    let opened = thread::scope(|scope| {
        let opening = scope.spawn(|| {
            let mut workbook: Workbook =
                Xlsx::new(BufReader::new(input)).map_err(|error| unreadable(&error))?;
            choose_sheet(&mut workbook, limits, chosen).map(|found| (workbook, found))
        });
        opening.join().map_err(|_| ReadError::Damaged)
    });
    let (workbook, (header, sheet)) = opened??;
    Ok(Shape {
        header,
        description: format!("sheet \"{sheet}\""),
        workbook,
        sheet,
    })
}

fn unreadable(error: &XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        _ => ReadError::Damaged,
    }
}

/// Reads the archive's directory and unpacks every part once, counting: declared sizes can lie. Checksums are checked
/// by the way, so that a damaged file is refused before its first row is imported.
fn check_archive(
    mut input: Box<dyn FileContent>,
    limits: &ReadLimits,
) -> Result<Box<dyn FileContent>, ReadError> {
    input.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(BufReader::new(input)).map_err(|_| ReadError::Damaged)?;
    if archive.len() > WORKBOOK_PARTS_MAX {
        return Err(ReadError::Damaged);
    }
    refuse_other_documents(&archive)?;
    let too_large = || ReadError::UnpacksTooLarge {
        bytes_max: limits.unpacked_bytes_max,
    };
    let mut unpacked_total = 0_u64;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| ReadError::Damaged)?;
        let sheet = part.name().is_ok_and(|name| name.contains("worksheets/"));
        let by_ratio = part
            .compressed_size()
            .saturating_mul(UNPACK_RATIO_MAX)
            .max(RATIO_FREE_BYTES);
        let mut allowed = by_ratio.min(limits.unpacked_bytes_max.saturating_sub(unpacked_total));
        if !sheet {
            allowed = allowed.min(HELD_PART_BYTES_MAX);
        }
        if part.size() > allowed {
            return Err(too_large());
        }
        let unpacked =
            io::copy(&mut part.take(allowed + 1), &mut io::sink()).map_err(|_| ReadError::Damaged)?;
        if unpacked > allowed {
            return Err(too_large());
        }
        unpacked_total += unpacked;
    }
    let mut input = archive.into_inner().into_inner();
    input.seek(SeekFrom::Start(0))?;
    Ok(input)
}

/// What else is a zip archive.
fn refuse_other_documents<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(), ReadError> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("xl/workbook.bin") {
        return Err(ReadError::Unsupported(ForeignFormat::BinaryExcel));
    }
    let names = || archive.file_names().filter_map(Result::ok);
    if has("[Content_Types].xml") && names().any(|name| name.contains("workbook") || name.starts_with("xl/"))
    {
        return Ok(());
    }
    let document =
        has("mimetype") || has("[Content_Types].xml") || names().any(|name| name.starts_with("Index/"));
    Err(ReadError::Unsupported(if document {
        ForeignFormat::OtherDocument
    } else {
        ForeignFormat::Archive
    }))
}

/// The visible sheet whose header row is found best; the first of equals.
fn choose_sheet(
    workbook: &mut Workbook,
    limits: &ReadLimits,
    chosen: Choice<'_>,
) -> Result<(Header, String), ReadError> {
    let visible = |sheet: &&calamine::Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(visible)
        .take(SHEETS_MAX)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut best: Option<(Header, String)> = None;
    let mut failure = ReadError::Empty;
    for name in names {
        let head = head_of(workbook, &name, limits)?;
        if head.is_empty() {
            continue;
        }
        match header::find(&head, limits, chosen) {
            Ok(header) if best.as_ref().is_none_or(|(best, _)| header.score > best.score) => {
                best = Some((header, name));
            }
            Err(error) if matches!(failure, ReadError::Empty | ReadError::NoHeaderRow) => failure = error,
            Ok(_) | Err(_) => {}
        }
    }
    best.ok_or(failure)
}

fn head_of(workbook: &mut Workbook, sheet: &str, limits: &ReadLimits) -> Result<Vec<HeadRow>, ReadError> {
    let mut head = Vec::new();
    read_rows(workbook, sheet, limits, &mut |row| {
        head.push(row);
        head.len() < HEADER_SEARCH_ROWS
    })?;
    Ok(head)
}

/// Hands the sheet's rows that have cells to `take` until it has enough.
fn read_rows(
    workbook: &mut Workbook,
    sheet: &str,
    limits: &ReadLimits,
    take: &mut dyn FnMut(HeadRow) -> bool,
) -> Result<(), ReadError> {
    let mut reader = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| unreadable(&error))?;
    let mut current = HeadRow {
        row: 0,
        cells: Vec::new(),
    };
    while let Some(cell) = reader.next_cell().map_err(|error| unreadable(&error))? {
        let (row, column) = (
            u64::from(cell.get_position().0) + 1,
            cell.get_position().1 as usize,
        );
        if row != current.row {
            let width = current.cells.len();
            let done = HeadRow {
                row: current.row,
                cells: std::mem::replace(&mut current.cells, Vec::with_capacity(width)),
            };
            current.row = row;
            if !done.cells.is_empty() && !take(done) {
                return Ok(());
            }
        }
        // Columns beyond the limit are refused when they have a header and can't be mapped otherwise.
        if column <= limits.columns_max {
            place(&mut current.cells, column, cell.get_value());
        }
    }
    if !current.cells.is_empty() {
        take(current);
    }
    Ok(())
}

fn place(cells: &mut Vec<String>, column: usize, value: &DataRef<'_>) {
    let text = text_of(value);
    if text.is_empty() {
        return;
    }
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    cells[column] = text;
}

/// A cell as a person would type it: whole numbers without `.0`, dates as `2026-01-05`.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => (if *value { "yes" } else { "no" }).to_owned(),
        DataRef::DateTime(moment) => date_text(moment),
        DataRef::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn number_text(number: f64) -> String {
    // Beyond 2^53 a spreadsheet has no whole numbers.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return (number as i64).to_string();
    }
    number.to_string()
}

/// A number that is formatted as a date but too large to be one is a phone number in a badly formatted column.
fn date_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() || moment.as_f64() > 2_958_465.0 || moment.as_f64() < 1.0 {
        return number_text(moment.as_f64());
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}

type Batch = Result<Vec<HeadRow>, ReadError>;

/// The rows of a sheet.
pub(crate) struct SheetRows {
    batches: Receiver<Batch>,
    batch: std::vec::IntoIter<HeadRow>,
    current: HeadRow,
    header_row: u64,
    ended: bool,
}

impl SheetRows {
    /// Starts the thread that unpacks the sheet; it ends when the sheet does or when this is dropped.
    pub(crate) fn new(shape: Shape, limits: ReadLimits) -> Result<(Self, Header), ReadError> {
        let Shape {
            header,
            mut workbook,
            sheet,
            ..
        } = shape;
        let (sender, batches) = sync_channel(SHEET_BATCHES_WAITING);
        thread::Builder::new()
            .name("sheet-rows".to_owned())
            .spawn(move || send_rows(&mut workbook, &sheet, &limits, &sender))?;
        let current = HeadRow {
            row: 0,
            cells: Vec::new(),
        };
        let rows = Self {
            batches,
            batch: Vec::new().into_iter(),
            current,
            header_row: header.row,
            ended: false,
        };
        Ok((rows, header))
    }
}

/// Ends with an empty batch, so that a thread that stopped short is told from a sheet that ended.
fn send_rows(workbook: &mut Workbook, sheet: &str, limits: &ReadLimits, sender: &SyncSender<Batch>) {
    let mut batch = Vec::with_capacity(SHEET_BATCH_ROWS);
    let result = read_rows(workbook, sheet, limits, &mut |row| {
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
        Err(error) => sender.send(Ok(batch)).and_then(|()| sender.send(Err(error))),
    };
}

impl RowSource for SheetRows {
    type Cells = Vec<String>;

    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        loop {
            if let Some(row) = self.batch.next() {
                if row.row > self.header_row {
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
}

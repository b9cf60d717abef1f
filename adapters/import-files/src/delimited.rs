//! Delimited text, record by record in bounded memory. Chooses the delimiter under which a header row is found; reads
//! UTF-8, UTF-16 and Windows-1252; refuses a record that does not end.

use std::io::{Cursor, Read, Seek, SeekFrom};

use commands::ports::{ReadLimits, ReadProgress, TableChoice};
use csv::{ByteRecord, StringRecord};
use encoding_rs::WINDOWS_1252;

use crate::{
    FileContent,
    budget::Budget,
    detect::Encoding,
    error::ReadError,
    header::{self, HeadRow, Header},
    limits::{HEADER_SEARCH_ROWS, RECORD_BYTES_MAX, RECORD_LINES_MAX},
    progress::Progress,
    table::RowSource,
    transcoder::text_of,
};

/// In the order in which they are preferred when several fit equally well.
const DELIMITERS: [(u8, &str); 9] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "pipe"),
    (b'^', "caret"),
    (b'~', "tilde"),
    (0x1f, "unit separator"),
    (0x01, "start of heading"),
    (b':', "colon"),
];

/// What was found out about a text.
pub(crate) struct Shape {
    pub(crate) header: Header,
    pub(crate) description: String,
    delimiter: u8,
}

/// Chooses delimiter and header row by a sample from the start of the text.
pub(crate) fn shape_of(
    sample: &[u8],
    encoding: Encoding,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Shape, ReadError> {
    let text = encoding.decode(sample);
    let told = told_delimiter(&text);
    let known = DELIMITERS
        .into_iter()
        .filter(|(known, _)| told.is_none_or(|told| told == *known));
    let unheard_of = told
        .filter(|told| DELIMITERS.iter().all(|(known, _)| known != told))
        .map(|told| (told, "its own delimiter"));
    let mut best: Option<Shape> = None;
    let mut failure = ReadError::NotATable;
    for (delimiter, name) in known.chain(unheard_of) {
        let head = head_of(&text, delimiter);
        match header::find(&head, limits, choice) {
            Ok(header) if best.as_ref().is_none_or(|best| header.score > best.header.score) => {
                best = Some(Shape {
                    header,
                    delimiter,
                    description: format!("{}, {name}", encoding.description()),
                });
            }
            Err(error) if explains_more(&error, &failure, &head) => failure = error,
            Ok(_) | Err(_) => {}
        }
    }
    best.ok_or(failure)
}

/// Excel's own first line, `sep=;`, says which delimiter follows.
fn told_delimiter(text: &str) -> Option<u8> {
    let rest = text
        .get(..4)
        .filter(|head| head.eq_ignore_ascii_case("sep="))
        .map(|_| &text[4..])?;
    rest.bytes()
        .next()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n'))
}

/// Of the reasons under several delimiters the one is told that got furthest.
fn explains_more(error: &ReadError, failure: &ReadError, head: &[HeadRow]) -> bool {
    let rank = |error: &ReadError| match error {
        ReadError::NotATable => 0,
        ReadError::NoHeaderRow => 1,
        ReadError::MappingNotInFile | ReadError::HeaderRowNotInFile { .. } => 2,
        _ => 3,
    };
    // Prose has a comma here and there; a table has a delimiter in most rows.
    let tabular = head.iter().filter(|row| row.cells.len() > 1).count() * 2 > head.len();
    rank(error) > rank(failure) && (tabular || !matches!(error, ReadError::NoHeaderRow))
}

/// The first rows under a delimiter; the last of a full sample is left out, it may be cut.
fn head_of(text: &str, delimiter: u8) -> Vec<HeadRow> {
    let mut reader = csv_reader(text.as_bytes(), delimiter);
    let mut counter = RowCounter::default();
    let mut record = ByteRecord::new();
    let mut head = Vec::new();
    while head.len() < HEADER_SEARCH_ROWS && matches!(reader.read_byte_record(&mut record), Ok(true)) {
        let row = counter.row_after(&record, reader.position().line());
        let cells = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
            .collect();
        head.push(HeadRow { row, cells });
    }
    head
}

fn csv_reader<R: Read>(input: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(64 << 10)
        .from_reader(input)
}

/// Counts rows as a spreadsheet does: blank lines count, line breaks inside a cell don't. The csv reader counts line
/// feeds only and skips blank lines silently, so the rows are worked out from the lines it passed.
#[derive(Debug)]
struct RowCounter {
    row: u64,
    line: u64,
}

impl Default for RowCounter {
    fn default() -> Self {
        Self { row: 0, line: 1 }
    }
}

impl RowCounter {
    fn row_after(&mut self, record: &ByteRecord, line: u64) -> u64 {
        let passed = line - self.line;
        self.line = line;
        let inside = if passed > 1 { inner_lines(record) } else { 0 };
        self.row += passed.saturating_sub(inside).max(1);
        self.row
    }
}

fn inner_lines(record: &ByteRecord) -> u64 {
    record
        .as_slice()
        .iter()
        .map(|byte| u64::from(*byte == b'\n'))
        .sum()
}

/// Its last cell ends with a line feed. A closed quote leaves the one behind the text outside; an open one takes it in.
fn swallows_the_end(record: &ByteRecord) -> bool {
    record
        .iter()
        .next_back()
        .is_some_and(|cell| cell.ends_with(b"\n"))
}

/// The records of a text.
pub(crate) struct DelimitedRows {
    reader: csv::Reader<Budget<Box<dyn Read + Send>>>,
    progress: Progress,
    encoding: Encoding,
    bytes: ByteRecord,
    record: StringRecord,
    counter: RowCounter,
    above: u64,
    columns: usize,
    /// The last record spans lines, is shorter than the header and took the line feed after it in: at the end of the text that is an
    /// open quote.
    unfinished: bool,
}

impl DelimitedRows {
    pub(crate) fn new(
        mut input: Box<dyn FileContent>,
        encoding: Encoding,
        shape: &Shape,
    ) -> Result<Self, ReadError> {
        let total = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(encoding.mark_bytes() as u64))?;
        let progress = Progress::default();
        let stream = text_of(progress.counting(input, total), encoding);
        // A last line without its line feed would count as none.
        let ended: Box<dyn Read + Send> = Box::new(stream.chain(Cursor::new(b"\n")));
        let budget = Budget::new(ended);
        Ok(Self {
            reader: csv_reader(budget, shape.delimiter),
            progress,
            encoding,
            bytes: ByteRecord::new(),
            record: StringRecord::new(),
            counter: RowCounter::default(),
            above: shape.header.above,
            columns: shape.header.texts.len(),
            unfinished: false,
        })
    }

    /// The record's bytes as text: UTF-8 when they are, Windows-1252 otherwise.
    fn decode(&mut self) {
        let utf8 = !matches!(self.encoding, Encoding::Windows1252) || self.bytes.as_slice().is_ascii();
        if utf8 {
            match StringRecord::from_byte_record(std::mem::take(&mut self.bytes)) {
                Ok(record) => {
                    self.record = record;
                    return;
                }
                Err(error) => self.bytes = error.into_byte_record(),
            }
        }
        self.record.clear();
        for cell in &self.bytes {
            self.record
                .push_field(&WINDOWS_1252.decode_without_bom_handling(cell).0);
        }
    }
}

impl RowSource for DelimitedRows {
    type Cells = StringRecord;

    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        loop {
            self.reader.get_mut().refill(RECORD_BYTES_MAX);
            // The buffers of the last record are used again.
            if self.bytes.is_empty() {
                self.bytes = std::mem::take(&mut self.record).into_byte_record();
            }
            let more = match self.reader.read_byte_record(&mut self.bytes) {
                Ok(more) => more,
                Err(_) if self.reader.get_ref().is_spent() => {
                    let row = self.counter.row + 1;
                    return Err(if self.reader.get_ref().has_quotes() {
                        ReadError::UnclosedQuote { row }
                    } else {
                        ReadError::RecordTooLong {
                            row,
                            bytes_max: RECORD_BYTES_MAX,
                        }
                    });
                }
                Err(error) => return Err(io_error(error)),
            };
            if !more {
                let row = self.counter.row;
                return if self.unfinished {
                    Err(ReadError::UnclosedQuote { row })
                } else {
                    Ok(None)
                };
            }
            let line = self.reader.position().line();
            let inside = if line - self.counter.line > 1 {
                inner_lines(&self.bytes)
            } else {
                0
            };
            let row = self.counter.row_after(&self.bytes, line);
            if inside > RECORD_LINES_MAX {
                return Err(ReadError::UnclosedQuote { row });
            }
            self.unfinished = inside > 0 && self.bytes.len() < self.columns && swallows_the_end(&self.bytes);
            if row > self.above {
                self.decode();
                return Ok(Some(row));
            }
        }
    }

    fn cells(&self) -> &StringRecord {
        &self.record
    }

    fn progress(&self) -> ReadProgress {
        self.progress.get()
    }
}

fn io_error(error: csv::Error) -> ReadError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ReadError::Io(error),
        _ => ReadError::NotATable,
    }
}

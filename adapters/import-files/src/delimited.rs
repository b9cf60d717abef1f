//! Delimited text, record by record in bounded memory. Chooses the delimiter under which a header row is found; reads
//! UTF-8, UTF-16 and Windows-1252; refuses a record that does not end.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use commands::ports::ReadLimits;
use csv::{ByteRecord, StringRecord};
use encoding_rs::{CoderResult, Decoder, WINDOWS_1252};

use crate::{
    Choice, FileContent, RowSource,
    detect::Encoding,
    error::ReadError,
    header::{self, HeadRow, Header},
    limits::{HEADER_SEARCH_ROWS, RECORD_BYTES_MAX, RECORD_LINES_MAX},
};

/// In the order in which they are preferred when several fit equally well.
const DELIMITERS: [(u8, &str); 4] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "pipe"),
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
    chosen: Choice<'_>,
) -> Result<Shape, ReadError> {
    let text = encoding.decode(sample);
    let told = text
        .get(..5)
        .and_then(|line| line.strip_prefix("sep="))
        .and_then(|rest| rest.bytes().next());
    let mut best: Option<Shape> = None;
    let mut failure = ReadError::NotATable;
    for (delimiter, name) in DELIMITERS {
        if told.is_some_and(|told| told != delimiter) {
            continue;
        }
        let head = head_of(&text, delimiter);
        match header::find(&head, limits, chosen) {
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

/// Of the reasons under several delimiters the one is told that got furthest.
fn explains_more(error: &ReadError, failure: &ReadError, head: &[HeadRow]) -> bool {
    let rank = |error: &ReadError| match error {
        ReadError::NotATable => 0,
        ReadError::NoHeaderRow => 1,
        ReadError::MappingNotInFile => 2,
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

/// The records of a text.
pub(crate) struct DelimitedRows {
    reader: csv::Reader<Budget<Box<dyn Read + Send>>>,
    encoding: Encoding,
    bytes: ByteRecord,
    record: StringRecord,
    counter: RowCounter,
    header_row: u64,
    columns: usize,
    /// The last record spans lines and is shorter than the header: at the end of the text that is an open quote.
    unfinished: bool,
}

impl DelimitedRows {
    pub(crate) fn new(
        mut input: Box<dyn FileContent>,
        encoding: Encoding,
        shape: &Shape,
    ) -> Result<Self, ReadError> {
        input.seek(SeekFrom::Start(encoding.mark_bytes() as u64))?;
        let stream: Box<dyn Read + Send> = match encoding.utf16() {
            Some(utf16) => Box::new(Transcoder::new(input, utf16.new_decoder_without_bom_handling())),
            None => Box::new(input),
        };
        // A last line without its line feed would count as none.
        let ended: Box<dyn Read + Send> = Box::new(stream.chain(Cursor::new(b"\n")));
        let budget = Budget {
            inner: ended,
            left: 0,
            spent: false,
        };
        Ok(Self {
            reader: csv_reader(budget, shape.delimiter),
            encoding,
            bytes: ByteRecord::new(),
            record: StringRecord::new(),
            counter: RowCounter::default(),
            header_row: shape.header.row,
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
            self.reader.get_mut().left = RECORD_BYTES_MAX;
            // The buffers of the last record are used again.
            if self.bytes.is_empty() {
                self.bytes = std::mem::take(&mut self.record).into_byte_record();
            }
            let more = match self.reader.read_byte_record(&mut self.bytes) {
                Ok(more) => more,
                Err(_) if self.reader.get_ref().spent => {
                    return Err(ReadError::UnclosedQuote {
                        row: self.counter.row + 1,
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
            self.unfinished = inside > 0 && self.bytes.len() < self.columns;
            if row > self.header_row {
                self.decode();
                return Ok(Some(row));
            }
        }
    }

    fn cells(&self) -> &StringRecord {
        &self.record
    }
}

fn io_error(error: csv::Error) -> ReadError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ReadError::Io(error),
        _ => ReadError::NotATable,
    }
}

/// Lets so many bytes through and no more until it is filled up: bounds a record, which the csv reader does not.
struct Budget<R> {
    inner: R,
    left: usize,
    spent: bool,
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.spent = true;
            return Err(io::Error::other("record too long"));
        }
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

/// UTF-16 to UTF-8, a buffer at a time.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    filled: usize,
    output: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    const INPUT_BYTES: usize = 32 << 10;

    fn new(inner: R, decoder: Decoder) -> Self {
        Self {
            inner,
            decoder,
            input: vec![0; Self::INPUT_BYTES],
            filled: 0,
            output: Vec::new(),
            taken: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.filled = self.inner.read(&mut self.input)?;
        self.ended = self.filled == 0;
        // Three bytes of UTF-8 for two of UTF-16 at most, and the rest of a pair kept by the decoder.
        self.output.resize(self.filled * 2 + 16, 0);
        self.taken = 0;
        let (result, _, written, _) =
            self.decoder
                .decode_to_utf8(&self.input[..self.filled], &mut self.output, self.ended);
        self.output.truncate(written);
        match result {
            CoderResult::InputEmpty => Ok(()),
            CoderResult::OutputFull => Err(io::Error::other("text could not be converted")),
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.output.len() && !self.ended {
            self.refill()?;
        }
        let rest = &self.output[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}

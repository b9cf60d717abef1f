//! JSON as rows: the objects of a list anywhere in a document, or one object a line. Read element by element, so that a
//! document of any size takes the memory of one contact. A line that is no JSON is one rejected row; a document that
//! breaks off is refused from there on.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use commands::ports::{FileContent, ReadLimits, TableChoice, TableFormat};
use encoding_rs::WINDOWS_1252;
use serde_json::Value;

use crate::{
    budget::Budget,
    detect::Encoding,
    error::ReadError,
    json_fields::Flattener,
    json_lists::{ListPlace, Survey},
    json_scanner::{Scanner, Stop},
    limits::{JSON_DEPTH_MAX, LIST_SEARCH_BYTES, RECORD_BYTES_MAX},
    progress::Progress,
    records::{Record, RecordRows, Records, learn},
    table::Found,
    transcoder::text_of,
    vcard::sample_of,
};

/// Why a line is no contact.
const NO_OBJECT: &str = "this line is no JSON object: export the list again, or mend the line";

/// Rows of objects, and how they were found.
type Opened = (RecordRows<Objects<Box<dyn Read + Send>>>, Found);

/// Opens a JSON text.
pub(crate) fn open(
    mut input: Box<dyn FileContent>,
    encoding: Encoding,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Opened, ReadError> {
    let total = input.seek(SeekFrom::End(0))?;
    let start = SeekFrom::Start(encoding.mark_bytes() as u64);
    input.seek(start)?;
    let looked_at = Progress::default();
    let (sample, mut input) = sample_of(input, &looked_at, total, encoding)?;
    let searched = &sample[..sample.len().min(LIST_SEARCH_BYTES as usize)];
    let survey = Survey::of(searched);
    let place = survey.choose();
    let by_line =
        place.as_ref().is_none_or(|place| *place == ListPlace::default()) && is_one_a_line(searched);
    let place = match place {
        Some(place) => place,
        None if by_line => ListPlace::default(),
        None if survey.broken => return Err(ReadError::BrokenJson { record: 0 }),
        None => return Err(no_list(searched)),
    };
    let header = learn(
        Objects::new(&sample[..], place.clone(), by_line),
        &looked_at,
        limits,
        choice,
    )?;
    input.seek(start)?;
    let progress = Progress::default();
    let text = text_of(progress.counting(input, total), encoding);
    let rows = RecordRows::new(Objects::new(text, place, by_line), &header, progress);
    let (format, name) = if by_line || survey.tops > 1 {
        (TableFormat::NdJson, "one JSON object a line")
    } else {
        (TableFormat::Json, "JSON")
    };
    let description = format!("{}, {name}", encoding.description());
    Ok((rows, Found::new(format, description, header)))
}

/// A document without a list of objects is empty, cut off, broken, or something else than contacts.
fn no_list(sample: &[u8]) -> ReadError {
    match serde_json::from_slice::<serde::de::IgnoredAny>(sample) {
        Ok(_) => ReadError::NoRecords,
        Err(error) if error.is_eof() => ReadError::CutOff { record: 1 },
        Err(_) => ReadError::BrokenJson { record: 0 },
    }
}

/// Whether the first line is an object and the next one begins one.
fn is_one_a_line(sample: &[u8]) -> bool {
    let mut lines = sample
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let whole = |line: &[u8]| {
        let line = line.strip_suffix(b",").unwrap_or(line);
        line.starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
    };
    let (first, second) = (lines.next(), lines.next());
    match (first, second) {
        (Some(first), Some(second)) => whole(first) || (first.starts_with(b"{") && whole(second)),
        _ => false,
    }
}

/// The objects of a text.
pub(crate) struct Objects<R> {
    source: Source<R>,
    flattener: Flattener,
    bytes: Vec<u8>,
}

enum Source<R> {
    Lines(Lines<R>),
    Elements(Elements<R>),
}

impl<R: Read> Objects<R> {
    fn new(input: R, place: ListPlace, by_line: bool) -> Self {
        let source = if by_line {
            Source::Lines(Lines {
                input: BufReader::with_capacity(64 << 10, Budget::new(input)),
                line: 0,
            })
        } else {
            Source::Elements(Elements::new(input, place))
        };
        Self {
            source,
            flattener: Flattener::default(),
            bytes: Vec::new(),
        }
    }
}

impl<R: Read + Send> Records for Objects<R> {
    fn next(&mut self, record: &mut Record) -> Result<bool, ReadError> {
        loop {
            record.clear();
            let row = match &mut self.source {
                Source::Lines(lines) => lines.next(&mut self.bytes)?,
                Source::Elements(elements) => elements.next(&mut self.bytes)?,
            };
            let Some(row) = row else { return Ok(false) };
            record.row = row;
            match (object_of(&self.bytes), &self.source) {
                (Some(Value::Object(object)), _) => {
                    if self.flattener.flatten(&object, record) {
                        return Ok(true);
                    }
                }
                (_, Source::Lines(_)) => {
                    record.fault = Some(NO_OBJECT);
                    return Ok(true);
                }
                (_, Source::Elements(_)) => return Err(ReadError::BrokenJson { record: row - 1 }),
            }
        }
    }
}

/// The value; text that is not UTF-8 is read as Windows-1252.
fn object_of(bytes: &[u8]) -> Option<Value> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text).ok(),
        Err(_) => serde_json::from_str(&WINDOWS_1252.decode_without_bom_handling(bytes).0).ok(),
    }
}

/// One object a line.
struct Lines<R> {
    input: BufReader<Budget<R>>,
    line: u64,
}

impl<R: Read> Lines<R> {
    /// The next line that is not blank, and its number.
    fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<u64>, ReadError> {
        loop {
            out.clear();
            self.input.get_mut().refill(RECORD_BYTES_MAX);
            let count = match self.input.read_until(b'\n', out) {
                Ok(count) => count,
                Err(_) if self.input.get_ref().is_spent() => {
                    return Err(ReadError::RecordTooLong {
                        row: self.line + 1,
                        bytes_max: RECORD_BYTES_MAX,
                    });
                }
                Err(error) => return Err(error.into()),
            };
            if count == 0 {
                return Ok(None);
            }
            self.line += 1;
            let line = out.trim_ascii();
            let line = line.strip_suffix(b",").unwrap_or(line);
            if !line.is_empty() {
                *out = line.to_vec();
                return Ok(Some(self.line));
            }
        }
    }
}

/// A container that was entered on the way to the list.
struct Entered {
    object: bool,
    /// It stands under a name, which is the last of the path.
    named: bool,
}

/// The objects of a list.
struct Elements<R> {
    scanner: Scanner<R>,
    place: ListPlace,
    entered: Vec<Entered>,
    path: Vec<String>,
    count: u64,
}

impl<R: Read> Elements<R> {
    fn new(input: R, place: ListPlace) -> Self {
        Self {
            scanner: Scanner::new(input),
            place,
            entered: Vec::new(),
            path: Vec::new(),
            count: 0,
        }
    }

    /// Copies the next object of the list and says its number.
    fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<u64>, ReadError> {
        let found = self.find(out);
        match found {
            Ok(true) => {
                self.count += 1;
                Ok(Some(self.count))
            }
            Ok(false) => Ok(None),
            Err(stop) => Err(match stop {
                Stop::Ended => ReadError::CutOff {
                    record: self.count + 1,
                },
                Stop::Broken => ReadError::BrokenJson { record: self.count },
                Stop::TooLong => ReadError::RecordTooLong {
                    row: self.count + 1,
                    bytes_max: RECORD_BYTES_MAX,
                },
                Stop::Io(error) => error.into(),
            }),
        }
    }

    fn find(&mut self, out: &mut Vec<u8>) -> Result<bool, Stop> {
        loop {
            let here = self.path == self.place.path;
            let Some(byte) = self.scanner.peek()? else {
                return if self.entered.is_empty() {
                    Ok(false)
                } else {
                    Err(Stop::Ended)
                };
            };
            let in_object = self.entered.last().map(|entered| entered.object);
            match (byte, in_object) {
                (b',', _) => self.scanner.pass(),
                (b']', Some(false)) | (b'}', Some(true)) => self.leave(),
                // What stands at the top or in a list.
                (b'{', None | Some(false)) if here && !self.place.by_id => {
                    return self.scanner.record(out).map(|()| true);
                }
                (b'{' | b'[', None | Some(false)) => self.enter(byte, None)?,
                (b'"', Some(true)) => {
                    let name = self.scanner.key()?;
                    let value = self.scanner.expect()?;
                    if value == b'{' && here && self.place.by_id {
                        return self.scanner.record(out).map(|()| true);
                    }
                    if matches!(value, b'{' | b'[') && self.leads_to_list(&name) {
                        self.enter(value, Some(name))?;
                    } else {
                        self.scanner.skip()?;
                    }
                }
                (_, Some(true)) => return Err(Stop::Broken),
                _ => self.scanner.skip()?,
            }
        }
    }

    fn leads_to_list(&self, name: &str) -> bool {
        let (path, list) = (&self.path, &self.place.path);
        list.len() > path.len() && list[..path.len()] == path[..] && list[path.len()] == name
    }

    fn enter(&mut self, byte: u8, name: Option<String>) -> Result<(), Stop> {
        if self.entered.len() >= JSON_DEPTH_MAX {
            return Err(Stop::Broken);
        }
        self.scanner.pass();
        self.entered.push(Entered {
            object: byte == b'{',
            named: name.is_some(),
        });
        self.path.extend(name);
        Ok(())
    }

    fn leave(&mut self) {
        self.scanner.pass();
        if self.entered.pop().is_some_and(|entered| entered.named) {
            self.path.pop();
        }
    }
}

//! Records that name their own fields, cards and JSON objects, as rows of a table. The start of the file is read twice:
//! first to learn which fields there are, then for the rows.

use std::{borrow::Cow, collections::HashMap};

use commands::ports::{ReadLimits, ReadProgress, TableChoice};

use crate::{
    error::ReadError,
    header::{HeadRow, Header},
    limits::{FIELD_SEARCH_BYTES, FIELD_SEARCH_RECORDS, HEADER_SEARCH_ROWS},
    progress::Progress,
    table::RowSource,
};

/// Stands between several values of one field, as in Google's exports.
const SEPARATOR: &str = " ::: ";

/// A record: its number in the file, and its fields by name.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// From 1.
    pub(crate) row: u64,
    pub(crate) fields: Vec<(Cow<'static, str>, String)>,
    /// Why it can't be read, when the next one can.
    pub(crate) fault: Option<&'static str>,
}

impl Record {
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
        self.fault = None;
    }

    /// Adds a value to a field, beside those it has.
    pub(crate) fn add(&mut self, name: Cow<'static, str>, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                known.push_str(SEPARATOR);
                known.push_str(value);
            }
            None => self.fields.push((name, value.to_owned())),
        }
    }
}

/// A source of records.
pub(crate) trait Records: Send {
    /// Reads the next record; false at the end.
    fn next(&mut self, record: &mut Record) -> Result<bool, ReadError>;
}

/// Learns the fields of the records at the start of a file. `progress` is that of the reader below, which is to stop
/// after [`FIELD_SEARCH_BYTES`].
pub(crate) fn learn(
    mut records: impl Records,
    progress: &Progress,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Header, ReadError> {
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut head: Vec<HeadRow> = Vec::new();
    let mut record = Record::default();
    for count in 0..FIELD_SEARCH_RECORDS {
        match records.next(&mut record) {
            Ok(true) => {}
            Ok(false) if count == 0 => return Err(ReadError::Empty),
            Ok(false) => break,
            // The end of what is looked at is no fault of the file.
            Err(_) if count > 0 && progress.get().done >= FIELD_SEARCH_BYTES => break,
            Err(error) => return Err(error),
        }
        for (name, _) in &record.fields {
            if !places.contains_key(name.as_ref()) {
                places.insert(name.to_string(), names.len());
                names.push(name.to_string());
            }
        }
        if head.len() < HEADER_SEARCH_ROWS && !record.fields.is_empty() {
            head.push(HeadRow {
                row: record.row,
                cells: cells_of(&mut record, &places),
            });
        }
    }
    Header::of_names(names, &head, limits, choice)
}

fn cells_of(record: &mut Record, places: &HashMap<String, usize>) -> Vec<String> {
    let mut cells = Vec::new();
    for (name, value) in record.fields.drain(..) {
        let Some(place) = places.get(name.as_ref()) else {
            continue;
        };
        if cells.len() <= *place {
            cells.resize(place + 1, String::new());
        }
        cells[*place] = value;
    }
    cells
}

/// Records as rows under columns that are known.
pub(crate) struct RecordRows<R> {
    records: R,
    places: HashMap<String, usize>,
    record: Record,
    cells: Vec<String>,
    progress: Progress,
}

impl<R: Records> RecordRows<R> {
    pub(crate) fn new(records: R, header: &Header, progress: Progress) -> Self {
        let places = header.texts.iter().cloned().zip(0..).collect();
        Self {
            records,
            places,
            record: Record::default(),
            cells: Vec::new(),
            progress,
        }
    }
}

impl<R: Records> RowSource for RecordRows<R> {
    type Cells = Vec<String>;

    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        if !self.records.next(&mut self.record)? {
            return Ok(None);
        }
        self.cells = cells_of(&mut self.record, &self.places);
        Ok(Some(self.record.row))
    }

    fn cells(&self) -> &Vec<String> {
        &self.cells
    }

    fn progress(&self) -> ReadProgress {
        self.progress.get()
    }

    fn fault(&self) -> Option<&'static str> {
        self.record.fault
    }
}

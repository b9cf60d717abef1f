//! Contact lists out of files: finds format, encoding, delimiter, sheet, header row and columns by content, and yields
//! the rows normalised, in bounded memory. Refuses whatever it can't read with an error that says what to do.
//!
//! To add a format: tell it in `detect`, write a `RowSource` for it beside `delimited` and `spreadsheet`, and choose
//! it in [`open`]. Everything after the cells (mapping, names, numbers, places) is shared.

mod columns;
mod contact_row;
mod delimited;
mod detect;
mod error;
mod field;
mod footer;
mod header;
mod letter_case;
mod limits;
mod mapping;
mod person_name;
mod phone;
mod place;
mod spreadsheet;
mod synonyms;
mod values;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};

use commands::ports::{
    FileContent, PortError, ReadLimits, ReadProgress, RowOutcome, TableChoice, TableFormat, TableOpener,
    TableReader, TableSummary,
};
pub use error::{ForeignFormat, ReadError};
pub use phone::{NormalisedPhone, PhoneProblem, normalise_phone};

use crate::{
    contact_row::RowNormaliser, delimited::DelimitedRows, detect::Content, header::Header,
    spreadsheet::SheetRows,
};

/// A mapping chosen by a person: header text to our field name, such as `"Tel." → "phone"`. Columns that it does not
/// name are not read. A name that is none of ours makes a template variable.
pub type Choice<'a> = Option<&'a BTreeMap<String, String>>;

/// Opens a contact list. Blocking, as is the reader; run both off the async threads.
///
/// # Errors
/// What the file is instead, or what is wrong with it, and what to do.
pub fn open(
    input: Box<dyn FileContent>,
    limits: ReadLimits,
    chosen: Choice<'_>,
) -> Result<Box<dyn TableReader>, ReadError> {
    let mut input = input;
    let bytes = input.seek(SeekFrom::End(0))?;
    if bytes > limits.file_bytes_max {
        return Err(ReadError::TooLarge {
            bytes,
            bytes_max: limits.file_bytes_max,
        });
    }
    input.seek(SeekFrom::Start(0))?;
    let mut sample = Vec::with_capacity(limits::SAMPLE_BYTES);
    input
        .by_ref()
        .take(limits::SAMPLE_BYTES as u64)
        .read_to_end(&mut sample)?;
    match detect::content_of(&sample)? {
        Content::Text(encoding) => {
            let shape = delimited::shape_of(&sample, encoding, &limits, chosen)?;
            let rows = DelimitedRows::new(input, encoding, &shape)?;
            Ok(table(
                rows,
                TableFormat::Csv,
                shape.description,
                shape.header,
                limits,
            ))
        }
        Content::Zip => {
            let shape = spreadsheet::shape_of(input, &limits, chosen)?;
            let description = shape.description.clone();
            let (rows, header) = SheetRows::new(shape, limits)?;
            Ok(table(rows, TableFormat::Xlsx, description, header, limits))
        }
    }
}

/// Opens a contact list on disk.
///
/// # Errors
/// As [`open`].
pub fn open_path(
    path: &Path,
    limits: ReadLimits,
    chosen: Choice<'_>,
) -> Result<Box<dyn TableReader>, ReadError> {
    open(Box::new(File::open(path)?), limits, chosen)
}

/// Opens a contact list in memory.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(
    bytes: impl AsRef<[u8]> + Send + 'static,
    limits: ReadLimits,
    chosen: Choice<'_>,
) -> Result<Box<dyn TableReader>, ReadError> {
    open(Box::new(Cursor::new(bytes)), limits, chosen)
}

/// Contact lists in files, as the importer asks for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContactFiles;

impl TableOpener for ContactFiles {
    fn open(
        &self,
        content: Box<dyn FileContent>,
        choice: &TableChoice,
        limits: ReadLimits,
    ) -> Result<Box<dyn TableReader>, PortError> {
        let chosen = (!choice.mapping.is_empty()).then_some(&choice.mapping);
        open(content, limits, chosen).map_err(PortError::from)
    }
}

/// The cells of a row; those beyond its end are empty.
pub(crate) trait Cells {
    fn cell(&self, column: usize) -> &str;
    fn count(&self) -> usize;

    fn all_blank(&self) -> bool {
        (0..self.count()).all(|column| self.cell(column).trim().is_empty())
    }
}

impl Cells for csv::StringRecord {
    fn cell(&self, column: usize) -> &str {
        self.get(column).unwrap_or("")
    }

    fn count(&self) -> usize {
        self.len()
    }
}

impl Cells for Vec<String> {
    fn cell(&self, column: usize) -> &str {
        self.get(column).map_or("", String::as_str)
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Rows of cells below the header, whatever the format.
pub(crate) trait RowSource: Send {
    type Cells: Cells;

    /// Goes to the next row and says its number in the file, from 1; nothing at the end.
    fn advance(&mut self) -> Result<Option<u64>, ReadError>;

    /// The cells of the row it is at.
    fn cells(&self) -> &Self::Cells;
}

fn table<S: RowSource + 'static>(
    rows: S,
    format: TableFormat,
    description: String,
    header: Header,
    limits: ReadLimits,
) -> Box<dyn TableReader> {
    let summary = TableSummary {
        format,
        description,
        header_row: header.row,
        mapping: header.mapping(),
        columns: vec![],
        sheets: vec![],
        sheet: None,
    };
    let normaliser = RowNormaliser::new(header.columns(), header.texts, limits.cell_chars_max);
    Box::new(Table {
        rows,
        summary,
        normaliser,
        count: 0,
        rows_max: limits.rows_max,
        ended: false,
    })
}

struct Table<S> {
    rows: S,
    summary: TableSummary,
    normaliser: RowNormaliser,
    count: u64,
    rows_max: u64,
    ended: bool,
}

impl<S: RowSource> Table<S> {
    fn step(&mut self) -> Result<Option<RowOutcome>, ReadError> {
        while let Some(row) = self.rows.advance()? {
            if let Some(outcome) = self.normaliser.outcome(row, self.rows.cells()) {
                self.count += 1;
                if self.count > self.rows_max {
                    return Err(ReadError::TooManyRows {
                        rows_max: self.rows_max,
                    });
                }
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }
}

impl<S: RowSource> TableReader for Table<S> {
    fn summary(&self) -> &TableSummary {
        &self.summary
    }

    fn cells(&self) -> Vec<String> {
        vec![]
    }

    fn progress(&self) -> ReadProgress {
        ReadProgress::default()
    }

    fn next_row(&mut self) -> Option<Result<RowOutcome, PortError>> {
        if self.ended {
            return None;
        }
        let step = self.step().map_err(PortError::from);
        self.ended = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

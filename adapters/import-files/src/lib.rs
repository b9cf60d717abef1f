//! Contact lists out of files: finds format, encoding, delimiter, sheet, header row and columns by content, and yields
//! the rows normalised, in bounded memory. Refuses whatever it can't read with an error that says what to do.
//!
//! To add a format: tell it in `detect`, write a `RowSource` for it (or a `Records`, when its records name their own
//! fields), and choose it in [`open`]. Everything after the cells (mapping, names, numbers, places) is shared.

mod archive;
mod budget;
mod columns;
mod contact_row;
mod content;
mod delimited;
mod detect;
mod error;
mod field;
mod footer;
mod given_names;
mod header;
mod json;
mod json_fields;
mod json_lists;
mod json_scanner;
mod legacy_workbook;
mod letter_case;
mod limits;
mod mapping;
mod nested;
mod number_list;
mod open_document;
mod person_name;
mod phone;
mod place;
mod progress;
mod records;
mod spreadsheet;
mod synonyms;
mod table;
mod transcoder;
mod values;
mod vcard;
mod vcard_lines;
mod workbook;

use std::{
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};

use commands::ports::{
    FileContent, PortError, ReadLimits, TableChoice, TableFormat, TableOpener, TableReader,
};
pub use error::{ForeignFormat, ReadError};
pub use field::field_names;
pub use number_list::NumberLists;
pub use phone::{NormalisedPhone, PhoneProblem, normalise_phone};

use crate::{
    delimited::DelimitedRows,
    detect::{Content, Packed},
    spreadsheet::SheetRows,
    table::{Found, table},
};

/// Opens a contact list. Blocking, as is the reader; run both off the async threads.
///
/// A choice of header row 0 says that no row names the columns.
///
/// # Errors
/// What the file is instead, or what is wrong with it, and what to do.
pub fn open(
    mut input: Box<dyn FileContent>,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, ReadError> {
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
            let shape = delimited::shape_of(&sample, encoding, &limits, choice)?;
            let rows = DelimitedRows::new(input, encoding, &shape)?;
            let found = Found::new(TableFormat::Csv, shape.description, shape.header);
            Ok(table(rows, found, limits, choice))
        }
        Content::Cards(encoding) => {
            let (rows, found) = vcard::open(input, encoding, &limits, choice)?;
            Ok(table(rows, found, limits, choice))
        }
        Content::Json(encoding) => {
            let (rows, found) = json::open(input, encoding, &limits, choice)?;
            Ok(table(rows, found, limits, choice))
        }
        Content::Packed(packed) => open_workbook(input, packed, limits, choice),
    }
}

fn open_workbook(
    input: Box<dyn FileContent>,
    packed: Packed,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, ReadError> {
    let (shape, found) = spreadsheet::shape_of(input, packed, &limits, choice)?;
    let rows = SheetRows::new(shape, found.header.above, limits)?;
    Ok(table(rows, found, limits, choice))
}

/// Opens a contact list on disk.
///
/// # Errors
/// As [`open`].
pub fn open_path(
    path: &Path,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, ReadError> {
    open(Box::new(File::open(path)?), limits, choice)
}

/// Opens a contact list in memory.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(
    bytes: impl AsRef<[u8]> + Send + 'static,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, ReadError> {
    open(Box::new(Cursor::new(bytes)), limits, choice)
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
        open(content, limits, choice).map_err(PortError::from)
    }

    fn fields(&self) -> Vec<&'static str> {
        field_names().collect()
    }
}

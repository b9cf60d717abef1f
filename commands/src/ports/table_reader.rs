//! Reading a contact list out of a file: format, header row, columns, rows, normalised. Everything but the database.

use std::collections::BTreeMap;

use domain::{Location, PersonalDetails, PhoneNumber};
use serde::{Deserialize, Serialize};

/// What kind of file it is, found by content, not by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// Delimited text.
    Csv,
    /// Excel 2007 and later.
    Xlsx,
}

/// Limits of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Largest file, bytes.
    pub file_bytes_max: u64,
    /// Largest content once decompressed, bytes.
    pub unpacked_bytes_max: u64,
    /// Most data rows.
    pub rows_max: u64,
    /// Most columns.
    pub columns_max: usize,
    /// Longest cell, characters.
    pub cell_chars_max: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            file_bytes_max: 512 << 20,
            unpacked_bytes_max: 2 << 30,
            rows_max: 2_000_000,
            columns_max: 256,
            cell_chars_max: 4_096,
        }
    }
}

/// A row that became a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadContact {
    /// Number of the row or line in the file, from 1, as a person would count it.
    pub row: u64,
    /// The number, normalised.
    pub phone: PhoneNumber,
    /// The coarse location.
    pub location: Location,
    /// Everything personal.
    pub details: PersonalDetails,
    /// Listing status, when the source has one: `Expired`, `Cancelled`…
    pub listing_status: Option<String>,
    /// The source marks the person as not to be contacted.
    pub do_not_contact: bool,
}

impl std::fmt::Debug for ReadContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadContact(row {})", self.row)
    }
}

/// A row without a usable number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Number of the row or line in the file, from 1.
    pub row: u64,
    /// The field at fault, such as `phone`.
    pub field: String,
    /// Why, in words a person can act on; without the value.
    pub error: String,
    /// The value at fault; personal, sealed before it is recorded.
    #[serde(skip)]
    pub value: Option<String>,
}

/// What one row came to. Blank rows and footers are not rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// A contact.
    Contact(Box<ReadContact>),
    /// No contact.
    Rejected(RejectedRow),
}

/// What is known of a file before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    /// The format found.
    pub format: TableFormat,
    /// Encoding or sheet found, in words: `UTF-8 with BOM, comma`, `sheet "Farm"`.
    pub description: String,
    /// Number of the header row in the file, from 1.
    pub header_row: u64,
    /// Header text to our field name; unmapped columns are absent.
    pub mapping: BTreeMap<String, String>,
}

/// An open file: a summary, then its rows in order. Blocking; run it off the async threads.
pub trait TableReader: Send {
    /// What was found out on opening.
    fn summary(&self) -> &TableSummary;

    /// The next row; nothing at the end; an error when the file is broken from here on (truncated, over a limit).
    fn next_row(&mut self) -> Option<Result<RowOutcome, super::PortError>>;
}

/// Opens contact lists of any known format.
pub trait TableOpener: Send + Sync + std::fmt::Debug {
    /// Finds format, header and columns. `mapping` is the user's own choice (header text to field name), empty for a guess.
    /// A file that is no contact list is [`super::PortErrorKind::Permanent`] and says what to do.
    fn open(
        &self,
        content: bytes::Bytes,
        mapping: &BTreeMap<String, String>,
        limits: ReadLimits,
    ) -> Result<Box<dyn TableReader>, super::PortError>;
}

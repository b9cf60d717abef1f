//! Reading a contact list out of a file: format, header row, columns, rows, normalised. Everything but the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek},
};

use domain::{Location, PersonalDetails, PhoneNumber};
use serde::{Deserialize, Serialize};

/// The bytes of a file, wherever they lie: read in pieces, never whole.
pub trait FileContent: Read + Seek + Send + 'static {}
impl<T: Read + Seek + Send + 'static> FileContent for T {}

/// What kind of file it is, found by content, not by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// Delimited text.
    Csv,
    /// Excel 2007 and later.
    Xlsx,
    /// Excel 97 to 2003.
    Xls,
    /// Excel 2007 and later, binary form.
    Xlsb,
    /// OpenDocument spreadsheet.
    Ods,
    /// Address cards, vCard 2.1, 3.0 or 4.0.
    VCard,
    /// One JSON document with a list of objects.
    Json,
    /// One JSON object a line.
    NdJson,
}

impl TableFormat {
    /// The format as shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
            Self::VCard => "vcard",
            Self::Json => "json",
            Self::NdJson => "ndjson",
        }
    }
}

/// What a person has decided about a file before it is read. The default is a guess of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableChoice {
    /// Header text to our field name; columns that it does not name are not read. Empty for a guess.
    pub mapping: BTreeMap<String, String>,
    /// Name of the sheet; nothing for the first that holds a list.
    pub sheet: Option<String>,
    /// Number of the header row in the file, from 1; nothing for a guess.
    pub header_row: Option<u64>,
    /// Mappings that were chosen before, the best first (the user's own, then the organization's). They serve the guess only.
    pub remembered: Vec<BTreeMap<String, String>>,
    /// Cells that were corrected by hand, by row number and header text.
    pub fixes: BTreeMap<(u64, String), String>,
    /// Rows that were left out by hand; they are not counted.
    pub left_out: BTreeSet<u64>,
    /// Open a list also when no column is known to hold numbers, so that one can be chosen; its rows are then all rejected.
    pub phone_to_be_chosen: bool,
}

/// On what a column's field rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnGuess {
    /// A person chose it for this file.
    Chosen,
    /// The header is one that is known to mean it.
    Exact,
    /// Someone chose it for this header before.
    Remembered,
    /// The header is like one that is known.
    Similar,
    /// The cells look like it.
    Content,
    /// Nothing: the column is not read.
    Unknown,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Header text, made unique: the second `Phone` is `Phone (2)`.
    pub header: String,
    /// Our field; nothing when it is not read.
    pub field: Option<String>,
    /// On what that rests.
    pub guess: ColumnGuess,
    /// The first values that are not blank, at most three. Personal.
    pub samples: Vec<String>,
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
    /// Further numbers of the person that the source marks as not to be called, whoever has them.
    pub forbidden_phones: Vec<PhoneNumber>,
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
    /// All columns in their order, read or not.
    pub columns: Vec<TableColumn>,
    /// Names of the workbook's sheets; none for other formats.
    pub sheets: Vec<String>,
    /// The sheet that is read.
    pub sheet: Option<String>,
}

/// How much of a file has been read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadProgress {
    /// Bytes (of a workbook: of the unpacked sheet) read so far.
    pub done: u64,
    /// All of them; 0 when not known.
    pub total: u64,
}

/// An open file: a summary, then its rows in order. Blocking; run it off the async threads.
pub trait TableReader: Send {
    /// What was found out on opening.
    fn summary(&self) -> &TableSummary;

    /// The next row; nothing at the end; an error when the file is broken from here on (truncated, over a limit).
    fn next_row(&mut self) -> Option<Result<RowOutcome, super::PortError>>;

    /// The cells of the row that was read last, in the columns' order, corrections applied: what a preview shows.
    fn cells(&self) -> Vec<String>;

    /// Headers of the columns whose cell of the row that was read last is longer than is read: what is behind the limit was left out.
    fn cut_columns(&self) -> Vec<String>;

    /// How far it is.
    fn progress(&self) -> ReadProgress;
}

/// Opens contact lists of any known format.
pub trait TableOpener: Send + Sync + std::fmt::Debug {
    /// Finds format, header and columns. A file that is no contact list is [`super::PortErrorKind::Permanent`] and says what
    /// to do.
    fn open(
        &self,
        content: Box<dyn FileContent>,
        choice: &TableChoice,
        limits: ReadLimits,
    ) -> Result<Box<dyn TableReader>, super::PortError>;

    /// Names of the fields that a column can be. Any other name makes a template variable.
    fn fields(&self) -> Vec<&'static str>;
}

//! Why a file can't be read, each with what to do about it. No text of the file ever stands in an error.

use commands::ports::{PortError, PortErrorKind};

/// A file of a kind that holds no table we can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignFormat {
    /// Portable Document Format.
    Pdf,
    /// PNG, JPEG, GIF, WebP, TIFF, BMP or HEIC.
    Image,
    /// Apple Numbers, Word, an old Office document or another packed document.
    OtherDocument,
    /// A zip, gzip, RAR or 7z archive.
    Archive,
    /// A web page, which some sites hand out under the name `.xls`.
    WebPage,
    /// XML of another kind.
    Xml,
    /// Rich text.
    RichText,
    /// Bytes that are no text.
    Binary,
}

impl ForeignFormat {
    /// What it is, with its article.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF",
            Self::Image => "an image",
            Self::OtherDocument => "a document of another program",
            Self::Archive => "a compressed archive",
            Self::WebPage => "a web page",
            Self::Xml => "an XML file",
            Self::RichText => "a rich-text document",
            Self::Binary => "not a text or a spreadsheet",
        }
    }

    /// What the person who uploaded it can do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Pdf | Self::Image => {
                "ask the sender for the list as an Excel (.xlsx) or CSV file, and upload that"
            }
            Self::WebPage | Self::Xml => "open it in Excel, save it as .xlsx or CSV, and upload that",
            Self::Archive => "unpack it and upload the list inside",
            Self::OtherDocument | Self::RichText => "export the list as .xlsx or CSV and upload that",
            Self::Binary => "upload the list as an Excel (.xlsx) or CSV file",
        }
    }
}

/// Why a file can't be read, or not further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No bytes, or only white space.
    #[error("the file is empty: check that the export finished, and upload it again")]
    Empty,
    /// More bytes than allowed.
    #[error("the file has {bytes} bytes and at most {bytes_max} are taken: split it and upload the parts")]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// Largest size taken.
        bytes_max: u64,
    },
    /// A workbook that unpacks to more than allowed, or to far more than its size explains.
    #[error(
        "the workbook unpacks to more than {bytes_max} bytes: save only the sheet with the list as CSV, and upload that"
    )]
    UnpacksTooLarge {
        /// Largest unpacked size taken.
        bytes_max: u64,
    },
    /// A file of another kind.
    #[error("the file is {}: {}", .0.noun(), .0.advice())]
    Unsupported(ForeignFormat),
    /// A workbook with a password.
    #[error("the workbook is protected by a password: save a copy without the password and upload that")]
    Encrypted,
    /// A workbook that is cut off or broken.
    #[error(
        "the workbook is damaged or was cut off in transit: open it in Excel, save it again, and upload the new copy"
    )]
    Damaged,
    /// A text without columns.
    #[error("the text has no columns: upload the list as a spreadsheet or CSV with one contact a row")]
    NotATable,
    /// No row names the columns.
    #[error(
        "no row names the columns: add a first row such as Owner Name, Phone, Property Address, and upload again"
    )]
    NoHeaderRow,
    /// None of the columns holds numbers.
    #[error("none of the {} columns is known to hold phone numbers: choose the phone column, or rename it to Phone", headers.len())]
    NoPhoneColumn {
        /// What the columns are called, so that one can be chosen.
        headers: Vec<String>,
    },
    /// More columns than allowed.
    #[error(
        "the table has {columns} columns and at most {columns_max} are read: delete the columns that are not needed"
    )]
    TooManyColumns {
        /// Columns with a header.
        columns: usize,
        /// Most columns read.
        columns_max: usize,
    },
    /// No sheet of the chosen name.
    #[error("the workbook has no visible sheet of the chosen name: choose one of its sheets")]
    SheetNotInFile,
    /// The chosen header row is not among the first rows.
    #[error("the chosen header row is not among the first {rows} rows of the file: choose another row")]
    HeaderRowNotInFile {
        /// How many rows are looked at.
        rows: usize,
    },
    /// Bytes that are text in no encoding we read.
    #[error("the text is in an encoding that is not read: save it as CSV UTF-8 and upload that")]
    UnknownEncoding,
    /// More rows than allowed.
    #[error("the table has more than {rows_max} rows: split it and upload the parts")]
    TooManyRows {
        /// Most rows read.
        rows_max: u64,
    },
    /// A record that does not end.
    #[error(
        "the text from row {row} on can't be told apart: a quotation mark that is opened there is probably not closed"
    )]
    UnclosedQuote {
        /// Row, from 1, at which it begins.
        row: u64,
    },
    /// A record longer than any contact is.
    #[error(
        "row {row} is longer than {bytes_max} bytes, which no contact is: check that the file is a contact list"
    )]
    RecordTooLong {
        /// Row or record, from 1.
        row: u64,
        /// Longest record read, bytes.
        bytes_max: usize,
    },
    /// JSON that breaks its own rules.
    #[error("the JSON is broken after record {record}: export it again and upload the new file")]
    BrokenJson {
        /// The last record that could be read, from 1.
        record: u64,
    },
    /// JSON of something else.
    #[error("the JSON holds no list of contacts: export the contacts as a list of objects, one a person")]
    NoRecords,
    /// The file ends inside a record.
    #[error(
        "the file ends in the middle of record {record}: it was cut off, export it again and upload the whole"
    )]
    CutOff {
        /// Record, from 1.
        record: u64,
    },
    /// The chosen mapping names columns that the file does not have.
    #[error("none of the chosen columns is in the file: choose the columns again for this file")]
    MappingNotInFile,
    /// The chosen mapping has no phone.
    #[error("no column is chosen for the phone number: choose one")]
    MappingWithoutPhone,
    /// The chosen mapping names a field in a way that can't be a template variable.
    #[error("a field name must be 1 to 40 letters a-z, digits and underscores and begin with a letter")]
    InvalidFieldName,
    /// The bytes could not be had.
    #[error("the file could not be read from storage: try again")]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge { .. } => "file_too_large",
            Self::UnpacksTooLarge { .. } => "file_unpacks_too_large",
            Self::Unsupported(_) => "file_format_unsupported",
            Self::Encrypted => "file_encrypted",
            Self::Damaged => "file_damaged",
            Self::NotATable => "file_not_a_table",
            Self::NoHeaderRow => "header_row_missing",
            Self::NoPhoneColumn { .. } => "phone_column_missing",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::SheetNotInFile => "sheet_not_in_file",
            Self::HeaderRowNotInFile { .. } => "header_row_not_in_file",
            Self::UnknownEncoding => "encoding_unknown",
            Self::UnclosedQuote { .. } => "quote_not_closed",
            Self::RecordTooLong { .. } => "record_too_long",
            Self::BrokenJson { .. } => "json_broken",
            Self::NoRecords => "json_without_records",
            Self::CutOff { .. } => "file_cut_off",
            Self::MappingNotInFile => "mapping_not_in_file",
            Self::MappingWithoutPhone => "mapping_without_phone",
            Self::InvalidFieldName => "field_name_invalid",
            Self::Io(_) => "file_unreadable",
        }
    }
}

impl From<ReadError> for PortError {
    fn from(error: ReadError) -> Self {
        let kind = match error {
            ReadError::Io(_) => PortErrorKind::Retryable,
            _ => PortErrorKind::Permanent,
        };
        Self::new(kind, error.to_string())
    }
}

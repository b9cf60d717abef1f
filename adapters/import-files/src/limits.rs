//! The limits that are this reader's own, beside those the caller sets in `ReadLimits`. Each bounds memory or time
//! against a file that is broken or hostile.

/// Bytes read to tell format, encoding, delimiter and header row.
pub(crate) const SAMPLE_BYTES: usize = 64 << 10;

/// Rows at the start in which the header row is looked for; banners of title companies are shorter.
pub(crate) const HEADER_SEARCH_ROWS: usize = 60;

/// Longest delimited record, bytes. A longer one is a quotation mark that nobody closed.
pub(crate) const RECORD_BYTES_MAX: usize = 1 << 20;

/// Most lines of one delimited record; more is a quotation mark that nobody closed.
pub(crate) const RECORD_LINES_MAX: u64 = 200;

/// Most sheets of a workbook that are looked at.
pub(crate) const SHEETS_MAX: usize = 64;

/// Most parts of a workbook.
pub(crate) const WORKBOOK_PARTS_MAX: usize = 10_000;

/// How many times its packed size a part of a workbook may unpack to, once it is over `RATIO_FREE_BYTES`. Honest
/// sheets stay under 60.
pub(crate) const UNPACK_RATIO_MAX: u64 = 250;

/// Parts that unpack to less than this may have any ratio.
pub(crate) const RATIO_FREE_BYTES: u64 = 32 << 20;

/// Largest part that is held in memory whole (texts, styles), bytes; sheets are streamed.
pub(crate) const HELD_PART_BYTES_MAX: u64 = 512 << 20;

/// Rows handed over at once by the thread that unpacks a sheet.
pub(crate) const SHEET_BATCH_ROWS: usize = 256;

/// Batches of a sheet that may wait to be read.
pub(crate) const SHEET_BATCHES_WAITING: usize = 4;

/// Most numbers taken from one row.
pub(crate) const PHONES_PER_ROW_MAX: usize = 16;

/// Longest name of a field a chosen mapping may make up, characters.
pub(crate) const FIELD_NAME_CHARS_MAX: usize = 40;

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

/// Values of a column that are shown with its name.
pub(crate) const SAMPLES_PER_COLUMN: usize = 3;

/// Bytes of JSON or cards read ahead to learn which fields the records have; one that first appears later is not read.
pub(crate) const FIELD_SEARCH_BYTES: u64 = 16 << 20;

/// Records read ahead for the same.
pub(crate) const FIELD_SEARCH_RECORDS: u64 = 20_000;

/// Bytes of JSON searched for the list of records.
pub(crate) const LIST_SEARCH_BYTES: u64 = 4 << 20;

/// How deep JSON may be nested.
pub(crate) const JSON_DEPTH_MAX: usize = 64;

/// Longest name of a JSON field outside a record, bytes.
pub(crate) const JSON_KEY_BYTES_MAX: usize = 1 << 10;

/// Most columns one JSON record may flatten to.
pub(crate) const JSON_FIELDS_MAX: usize = 1_024;

/// Most names of a JSON document whose meaning is kept; what more there are is found out each time.
pub(crate) const JSON_NAMES_MAX: usize = 4_096;

/// Longest line of a card once unfolded, bytes; pictures are passed over before they count.
pub(crate) const CARD_LINE_BYTES_MAX: usize = 256 << 10;

/// Most lines of one card that are kept.
pub(crate) const CARD_LINES_MAX: usize = 2_000;

/// Most cells, blank ones included, in the rectangle that a sheet of an Excel 97-2003 workbook spans, all sheets
/// together; it is held whole.
pub(crate) const LEGACY_CELLS_MAX: u64 = 8 << 20;

/// Largest Excel 97-2003 workbook, bytes; it is held whole, and the format has no more than 65,536 rows a sheet.
pub(crate) const LEGACY_BYTES_MAX: u64 = 128 << 20;

/// Longest piece of an OpenDocument sheet between two tags, bytes.
pub(crate) const XML_EVENT_BYTES_MAX: usize = 1 << 20;

/// Most columns a sheet can have in any program.
pub(crate) const SHEET_COLUMNS_MAX: usize = 16_384;

//! Workbooks of every kind behind one face: the names of the sheets, and a sheet's rows as text.

use std::io::BufReader;

use calamine::{
    Data, DataRef, DataType, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};
use commands::ports::{FileContent, TableFormat};

use crate::{
    archive::WorkbookKind, error::ReadError, header::HeadRow, limits::SHEETS_MAX,
    open_document::OpenDocument, progress::Progress,
};

type Input = BufReader<Box<dyn FileContent>>;

/// An open workbook.
pub(crate) enum Workbook {
    Xlsx(Box<Xlsx<Input>>),
    Xlsb(Box<Xlsb<Input>>),
    Xls(Box<Xls<Input>>),
    Ods(Box<OpenDocument>),
}

impl Workbook {
    /// Opens a packed workbook that has been checked.
    pub(crate) fn open(input: Box<dyn FileContent>, kind: WorkbookKind) -> Result<Self, ReadError> {
        Ok(match kind {
            WorkbookKind::Xlsx => {
                let book = Xlsx::new(BufReader::new(input)).map_err(|error| xlsx_error(&error))?;
                Self::Xlsx(Box::new(book))
            }
            WorkbookKind::Xlsb => {
                let book = Xlsb::new(BufReader::new(input)).map_err(|error| xlsb_error(&error))?;
                Self::Xlsb(Box::new(book))
            }
            WorkbookKind::Ods => Self::Ods(Box::new(OpenDocument::open(input)?)),
        })
    }

    /// Opens an Excel 97-2003 workbook that has been checked.
    pub(crate) fn open_legacy(input: Box<dyn FileContent>) -> Result<Self, ReadError> {
        let book = Xls::new(BufReader::new(input)).map_err(|error| match error {
            XlsError::Password => ReadError::Encrypted,
            _ => ReadError::Damaged,
        })?;
        Ok(Self::Xls(Box::new(book)))
    }

    pub(crate) const fn format(&self) -> TableFormat {
        match self {
            Self::Xlsx(_) => TableFormat::Xlsx,
            Self::Xlsb(_) => TableFormat::Xlsb,
            Self::Xls(_) => TableFormat::Xls,
            Self::Ods(_) => TableFormat::Ods,
        }
    }

    /// Names of the sheets that a person sees, in their order.
    pub(crate) fn sheets(&self) -> Vec<String> {
        let sheets: &[Sheet] = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => return book.sheets.clone(),
        };
        sheets
            .iter()
            .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
            .take(SHEETS_MAX)
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// Hands the sheet's rows that have cells to `take` until it has enough. Cells from `columns_max` on are left out.
    pub(crate) fn read_rows(
        &mut self,
        sheet: &str,
        columns_max: usize,
        progress: &Progress,
        take: &mut dyn FnMut(HeadRow) -> bool,
    ) -> Result<(), ReadError> {
        let mut rows = Rows::new(columns_max, take);
        match self {
            Self::Xlsx(book) => {
                let mut cells = book
                    .worksheet_cells_reader(sheet)
                    .map_err(|error| xlsx_error(&error))?;
                progress.total_rows(cells.dimensions().end.0);
                while let Some(cell) = cells.next_cell().map_err(|error| xlsx_error(&error))? {
                    if !rows.place(cell.get_position(), cell.get_value(), progress) {
                        return Ok(());
                    }
                }
            }
            Self::Xlsb(book) => {
                let mut cells = book
                    .worksheet_cells_reader(sheet)
                    .map_err(|error| xlsb_error(&error))?;
                progress.total_rows(cells.dimensions().end.0);
                while let Some(cell) = cells.next_cell().map_err(|error| xlsb_error(&error))? {
                    if !rows.place(cell.get_position(), cell.get_value(), progress) {
                        return Ok(());
                    }
                }
            }
            Self::Xls(book) => {
                let range = book.worksheet_range(sheet).map_err(|_| ReadError::Damaged)?;
                let (top, left) = range.start().unwrap_or_default();
                progress.total_rows(range.end().unwrap_or_default().0);
                for (row, column, value) in range.used_cells() {
                    let at = (top + row as u32, left + column as u32);
                    if !rows.place(at, &borrowed(value), progress) {
                        return Ok(());
                    }
                }
            }
            Self::Ods(book) => return book.read_rows(sheet, columns_max, progress, take),
        }
        rows.end();
        Ok(())
    }
}

fn xlsx_error(error: &XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        _ => ReadError::Damaged,
    }
}

fn xlsb_error(error: &XlsbError) -> ReadError {
    match error {
        XlsbError::Password => ReadError::Encrypted,
        _ => ReadError::Damaged,
    }
}

/// Gathers cells into rows.
struct Rows<'t> {
    current: HeadRow,
    columns_max: usize,
    take: &'t mut dyn FnMut(HeadRow) -> bool,
}

impl<'t> Rows<'t> {
    fn new(columns_max: usize, take: &'t mut dyn FnMut(HeadRow) -> bool) -> Self {
        Self {
            current: HeadRow::default(),
            columns_max,
            take,
        }
    }

    /// False when there are rows enough.
    fn place(&mut self, (row, column): (u32, u32), value: &DataRef<'_>, progress: &Progress) -> bool {
        let (row, column) = (u64::from(row) + 1, column as usize);
        if row != self.current.row {
            let width = self.current.cells.len();
            let done = HeadRow {
                row: self.current.row,
                cells: std::mem::replace(&mut self.current.cells, Vec::with_capacity(width)),
            };
            self.current.row = row;
            progress.at_row(row);
            if !done.cells.is_empty() && !(self.take)(done) {
                return false;
            }
        }
        if column < self.columns_max {
            let text = text_of(value);
            if !text.is_empty() {
                if self.current.cells.len() <= column {
                    self.current.cells.resize(column + 1, String::new());
                }
                self.current.cells[column] = text;
            }
        }
        true
    }

    fn end(self) {
        if !self.current.cells.is_empty() {
            (self.take)(self.current);
        }
    }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        other => other
            .get_datetime_iso()
            .map_or(DataRef::Empty, DataRef::SharedString),
    }
}

/// A cell as a person would type it: whole numbers without `.0`, dates as `2026-01-05`.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => yes_or_no(*value).to_owned(),
        DataRef::DateTime(moment) => date_text(moment),
        DataRef::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

pub(crate) const fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

pub(crate) fn number_text(number: f64) -> String {
    // Beyond 2^53 a spreadsheet has no whole numbers.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return (number as i64).to_string();
    }
    number.to_string()
}

/// A number that is formatted as a date but too large to be one is a phone number in a badly formatted column.
fn date_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() || moment.as_f64() > 2_958_465.0 || moment.as_f64() < 1.0 {
        return number_text(moment.as_f64());
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}

//! An open list: its summary, and its rows turned into contacts one by one, with what a person corrected or left out.

use std::collections::{BTreeMap, BTreeSet};

use commands::ports::{
    PortError, ReadLimits, ReadProgress, RejectedRow, RowOutcome, TableChoice, TableFormat, TableReader,
    TableSummary,
};

use crate::{contact_row::RowNormaliser, error::ReadError, header::Header};

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

    /// How far the file has been read.
    fn progress(&self) -> ReadProgress;

    /// Why the row it is at can't be read, when it can't while the next ones can.
    fn fault(&self) -> Option<&'static str> {
        None
    }
}

/// What was found out on opening.
pub(crate) struct Found {
    pub(crate) format: TableFormat,
    pub(crate) description: String,
    pub(crate) header: Header,
    pub(crate) sheets: Vec<String>,
    pub(crate) sheet: Option<String>,
}

impl Found {
    pub(crate) const fn new(format: TableFormat, description: String, header: Header) -> Self {
        Self {
            format,
            description,
            header,
            sheets: Vec::new(),
            sheet: None,
        }
    }
}

/// The rows of a source as contacts.
pub(crate) fn table<S: RowSource + 'static>(
    rows: S,
    found: Found,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Box<dyn TableReader> {
    let Found { mut header, .. } = found;
    let summary = TableSummary {
        format: found.format,
        description: found.description,
        header_row: header.row,
        mapping: header.mapping(),
        columns: header.table_columns(),
        sheets: found.sheets,
        sheet: found.sheet,
    };
    let column_of = |text: &str| summary.columns.iter().position(|column| column.header == text);
    let mut fixes: BTreeMap<u64, Vec<(usize, String)>> = BTreeMap::new();
    for ((row, text), value) in &choice.fixes {
        if let Some(column) = column_of(text) {
            fixes.entry(*row).or_default().push((column, value.clone()));
        }
    }
    Box::new(Table {
        rows,
        summary,
        normaliser: RowNormaliser::new(header, limits.cell_chars_max),
        fixes,
        left_out: choice.left_out.clone(),
        fixed: None,
        count: 0,
        rows_max: limits.rows_max,
        cell_chars_max: limits.cell_chars_max,
        ended: false,
    })
}

struct Table<S> {
    rows: S,
    summary: TableSummary,
    normaliser: RowNormaliser,
    fixes: BTreeMap<u64, Vec<(usize, String)>>,
    left_out: BTreeSet<u64>,
    /// The row it is at, when cells of it were corrected.
    fixed: Option<Vec<String>>,
    count: u64,
    rows_max: u64,
    cell_chars_max: usize,
    ended: bool,
}

impl<S: RowSource> Table<S> {
    fn step(&mut self) -> Result<Option<RowOutcome>, ReadError> {
        while let Some(row) = self.rows.advance()? {
            self.fixed = self.fixes.get(&row).map(|fixes| fixed(self.rows.cells(), fixes));
            if self.left_out.contains(&row) {
                continue;
            }
            let outcome = match (&self.fixed, self.rows.fault()) {
                (None, Some(fault)) => Some(unreadable(row, fault)),
                (Some(cells), _) => self.normaliser.outcome(row, cells),
                (None, None) => self.normaliser.outcome(row, self.rows.cells()),
            };
            if let Some(outcome) = outcome {
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

    /// A text of so many bytes has no more characters, and nearly all are short.
    fn is_cut(&self, text: &str) -> bool {
        text.len() > self.cell_chars_max && text.trim().chars().nth(self.cell_chars_max).is_some()
    }

    fn shown(&self, text: &str) -> String {
        text.trim().chars().take(self.cell_chars_max).collect()
    }
}

/// The row with its corrections.
fn fixed<C: Cells>(cells: &C, fixes: &[(usize, String)]) -> Vec<String> {
    let mut row: Vec<String> = (0..cells.count()).map(|at| cells.cell(at).to_owned()).collect();
    for (column, value) in fixes {
        if row.len() <= *column {
            row.resize(column + 1, String::new());
        }
        row[*column].clone_from(value);
    }
    row
}

fn unreadable(row: u64, fault: &str) -> RowOutcome {
    RowOutcome::Rejected(RejectedRow {
        row,
        field: "record".to_owned(),
        error: fault.to_owned(),
        value: None,
    })
}

impl<S: RowSource> TableReader for Table<S> {
    fn summary(&self) -> &TableSummary {
        &self.summary
    }

    fn cells(&self) -> Vec<String> {
        (0..self.summary.columns.len())
            .map(|at| match &self.fixed {
                Some(cells) => self.shown(cells.cell(at)),
                None => self.shown(self.rows.cells().cell(at)),
            })
            .collect()
    }

    fn cut_columns(&self) -> Vec<String> {
        let is_cut = |at: usize| match &self.fixed {
            Some(cells) => self.is_cut(cells.cell(at)),
            None => self.is_cut(self.rows.cells().cell(at)),
        };
        let columns = self.summary.columns.iter().enumerate();
        columns
            .filter(|(at, column)| column.field.is_some() && is_cut(*at))
            .map(|(_, column)| column.header.clone())
            .collect()
    }

    fn progress(&self) -> ReadProgress {
        self.rows.progress()
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

//! Finds the row that names the columns, below whatever banner a title company puts first, and what each column is. A
//! table without such a row is taken when a column of it is plainly phone numbers; its columns are then `Column 1`….

use std::collections::{BTreeMap, BTreeSet};

use commands::ports::{ColumnGuess, ReadLimits, TableChoice, TableColumn};

use crate::{
    columns::Columns,
    content,
    error::ReadError,
    field::{Field, PhoneKind},
    limits::{HEADER_SEARCH_ROWS, SAMPLES_PER_COLUMN},
    mapping::{self, Meaning},
    nested,
};

/// A row at the start of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeadRow {
    /// Number in the file, from 1.
    pub(crate) row: u64,
    pub(crate) cells: Vec<String>,
}

impl HeadRow {
    pub(crate) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
    }
}

/// The header, understood.
#[derive(Debug)]
pub(crate) struct Header {
    /// Number of the header row in the file, from 1; 0 when no row names the columns.
    pub(crate) row: u64,
    /// Rows up to this one are no contacts.
    pub(crate) above: u64,
    /// The texts as they stand, to know the row again when a report repeats it.
    pub(crate) as_given: Vec<String>,
    /// Banner rows above it, to know them again.
    pub(crate) banner: Vec<Vec<String>>,
    /// The texts, each one unique and none blank.
    pub(crate) texts: Vec<String>,
    pub(crate) meanings: Vec<Option<Meaning>>,
    /// The first values of each column.
    pub(crate) samples: Vec<Vec<String>>,
    /// The rows are records of their own, so that none of them is a footer.
    pub(crate) records: bool,
    /// How much like a header it looks; for choosing between delimiters and sheets.
    pub(crate) score: i64,
}

impl Header {
    fn new(row: &HeadRow, texts: Vec<String>, meanings: Vec<Option<Meaning>>, score: i64) -> Self {
        Self {
            row: row.row,
            above: row.row,
            as_given: texts_of(row),
            banner: Vec::new(),
            texts,
            meanings,
            samples: Vec::new(),
            records: false,
            score,
        }
    }

    /// Of columns that have names of their own and no header row: address cards and JSON.
    pub(crate) fn of_names(
        names: Vec<String>,
        head: &[HeadRow],
        limits: &ReadLimits,
        choice: &TableChoice,
    ) -> Result<Self, ReadError> {
        if names.len() > limits.columns_max {
            return Err(too_many(names.len(), limits));
        }
        let meanings = if choice.mapping.is_empty() {
            names
                .iter()
                .map(|name| guess(name, name, &choice.remembered).or_else(|| nested::meaning_of(name)))
                .collect()
        } else {
            mapping::chosen(&names, &choice.mapping)?
        };
        let mut header = Self::new(&HeadRow::default(), names, meanings, 0);
        header.records = true;
        header.complete(head, limits, choice)?;
        Ok(header)
    }

    pub(crate) fn columns(&self) -> Columns {
        Columns::new(&self.meanings)
    }

    /// Header text to field name, mapped columns only.
    pub(crate) fn mapping(&self) -> BTreeMap<String, String> {
        let pairs = self.texts.iter().zip(&self.meanings);
        pairs
            .filter_map(|(text, meaning)| Some((text.clone(), meaning.as_ref()?.field.name())))
            .collect()
    }

    /// All columns, as a person is shown them.
    pub(crate) fn table_columns(&mut self) -> Vec<TableColumn> {
        let samples = std::mem::take(&mut self.samples);
        let each = self.texts.iter().zip(&self.meanings).zip(samples);
        each.map(|((text, meaning), samples)| TableColumn {
            header: text.clone(),
            field: meaning.as_ref().map(|meaning| meaning.field.name()),
            guess: meaning
                .as_ref()
                .map_or(ColumnGuess::Unknown, |meaning| meaning.guess),
            samples,
        })
        .collect()
    }

    /// Fills in what the rows below say: names for nameless columns, meanings by content, samples.
    fn complete(
        &mut self,
        head: &[HeadRow],
        limits: &ReadLimits,
        choice: &TableChoice,
    ) -> Result<(), ReadError> {
        let below: Vec<&HeadRow> = head.iter().filter(|row| row.row > self.above).collect();
        self.banner = head
            .iter()
            .filter(|row| row.row < self.row)
            .map(texts_of)
            .collect();
        let width = width_of(&below).max(
            self.texts
                .iter()
                .rposition(|text| !text.is_empty())
                .map_or(0, |at| at + 1),
        );
        let width = width.min(limits.columns_max);
        self.texts.resize(width, String::new());
        self.meanings.resize(width, None);
        let nameless: Vec<bool> = self.texts.iter().map(String::is_empty).collect();
        make_unique(&mut self.texts);
        if choice.mapping.is_empty() {
            content::adopt(&mut self.meanings, &nameless, &below);
        } else if self.meanings.iter().all(Option::is_none) {
            self.meanings = mapping::chosen(&self.texts, &choice.mapping)?;
        }
        self.samples = (0..width)
            .map(|column| samples_of(&below, column, limits))
            .collect();
        match (has_phone(&self.meanings), choice.mapping.is_empty()) {
            (true, _) => Ok(()),
            _ if choice.phone_to_be_chosen => Ok(()),
            (false, false) if self.meanings.iter().all(Option::is_none) => Err(ReadError::MappingNotInFile),
            (false, false) => Err(ReadError::MappingWithoutPhone),
            (false, true) => Err(ReadError::NoPhoneColumn {
                headers: self.texts.clone(),
            }),
        }
    }
}

fn has_phone(meanings: &[Option<Meaning>]) -> bool {
    meanings
        .iter()
        .flatten()
        .any(|m| matches!(m.field, Field::Phone(kind) if kind != PhoneKind::Unusable))
}

fn too_many(columns: usize, limits: &ReadLimits) -> ReadError {
    ReadError::TooManyColumns {
        columns,
        columns_max: limits.columns_max,
    }
}

/// How many columns the rows fill.
fn width_of(rows: &[&HeadRow]) -> usize {
    let last = |row: &&HeadRow| row.cells.iter().rposition(|cell| !cell.trim().is_empty());
    rows.iter().filter_map(last).max().map_or(0, |at| at + 1)
}

fn samples_of(below: &[&HeadRow], column: usize, limits: &ReadLimits) -> Vec<String> {
    below
        .iter()
        .filter_map(|row| row.cells.get(column))
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .take(SAMPLES_PER_COLUMN)
        .map(|cell| cell.chars().take(limits.cell_chars_max).collect())
        .collect()
}

/// Nameless columns are called `Column 3`, the second `Phone` is `Phone (2)`.
fn make_unique(texts: &mut [String]) {
    let given: BTreeSet<String> = texts.iter().cloned().collect();
    let mut taken = BTreeSet::new();
    for (at, text) in texts.iter_mut().enumerate() {
        if text.is_empty() {
            *text = format!("Column {}", at + 1);
        }
        if taken.contains(text.as_str()) {
            let free = (2_u32..).map(|n| format!("{text} ({n})"));
            if let Some(name) = free
                .into_iter()
                .find(|name| !taken.contains(name) && !given.contains(name))
            {
                *text = name;
            }
        }
        taken.insert(text.clone());
    }
}

/// Finds the header among the first rows of a table.
pub(crate) fn find(head: &[HeadRow], limits: &ReadLimits, choice: &TableChoice) -> Result<Header, ReadError> {
    let mut header = match choice.header_row {
        Some(0) => content::headerless(head, limits),
        Some(row) => Some(given(head, row, limits, choice)?),
        None if choice.mapping.is_empty() => match find_likely(head, limits, choice)? {
            Some(header) => Some(header),
            None => content::header_by_content(head, limits, choice),
        },
        None => match find_chosen(head, &choice.mapping)? {
            Some(header) => Some(header),
            None => content::headerless(head, limits).filter(|_| names_columns_by_number(&choice.mapping)),
        },
    }
    .ok_or(if choice.mapping.is_empty() {
        ReadError::NoHeaderRow
    } else {
        ReadError::MappingNotInFile
    })?;
    let columns = header.texts.iter().filter(|text| !text.is_empty()).count();
    if columns > limits.columns_max {
        return Err(too_many(columns, limits));
    }
    header.complete(head, limits, choice)?;
    Ok(header)
}

fn names_columns_by_number(mapping: &BTreeMap<String, String>) -> bool {
    mapping.keys().any(|header| {
        header
            .trim()
            .strip_prefix("Column ")
            .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// A row's texts, white space made single.
pub(crate) fn texts_of(row: &HeadRow) -> Vec<String> {
    row.cells
        .iter()
        .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The row that a person says names the columns.
fn given(
    head: &[HeadRow],
    number: u64,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Header, ReadError> {
    let row = head
        .iter()
        .find(|row| row.row == number)
        .ok_or(ReadError::HeaderRowNotInFile {
            rows: HEADER_SEARCH_ROWS,
        })?;
    if row.filled() > limits.columns_max {
        return Err(too_many(row.filled(), limits));
    }
    let texts = texts_of(row);
    let meanings = if choice.mapping.is_empty() {
        guesses(&texts, &choice.remembered)
    } else {
        mapping::chosen(&unique(&texts), &choice.mapping)?
    };
    let score = score(&texts, &meanings).max(1);
    Ok(Header::new(row, texts, meanings, score))
}

fn unique(texts: &[String]) -> Vec<String> {
    let mut texts = texts.to_vec();
    make_unique(&mut texts);
    texts
}

fn find_chosen(head: &[HeadRow], mapping: &BTreeMap<String, String>) -> Result<Option<Header>, ReadError> {
    let mut best: Option<Header> = None;
    for row in head {
        let texts = texts_of(row);
        let mut meanings = mapping::chosen(&unique(&texts), mapping)?;
        // A row does not name a column by leaving it blank, whatever the blank is called later.
        let by_text = |meanings: &[Option<Meaning>]| {
            let named = meanings.iter().zip(&texts);
            named.filter(|(m, text)| m.is_some() && !text.is_empty()).count() as i64
        };
        let score = by_text(&meanings);
        if score > best.as_ref().map_or(0, |best| best.score) {
            meanings.truncate(texts.len());
            best = Some(Header::new(row, texts, meanings, score));
        }
    }
    Ok(best)
}

/// One column: exact, then remembered, then similar.
fn guess(text: &str, unique: &str, remembered: &[BTreeMap<String, String>]) -> Option<Meaning> {
    mapping::exact_meaning(text)
        .or_else(|| mapping::remembered_meaning(unique, remembered))
        .or_else(|| mapping::similar_meaning(text))
}

fn guesses(texts: &[String], remembered: &[BTreeMap<String, String>]) -> Vec<Option<Meaning>> {
    let names = unique(texts);
    texts
        .iter()
        .zip(&names)
        .map(|(text, name)| {
            if text.is_empty() || looks_like_value(text) {
                mapping::remembered_meaning(name, remembered)
            } else {
                guess(text, name, remembered)
            }
        })
        .collect()
}

fn find_likely(
    head: &[HeadRow],
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Option<Header>, ReadError> {
    let mut best: Option<Header> = None;
    let mut widest = 0;
    for row in head {
        let filled = row.filled();
        if filled > limits.columns_max {
            widest = widest.max(filled);
            continue;
        }
        let texts = texts_of(row);
        let meanings = guesses(&texts, &choice.remembered);
        let score = score(&texts, &meanings);
        let named = meanings.iter().flatten().count();
        // One name alone is a header only when it is the phone's and stands alone in a table of one column.
        let sure = meanings.iter().flatten().any(|meaning| meaning.sure);
        let enough =
            named >= 2 || (sure && filled == 1 && has_phone(&meanings) && is_one_column(head, row.row));
        if enough && score > best.as_ref().map_or(0, |best| best.score) {
            best = Some(Header::new(row, texts, meanings, score));
        }
    }
    if best.is_none() && widest > 0 {
        return Err(too_many(widest, limits));
    }
    Ok(best)
}

fn is_one_column(head: &[HeadRow], header_row: u64) -> bool {
    head.iter()
        .filter(|row| row.row > header_row)
        .all(|row| row.filled() <= 1)
}

/// Known headers count for the row, cells that look like values against it.
fn score(texts: &[String], meanings: &[Option<Meaning>]) -> i64 {
    let names: i64 = meanings
        .iter()
        .flatten()
        .map(|meaning| if meaning.sure { 4 } else { 2 })
        .sum();
    let phone = if has_phone(meanings) { 3 } else { 0 };
    let values = texts.iter().filter(|text| looks_like_value(text)).count() as i64;
    names + phone - 4 * values
}

/// Whether a text is a value rather than the name of a column.
pub(crate) fn looks_like_value(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.contains('@') || text.starts_with('$') || digits >= 5 || text.len() > 80
}

/// Makes a header of a row found by other means; `above` of the rows are no contacts.
pub(crate) fn by_content(row: Option<&HeadRow>, above: u64, choice: &TableChoice, score: i64) -> Header {
    let Some(row) = row else {
        let mut header = Header::new(&HeadRow::default(), Vec::new(), Vec::new(), score);
        header.above = above;
        return header;
    };
    let texts = texts_of(row);
    let meanings = guesses(&texts, &choice.remembered);
    Header::new(row, texts, meanings, score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let mut texts: Vec<String> = ["Phone", "", "Phone", "Phone (2)", "Phone"]
            .map(str::to_owned)
            .into();
        make_unique(&mut texts);
        assert_eq!(
            texts,
            ["Phone", "Column 2", "Phone (3)", "Phone (2)", "Phone (4)"]
        );
    }
}

//! Finds the row that names the columns, below whatever banner a title company puts first. Refuses a table in which no
//! row does, rather than guess from the values.

use std::collections::BTreeMap;

use commands::ports::ReadLimits;

use crate::{
    columns::Columns,
    error::ReadError,
    field::{Field, PhoneKind},
    mapping::{self, Meaning},
    phone::{normalise_phone, split_numbers},
};

/// A row at the start of a table.
#[derive(Debug, Clone)]
pub(crate) struct HeadRow {
    /// Number in the file, from 1.
    pub(crate) row: u64,
    pub(crate) cells: Vec<String>,
}

/// The header row, understood.
#[derive(Debug)]
pub(crate) struct Header {
    /// Number in the file, from 1.
    pub(crate) row: u64,
    /// The texts, trimmed.
    pub(crate) texts: Vec<String>,
    pub(crate) meanings: Vec<Option<Meaning>>,
    /// How much like a header it looks; for choosing between delimiters and sheets.
    pub(crate) score: i64,
}

impl Header {
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

    fn has_phone(&self) -> bool {
        has_phone(&self.meanings)
    }
}

fn has_phone(meanings: &[Option<Meaning>]) -> bool {
    meanings
        .iter()
        .flatten()
        .any(|m| matches!(m.field, Field::Phone(kind) if kind != PhoneKind::Unusable))
}

/// Finds the header among the first rows of a table.
pub(crate) fn find(
    head: &[HeadRow],
    limits: &ReadLimits,
    chosen: Option<&BTreeMap<String, String>>,
) -> Result<Header, ReadError> {
    let mut header = match chosen {
        Some(mapping) => find_chosen(head, mapping)?,
        None => find_likely(head)?,
    };
    let columns = header.texts.iter().filter(|text| !text.is_empty()).count();
    if columns > limits.columns_max {
        return Err(ReadError::TooManyColumns {
            columns,
            columns_max: limits.columns_max,
        });
    }
    if !header.has_phone() && chosen.is_none() {
        adopt_phone_column(&mut header, head);
    }
    match (header.has_phone(), chosen) {
        (true, _) => Ok(header),
        (false, Some(_)) => Err(ReadError::MappingWithoutPhone),
        (false, None) => {
            let headers = header.texts.into_iter().filter(|text| !text.is_empty()).collect();
            Err(ReadError::NoPhoneColumn { headers })
        }
    }
}

fn texts_of(row: &HeadRow) -> Vec<String> {
    row.cells
        .iter()
        .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn find_chosen(head: &[HeadRow], mapping: &BTreeMap<String, String>) -> Result<Header, ReadError> {
    let mut best: Option<Header> = None;
    for row in head {
        let texts = texts_of(row);
        let meanings = mapping::chosen(&texts, mapping)?;
        let score = meanings.iter().flatten().count() as i64;
        if score > best.as_ref().map_or(0, |best| best.score) {
            best = Some(Header {
                row: row.row,
                texts,
                meanings,
                score,
            });
        }
    }
    best.ok_or(ReadError::MappingNotInFile)
}

fn find_likely(head: &[HeadRow]) -> Result<Header, ReadError> {
    let mut best: Option<Header> = None;
    for row in head {
        let texts = texts_of(row);
        let meanings: Vec<Option<Meaning>> = texts.iter().map(|text| mapping::meaning_of(text)).collect();
        let score = score(&texts, &meanings);
        let named = meanings.iter().flatten().count();
        let filled = texts.iter().filter(|text| !text.is_empty()).count();
        // One name alone is a header only when it is the phone's and stands alone in a table of one column.
        let sure = meanings.iter().flatten().any(|meaning| meaning.sure);
        let enough =
            named >= 2 || (sure && filled == 1 && has_phone(&meanings) && is_one_column(head, row.row));
        if enough && score > best.as_ref().map_or(0, |best| best.score) {
            best = Some(Header {
                row: row.row,
                texts,
                meanings,
                score,
            });
        }
    }
    best.ok_or(ReadError::NoHeaderRow)
}

fn is_one_column(head: &[HeadRow], header_row: u64) -> bool {
    let filled = |row: &HeadRow| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    head.iter()
        .filter(|row| row.row > header_row)
        .all(|row| filled(row) <= 1)
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

fn looks_like_value(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.contains('@') || text.starts_with('$') || digits >= 5 || text.len() > 80
}

/// A column whose values are mostly valid numbers is the phone column, whatever it is called.
fn adopt_phone_column(header: &mut Header, head: &[HeadRow]) {
    let below: Vec<&HeadRow> = head.iter().filter(|row| row.row > header.row).collect();
    let mut best: Option<(usize, usize)> = None;
    for column in 0..header.texts.len() {
        if header.meanings[column].is_some() {
            continue;
        }
        let values = below
            .iter()
            .filter_map(|row| row.cells.get(column))
            .filter(|cell| !cell.trim().is_empty());
        let (mut valid, mut filled) = (0, 0);
        for value in values {
            filled += 1;
            valid += usize::from(split_numbers(value).any(|part| normalise_phone(part).is_ok()));
        }
        if valid * 2 > filled && best.is_none_or(|(most, _)| valid > most) {
            best = Some((valid, column));
        }
    }
    if let Some((_, column)) = best {
        header.meanings[column] = Some(Meaning {
            field: Field::Phone(PhoneKind::Unknown),
            ordinal: None,
            sure: false,
        });
    }
}

//! Reads a whole list for a test, and makes small workbooks.

use std::io::{Cursor, Write};

use commands::ports::{
    PortError, ReadContact, ReadLimits, RejectedRow, RowOutcome, TableChoice, TableSummary,
};
use import_files::{ReadError, open_bytes};
use zip::{ZipWriter, write::SimpleFileOptions};

/// What a file came to.
pub struct List {
    pub summary: TableSummary,
    pub contacts: Vec<ReadContact>,
    pub rejected: Vec<RejectedRow>,
    pub broken: Option<PortError>,
    /// Cells that were cut: row and header.
    pub cut: Vec<(u64, String)>,
}

impl List {
    pub fn rows(&self) -> usize {
        self.contacts.len() + self.rejected.len()
    }

    pub fn unique(&self) -> usize {
        self.contacts
            .iter()
            .map(|contact| &contact.phone)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }
}

pub fn try_read(bytes: impl Into<Vec<u8>>) -> Result<List, ReadError> {
    try_read_within(bytes, ReadLimits::default())
}

pub fn try_read_within(bytes: impl Into<Vec<u8>>, limits: ReadLimits) -> Result<List, ReadError> {
    try_read_chosen(bytes, limits, &TableChoice::default())
}

pub fn try_read_chosen(
    bytes: impl Into<Vec<u8>>,
    limits: ReadLimits,
    choice: &TableChoice,
) -> Result<List, ReadError> {
    let mut reader = open_bytes(bytes.into(), limits, choice)?;
    let mut list = List {
        summary: reader.summary().clone(),
        contacts: vec![],
        rejected: vec![],
        broken: None,
        cut: vec![],
    };
    while let Some(row) = reader.next_row() {
        let number = match &row {
            Ok(RowOutcome::Contact(contact)) => contact.row,
            Ok(RowOutcome::Rejected(rejected)) => rejected.row,
            Err(_) => 0,
        };
        let cut = reader.cut_columns().into_iter();
        list.cut.extend(cut.map(|header| (number, header)));
        match row {
            Ok(RowOutcome::Contact(contact)) => list.contacts.push(*contact),
            Ok(RowOutcome::Rejected(rejected)) => list.rejected.push(rejected),
            Err(error) => list.broken = Some(error),
        }
    }
    Ok(list)
}

pub fn read(bytes: impl Into<Vec<u8>>) -> List {
    try_read(bytes).unwrap_or_else(|error| panic!("{error}"))
}

pub fn read_chosen(bytes: impl Into<Vec<u8>>, choice: &TableChoice) -> List {
    try_read_chosen(bytes, ReadLimits::default(), choice).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a file that can't be opened.
pub fn refusal(bytes: impl Into<Vec<u8>>) -> ReadError {
    try_read(bytes)
        .err()
        .unwrap_or_else(|| panic!("the file was taken"))
}

/// A zip archive of these parts.
pub fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of sheets: name, then rows of cells as they stand in XML (`<c r="A1" t="inlineStr">…`), see [`text`].
pub fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let list = (sheets.iter().enumerate())
        .map(|(at, (name, _))| format!(r#"<sheet name="{name}" sheetId="{0}" r:id="rId{0}"/>"#, at + 1))
        .collect::<Vec<String>>()
        .concat();
    let links = (1..=sheets.len())
        .map(|at| format!(r#"<Relationship Id="rId{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{at}.xml"/>"#))
        .collect::<Vec<String>>()
        .concat();
    let book = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets></workbook>"#
    );
    let links = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#
    );
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".into(), br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>"#.to_vec()),
        ("_rels/.rels".into(), br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_vec()),
        ("xl/workbook.xml".into(), book.into_bytes()),
        ("xl/_rels/workbook.xml.rels".into(), links.into_bytes()),
        ("xl/styles.xml".into(), styles.as_bytes().to_vec()),
    ];
    for (at, (_, rows)) in sheets.iter().enumerate() {
        let sheet = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet.into_bytes()));
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect();
    archive(&parts)
}

/// A row of a sheet. `=7102` is a number, `@44766` a date, everything else text; an empty cell is left out.
pub fn row(number: u32, cells: &[&str]) -> String {
    let cells = (cells.iter().zip('A'..))
        .filter(|(cell, _)| !cell.is_empty())
        .map(|(cell, column)| match cell.split_at(1) {
            ("=", value) => format!(r#"<c r="{column}{number}"><v>{value}</v></c>"#),
            ("@", value) => format!(r#"<c r="{column}{number}" s="1"><v>{value}</v></c>"#),
            _ => format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{cell}</t></is></c>"#),
        })
        .collect::<Vec<String>>()
        .concat();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

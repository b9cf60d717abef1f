//! OpenDocument sheets, row by row. Ours and not calamine's, because that one holds all sheets and expands repeated cells
//! in memory, where one tag can stand for a billion cells.

use std::{
    borrow::Cow,
    io::{BufReader, Read},
};

use commands::ports::FileContent;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};
use zip::ZipArchive;

use crate::{
    archive::OPEN_DOCUMENT_CONTENT,
    budget::Budget,
    error::ReadError,
    header::HeadRow,
    limits::{SHEETS_MAX, XML_EVENT_BYTES_MAX},
    progress::Progress,
    workbook::{number_text, yes_or_no},
};

/// An OpenDocument workbook.
pub(crate) struct OpenDocument {
    archive: ZipArchive<BufReader<Box<dyn FileContent>>>,
    content_bytes: u64,
    pub(crate) sheets: Vec<String>,
}

/// A cell that comes so many times in a row.
struct RepeatedCell {
    text: String,
    times: usize,
}

impl OpenDocument {
    pub(crate) fn open(input: Box<dyn FileContent>) -> Result<Self, ReadError> {
        let mut archive = ZipArchive::new(BufReader::new(input)).map_err(|_| ReadError::Damaged)?;
        let content_bytes = archive
            .by_name(OPEN_DOCUMENT_CONTENT)
            .map_err(|_| ReadError::Damaged)?
            .size();
        let mut document = Self {
            archive,
            content_bytes,
            sheets: Vec::new(),
        };
        document.sheets = document.visible_sheets()?;
        Ok(document)
    }

    fn visible_sheets(&mut self) -> Result<Vec<String>, ReadError> {
        let mut hidden: Vec<String> = Vec::new();
        let mut style = String::new();
        let mut sheets = Vec::new();
        let part = self
            .archive
            .by_name(OPEN_DOCUMENT_CONTENT)
            .map_err(|_| ReadError::Damaged)?;
        let mut tags = Tags::new(part);
        while let Some(event) = tags.next()? {
            let Event::Start(tag) = event else { continue };
            match tag.name().0 {
                "style:style" => style = attribute(&tag, "style:name").unwrap_or_default(),
                "style:table-properties" if attribute(&tag, "table:display").as_deref() == Some("false") => {
                    hidden.push(std::mem::take(&mut style));
                }
                "table:table" => {
                    let shown =
                        attribute(&tag, "table:style-name").is_none_or(|style| !hidden.contains(&style));
                    if let Some(name) = attribute(&tag, "table:name").filter(|_| shown) {
                        sheets.push(name);
                    }
                    if sheets.len() >= SHEETS_MAX {
                        break;
                    }
                }
                _ => {}
            }
        }
        Ok(sheets)
    }

    /// Hands the sheet's rows that have cells to `take` until it has enough.
    pub(crate) fn read_rows(
        &mut self,
        sheet: &str,
        columns_max: usize,
        progress: &Progress,
        take: &mut dyn FnMut(HeadRow) -> bool,
    ) -> Result<(), ReadError> {
        let part = self
            .archive
            .by_name(OPEN_DOCUMENT_CONTENT)
            .map_err(|_| ReadError::Damaged)?;
        let mut tags = Tags::new(progress.counting(part, self.content_bytes));
        if !tags.go_to_sheet(sheet)? {
            return Err(ReadError::SheetNotInFile);
        }
        let mut row = 0_u64;
        // A table may hold tables in its cells; only its own end ends it.
        let mut depth = 0_usize;
        while let Some(event) = tags.next()? {
            match event {
                Event::Start(tag) if tag.name().0 == "table:table-row" => {
                    let times = times(&tag, "table:number-rows-repeated") as u64;
                    let cells = tags.row(columns_max)?;
                    for copy in 0..times {
                        if cells.is_empty() {
                            break;
                        }
                        let cells = cells.clone();
                        if !take(HeadRow {
                            row: row + copy + 1,
                            cells,
                        }) {
                            return Ok(());
                        }
                    }
                    row = row.saturating_add(times);
                }
                Event::Start(tag) if tag.name().0 == "table:table" => depth += 1,
                Event::End(tag) if tag.name().0 == "table:table" => {
                    if depth == 0 {
                        return Ok(());
                    }
                    depth -= 1;
                }
                _ => {}
            }
        }
        Err(ReadError::Damaged)
    }
}

/// The tags of a part, each bounded.
struct Tags<R: Read> {
    reader: Reader<BufReader<Budget<R>>>,
    buffer: Vec<u8>,
}

impl<R: Read> Tags<R> {
    fn new(part: R) -> Self {
        let mut reader = Reader::from_reader(BufReader::new(Budget::new(part)));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
        }
    }

    /// The next tag or text; nothing at the end of the part.
    fn next(&mut self) -> Result<Option<Event<'_>>, ReadError> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().refill(XML_EVENT_BYTES_MAX);
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(_) => Err(ReadError::Damaged),
        }
    }

    fn go_to_sheet(&mut self, sheet: &str) -> Result<bool, ReadError> {
        while let Some(event) = self.next()? {
            if let Event::Start(tag) = event
                && tag.name().0 == "table:table"
                && attribute(&tag, "table:name").as_deref() == Some(sheet)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The cells up to the row's end; none for a blank row.
    fn row(&mut self, columns_max: usize) -> Result<Vec<String>, ReadError> {
        let mut cells: Vec<String> = Vec::new();
        let mut column = 0_usize;
        loop {
            let cell = match self.next()?.ok_or(ReadError::Damaged)? {
                Event::End(tag) if tag.name().0 == "table:table-row" => return Ok(cells),
                Event::Start(tag)
                    if matches!(tag.name().0, "table:table-cell" | "table:covered-table-cell") =>
                {
                    let times = times(&tag, "table:number-columns-repeated");
                    let value = value_of(&tag);
                    (value, times)
                }
                _ => continue,
            };
            let written = self.text_of_cell()?;
            let cell = RepeatedCell {
                text: cell.0.unwrap_or(written),
                times: cell.1,
            };
            if !cell.text.is_empty() {
                let end = column.saturating_add(cell.times).min(columns_max);
                if cells.len() < end {
                    cells.resize(end, String::new());
                }
                for place in cells.iter_mut().take(end).skip(column) {
                    place.clone_from(&cell.text);
                }
            }
            column = column.saturating_add(cell.times);
        }
    }

    /// The text up to the cell's end, without its comments.
    fn text_of_cell(&mut self) -> Result<String, ReadError> {
        let mut text = String::new();
        let mut paragraphs = 0;
        let mut comments = 0_usize;
        loop {
            let event = self.next()?.ok_or(ReadError::Damaged)?;
            match event {
                Event::Start(tag) => match tag.name().0 {
                    "office:annotation" => comments += 1,
                    "text:p" if comments == 0 => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    "text:s" | "text:tab" if comments == 0 => text.push(' '),
                    "text:line-break" if comments == 0 => text.push('\n'),
                    _ => {}
                },
                Event::End(tag) => match tag.name().0 {
                    "table:table-cell" | "table:covered-table-cell" => return Ok(text),
                    "office:annotation" => comments = comments.saturating_sub(1),
                    _ => {}
                },
                Event::Text(part) if comments == 0 => text.push_str(&part.xml10_content()),
                Event::CData(part) if comments == 0 => text.push_str(&part.xml10_content()),
                Event::GeneralRef(name) if comments == 0 => text.extend(character_of(&name)),
                _ => {}
            }
            if text.len() > XML_EVENT_BYTES_MAX {
                return Err(ReadError::Damaged);
            }
        }
    }
}

/// A typed value; nothing when the cell's text is the value.
fn value_of(tag: &BytesStart<'_>) -> Option<String> {
    match attribute(tag, "office:value-type")?.as_str() {
        "float" | "currency" | "percentage" => attribute(tag, "office:value")?
            .parse::<f64>()
            .ok()
            .map(number_text),
        "date" => attribute(tag, "office:date-value").map(|date| date.chars().take(10).collect()),
        "boolean" => {
            attribute(tag, "office:boolean-value").map(|value| yes_or_no(value == "true").to_owned())
        }
        _ => attribute(tag, "office:string-value").filter(|text| !text.is_empty()),
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    found
        .normalized_value(XmlVersion::Implicit1_0)
        .ok()
        .map(Cow::into_owned)
}

fn times(tag: &BytesStart<'_>, name: &str) -> usize {
    attribute(tag, name)
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
}

/// `&amp;` and its like, and `&#233;`.
fn character_of(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    Some(match reference.xml10_content().as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

//! Files of numbers that must not be called: a number a line, in the layouts of the FTC's registry (`760,5550142` and `7605550142`), lists of
//! changes with `A` or `D` behind the number (their columns are not documented openly, so only these letters are looked for), and
//! delimited text or a workbook with a header that names a column of numbers; text packed in a zip as well. Refuses XML, documents, lines
//! without an end, and a file of which more than a slip is no number: a wrong file must not pass for a list.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use commands::ports::{
    FileContent, ListFigures, ListFiles, ListLine, ListSink, PortError, PortErrorKind, ReadLimits,
};
use domain::PhoneNumber;
use zip::ZipArchive;

use crate::{
    archive, error::ReadError, header::HeadRow, phone::normalise_phone, progress::Progress,
    workbook::Workbook,
};

/// Longest line, bytes: a number with a name and an address beside it.
const LINE_BYTES_MAX: u64 = 4 << 10;
/// Numbers handed on together.
const LINES_AT_ONCE: usize = 20_000;
/// Largest file inside an archive, bytes: the whole national registry has about three billion.
const UNPACKED_BYTES_MAX: u64 = 8 << 30;
/// Columns of a sheet that are looked at.
const COLUMNS_MAX: usize = 64;
/// Most lines in a hundred that may hold no number.
const UNREADABLE_PERCENT_MAX: u64 = 1;
/// Headers of a column of numbers, as parts of words in lower case.
const NUMBER_HEADERS: [&str; 5] = ["phone", "telephone", "number", "mobile", "cell"];

/// Reads files of numbers.
#[derive(Debug, Clone, Copy)]
pub struct NumberLists;

fn refused(reason: impl Into<String>) -> PortError {
    PortError::new(PortErrorKind::Permanent, reason)
}

impl ListFiles for NumberLists {
    fn read(&self, mut content: Box<dyn FileContent>, sink: ListSink<'_>) -> Result<ListFigures, PortError> {
        let mut magic = [0; 4];
        let mut known = 0;
        while known < magic.len() {
            match content.read(&mut magic[known..]).map_err(|e| broken(&e))? {
                0 => break,
                more => known += more,
            }
        }
        content.seek(SeekFrom::Start(0)).map_err(|e| broken(&e))?;
        match &magic[..known] {
            b"PK\x03\x04" => packed(content, sink),
            [b'<', ..] => Err(refused(
                "it is XML; download the list as a flat file, and load that",
            )),
            b"%PDF" | [0xd0, 0xcf, ..] => Err(refused(
                "it is a document; ask for the list as text, a number a line, and load that",
            )),
            _ => Reading::new(sink).run(content),
        }
    }
}

fn broken(error: &std::io::Error) -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("reading the list: {}", error.kind()),
    )
}

fn packed(content: Box<dyn FileContent>, sink: ListSink<'_>) -> Result<ListFigures, PortError> {
    let damaged = |_| refused("the archive is damaged; download it again");
    let mut archive = ZipArchive::new(BufReader::new(content)).map_err(damaged)?;
    if archive.len() != 1 {
        let content = archive.into_inner().into_inner();
        return sheet(content, sink);
    }
    let part = archive.by_index(0).map_err(damaged)?;
    if part.size() > UNPACKED_BYTES_MAX {
        return Err(refused("the list inside the archive is larger than any registry"));
    }
    Reading::new(sink).run(part.take(UNPACKED_BYTES_MAX))
}

/// The first sheet of a workbook, row by row.
fn sheet(content: Box<dyn FileContent>, sink: ListSink<'_>) -> Result<ListFigures, PortError> {
    let (content, kind) = archive::check(content, &ReadLimits::default()).map_err(|error| match error {
        ReadError::Unsupported(_) => refused("the archive holds more than a list; load the list inside it"),
        other => other.into(),
    })?;
    let mut book = Workbook::open(content, kind)?;
    let sheets = book.sheets();
    let first = sheets
        .first()
        .ok_or_else(|| refused("the workbook has no sheet that can be seen"))?;
    let (mut reading, mut columns, mut failed) = (Reading::new(sink), None, None);
    let mut take = |row: HeadRow| {
        let taken = match columns {
            Some(columns) => reading.count(of_cells(&row.cells, columns), row.row),
            None => reading.first_row(&row).map(|found| columns = Some(found)),
        };
        failed = taken.err();
        failed.is_none()
    };
    book.read_rows(first, COLUMNS_MAX, &Progress::default(), &mut take)?;
    failed.map_or_else(|| reading.end(), Err)
}

/// Where a line has what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    delimiter: char,
    /// The column of numbers; nothing where lines begin with it.
    number: Option<usize>,
}

/// One file on its way.
struct Reading<'a> {
    sink: ListSink<'a>,
    found: Vec<ListLine>,
    figures: ListFigures,
    first_unreadable: Option<u64>,
    numbers: u64,
}

impl<'a> Reading<'a> {
    fn new(sink: ListSink<'a>) -> Self {
        Self {
            sink,
            found: Vec::with_capacity(LINES_AT_ONCE),
            figures: ListFigures::default(),
            first_unreadable: None,
            numbers: 0,
        }
    }

    fn run(mut self, content: impl Read) -> Result<ListFigures, PortError> {
        let mut content = BufReader::with_capacity(1 << 18, content);
        let (mut line, mut columns, mut at) = (Vec::new(), None, 0_u64);
        loop {
            line.clear();
            let read = (&mut content).take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
            match read.map_err(|e| broken(&e))? {
                0 => break,
                bytes if bytes as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n") => {
                    return Err(refused("a line has no end; a list has a number a line"));
                }
                _ => at += 1,
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let Some(columns) = columns else {
                columns = Some(self.first(text, at)?);
                continue;
            };
            self.take(text, columns, at)?;
        }
        self.end()
    }

    /// The first line: a header, or a number like the others.
    fn first(&mut self, text: &str, at: u64) -> Result<Columns, PortError> {
        let count = |c: &char| text.matches(*c).count();
        let delimiter = [',', '\t', ';', '|'].into_iter().max_by_key(count).unwrap_or(',');
        let plain = Columns {
            delimiter,
            number: None,
        };
        if parsed(text, plain).is_some() || !text.contains(char::is_alphabetic) {
            self.take(text, plain, at)?;
            return Ok(plain);
        }
        Ok(Columns {
            delimiter,
            number: Some(named(&fields(text, delimiter))?),
        })
    }

    /// The first row of a sheet: a header, or a number like the others.
    fn first_row(&mut self, row: &HeadRow) -> Result<Columns, PortError> {
        let plain = Columns {
            delimiter: ',',
            number: None,
        };
        let is_header = of_cells(&row.cells, plain).is_none()
            && row.cells.iter().any(|cell| cell.contains(char::is_alphabetic));
        if is_header {
            return Ok(Columns {
                number: Some(named(&row.cells)?),
                ..plain
            });
        }
        self.count(of_cells(&row.cells, plain), row.row)?;
        Ok(plain)
    }

    fn take(&mut self, text: &str, columns: Columns, at: u64) -> Result<(), PortError> {
        self.count(parsed(text, columns), at)
    }

    fn count(&mut self, line: Option<ListLine>, at: u64) -> Result<(), PortError> {
        self.figures.lines += 1;
        let Some(line) = line else {
            self.figures.unreadable += 1;
            self.first_unreadable.get_or_insert(at);
            return Ok(());
        };
        self.numbers += 1;
        self.found.push(line);
        if self.found.len() == LINES_AT_ONCE {
            (self.sink)(std::mem::take(&mut self.found))?;
        }
        Ok(())
    }

    fn end(self) -> Result<ListFigures, PortError> {
        if self.numbers == 0 {
            return Err(refused(
                "the file holds no telephone numbers; is it the right one?",
            ));
        }
        let ListFigures { lines, unreadable } = self.figures;
        if unreadable * 100 > lines * UNREADABLE_PERCENT_MAX {
            let first = self.first_unreadable.unwrap_or(0);
            return Err(refused(format!(
                "{unreadable} of {lines} lines hold no number, the first of them line {first}; is it the right file?"
            )));
        }
        if !self.found.is_empty() {
            (self.sink)(self.found)?;
        }
        Ok(self.figures)
    }
}

/// The column of a header that is called a number.
fn named(header: &[String]) -> Result<usize, PortError> {
    let is_number = |header: &String| {
        let header = header.to_lowercase();
        NUMBER_HEADERS.iter().any(|known| header.contains(known))
    };
    header.iter().position(is_number).ok_or_else(|| {
        refused("no column of the file is called a phone number; name it so, or give a number a line")
    })
}

/// The cells of a line. Quotes are rare in such files, and only then looked at.
fn fields(text: &str, delimiter: char) -> Vec<String> {
    if !text.contains('"') {
        return text
            .split(delimiter)
            .map(|field| field.trim().to_owned())
            .collect();
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|field| field.trim().to_owned()).collect()
}

fn parsed(text: &str, columns: Columns) -> Option<ListLine> {
    // The two layouts of the national registry, by far the commonest lines there are.
    let bytes = text.as_bytes();
    let national = match (bytes.len(), columns.number) {
        (10, None) => Some([&text[..10], ""].concat()),
        (11, None) if bytes[3] == b',' => text
            .get(..3)
            .zip(text.get(4..))
            .map(|(area, rest)| [area, rest].concat()),
        _ => None,
    };
    if let Some(national) = national.filter(|n| n.bytes().all(|b| b.is_ascii_digit())) {
        return Some(ListLine {
            number: number(&national)?,
            is_removal: false,
        });
    }
    of_cells(&fields(text, columns.delimiter), columns)
}

/// What the cells of a line or of a sheet's row say.
fn of_cells(fields: &[String], columns: Columns) -> Option<ListLine> {
    let digits = |field: &str, count| field.len() == count && field.bytes().all(|b| b.is_ascii_digit());
    let (national, behind) = match (columns.number, fields) {
        (Some(column), all) => (all.get(column)?.clone(), all),
        (None, [area, rest, behind @ ..]) if digits(area, 3) && digits(rest, 7) => {
            ([area.as_str(), rest].concat(), behind)
        }
        (None, [first, behind @ ..]) => (first.clone(), behind),
        (None, []) => return None,
    };
    let is_removal = behind
        .iter()
        .any(|f| f.eq_ignore_ascii_case("d") || f.eq_ignore_ascii_case("delete"));
    let number = number(&national).or_else(|| Some(normalise_phone(&national).ok()?.number))?;
    Some(ListLine { number, is_removal })
}

/// Ten digits as they are: a registry may hold numbers that no list of valid ones knows.
fn number(national: &str) -> Option<PhoneNumber> {
    let is_national = national.len() == 10 && national.bytes().all(|b| b.is_ascii_digit());
    is_national
        .then(|| format!("+1{national}").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;

    use super::*;

    fn read(content: impl Into<Vec<u8>>) -> Result<(Vec<(String, bool)>, ListFigures), PortError> {
        let mut lines = Vec::new();
        let figures = NumberLists.read(Box::new(Cursor::new(content.into())), &mut |found| {
            lines.extend(
                found
                    .into_iter()
                    .map(|l| (l.number.as_e164().to_owned(), l.is_removal)),
            );
            Ok(())
        })?;
        Ok((lines, figures))
    }

    fn numbers(content: &str) -> Vec<String> {
        read(content)
            .unwrap()
            .0
            .into_iter()
            .map(|(number, _)| number)
            .collect()
    }

    fn refusal(content: impl Into<Vec<u8>>) -> String {
        read(content).unwrap_err().message
    }

    #[test]
    fn both_layouts_of_the_national_registry_are_read() {
        let expected = ["+17605550142", "+14155550143"];
        assert_eq!(numbers("760,5550142\n415,5550143\n"), expected);
        assert_eq!(numbers("\u{feff}7605550142\r\n4155550143\r\n\r\n"), expected);
    }

    #[test]
    fn a_list_of_changes_says_who_came_and_who_went() {
        let (lines, figures) = read("760,5550142,2026-11-01,A\n415,5550143,2026-11-02,D\n").unwrap();
        let expected = [
            ("+17605550142".to_owned(), false),
            ("+14155550143".to_owned(), true),
        ];
        assert_eq!(lines, expected);
        assert_eq!(figures.lines, 2);
    }

    #[test]
    fn a_table_with_a_header_is_read_by_its_column_of_numbers() {
        let table =
            "Name;Phone Number;Reason\n\"Doe; Jane\";(760) 555-0142;plaintiff\nRoe;415.555.0143;plaintiff\n";
        assert_eq!(numbers(table), ["+17605550142", "+14155550143"]);
        assert!(refusal("Name,Reason\nDoe,plaintiff\n").contains("no column"));
    }

    #[test]
    fn one_list_in_a_zip_is_read() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive
            .start_file("dnc.txt", zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(b"760,5550142\n").unwrap();
        let packed = archive.finish().unwrap().into_inner();
        assert_eq!(read(packed.clone()).unwrap().0.len(), 1);
        assert!(refusal(&packed[..packed.len() - 30]).contains("damaged"));
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.txt", "b.txt"] {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(name, options).unwrap();
            archive.write_all(b"760,5550142\n").unwrap();
        }
        let two = archive.finish().unwrap().into_inner();
        assert!(refusal(two).contains("more than a list"));
    }

    fn workbook(rows: &[&[&str]]) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let at = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(at.0, at.1, number).unwrap(),
                    Err(_) => sheet.write_string(at.0, at.1, *cell).unwrap(),
                };
            }
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn a_workbook_is_read_by_its_column_of_numbers_or_by_its_first() {
        let named = workbook(&[
            &["Name", "Phone"],
            &["Jane Doe", "(760) 555-0142"],
            &["Roe", "4155550143"],
        ]);
        let read_numbers = |book: Vec<u8>| {
            let (lines, figures) = read(book).unwrap();
            (
                lines.into_iter().map(|(number, _)| number).collect::<Vec<_>>(),
                figures.lines,
            )
        };
        let expected = vec!["+17605550142".to_owned(), "+14155550143".to_owned()];
        assert_eq!(read_numbers(named), (expected.clone(), 2));
        let plain = workbook(&[&["7605550142"], &["4155550143"]]);
        assert_eq!(read_numbers(plain), (expected, 2));
        let nameless = workbook(&[&["Name", "Reason"], &["Doe", "plaintiff"]]);
        assert!(refusal(nameless).contains("no column"));
    }

    #[test]
    fn what_is_no_list_is_refused_with_what_to_do() {
        assert!(refusal("<list><ph val='7605550142'/></list>").contains("flat file"));
        assert!(refusal("%PDF-1.7").contains("document"));
        assert!(refusal("").contains("no telephone numbers"));
        assert!(refusal("7".repeat(10_000)).contains("no end"));
        let half = "7605550142\nnobody\n".repeat(100);
        assert!(refusal(half).contains("100 of 200 lines hold no number, the first of them line 2"));
        let slip = format!("{}nobody\n", "7605550142\n".repeat(200));
        assert_eq!(read(slip).unwrap().1.unreadable, 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(content in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            let _ = read(content);
        }

        #[test]
        fn every_number_of_a_list_comes_out(numbers in proptest::collection::vec(2_000_000_000_u64..9_999_999_999, 1..200)) {
            let usable = numbers.iter().filter(|n| number(&n.to_string()).is_some()).count();
            let text = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("\n");
            match read(text) {
                Ok((lines, figures)) => prop_assert_eq!((lines.len(), figures.lines), (usable, numbers.len() as u64)),
                Err(_) => prop_assert!(usable < numbers.len()),
            }
        }
    }
}

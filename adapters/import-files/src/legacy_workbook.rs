//! Excel 97 to 2003, looked through before it is parsed: the parser holds the rectangle that a sheet's cells span, so one
//! cell in the far corner costs as much as a full sheet. Refuses encrypted workbooks and spans over the limit.

use std::io::{BufReader, Read, Seek, SeekFrom};

use cfb::CompoundFile;
use commands::ports::FileContent;

use crate::{
    error::{ForeignFormat, ReadError},
    limits::{LEGACY_BYTES_MAX, LEGACY_CELLS_MAX},
};

/// Record types of [MS-XLS] 2.3 that matter here.
mod record {
    pub(super) const BOF: [u16; 3] = [0x0809, 0x0409, 0x0209];
    pub(super) const FILE_PASS: u16 = 0x002f;
    /// FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, MULRK, MULBLANK, LABELSST, RSTRING and their older forms: all begin
    /// with row and column.
    pub(super) const CELLS: [u16; 17] = [
        0x0006, 0x0206, 0x0406, 0x0001, 0x0201, 0x0003, 0x0203, 0x0004, 0x0204, 0x0005, 0x0205, 0x027e,
        0x00bd, 0x00be, 0x00fd, 0x00d6, 0x0002,
    ];
    /// These end with the last column they cover.
    pub(super) const SEVERAL_CELLS: [u16; 2] = [0x00bd, 0x00be];
}

/// The rectangle that the cells of a sheet span.
#[derive(Debug, Clone, Copy)]
struct Span {
    rows: (u16, u16),
    columns: (u16, u16),
}

impl Span {
    fn of(row: u16, column: u16) -> Self {
        Self {
            rows: (row, row),
            columns: (column, column),
        }
    }

    fn with(self, other: Self) -> Self {
        let joined = |a: (u16, u16), b: (u16, u16)| (a.0.min(b.0), a.1.max(b.1));
        Self {
            rows: joined(self.rows, other.rows),
            columns: joined(self.columns, other.columns),
        }
    }

    fn cells(self) -> u64 {
        let length = |(from, to): (u16, u16)| u64::from(to - from) + 1;
        length(self.rows) * length(self.columns)
    }
}

/// Checks a compound file and hands it back.
pub(crate) fn check(mut input: Box<dyn FileContent>) -> Result<Box<dyn FileContent>, ReadError> {
    let bytes = input.seek(SeekFrom::End(0))?;
    if bytes > LEGACY_BYTES_MAX {
        return Err(ReadError::TooLarge {
            bytes,
            bytes_max: LEGACY_BYTES_MAX,
        });
    }
    input.seek(SeekFrom::Start(0))?;
    let mut compound = CompoundFile::open(input).map_err(|_| ReadError::Damaged)?;
    if compound.exists("/EncryptedPackage") {
        return Err(ReadError::Encrypted);
    }
    let stream = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"]
        .into_iter()
        .find(|name| compound.is_stream(name))
        .ok_or(ReadError::Unsupported(ForeignFormat::OtherDocument))?;
    let records = compound.open_stream(stream).map_err(|_| ReadError::Damaged)?;
    if spanned_cells(BufReader::new(records))? > LEGACY_CELLS_MAX {
        return Err(ReadError::UnpacksTooLarge {
            bytes_max: LEGACY_BYTES_MAX,
        });
    }
    let mut input = compound.into_inner();
    input.seek(SeekFrom::Start(0))?;
    Ok(input)
}

/// Walks the records and adds up what the sheets span.
fn spanned_cells(mut records: impl Read) -> Result<u64, ReadError> {
    let mut total = 0_u64;
    let mut span: Option<Span> = None;
    let mut head = [0; 4];
    let mut body = Vec::new();
    while records.read_exact(&mut head).is_ok() {
        let kind = u16::from_le_bytes([head[0], head[1]]);
        let length = u64::from(u16::from_le_bytes([head[2], head[3]]));
        body.clear();
        records
            .by_ref()
            .take(length)
            .read_to_end(&mut body)
            .map_err(|_| ReadError::Damaged)?;
        if kind == record::FILE_PASS {
            return Err(ReadError::Encrypted);
        }
        if record::BOF.contains(&kind) {
            total += span.take().map_or(0, Span::cells);
        } else if record::CELLS.contains(&kind) {
            let Some(cells) = span_of(kind, &body) else {
                continue;
            };
            span = Some(span.map_or(cells, |span| span.with(cells)));
        }
    }
    Ok(total + span.map_or(0, Span::cells))
}

fn span_of(kind: u16, body: &[u8]) -> Option<Span> {
    let word = |at: usize| Some(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]));
    let first = Span::of(word(0)?, word(2)?);
    if !record::SEVERAL_CELLS.contains(&kind) {
        return Some(first);
    }
    let last = word(body.len().checked_sub(2)?)?;
    Some(first.with(Span::of(word(0)?, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn a_cell_in_the_far_corner_costs_the_whole_rectangle_and_sheets_add_up() {
        let near = record(0x0203, &[0, 0, 0, 0, 0, 0]);
        let far = record(0x0203, &[0xff, 0xff, 0xff, 0, 0, 0]);
        let sheet = [record(0x0809, &[0; 8]), near, far].concat();
        assert_eq!(spanned_cells(&sheet[..]).unwrap(), 65_536 * 256);
        let book = [sheet.clone(), sheet].concat();
        assert_eq!(spanned_cells(&book[..]).unwrap(), 2 * 65_536 * 256);
    }

    #[test]
    fn a_password_is_seen() {
        assert!(matches!(
            spanned_cells(&record(0x002f, &[1, 0])[..]),
            Err(ReadError::Encrypted)
        ));
    }
}

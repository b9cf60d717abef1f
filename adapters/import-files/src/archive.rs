//! The zip archive under a workbook: what it is, and that it unpacks to no more than allowed. Everything is unpacked once,
//! counting, before a parser sees it: declared sizes can lie.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use commands::ports::{FileContent, ReadLimits};
use zip::ZipArchive;

use crate::{
    error::{ForeignFormat, ReadError},
    limits::{HELD_PART_BYTES_MAX, RATIO_FREE_BYTES, UNPACK_RATIO_MAX, WORKBOOK_PARTS_MAX},
};

/// The part of an OpenDocument file that holds its sheets.
pub(crate) const OPEN_DOCUMENT_CONTENT: &str = "content.xml";

/// What kind of workbook an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkbookKind {
    Xlsx,
    Xlsb,
    Ods,
}

/// Reads the archive's directory and unpacks every part once. Checksums are checked by the way, so that a damaged file
/// is refused before its first row is imported.
pub(crate) fn check(
    mut input: Box<dyn FileContent>,
    limits: &ReadLimits,
) -> Result<(Box<dyn FileContent>, WorkbookKind), ReadError> {
    input.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(BufReader::new(input)).map_err(|_| ReadError::Damaged)?;
    if archive.len() > WORKBOOK_PARTS_MAX {
        return Err(ReadError::Damaged);
    }
    let kind = kind_of(&mut archive)?;
    let too_large = || ReadError::UnpacksTooLarge {
        bytes_max: limits.unpacked_bytes_max,
    };
    let mut unpacked_total = 0_u64;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| ReadError::Damaged)?;
        let streamed = part
            .name()
            .is_ok_and(|name| name.contains("worksheets/") || name == OPEN_DOCUMENT_CONTENT);
        let by_ratio = part
            .compressed_size()
            .saturating_mul(UNPACK_RATIO_MAX)
            .max(RATIO_FREE_BYTES);
        let mut allowed = by_ratio.min(limits.unpacked_bytes_max.saturating_sub(unpacked_total));
        if !streamed {
            allowed = allowed.min(HELD_PART_BYTES_MAX);
        }
        if part.size() > allowed {
            return Err(too_large());
        }
        let unpacked =
            io::copy(&mut part.take(allowed + 1), &mut io::sink()).map_err(|_| ReadError::Damaged)?;
        if unpacked > allowed {
            return Err(too_large());
        }
        unpacked_total += unpacked;
    }
    let mut input = archive.into_inner().into_inner();
    input.seek(SeekFrom::Start(0))?;
    Ok((input, kind))
}

fn kind_of<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<WorkbookKind, ReadError> {
    let has = |archive: &ZipArchive<R>, name: &str| archive.index_for_name(name).is_some();
    if has(archive, "xl/workbook.bin") {
        return Ok(WorkbookKind::Xlsb);
    }
    let types = has(archive, "[Content_Types].xml");
    let named = |archive: &ZipArchive<R>, fits: &dyn Fn(&str) -> bool| {
        archive
            .file_names()
            .filter_map(Result::ok)
            .any(|name| fits(&name))
    };
    if types
        && named(archive, &|name| {
            name.contains("workbook") || name.starts_with("xl/")
        })
    {
        return Ok(WorkbookKind::Xlsx);
    }
    if has(archive, "mimetype") {
        return open_document_kind(archive);
    }
    let document = types || named(archive, &|name| name.starts_with("Index/"));
    Err(ReadError::Unsupported(if document {
        ForeignFormat::OtherDocument
    } else {
        ForeignFormat::Archive
    }))
}

/// An OpenDocument file says in its first part what it is, and in its manifest whether its parts are encrypted.
fn open_document_kind<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<WorkbookKind, ReadError> {
    let kind = start_of(archive, "mimetype", 128)?;
    if !kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Err(ReadError::Unsupported(ForeignFormat::OtherDocument));
    }
    let manifest = match archive.index_for_name("META-INF/manifest.xml") {
        Some(_) => start_of(archive, "META-INF/manifest.xml", RATIO_FREE_BYTES)?,
        None => Vec::new(),
    };
    let mark = b"encryption-data";
    if archive.index_for_name("encrypted-package").is_some()
        || manifest.windows(mark.len()).any(|window| window == mark)
    {
        return Err(ReadError::Encrypted);
    }
    if archive.index_for_name(OPEN_DOCUMENT_CONTENT).is_none() {
        return Err(ReadError::Damaged);
    }
    Ok(WorkbookKind::Ods)
}

fn start_of<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    bytes_max: u64,
) -> Result<Vec<u8>, ReadError> {
    let part = archive.by_name(name).map_err(|_| ReadError::Damaged)?;
    let mut bytes = Vec::new();
    part.take(bytes_max)
        .read_to_end(&mut bytes)
        .map_err(|_| ReadError::Damaged)?;
    Ok(bytes)
}

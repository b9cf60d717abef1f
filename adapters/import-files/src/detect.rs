//! Tells what a file is by its first bytes, never by its name: a workbook, text in one of four encodings, or something
//! that is refused by its proper name.

use crate::error::{ForeignFormat, ReadError};

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// With or without byte order mark; a record that is not UTF-8 is read as Windows-1252.
    Utf8 {
        mark: bool,
    },
    Utf16Le {
        mark: bool,
    },
    Utf16Be {
        mark: bool,
    },
    Windows1252,
}

impl Encoding {
    /// Bytes of the byte order mark.
    pub(crate) const fn mark_bytes(self) -> usize {
        match self {
            Self::Utf8 { mark: true } => 3,
            Self::Utf16Le { mark: true } | Self::Utf16Be { mark: true } => 2,
            _ => 0,
        }
    }

    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Utf8 { mark: true } => "UTF-8 with BOM",
            Self::Utf8 { mark: false } => "UTF-8",
            Self::Utf16Le { .. } => "UTF-16 little-endian",
            Self::Utf16Be { .. } => "UTF-16 big-endian",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding's decoder, for text that is not taken as it is.
    pub(crate) const fn utf16(self) -> Option<&'static encoding_rs::Encoding> {
        match self {
            Self::Utf16Le { .. } => Some(encoding_rs::UTF_16LE),
            Self::Utf16Be { .. } => Some(encoding_rs::UTF_16BE),
            _ => None,
        }
    }

    /// The sample as text, replacement characters where it is cut.
    pub(crate) fn decode(self, sample: &[u8]) -> String {
        self.decode_body(sample.get(self.mark_bytes()..).unwrap_or_default())
    }

    /// Text behind the byte order mark.
    pub(crate) fn decode_body(self, body: &[u8]) -> String {
        let encoding = match self {
            Self::Utf8 { .. } => encoding_rs::UTF_8,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Utf16Le { .. } => encoding_rs::UTF_16LE,
            Self::Utf16Be { .. } => encoding_rs::UTF_16BE,
        };
        encoding.decode_without_bom_handling(body).0.into_owned()
    }
}

/// A container; whether there is a workbook in it is seen inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    /// A zip archive.
    Zip,
    /// A compound file, as of Excel 97-2003.
    Compound,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text that is neither of the following; a table if anything.
    Text(Encoding),
    /// Address cards.
    Cards(Encoding),
    /// JSON, one document or one a line.
    Json(Encoding),
    Packed(Packed),
}

/// First bytes of what we refuse by name.
const SIGNATURES: [(&[u8], ForeignFormat); 20] = [
    (b"%PDF", ForeignFormat::Pdf),
    (b"\x89PNG", ForeignFormat::Image),
    (b"\xff\xd8\xff", ForeignFormat::Image),
    (b"GIF8", ForeignFormat::Image),
    (b"RIFF", ForeignFormat::Image),
    (b"II*\0", ForeignFormat::Image),
    (b"MM\0*", ForeignFormat::Image),
    (b"BM\0", ForeignFormat::Image),
    (b"\0\0\0\x18ftyp", ForeignFormat::Image),
    (b"\0\0\0\x1cftyp", ForeignFormat::Image),
    (b"\0\0\0\x20ftyp", ForeignFormat::Image),
    (b"\x1f\x8b", ForeignFormat::Archive),
    (b"Rar!", ForeignFormat::Archive),
    (b"7z\xbc\xaf\x27\x1c", ForeignFormat::Archive),
    (b"BZh", ForeignFormat::Archive),
    (b"\xfd7zXZ", ForeignFormat::Archive),
    (b"{\\rtf", ForeignFormat::RichText),
    (b"SQLite format 3", ForeignFormat::Binary),
    (b"\x7fELF", ForeignFormat::Binary),
    (b"MZ\x90", ForeignFormat::Binary),
];

/// What a table of empty cells is made of.
const BLANK_CELLS: [char; 8] = [',', ';', '\t', '|', '"', '\n', '\r', ' '];

/// Compound file, the container of Excel 97-2003 and of encrypted workbooks.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Tells what the file is by its first bytes. `whole` says that the sample is all of it.
pub(crate) fn content_of(sample: &[u8]) -> Result<Content, ReadError> {
    if sample.is_empty() {
        return Err(ReadError::Empty);
    }
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        return Ok(Content::Packed(Packed::Zip));
    }
    if sample.starts_with(COMPOUND_FILE) {
        let encrypted: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let found = sample.windows(encrypted.len()).any(|window| window == encrypted);
        return if found {
            Err(ReadError::Encrypted)
        } else {
            Ok(Content::Packed(Packed::Compound))
        };
    }
    if let Some((_, format)) = SIGNATURES
        .iter()
        .find(|(signature, _)| sample.starts_with(signature))
    {
        return Err(ReadError::Unsupported(*format));
    }
    let encoding = encoding_of(sample)?;
    text_content(&encoding.decode(sample), encoding)
}

fn encoding_of(sample: &[u8]) -> Result<Encoding, ReadError> {
    if sample.starts_with(b"\xef\xbb\xbf") {
        return Ok(Encoding::Utf8 { mark: true });
    }
    if sample.starts_with(b"\xff\xfe\0\0") || sample.starts_with(b"\0\0\xfe\xff") {
        return Err(ReadError::UnknownEncoding);
    }
    if sample.starts_with(b"\xff\xfe") {
        return Ok(Encoding::Utf16Le { mark: true });
    }
    if sample.starts_with(b"\xfe\xff") {
        return Ok(Encoding::Utf16Be { mark: true });
    }
    if sample.contains(&0) {
        // Mostly Latin text in UTF-16 has a zero in every other byte, always on the same side.
        let zeros = |side: usize| {
            sample
                .iter()
                .skip(side)
                .step_by(2)
                .filter(|byte| **byte == 0)
                .count()
        };
        let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
        return match (even * 10 > half * 7, odd * 10 > half * 7) {
            (true, false) if odd * 20 < half => Ok(Encoding::Utf16Be { mark: false }),
            (false, true) if even * 20 < half => Ok(Encoding::Utf16Le { mark: false }),
            _ => Err(ReadError::Unsupported(ForeignFormat::Binary)),
        };
    }
    let controls = sample
        .iter()
        .filter(|byte| matches!(byte, 0x02..=0x08 | 0x0e..=0x1a | 0x1c..=0x1e))
        .count();
    if controls * 100 > sample.len() {
        return Err(ReadError::Unsupported(ForeignFormat::Binary));
    }
    match std::str::from_utf8(sample) {
        Ok(_) => Ok(Encoding::Utf8 { mark: false }),
        // Cut within a character by the end of the sample.
        Err(error) if error.error_len().is_none() => Ok(Encoding::Utf8 { mark: false }),
        // Names have an accent here and there; a text of little else is Cyrillic, Greek, Asian or of a mainframe.
        Err(_) if sample.iter().filter(|byte| **byte >= 0x80).count() * 3 > sample.len() => {
            Err(ReadError::UnknownEncoding)
        }
        Err(_) => Ok(Encoding::Windows1252),
    }
}

/// What a text is, or what it is instead of a list.
fn text_content(text: &str, encoding: Encoding) -> Result<Content, ReadError> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let bare_end = start.trim_end_matches(|c: char| c.is_whitespace() || c == '\0');
    if bare_end.trim_matches(BLANK_CELLS).is_empty() {
        return Err(ReadError::Empty);
    }
    let begins = |word: &str| {
        start
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let format = if begins("<!doctype html") || begins("<html") || begins("<table") || begins("<meta") {
        ForeignFormat::WebPage
    } else if begins("<?xml") || begins("<workbook") {
        ForeignFormat::Xml
    } else if begins("{\\rtf") {
        ForeignFormat::RichText
    } else if begins("BEGIN:VCARD") || begins("BEGIN: VCARD") {
        return Ok(Content::Cards(encoding));
    } else if is_json(start) {
        return Ok(Content::Json(encoding));
    } else {
        return Ok(Content::Text(encoding));
    };
    Err(ReadError::Unsupported(format))
}

/// `{"`, `[{`, `[[`, `["`, with white space between.
fn is_json(start: &str) -> bool {
    let mut marks = start.chars().filter(|c| !c.is_whitespace());
    matches!(
        (marks.next(), marks.next()),
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | '"' | ']'))
    )
}

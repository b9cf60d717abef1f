//! Address cards, vCard 2.1, 3.0 and 4.0, one card a row. Takes what phones and address books really write: labels of
//! Apple's, bare types, charsets by property, cards without an end. A text that ends within a line of a card was cut off.

use std::io::{Read, Seek, SeekFrom};

use commands::ports::{FileContent, ReadLimits, TableChoice, TableFormat};
use encoding_rs::{Encoding as Charset, UTF_8, WINDOWS_1252};

use crate::{
    detect::Encoding,
    error::ReadError,
    field::PhoneKind,
    limits::{CARD_LINE_BYTES_MAX, CARD_LINES_MAX, FIELD_SEARCH_BYTES},
    mapping::kind_of,
    progress::Progress,
    records::{Record, RecordRows, Records, learn},
    table::Found,
    transcoder::text_of,
    values,
    vcard_lines::{CardLines, LineEnd},
};

/// The column of a kind of number.
pub(crate) const fn phone_column(kind: PhoneKind) -> &'static str {
    match kind {
        PhoneKind::Mobile => "Mobile Phone",
        PhoneKind::Unknown => "Phone",
        PhoneKind::Home => "Home Phone",
        PhoneKind::Work => "Work Phone",
        PhoneKind::Unusable => "Fax",
    }
}

/// The column of numbers that a source marks one by one.
pub(crate) const FORBIDDEN_PHONE_COLUMN: &str = "Phone not to be called";

/// Rows of cards, and how they were found.
type Opened = (RecordRows<Cards<Box<dyn Read + Send>>>, Found);

/// Opens a text of cards.
pub(crate) fn open(
    mut input: Box<dyn FileContent>,
    encoding: Encoding,
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Result<Opened, ReadError> {
    let total = input.seek(SeekFrom::End(0))?;
    let start = SeekFrom::Start(encoding.mark_bytes() as u64);
    input.seek(start)?;
    let looked_at = Progress::default();
    let (sample, mut input) = sample_of(input, &looked_at, total, encoding)?;
    let header = learn(Cards::new(&sample[..]), &looked_at, limits, choice)?;
    input.seek(start)?;
    let progress = Progress::default();
    let cards = Cards::new(text_of(progress.counting(input, total), encoding));
    let rows = RecordRows::new(cards, &header, progress);
    let description = format!("{}, vCard", encoding.description());
    Ok((rows, Found::new(TableFormat::VCard, description, header)))
}

/// The start of a text, in UTF-8 when it was UTF-16, and the input back.
pub(crate) fn sample_of(
    input: Box<dyn FileContent>,
    progress: &Progress,
    total: u64,
    encoding: Encoding,
) -> Result<(Vec<u8>, Box<dyn FileContent>), ReadError> {
    let mut input = input;
    let mut bytes = Vec::new();
    progress
        .counting(input.by_ref().take(FIELD_SEARCH_BYTES), total)
        .read_to_end(&mut bytes)?;
    if encoding.utf16().is_some() {
        bytes = encoding.decode_body(&bytes).into_bytes();
    }
    Ok((bytes, input))
}

/// A property, taken apart.
#[derive(Debug, Default)]
struct Property {
    /// `item1` of `item1.TEL`.
    group: String,
    name: String,
    types: Vec<String>,
    preferred: bool,
    /// `LABEL` of an address of version 4.
    label: String,
    value: String,
}

#[derive(Debug)]
struct Telephone {
    group: String,
    kind: PhoneKind,
    preferred: bool,
    value: String,
}

#[derive(Debug)]
struct PostalAddress {
    rank: u8,
    parts: Vec<String>,
    label: String,
}

/// What a card says.
#[derive(Debug, Default)]
struct Card {
    lines: usize,
    full_name: String,
    name: Vec<String>,
    organization: String,
    job_title: String,
    telephones: Vec<Telephone>,
    /// Apple's labels, by group.
    labels: Vec<(String, String)>,
    emails: Vec<String>,
    addresses: Vec<PostalAddress>,
    address_label: String,
    categories: Vec<String>,
    notes: Vec<String>,
    do_not_call: String,
}

/// The cards of a text.
pub(crate) struct Cards<R> {
    lines: CardLines<R>,
    row: u64,
    /// A card began where the one before it had no end.
    begun: bool,
}

impl<R: Read> Cards<R> {
    fn new(input: R) -> Self {
        Self {
            lines: CardLines::new(input),
            row: 0,
            begun: false,
        }
    }

    fn find_begin(&mut self) -> Result<bool, ReadError> {
        if std::mem::take(&mut self.begun) {
            return Ok(true);
        }
        while let Some((line, _)) = self.lines.next()? {
            if is_mark(&line, "BEGIN") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn card(&mut self) -> Result<Card, ReadError> {
        let mut card = Card::default();
        // An agent's card may stand within the card.
        let mut depth = 0_usize;
        let mut agent = false;
        self.lines.keep_fold_space = false;
        while let Some((line, end)) = self.lines.next()? {
            if end == LineEnd::TooLong {
                return Err(ReadError::RecordTooLong {
                    row: self.row,
                    bytes_max: CARD_LINE_BYTES_MAX,
                });
            }
            if is_mark(&line, "END") {
                if depth == 0 {
                    return Ok(card);
                }
                depth -= 1;
                continue;
            }
            if is_mark(&line, "BEGIN") {
                if agent || depth > 0 {
                    depth += 1;
                    agent = false;
                    continue;
                }
                self.begun = true;
                return Ok(card);
            }
            if end == LineEnd::Unbroken {
                return Err(ReadError::CutOff { record: self.row });
            }
            let Some(property) = property_of(&line) else {
                continue;
            };
            agent = property.name == "AGENT";
            if property.name == "VERSION" {
                self.lines.keep_fold_space = property.value.trim() == "2.1";
            }
            card.lines += 1;
            if depth == 0 && card.lines <= CARD_LINES_MAX {
                card.take(property);
            }
        }
        Ok(card)
    }
}

impl<R: Read + Send> Records for Cards<R> {
    fn next(&mut self, record: &mut Record) -> Result<bool, ReadError> {
        record.clear();
        if !self.find_begin()? {
            return Ok(false);
        }
        self.row += 1;
        record.row = self.row;
        self.card()?.fill(record);
        // A list without a single number has a phone column all the same: its cards are told one by one.
        if self.row == 1
            && record
                .fields
                .iter()
                .all(|(name, _)| name != phone_column(PhoneKind::Unknown))
        {
            record
                .fields
                .push((phone_column(PhoneKind::Unknown).into(), String::new()));
        }
        Ok(true)
    }
}

/// `BEGIN:VCARD` and `END:VCARD`, in any case, with spaces.
fn is_mark(line: &[u8], mark: &str) -> bool {
    let Some(at) = line.iter().position(|byte| *byte == b':') else {
        return false;
    };
    line[..at].trim_ascii().eq_ignore_ascii_case(mark.as_bytes())
        && line[at + 1..].trim_ascii().eq_ignore_ascii_case(b"VCARD")
}

impl Card {
    fn take(&mut self, property: Property) {
        let value = property.value.trim();
        if value.is_empty() && property.label.is_empty() {
            return;
        }
        match property.name.as_str() {
            "FN" if self.full_name.is_empty() => self.full_name = unescaped(value),
            "N" if self.name.is_empty() => self.name = components(value, true),
            "ORG" if self.organization.is_empty() => {
                self.organization = components(value, false).into_iter().next().unwrap_or_default();
            }
            "TITLE" if self.job_title.is_empty() => self.job_title = unescaped(value),
            "TEL" => self.telephones.push(Telephone {
                kind: kind_of_types(&property.types),
                preferred: property.preferred,
                value: unescaped(value),
                group: property.group,
            }),
            "EMAIL" => self.emails.push(unescaped(value)),
            "ADR" => {
                let has = |kind: &str| property.types.iter().any(|known| known == kind);
                let rank = if property.preferred {
                    0
                } else if has("HOME") {
                    1
                } else {
                    2 + u8::from(has("WORK"))
                };
                self.addresses.push(PostalAddress {
                    rank,
                    parts: components(value, false),
                    label: unescaped(&property.label),
                });
            }
            "LABEL" if self.address_label.is_empty() => self.address_label = unescaped(value),
            "X-ABLABEL" => {
                let label = value.trim_start_matches("_$!<").trim_end_matches(">!$_");
                self.labels.push((property.group, label.to_owned()));
            }
            "CATEGORIES" => self.categories.push(unescaped(value)),
            "NOTE" => self.notes.push(unescaped(value)),
            name if is_do_not_call(name) => self.do_not_call = unescaped(value),
            _ => {}
        }
    }

    fn fill(mut self, record: &mut Record) {
        let mut add = |name: &'static str, value: &str| record.add(name.into(), value);
        let part = |parts: &[String], at: usize| parts.get(at).cloned().unwrap_or_default();
        add("Full Name", &self.full_name);
        // A family name alone says less than the full name.
        if self.full_name.is_empty() || !part(&self.name, 1).is_empty() {
            add("Name Prefix", &part(&self.name, 3));
            add("First Name", &part(&self.name, 1));
            add("Middle Name", &part(&self.name, 2));
            add("Last Name", &part(&self.name, 0));
            add("Name Suffix", &part(&self.name, 4));
        }
        add("Organization", &self.organization);
        add("Job Title", &self.job_title);
        self.telephones.sort_by_key(|telephone| !telephone.preferred);
        for telephone in &self.telephones {
            let labelled = self
                .labels
                .iter()
                .find(|(group, _)| !group.is_empty() && *group == telephone.group);
            let label = labelled.map_or("", |(_, label)| label.as_str());
            let column = if values::forbids_contact(label) {
                FORBIDDEN_PHONE_COLUMN
            } else {
                let kind = if telephone.kind == PhoneKind::Unknown {
                    kind_of(label)
                } else {
                    telephone.kind
                };
                phone_column(kind)
            };
            add(column, &telephone.value);
        }
        for email in &self.emails {
            add("Email", email);
        }
        self.addresses.sort_by_key(|address| address.rank);
        if let Some(address) = self.addresses.first() {
            let street = [part(&address.parts, 2), part(&address.parts, 0)]
                .into_iter()
                .find(|line| !line.trim().is_empty());
            add("Street", &street.unwrap_or_default());
            add("Unit", &part(&address.parts, 1));
            add("City", &part(&address.parts, 3));
            add("State", &part(&address.parts, 4));
            add("ZIP", &part(&address.parts, 5));
            add("Country", &part(&address.parts, 6));
            add("Full Address", &address.label);
        } else {
            add("Full Address", &self.address_label);
        }
        for category in &self.categories {
            add("Labels", category);
        }
        for note in &self.notes {
            add("Notes", note);
        }
        add("Do Not Call", &self.do_not_call);
    }
}

/// `X-DNC` and the like, of programs that keep it as a property of their own.
fn is_do_not_call(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    matches!(
        letters.as_str(),
        "XDNC" | "XDONOTCALL" | "XDONOTCONTACT" | "XOPTOUT"
    )
}

fn kind_of_types(types: &[String]) -> PhoneKind {
    let has = |names: &[&str]| types.iter().any(|known| names.contains(&known.as_str()));
    if has(&[
        "FAX",
        "PAGER",
        "MODEM",
        "BBS",
        "TELEX",
        "TEXTPHONE",
        "X-FAX",
        "HOMEFAX",
        "WORKFAX",
        "OTHERFAX",
    ]) {
        PhoneKind::Unusable
    } else if has(&["CELL", "MOBILE", "IPHONE", "X-IPHONE", "X-MOBILE", "CAR"]) {
        PhoneKind::Mobile
    } else if has(&["HOME"]) {
        PhoneKind::Home
    } else if has(&["WORK", "COMPANY", "X-COMPANY"]) {
        PhoneKind::Work
    } else {
        PhoneKind::Unknown
    }
}

/// `[group.]NAME[;PARAMETER…]:VALUE`; nothing for a line that is no property.
fn property_of(line: &[u8]) -> Option<Property> {
    let colon = outside_quotes(line, b':')?;
    let head = String::from_utf8_lossy(&line[..colon]);
    let mut parts = split_outside_quotes(&head, ';');
    let name = parts.next()?.trim();
    let (group, name) = name.rsplit_once('.').unwrap_or(("", name));
    let mut property = Property {
        group: group.to_ascii_lowercase(),
        name: name.to_ascii_uppercase(),
        ..Property::default()
    };
    let mut charset = None;
    let mut quoted_printable = false;
    for parameter in parts {
        let (key, value) = parameter.split_once('=').unwrap_or(("TYPE", parameter));
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_uppercase().as_str() {
            "TYPE" => {
                for kind in value.split(',').map(|kind| kind.trim().to_ascii_uppercase()) {
                    quoted_printable |= kind == "QUOTED-PRINTABLE";
                    property.preferred |= kind == "PREF";
                    property.types.push(kind);
                }
            }
            "PREF" => property.preferred |= value == "1",
            "ENCODING" => quoted_printable |= value.eq_ignore_ascii_case("QUOTED-PRINTABLE"),
            "CHARSET" => charset = Charset::for_label(value.as_bytes()),
            "LABEL" => value.clone_into(&mut property.label),
            _ => {}
        }
    }
    let raw = &line[colon + 1..];
    let bytes = if quoted_printable {
        unquoted(raw)
    } else {
        raw.to_vec()
    };
    property.value = decoded(&bytes, charset);
    Some(property)
}

fn decoded(bytes: &[u8], charset: Option<&'static Charset>) -> String {
    // A charset that is told wrongly is commoner than UTF-8 by accident.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let charset = charset
        .filter(|charset| *charset != UTF_8)
        .unwrap_or(WINDOWS_1252);
    charset.decode_without_bom_handling(bytes).0.into_owned()
}

/// Quoted-printable (RFC 2045 6.7); what is no code stays as it is.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn outside_quotes(line: &[u8], wanted: u8) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            byte if *byte == wanted && !quoted => return Some(at),
            _ => {}
        }
    }
    // A quotation mark that nobody closed.
    line.iter().position(|byte| *byte == wanted)
}

fn split_outside_quotes(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == mark && !quoted
    })
}

/// The parts of a structured value. In a `list` the several values of a part come apart by a space.
fn components(value: &str, list: bool) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        let Some(last) = parts.last_mut() else { break };
        match (escaped, c) {
            (true, 'n' | 'N') => last.push('\n'),
            (false, '\\') => {}
            (false, ';') => parts.push(String::new()),
            (false, ',') if list => last.push(' '),
            (_, c) => last.push(c),
        }
        escaped = !escaped && c == '\\';
    }
    parts
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut escaped = false;
    for c in value.chars() {
        match (escaped, c) {
            (true, 'n' | 'N') => text.push('\n'),
            (false, '\\') => {}
            (_, c) => text.push(c),
        }
        escaped = !escaped && c == '\\';
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_taken_apart_in_every_version() {
        let property = property_of(b"item1.TEL;type=CELL;type=VOICE,pref:(760) 555-0101").unwrap();
        assert_eq!(
            (property.group.as_str(), property.name.as_str()),
            ("item1", "TEL")
        );
        assert!(property.preferred);
        assert_eq!(kind_of_types(&property.types), PhoneKind::Mobile);
        let property = property_of(b"TEL;WORK;FAX:7605550101").unwrap();
        assert_eq!(kind_of_types(&property.types), PhoneKind::Unusable);
        let property = property_of(b"TEL;VALUE=uri;TYPE=\"voice,home\";PREF=1:tel:+1-760-555-0101").unwrap();
        assert_eq!(
            (kind_of_types(&property.types), property.value.as_str()),
            (PhoneKind::Home, "tel:+1-760-555-0101")
        );
        assert_eq!(
            property_of(b"N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;Zo=EB;;;")
                .unwrap()
                .value,
            "Müller;Zoë;;;"
        );
        assert!(property_of(b"no property").is_none());
    }

    #[test]
    fn escapes_are_taken_back() {
        assert_eq!(
            components(r"Lee\; Sons;Ann,Marie;;a\,b\n", true),
            ["Lee; Sons", "Ann Marie", "", "a,b\n"]
        );
        assert_eq!(unescaped(r"a\\b\, c\nd"), "a\\b, c\nd");
    }
}

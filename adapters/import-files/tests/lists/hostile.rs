//! Files that are broken or made to harm: any bytes, real files with pieces changed, and sizes beyond reason. Whatever
//! comes, the reader answers with rows or a typed refusal, in bounded memory, and ends.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::atomic::{AtomicU64, Ordering},
};

use commands::ports::{ReadLimits, TableChoice};
use import_files::{ForeignFormat, ReadError, open};
use proptest::prelude::*;

use crate::common::{List, read, refusal, row, try_read, try_read_chosen, try_read_within, workbook};

/// Most rows that a changed sample may come to; none has more than 250.
const ROWS_MAX: u64 = 5_000;

fn limits() -> ReadLimits {
    ReadLimits {
        file_bytes_max: 4 << 20,
        unpacked_bytes_max: 32 << 20,
        rows_max: ROWS_MAX,
        columns_max: 64,
        cell_chars_max: 512,
    }
}

fn answered(bytes: Vec<u8>) {
    match try_read_within(bytes, limits()) {
        Ok(List {
            contacts, rejected, ..
        }) => {
            assert!(contacts.len() + rejected.len() <= ROWS_MAX as usize);
            for contact in contacts {
                assert!(contact.phone.as_e164().starts_with("+1"));
            }
        }
        Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
    }
}

fn samples() -> Vec<Vec<u8>> {
    let folder = format!("{}/tests/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<Vec<u8>> = [
        "title_rep_pdcc_expireds.csv",
        "title_rep_iwcc_farm.xlsx",
        "google_contacts.csv",
        "sphere_of_influence.vcf",
        "google_people_connections.json",
        "workbooks/farm.xls",
        "workbooks/farm.xlsb",
        "workbooks/farm.ods",
    ]
    .iter()
    .map(|name| std::fs::read(format!("{folder}/{name}")).unwrap())
    .collect();
    files.push(b"{\"name\":\"Ann\",\"phone\":\"760-555-0101\"}\n{\"name\":\"Bob\",\"phones\":[{\"type\":2,\"value\":\"760-555-0102\"}]}\n".to_vec());
    files.push(
        b"BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE:Zo=C3=\n=AB;;\nTEL;CELL:760-555-0101\nEND:VCARD\n".to_vec(),
    );
    files
}

#[derive(Debug, Clone)]
enum Change {
    Set(usize, Vec<u8>),
    Insert(usize, Vec<u8>),
    Cut(usize, usize),
    Repeat(usize, usize),
    End(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..6);
    prop_oneof![
        (any::<usize>(), bytes()).prop_map(|(at, bytes)| Change::Set(at, bytes)),
        (any::<usize>(), bytes()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<usize>(), 1..400_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), 1..400_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        any::<usize>().prop_map(Change::End),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len().max(1);
        let span = |at: usize, count: usize, bytes: &[u8]| {
            let from = (at % length).min(bytes.len());
            from..(from + count).min(bytes.len())
        };
        match change {
            Change::Set(at, new) => {
                let place = span(*at, new.len(), &bytes);
                bytes.splice(place, new.iter().copied());
            }
            Change::Insert(at, new) => {
                let place = span(*at, 0, &bytes);
                bytes.splice(place, new.iter().copied());
            }
            Change::Cut(at, count) => {
                let place = span(*at, *count, &bytes);
                bytes.drain(place);
            }
            Change::Repeat(at, count) => {
                let place = span(*at, *count, &bytes);
                let piece = bytes[place.clone()].to_vec();
                bytes.splice(place.start..place.start, piece);
            }
            Change::End(at) => bytes.truncate(at % length),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        answered(bytes);
    }

    #[test]
    fn any_text_behind_a_known_beginning_is_answered(
        start in prop::sample::select(vec![
            "BEGIN:VCARD\n", "[{\"phone\":", "{\"a\":[{", "Name,Phone\n", "PK\x03\x04", "sep=;\n", "\u{feff}Phone\t",
            "BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=\n", "{\"phone\":\"1\"}\n{",
        ]),
        text in "[\\PC\n\r\t\"{}\\[\\],:;=\\\\]{0,300}",
    ) {
        answered(format!("{start}{text}").into_bytes());
    }

    #[test]
    fn real_files_with_pieces_changed_are_answered(
        file in prop::sample::select(samples()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        answered(changed(file, &changes));
    }
}

/// A file of any size that is never held: its start, then one piece over and over.
struct Endless {
    start: Vec<u8>,
    piece: Vec<u8>,
    length: u64,
    at: u64,
    /// How far it was read.
    reached: &'static AtomicU64,
}

impl Endless {
    fn byte(&self, at: u64) -> u8 {
        let beyond = at.saturating_sub(self.start.len() as u64);
        match self.start.get(at as usize) {
            Some(byte) => *byte,
            None => self.piece[(beyond % self.piece.len() as u64) as usize],
        }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (buffer.len() as u64).min(self.length - self.at) as usize;
        for (place, at) in buffer[..count].iter_mut().zip(self.at..) {
            *place = self.byte(at);
        }
        self.at += count as u64;
        self.reached.fetch_max(self.at, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(back) => self.length.saturating_add_signed(back),
            SeekFrom::Current(on) => self.at.saturating_add_signed(on),
        };
        Ok(self.at)
    }
}

/// The error of a file of a gigabyte, and how much of it was read.
fn endless(start: &str, piece: &str) -> (String, u64) {
    let reached: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
    let file = Endless {
        start: start.into(),
        piece: piece.into(),
        length: 1 << 30,
        at: 0,
        reached,
    };
    let limits = ReadLimits {
        file_bytes_max: 2 << 30,
        ..ReadLimits::default()
    };
    let message = match open(Box::new(file), limits, &TableChoice::default()) {
        Err(error) => error.to_string(),
        Ok(mut reader) => loop {
            match reader.next_row() {
                Some(Ok(_)) => {}
                Some(Err(error)) => break error.message,
                None => break String::new(),
            }
        },
    };
    (message, reached.load(Ordering::Relaxed))
}

#[test]
fn a_line_of_a_gigabyte_is_refused_after_its_first_megabytes() {
    for (start, piece, part) in [
        ("Owner Name,Phone\nAnn Lee,760-555-0101\n", "x", "is longer than"),
        (
            "Owner Name,Phone\nAnn Lee,760-555-0101\n\"",
            "x,\n",
            "quotation mark",
        ),
        ("", "x", "no columns"),
        (
            "{\"phone\":\"760-555-0101\"}\n{\"phone\":\"760-555-0101\"}\n{\"a\":\"",
            "x",
            "is longer than",
        ),
        ("[{\"phone\":\"760-555-0101\"},{\"a\":\"", "x", "is longer than"),
        (
            "BEGIN:VCARD\nFN:Ann\nTEL:760-555-0101\nEND:VCARD\nBEGIN:VCARD\nNOTE:",
            "x",
            "is longer than",
        ),
        ("[", "[", "broken"),
    ] {
        let (message, reached) = endless(start, piece);
        assert!(message.contains(part), "{start}: {message}");
        assert!(reached < 64 << 20, "{start}: {reached} bytes were read");
    }
}

#[test]
fn a_cell_that_is_cut_at_its_limit_is_told_by_row_and_column() {
    let limits = ReadLimits {
        cell_chars_max: 10,
        ..ReadLimits::default()
    };
    let long = "é".repeat(11);
    let most = "é".repeat(10);
    let csv = format!(
        "Owner Name,Phone,Notes,Remarks\nAnn Lee,760-555-0101,{most},\nBob Lee,7605550102,short,  {long}\nCy Dow,none,{long},\n"
    );
    let choice = TableChoice {
        mapping: [
            ("Owner Name", "owner_name"),
            ("Phone", "phone"),
            ("Notes", "notes"),
            ("Remarks", "remarks"),
        ]
        .map(|(header, field)| (header.to_owned(), field.to_owned()))
        .into(),
        ..TableChoice::default()
    };
    let list = try_read_chosen(csv.clone(), limits, &choice).unwrap();
    // A number of twelve characters is cut, too, which no number of ours is long enough for.
    let told: Vec<(u64, &str)> = list
        .cut
        .iter()
        .map(|(row, header)| (*row, header.as_str()))
        .collect();
    assert_eq!(told, [(2, "Phone"), (3, "Remarks"), (4, "Notes")]);
    let kept = &list.contacts[0].details.attributes;
    assert_eq!(kept.get("remarks").map(String::as_str), Some(most.as_str()));

    // What is not read is not missed.
    let unread = TableChoice {
        mapping: [("Phone".to_owned(), "phone".to_owned())].into(),
        ..TableChoice::default()
    };
    let list = try_read_chosen(csv, limits, &unread).unwrap();
    assert_eq!(list.cut, [(2, "Phone".to_owned())]);
}

#[test]
fn a_sheet_of_ten_thousand_columns_is_refused_in_every_format() {
    let names: Vec<String> = (0..10_000).map(|at| format!("Field {at}")).collect();
    let values = vec!["760-555-0101"; 10_000];
    let csv = format!("{}\n{}\n", names.join(","), values.join(","));
    assert!(matches!(
        refusal(csv),
        ReadError::TooManyColumns { .. } | ReadError::NotATable
    ));
    let known = format!("Phone,Owner Name,{}\n{}\n", names.join(","), values.join(","));
    assert!(matches!(refusal(known), ReadError::TooManyColumns { .. }));
    let cells = |texts: &[String], number: u32| {
        let cells: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| {
                format!(
                    "<c r=\"{}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>",
                    column(at)
                )
            })
            .collect();
        format!("<row r=\"{number}\">{}</row>", cells.concat())
    };
    let mut headers = names.clone();
    headers[0] = "Phone".to_owned();
    headers[1] = "Owner Name".to_owned();
    let sheet = cells(&headers, 1) + &cells(&names, 2);
    assert!(matches!(
        refusal(workbook(&[("Wide", &sheet)])),
        ReadError::TooManyColumns { columns: 10_000, .. }
    ));
    let object: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
    let json = format!("[{{\"phone\":\"760-555-0101\",{}}}]", object.join(","));
    assert!(matches!(refusal(json), ReadError::TooManyColumns { .. }));
}

/// The letters of a column of a sheet.
fn column(mut at: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A' + (at % 26) as u8));
        if at < 26 {
            return letters;
        }
        at = at / 26 - 1;
    }
}

#[test]
fn a_few_names_before_ten_thousand_blank_columns_are_a_list() {
    let blanks = ",".repeat(10_000);
    let list = read(format!(
        "Owner Name,Phone{blanks}\nAnn Lee,760-555-0101{blanks}\n"
    ));
    assert_eq!((list.summary.columns.len(), list.contacts.len()), (2, 1));
}

#[test]
fn what_only_looks_like_a_list_is_refused_by_its_kind() {
    for (bytes, kind) in [
        (&b"%PDF-1.7\n1 0 obj"[..], ForeignFormat::Pdf),
        (b"GIF89a\x01\0", ForeignFormat::Image),
        (b"\x1f\x8b\x08\0\0\0", ForeignFormat::Archive),
        (
            b"  <!DOCTYPE html><html><body><table><tr><td>Phone</td></tr></table>",
            ForeignFormat::WebPage,
        ),
        (b"<table><tr><td>Phone</td></tr></table>", ForeignFormat::WebPage),
    ] {
        assert!(
            matches!(refusal(bytes), ReadError::Unsupported(found) if found == kind),
            "{kind:?}"
        );
    }
}

#[test]
fn an_encoding_that_is_not_read_is_told() {
    let utf32: Vec<u8> = std::iter::once('\u{feff}')
        .chain("Name,Phone\nAnn,760-555-0101\n".chars())
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    // `Name,Phone` in the code of mainframes (EBCDIC 037).
    let ebcdic = b"\xd5\x81\x94\x85\x6b\xd7\x88\x96\x95\x85\x25\xc1\x95\x95\x6b\xf7\xf6\xf0\x60\xf5\xf5\xf5\x60\xf0\xf1\xf0\xf1\x25".to_vec();
    for bytes in [utf32, ebcdic] {
        assert!(matches!(refusal(bytes), ReadError::UnknownEncoding));
    }
}

#[test]
fn footers_of_every_kind_are_no_rows_and_people_are() {
    let list = read(
        "Owner Name,Phone,Street,City,State\nAnn Lee,760-555-0101,1 Elm St,Indio,CA\nPage Turner,,2 Elm St,Indio,CA\n\
         Total records: 250,,,,\n*** End of report ***,,,,\nPage 1 of 3,,,,\n1 of 3,,,,\nInformation deemed reliable but not guaranteed.,,,,\n\
         Questions? Call Desert Title at (760) 555-0199,,,,\n,Questions? Call Desert Title at (760) 555-0199,,,\n\
         (c) 2026 Desert Title,,,,\n\"250 records found, 3 pages\",,,,\nwww.example.com,,,,\n-----,,,,\nOWNER NAME,PHONE,STREET,CITY,STATE\n",
    );
    assert_eq!((list.contacts.len(), list.rejected.len()), (1, 1));
}

#[test]
fn a_banner_that_is_printed_again_is_no_row() {
    let page = "Desert Title Company,Farm,,\nOwner Name,Phone,City,State\n";
    let list = read(format!(
        "{page}Ann Lee,760-555-0101,Indio,CA\n{page}Bob Lee,,Indio,CA\n"
    ));
    assert_eq!((list.contacts.len(), list.rejected.len()), (1, 1));
}

#[test]
fn delimiters_of_every_kind_are_found() {
    for (delimiter, name) in [
        ("^", "caret"),
        ("~", "tilde"),
        ("\u{1f}", "unit separator"),
        (":", "colon"),
    ] {
        let text = format!(
            "Owner Name{delimiter}Phone{delimiter}City\nAnn Lee{delimiter}760-555-0101{delimiter}Indio\n"
        );
        let list = read(text);
        assert!(
            list.summary.description.ends_with(name),
            "{}",
            list.summary.description
        );
        assert_eq!(list.contacts.len(), 1, "{name}");
    }
    let told = read("sep=!\nOwner Name!Phone\nAnn Lee!760-555-0101\n");
    assert_eq!(told.contacts.len(), 1);
}

#[test]
fn a_number_alone_may_be_forbidden_in_many_ways() {
    let list = read(
        "Name,Phone 1,Phone 1 Status,Phone 2,Phone 2 Status\nAnn Lee,760-555-0101,DNC Number,760-555-0102,Good\n\
         Bob Lee,760-555-0103,DNC Contact,760-555-0104,Good\nCarl Lee,760-555-0105 (DNC),,760-555-0106,\nDan Lee,DNC 760-555-0107,,,\n",
    );
    let shown: Vec<(&str, bool)> = list
        .contacts
        .iter()
        .map(|contact| (contact.phone.as_e164(), contact.do_not_contact))
        .collect();
    assert_eq!(
        shown,
        [
            ("+17605550102", false),
            ("+17605550104", true),
            ("+17605550106", false),
            ("+17605550107", true)
        ]
    );
}

#[test]
fn a_bad_mail_address_is_kept_apart_and_the_row_stays() {
    let list = read(
        "Name,Phone,Email\nAnn Lee,760-555-0101,ann@@example\nBob Lee,760-555-0102,bob@example.com\nCarl Lee,760-555-0103,-\n",
    );
    let ann = &list.contacts[0].details;
    assert_eq!(
        (ann.email.as_deref(), ann.attributes["email_as_given"].as_str()),
        (None, "ann@@example")
    );
    assert_eq!(list.contacts[1].details.email.as_deref(), Some("bob@example.com"));
    assert!(list.contacts[2].details.attributes.is_empty());
}

#[test]
fn a_workbook_ended_early_is_damaged_wherever_it_is_cut() {
    let whole = workbook(&[(
        "Farm",
        &[
            row(1, &["Owner Name", "Phone"]),
            row(2, &["Ann Lee", "=7605550101"]),
        ]
        .concat(),
    )]);
    for length in (30..whole.len()).step_by(97) {
        assert!(try_read(whole[..length].to_vec()).is_err(), "{length} bytes");
    }
}

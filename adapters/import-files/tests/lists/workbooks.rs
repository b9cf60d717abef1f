//! Workbooks as they come from the world, and files that only look like them.

use crate::common::{archive, read, refusal, row, try_read_within, workbook};
use commands::ports::{ReadLimits, TableChoice, TableFormat};
use import_files::{ForeignFormat, ReadError};

fn farm() -> String {
    [
        row(1, &["Desert Title Company"]),
        row(3, &["Owner Name", "Phone", "ZIP", "Sale Date", "Sale Price"]),
        row(4, &["LEE, ANN", "=7605550186", "=7102", "@44766", "=2354000"]),
        row(6, &["Bob Lee", "", "92211"]),
        row(7, &["Carl Lee", "@7605550188", "92211"]),
        row(9, &["Total owners", "=3"]),
    ]
    .concat()
}

#[test]
fn numbers_and_dates_in_cells_are_read_as_meant() {
    let list = read(workbook(&[("Farm", &farm())]));
    assert_eq!(
        (list.summary.format, list.summary.header_row),
        (TableFormat::Xlsx, 3)
    );
    assert_eq!(list.summary.description, "sheet \"Farm\"");
    let ann = &list.contacts[0];
    assert_eq!(
        (ann.row, ann.phone.as_e164(), ann.location.zip.as_deref()),
        (4, "+17605550186", Some("07102"))
    );
    assert_eq!(ann.details.name, "Ann Lee");
    assert_eq!(
        (
            ann.details.attributes["sale_date"].as_str(),
            ann.details.attributes["sale_price"].as_str()
        ),
        ("2022-07-24", "2354000")
    );
    assert_eq!(
        list.contacts[1].phone.as_e164(),
        "+17605550188",
        "a number in a column formatted as dates"
    );
    assert_eq!((list.rejected.len(), list.rejected[0].row), (1, 6));
    assert_eq!(list.rows(), 3);
}

#[test]
fn the_sheet_with_the_list_is_found_behind_a_cover() {
    let cover = row(1, &["Prepared by Desert Title"]);
    let list = read(workbook(&[("Cover", &cover), ("Empty", ""), ("List", &farm())]));
    assert_eq!(list.summary.description, "sheet \"List\"");
}

#[test]
fn a_sheet_longer_than_a_batch_comes_whole_and_in_order() {
    let mut rows = row(1, &["Owner Name", "Phone"]);
    for number in 2..2_002 {
        rows.push_str(&row(number, &["Ann Lee", "=7605550186"]));
    }
    let list = read(workbook(&[("Farm", &rows)]));
    assert_eq!(
        list.contacts
            .iter()
            .map(|contact| contact.row)
            .collect::<Vec<_>>(),
        (2..2_002).collect::<Vec<u64>>()
    );
}

#[test]
fn a_reader_may_be_dropped_before_the_end() {
    let mut rows = row(1, &["Owner Name", "Phone"]);
    for number in 2..5_002 {
        rows.push_str(&row(number, &["Ann Lee", "=7605550186"]));
    }
    let mut reader = import_files::open_bytes(
        workbook(&[("Farm", &rows)]),
        ReadLimits::default(),
        &TableChoice::default(),
    )
    .unwrap();
    assert!(matches!(reader.next_row(), Some(Ok(_))));
}

#[test]
fn a_cut_or_broken_workbook_is_damaged() {
    let whole = workbook(&[("Farm", &farm())]);
    assert!(matches!(refusal(&whole[..whole.len() / 2]), ReadError::Damaged));
    let mut flipped = whole.clone();
    let at = flipped.len() / 2;
    flipped[at..at + 8].iter_mut().for_each(|byte| *byte ^= 0x55);
    assert!(matches!(refusal(flipped), ReadError::Damaged));
    let broken = workbook(&[(
        "Farm",
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Phone</t>",
    )]);
    assert!(matches!(refusal(broken), ReadError::Damaged));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = vec![b' '; 64 << 20];
    let packed = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", &bomb),
    ]);
    assert!(packed.len() < 1 << 20);
    assert!(matches!(refusal(packed), ReadError::UnpacksTooLarge { .. }));
    let limits = ReadLimits {
        unpacked_bytes_max: 1_000,
        ..ReadLimits::default()
    };
    assert!(matches!(
        try_read_within(workbook(&[("Farm", &farm())]), limits),
        Err(ReadError::UnpacksTooLarge { bytes_max: 1_000 })
    ));
}

#[test]
fn a_declared_size_that_lies_does_not_help() {
    let bomb = vec![b' '; 64 << 20];
    let mut packed = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", &bomb),
    ]);
    let truth = u32::try_from(bomb.len()).unwrap().to_le_bytes();
    let mut lies = 0;
    for at in 0..packed.len() - 4 {
        if packed[at..at + 4] == truth {
            packed[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1);
    assert!(matches!(
        refusal(packed),
        ReadError::UnpacksTooLarge { .. } | ReadError::Damaged
    ));
}

#[test]
fn other_files_are_refused_by_what_they_are() {
    let compound = |inside: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend(inside.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    assert!(matches!(
        refusal(compound("EncryptedPackage")),
        ReadError::Encrypted
    ));
    let foreign: [(Vec<u8>, ForeignFormat); 10] = [
        (b"%PDF-1.7\n".to_vec(), ForeignFormat::Pdf),
        (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), ForeignFormat::Image),
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), ForeignFormat::Image),
        (
            archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"x")]),
            ForeignFormat::OtherDocument,
        ),
        (archive(&[("list.csv", b"Name,Phone")]), ForeignFormat::Archive),
        (b"\x1f\x8b\x08\0".to_vec(), ForeignFormat::Archive),
        (
            b"<html><table><tr><td>Phone</td></tr></table></html>".to_vec(),
            ForeignFormat::WebPage,
        ),
        (b"<?xml version=\"1.0\"?><Workbook/>".to_vec(), ForeignFormat::Xml),
        (b"{\\rtf1 Phone}".to_vec(), ForeignFormat::RichText),
        ((0..=255).cycle().take(4_096).collect(), ForeignFormat::Binary),
    ];
    for (bytes, expected) in foreign {
        let error = refusal(bytes);
        assert!(
            matches!(error, ReadError::Unsupported(found) if found == expected),
            "{expected:?}: {error:?}"
        );
        assert!(error.to_string().contains("upload"), "{error}");
    }
}

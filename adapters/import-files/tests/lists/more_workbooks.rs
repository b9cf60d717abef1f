//! Workbooks of the other programs and times: Excel 97-2003, Excel binary, OpenDocument.

use commands::ports::{ReadLimits, TableChoice, TableFormat};
use import_files::ReadError;

use crate::common::{archive, read, read_chosen, refusal, try_read_chosen, try_read_within};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/fixtures/workbooks/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

#[test]
fn each_kind_of_workbook_comes_out_the_same() {
    for (name, format, sheets) in [
        ("farm.xls", TableFormat::Xls, &["Cover", "Farm"][..]),
        ("farm.ods", TableFormat::Ods, &["Cover", "Farm"][..]),
        ("farm.xlsb", TableFormat::Xlsb, &["Farm"][..]),
    ] {
        let list = read(fixture(name));
        assert_eq!(
            (
                list.summary.format,
                list.summary.header_row,
                list.summary.description.as_str()
            ),
            (format, 3, "sheet \"Farm\""),
            "{name}"
        );
        assert_eq!(list.summary.sheets, sheets, "{name}");
        assert_eq!(list.summary.sheet.as_deref(), Some("Farm"), "{name}");
        let shown: Vec<(u64, &str, &str, Option<&str>)> = list
            .contacts
            .iter()
            .map(|contact| {
                (
                    contact.row,
                    contact.details.name.as_str(),
                    contact.phone.as_e164(),
                    contact.location.zip.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (4, "Ann Lee", "+17605550186", Some("07102")),
                (5, "Zoë Miller", "+17605550187", Some("07102"))
            ],
            "{name}"
        );
        let attributes = &list.contacts[0].details.attributes;
        assert_eq!(
            (
                attributes["sale_date"].as_str(),
                attributes["sale_price"].as_str()
            ),
            ("2022-07-24", "2354000"),
            "{name}"
        );
        assert_eq!((list.rejected.len(), list.rejected[0].row), (1, 6), "{name}");
        assert!(list.broken.is_none(), "{name}");
    }
}

#[test]
fn another_sheet_may_be_chosen_but_not_one_that_is_hidden_or_missing() {
    for name in ["farm.xls", "farm.ods"] {
        let choose = |sheet: &str| TableChoice {
            sheet: Some(sheet.to_owned()),
            ..TableChoice::default()
        };
        assert_eq!(read_chosen(fixture(name), &choose("Farm")).contacts.len(), 2);
        for (sheet, found) in [("Secret", false), ("Nowhere", false), ("Cover", true)] {
            let error = try_read_chosen(fixture(name), ReadLimits::default(), &choose(sheet))
                .err()
                .unwrap();
            assert_eq!(
                !matches!(error, ReadError::SheetNotInFile),
                found,
                "{name} {sheet} {error:?}"
            );
        }
    }
}

#[test]
fn a_cut_workbook_is_damaged_in_every_format() {
    for name in ["farm.xls", "farm.ods", "farm.xlsb"] {
        let whole = fixture(name);
        for share in [3, 2] {
            let cut = whole[..whole.len() / share].to_vec();
            match crate::common::try_read(cut) {
                Err(ReadError::Damaged) => {}
                Err(other) => panic!("{name}: {other:?}"),
                Ok(list) => assert!(list.broken.is_some(), "{name}"),
            }
        }
    }
}

fn document(content: &str, manifest: &str) -> Vec<u8> {
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

fn table(rows: &str) -> String {
    format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"A &amp; B\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
}

fn text_row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>"
            )
        })
        .collect();
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

#[test]
fn an_open_document_with_a_password_is_told() {
    let sealed = document(
        "x",
        "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>",
    );
    assert!(matches!(refusal(sealed), ReadError::Encrypted));
}

#[test]
fn repeated_cells_and_rows_are_counted_and_never_held() {
    let head = text_row(&["Name", "Phone"]);
    let repeated = text_row(&["Ann &amp; Bob L&#233;e", "760-555-0101"]).replace(
        "<table:table-row>",
        "<table:table-row table:number-rows-repeated=\"3\">",
    );
    let blanks = "<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    let last = text_row(&["Carl Lee", "760-555-0103"]);
    let list = read(document(
        &table(&[head.as_str(), &repeated, blanks, &last].concat()),
        "",
    ));
    assert_eq!(list.summary.sheet.as_deref(), Some("A & B"));
    let rows: Vec<u64> = list.contacts.iter().map(|contact| contact.row).collect();
    assert_eq!(rows, [2, 3, 4, 1_000_005]);
    assert_eq!(list.contacts[0].details.name, "Ann & Bob Lée");

    let bomb = text_row(&["Ann Lee", "760-555-0101"])
        .replace(
            "<table:table-row>",
            "<table:table-row table:number-rows-repeated=\"4000000000\">",
        )
        .replace(
            "<table:table-cell ",
            "<table:table-cell table:number-columns-repeated=\"4000000000\" ",
        );
    let limits = ReadLimits {
        rows_max: 1_000,
        ..ReadLimits::default()
    };
    match try_read_within(document(&table(&[head, bomb].concat()), ""), limits) {
        Ok(list) => assert!(list.broken.unwrap().message.contains("more than 1000 rows")),
        Err(error) => assert!(matches!(error, ReadError::TooManyColumns { .. }), "{error:?}"),
    }
}

#[test]
fn an_open_document_of_ten_thousand_columns_is_refused_for_its_columns() {
    let texts = |text: &dyn Fn(usize) -> String| (0..10_000).map(text).collect::<Vec<_>>();
    let headers = texts(&|at| match at {
        0 => "Phone".to_owned(),
        1 => "Owner Name".to_owned(),
        _ => format!("Field {at}"),
    });
    let values = texts(&|_| "760-555-0101".to_owned());
    let sheet =
        [headers, values].map(|texts| text_row(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
    let refused = refusal(document(&table(&sheet.concat()), ""));
    assert!(
        matches!(refused, ReadError::TooManyColumns { columns: 10_000, .. }),
        "{refused:?}"
    );
    assert!(
        refused
            .to_string()
            .contains("delete the columns that are not needed"),
        "{refused}"
    );

    // One tag can stand for all of them.
    let repeated = text_row(&["Phone", "Owner Name", "Field"]).replacen(
        "<table:table-cell office:value-type=\"string\"><text:p>Field",
        "<table:table-cell table:number-columns-repeated=\"9998\" office:value-type=\"string\"><text:p>Field",
        1,
    );
    let sheet = repeated + &text_row(&["760-555-0101", "Ann Lee"]);
    let refused = refusal(document(&table(&sheet), ""));
    assert!(
        matches!(refused, ReadError::TooManyColumns { columns: 10_000, .. }),
        "{refused:?}"
    );
}

#[test]
fn other_documents_of_the_same_programs_are_refused_as_such() {
    let letter = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"<x/>"),
    ]);
    assert!(refusal(letter).to_string().contains("another program"));
    let mut old_letter = std::io::Cursor::new(Vec::new());
    let mut compound = cfb::CompoundFile::create(&mut old_letter).unwrap();
    compound.create_stream("/WordDocument").unwrap();
    compound.flush().unwrap();
    assert!(
        refusal(old_letter.into_inner())
            .to_string()
            .contains("another program")
    );
}

fn compound_workbook(records: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut compound = cfb::CompoundFile::create(&mut bytes).unwrap();
    compound
        .create_stream("/Workbook")
        .unwrap()
        .write_all(records)
        .unwrap();
    compound.flush().unwrap();
    bytes.into_inner()
}

#[test]
fn an_old_workbook_with_a_password_is_told() {
    // FILEPASS, as RC4 encryption writes it behind the beginning of the workbook.
    let records = [&[0x09, 0x08, 0x04, 0, 0, 6, 5, 0][..], &[0x2f, 0, 2, 0, 1, 0]].concat();
    assert!(matches!(
        refusal(compound_workbook(&records)),
        ReadError::Encrypted
    ));
    let mut sealed = std::io::Cursor::new(Vec::new());
    let mut compound = cfb::CompoundFile::create(&mut sealed).unwrap();
    compound.create_stream("/EncryptedPackage").unwrap();
    compound.flush().unwrap();
    assert!(matches!(refusal(sealed.into_inner()), ReadError::Encrypted));
}

#[test]
fn an_old_workbook_that_spans_more_than_it_holds_is_refused() {
    let number = |row: u16, column: u16| {
        let mut record = vec![0x03, 0x02, 14, 0];
        record.extend(row.to_le_bytes());
        record.extend(column.to_le_bytes());
        record.extend([0; 10]);
        record
    };
    let records = [
        vec![0x09, 0x08, 0x04, 0, 0, 6, 0x10, 0],
        number(0, 0),
        number(65_535, 255),
    ]
    .concat();
    assert!(matches!(
        refusal(compound_workbook(&records)),
        ReadError::UnpacksTooLarge { .. }
    ));
}

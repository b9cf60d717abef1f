//! What a person decides about a list: sheet, header row, columns, corrections, rows left out; and what they are shown.

use std::collections::BTreeMap;

use commands::ports::{ColumnGuess, ReadLimits, RowOutcome, TableChoice, TableColumn};
use import_files::{ReadError, open_bytes};

use crate::common::{read, read_chosen, row, try_read_chosen, workbook};

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(header, field)| ((*header).to_owned(), (*field).to_owned()))
        .collect()
}

fn guesses(columns: &[TableColumn]) -> Vec<(&str, Option<&str>, ColumnGuess)> {
    columns
        .iter()
        .map(|column| (column.header.as_str(), column.field.as_deref(), column.guess))
        .collect()
}

#[test]
fn each_column_says_on_what_its_field_rests() {
    let choice = TableChoice {
        remembered: vec![
            map(&[
                ("reach  ME", "mobile_phone"),
                ("Phone", "fax"),
                ("Bad", "No Field!"),
            ]),
            map(&[("Reach me", "home_phone"), ("Dog", "dog_name")]),
        ],
        ..TableChoice::default()
    };
    let list = read_chosen(
        "Owner Name,Phone,Reach me,Adress,Dog,X1,Bad,,Phone\nAnn Lee,760-555-0101,760-555-0102,1 Elm St,Rex,ann@example.com,x,,760-555-0103\n\
         Bob Lee,,,2 Elm St,,bob@example.com,,left over,\n",
        &choice,
    );
    assert_eq!(
        guesses(&list.summary.columns),
        [
            ("Owner Name", Some("owner_name"), ColumnGuess::Exact),
            ("Phone", Some("phone"), ColumnGuess::Exact),
            ("Reach me", Some("mobile_phone"), ColumnGuess::Remembered),
            ("Adress", Some("street"), ColumnGuess::Similar),
            ("Dog", Some("dog_name"), ColumnGuess::Remembered),
            ("X1", Some("email"), ColumnGuess::Content),
            ("Bad", None, ColumnGuess::Unknown),
            ("Column 8", None, ColumnGuess::Unknown),
            ("Phone (2)", Some("phone"), ColumnGuess::Exact),
        ]
    );
    assert_eq!(list.summary.columns[0].samples, ["Ann Lee", "Bob Lee"]);
    assert_eq!(list.summary.columns[7].samples, ["left over"]);
    let ann = &list.contacts[0];
    assert_eq!(
        (ann.phone.as_e164(), ann.details.other_phones.join(" ")),
        ("+17605550102", "+17605550101 +17605550103".to_owned())
    );
    assert_eq!(ann.details.attributes["dog_name"], "Rex");
    assert_eq!(list.summary.mapping["Phone (2)"], "phone");
}

#[test]
fn a_mapping_chosen_for_a_column_of_a_repeated_name_is_that_columns() {
    let choice = TableChoice {
        mapping: map(&[("Phone (2)", "phone"), ("Column 3", "owner_name")]),
        ..TableChoice::default()
    };
    let list = read_chosen("Phone,Phone,\n760-555-0101,760-555-0102,Ann Lee\n", &choice);
    assert_eq!(
        (
            list.contacts[0].phone.as_e164(),
            list.contacts[0].details.name.as_str()
        ),
        ("+17605550102", "Ann Lee")
    );
    assert_eq!(list.summary.columns[1].guess, ColumnGuess::Chosen);
    assert_eq!(list.summary.columns[0].field, None);
}

#[test]
fn a_remembered_header_is_found_even_when_no_other_is_known() {
    let choice = TableChoice {
        remembered: vec![map(&[("Wer", "owner_name"), ("Fernruf", "phone")])],
        ..TableChoice::default()
    };
    let list = read_chosen(
        "Liste\nWer;Fernruf\nAnn Lee;555-0101\nBob Lee;760-555-0102\n",
        &choice,
    );
    assert_eq!((list.summary.header_row, list.rows()), (2, 2));
    assert_eq!(list.contacts[0].details.name, "Bob Lee");
}

#[test]
fn the_header_row_may_be_told() {
    let text = "Name,Phone,City\nOwner,Reach,Town\nAnn Lee,760-555-0101,Indio\n";
    assert_eq!(read(text).summary.header_row, 1);
    let told = |row: u64| TableChoice {
        header_row: Some(row),
        ..TableChoice::default()
    };
    let list = read_chosen(text, &told(2));
    assert_eq!((list.summary.header_row, list.rows()), (2, 1));
    assert_eq!(list.summary.columns[1].header, "Reach");
    assert!(matches!(
        try_read_chosen(text, ReadLimits::default(), &told(9)),
        Err(ReadError::HeaderRowNotInFile { .. })
    ));
    let sheet = workbook(&[(
        "Farm",
        &[
            row(1, &["Name", "Phone"]),
            row(3, &["Owner", "Reach"]),
            row(4, &["Ann Lee", "=7605550101"]),
        ]
        .concat(),
    )]);
    assert_eq!(read_chosen(sheet, &told(3)).summary.header_row, 3);
}

#[test]
fn a_list_without_a_header_row_has_numbered_columns() {
    let text = "Ann Lee,760-555-0101,ann@example.com,1 Elm St,Indio,CA,92201\nBob Lee,n/a,,2 Elm St,Indio,CA,92201\n\
                Carl Hill,(760) 555-0103,carl@example.com,3 Elm St,Palm Desert,CA,92211\n";
    let list = read(text);
    assert_eq!(
        (list.summary.header_row, list.contacts.len(), list.rejected.len()),
        (0, 2, 1)
    );
    assert_eq!(
        guesses(&list.summary.columns),
        [
            ("Column 1", Some("owner_name"), ColumnGuess::Content),
            ("Column 2", Some("phone"), ColumnGuess::Content),
            ("Column 3", Some("email"), ColumnGuess::Content),
            ("Column 4", Some("street"), ColumnGuess::Content),
            ("Column 5", Some("city"), ColumnGuess::Content),
            ("Column 6", Some("state"), ColumnGuess::Content),
            ("Column 7", Some("zip"), ColumnGuess::Content),
        ]
    );
    let carl = &list.contacts[1];
    assert_eq!((carl.row, carl.location.zip.as_deref()), (3, Some("92211")));
    let choice = TableChoice {
        mapping: map(&[("Column 2", "phone"), ("Column 1", "last_name")]),
        ..TableChoice::default()
    };
    assert_eq!(read_chosen(text, &choice).contacts.len(), 2);
    let split = read("Ann;Lee;7605550101\nBob;Hill;7605550102\n");
    assert_eq!(split.contacts[0].details.last_name, "Lee");
    assert_eq!(read("7605550101\n7605550102\n").contacts.len(), 2);
}

#[test]
fn a_header_row_in_another_language_is_a_header_row() {
    let list = read("Eigenaar;Bellen;Plaats\nAnn Lee;760-555-0101;Indio\nBob Lee;760-555-0102;Indio\n");
    assert_eq!((list.summary.header_row, list.rows()), (1, 2));
    assert_eq!(list.summary.mapping["Bellen"], "phone");
}

#[test]
fn a_column_called_contact_that_holds_numbers_is_the_phone() {
    let list = read("Name,Contact,City\nAnn Lee,760-555-0101,Indio\nBob Lee,760-555-0102,Indio\n");
    assert_eq!(
        (list.summary.mapping["Contact"].as_str(), list.contacts.len()),
        ("phone", 2)
    );
    assert_eq!(list.contacts[0].details.name, "Ann Lee");
}

#[test]
fn corrections_are_read_and_shown_and_rows_left_out_are_no_rows() {
    let text = "Owner Name,Phone,City\nAnn Lee,555-0101,Indio\nBob Lee,760-555-0102,Indio\nCarl Lee,760-555-0103,Indio\n";
    let choice = TableChoice {
        fixes: [
            ((2, "Phone".to_owned()), "760-555-0101".to_owned()),
            ((4, "Owner Name".to_owned()), "HILL, CARL".to_owned()),
            ((4, "No such column".to_owned()), "x".to_owned()),
        ]
        .into(),
        left_out: [3].into(),
        ..TableChoice::default()
    };
    let mut reader = open_bytes(text, ReadLimits::default(), &choice).unwrap();
    let mut next = || match reader.next_row() {
        Some(Ok(RowOutcome::Contact(contact))) => (contact.row, contact.details.name, reader.cells()),
        other => panic!("{other:?}"),
    };
    let cells = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
    assert_eq!(
        next(),
        (
            2,
            "Ann Lee".to_owned(),
            cells(["Ann Lee", "760-555-0101", "Indio"])
        )
    );
    assert_eq!(
        next(),
        (
            4,
            "Carl Hill".to_owned(),
            cells(["HILL, CARL", "760-555-0103", "Indio"])
        )
    );
    assert!(reader.next_row().is_none());
}

#[test]
fn progress_goes_from_nothing_to_all() {
    let text = "Owner Name,Phone\n".to_owned() + &"Ann Lee,760-555-0101\n".repeat(20_000);
    let total = text.len() as u64;
    let json = format!("[{}]", vec!["{\"phone\":\"760-555-0101\"}"; 20_000].join(","));
    let json_total = json.len() as u64;
    for (text, total) in [(text, total), (json, json_total)] {
        let mut reader = open_bytes(text, ReadLimits::default(), &TableChoice::default()).unwrap();
        assert_eq!((reader.progress().done, reader.progress().total), (0, total));
        assert!(matches!(reader.next_row(), Some(Ok(_))));
        let early = reader.progress();
        assert!(0 < early.done && early.done < total, "{early:?}");
        while reader.next_row().is_some() {}
        assert_eq!((reader.progress().done, reader.progress().total), (total, total));
    }
}

//! Delimited text as it comes from the world.

use std::collections::BTreeMap;

use crate::common::{read, refusal, try_read_within};
use commands::ports::{ReadLimits, RowOutcome, TableChoice};
use import_files::{ReadError, open_bytes};

const LIST: &str = "Owner Name,Phone,ZIP\nZoë Miller,760-555-0186,7102\nBob Lee,555-0100,92211\n";

fn chosen(mapping: &BTreeMap<String, String>) -> TableChoice {
    TableChoice {
        mapping: mapping.clone(),
        ..TableChoice::default()
    }
}

#[test]
fn a_golden_list_comes_out_to_the_letter() {
    let list = read(
        "Owner Name,Property Address,City,State,ZIP,Phone,Cell,Email,Sale Date,Sale Price,DNC,Status\n\
         \"MILLER, ZOË\",\"25889 WARNER TRL\",PALM DESERT,Calif.,92211-1234,(760) 555-0105 x7,949-555-0101,Zoe@Example.com,07/01/2022,\"$2,748,000\",,EXP\n\
         Ann & Bob Lee,1 Elm St,Newark,New Jersey,7102,973.555.0130,,,2020-02-03,500000,Y,canceled\n",
    );
    let shown: Vec<String> = (list.contacts.iter())
        .map(|contact| {
            let details = serde_json::to_string(&contact.details).unwrap();
            let location = serde_json::to_string(&contact.location).unwrap();
            format!(
                "{} {location} {details} {:?} {}",
                contact.row, contact.listing_status, contact.do_not_contact
            )
        })
        .collect();
    assert_eq!(
        shown[0],
        r#"2 {"area_code":"949","state":"CA","zip":"92211","city":"Palm Desert"} {"name":"Zoë Miller","first_name":"Zoë","last_name":"Miller","phone":"+19495550101","phone_as_given":"949-555-0101","other_phones":["+17605550105"],"email":"zoe@example.com","street":"25889 Warner Trl","attributes":{"sale_date":"2022-07-01","sale_price":"2748000"}} Some("Expired") false"#
    );
    assert_eq!(
        shown[1],
        r#"3 {"area_code":"973","state":"NJ","zip":"07102","city":"Newark"} {"name":"Ann & Bob Lee","first_name":"Ann","last_name":"Lee","phone":"+19735550130","phone_as_given":"973.555.0130","street":"1 Elm St","attributes":{"co_owner":"Bob Lee","sale_date":"2020-02-03","sale_price":"500000"}} Some("Cancelled") true"#
    );
}

#[test]
fn encodings_and_delimiters_make_no_difference() {
    let utf16 = |big: bool| -> Vec<u8> {
        let mark = "\u{feff}".to_owned() + LIST;
        mark.encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let files: [(&str, Vec<u8>); 9] = [
        ("UTF-8, comma", LIST.into()),
        ("UTF-8 with BOM, comma", format!("\u{feff}{LIST}").into()),
        ("UTF-16 little-endian, comma", utf16(false)),
        ("UTF-16 big-endian, comma", utf16(true)),
        ("UTF-16 little-endian, comma", utf16(false)[2..].to_vec()),
        (
            "Windows-1252, comma",
            encoding_rs::WINDOWS_1252.encode(LIST).0.into_owned(),
        ),
        ("UTF-8, semicolon", LIST.replace(',', ";").into()),
        ("UTF-8, tab", LIST.replace(',', "\t").into()),
        ("UTF-8, pipe", LIST.replace(',', "|").replace('\n', "\r\n").into()),
    ];
    for (description, bytes) in files {
        let list = read(bytes);
        assert_eq!(list.summary.description, description);
        assert_eq!(
            (list.contacts.len(), list.rejected.len()),
            (1, 1),
            "{description}"
        );
        assert_eq!(list.contacts[0].details.name, "Zoë Miller", "{description}");
        assert_eq!(
            list.contacts[0].location.zip.as_deref(),
            Some("07102"),
            "{description}"
        );
        assert_eq!(
            (list.contacts[0].row, list.rejected[0].row),
            (2, 3),
            "{description}"
        );
    }
}

#[test]
fn a_long_list_that_turns_to_windows_1252_late_keeps_its_letters() {
    let mut bytes = b"Owner Name,Phone\n".to_vec();
    for _ in 0..5_000 {
        bytes.extend_from_slice(b"Ann Lee,760-555-0186\n");
    }
    bytes.extend_from_slice(b"Zo\xeb Miller,760-555-0187\n");
    let list = read(bytes);
    assert_eq!(list.contacts.last().unwrap().details.name, "Zoë Miller");
    assert_eq!(list.rows(), 5_001);
}

#[test]
fn banner_blank_and_footer_lines_are_no_rows_but_count_as_lines() {
    let list = read(
        "Desert Title Company,,,\r\n\"Farm report prepared for: A. Agent\",,,as of 01/05/2026\r\n\r\nOwner Name,Phone,City,State\r\n\
         Ann Lee,760-555-0186,Indio,CA\r\n\r\n,,,\r\nOwner Name,Phone,City,State\r\nBob Lee,,Indio,CA\r\nTotal: 122,,,\r\nPage 1 of 3,,,\r\n",
    );
    assert_eq!((list.summary.header_row, list.rows()), (4, 2));
    assert_eq!((list.contacts[0].row, list.rejected[0].row), (5, 9));
    assert_eq!(list.rejected[0].error, "there is no phone number");
}

#[test]
fn the_separator_line_of_excel_is_obeyed() {
    let list = read("sep=;\nOwner Name;Phone\nLee, Ann;760-555-0186\n");
    assert_eq!(
        (list.summary.header_row, list.contacts[0].details.name.as_str()),
        (2, "Ann Lee")
    );
}

#[test]
fn a_mobile_goes_before_and_a_fax_goes_nowhere() {
    let list = read(
        "First Name,Last Name,Fax,Home Phone,Work Phone,Mobile\nAnn,Lee,760-555-0100,760-555-0101,760-555-0102,760-555-0103\nBob,Lee,760-555-0100,,,\n",
    );
    let ann = &list.contacts[0];
    assert_eq!(
        (ann.phone.as_e164(), ann.details.other_phones.join(" ")),
        ("+17605550103", "+17605550101 +17605550102".to_owned())
    );
    assert_eq!(list.rejected.len(), 1);
}

#[test]
fn a_label_decides_what_a_number_is() {
    let list = read(
        "Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\nAnn Lee,Home,760-555-0101,Mobile,760-555-0103 ::: 760-555-0104\n\
         Bob Lee,Work Fax,760-555-0101,Work,760-555-0102\n",
    );
    assert_eq!(
        (
            list.contacts[0].phone.as_e164(),
            list.contacts[0].details.other_phones.len()
        ),
        ("+17605550103", 2)
    );
    assert_eq!(
        (
            list.contacts[1].phone.as_e164(),
            list.contacts[1].details.other_phones.len()
        ),
        ("+17605550102", 0)
    );
}

#[test]
fn a_number_marked_as_not_to_be_called_is_passed_over_for_another() {
    let list = read(
        "Name,Phone 1,Phone 1 DNC,Phone 2,Phone 2 DNC\nAnn Lee,760-555-0101,Y,760-555-0102,N\nBob Lee,760-555-0103,Y,,\n",
    );
    assert_eq!(
        (list.contacts[0].phone.as_e164(), list.contacts[0].do_not_contact),
        ("+17605550102", false)
    );
    assert_eq!(
        (list.contacts[1].phone.as_e164(), list.contacts[1].do_not_contact),
        ("+17605550103", true)
    );
}

#[test]
fn the_mailing_address_counts_only_without_the_propertys() {
    let list = read(
        "Owner,Phone,Site Address,Site City,Site State,Site Zip,Mail Address,Mail City,Mail State,Mail Zip\n\
         Ann Lee,760-555-0101,1 Elm St,Indio,CA,92201,PO Box 5,Boise,ID,83701\nBob Lee,760-555-0102,,,,,PO Box 5,Boise,ID,83701\n",
    );
    assert_eq!(list.contacts[0].location.zip.as_deref(), Some("92201"));
    assert_eq!(
        (
            list.contacts[1].location.zip.as_deref(),
            list.contacts[1].details.street.as_deref()
        ),
        (Some("83701"), Some("PO Box 5"))
    );
}

#[test]
fn a_column_of_numbers_under_an_unknown_name_is_the_phone_column() {
    let list = read("Owner Name,Reach me at,City\nAnn Lee,760-555-0186,Indio\nBob Lee,760-555-0187,Indio\n");
    assert_eq!(list.summary.mapping["Reach me at"], "phone");
    assert_eq!(list.contacts.len(), 2);
}

#[test]
fn a_chosen_mapping_is_followed_and_nothing_else() {
    let mapping: BTreeMap<String, String> = [("Who", "owner_name"), ("Reach", "phone"), ("Dog", "dog_name")]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .into();
    let bytes = "Who,Reach,Phone,Dog\nAnn Lee,760-555-0186,760-555-0199,Rex\n";
    let mut reader = open_bytes(bytes, ReadLimits::default(), &chosen(&mapping)).unwrap();
    let Some(Ok(RowOutcome::Contact(contact))) = reader.next_row() else {
        panic!("no contact")
    };
    assert_eq!(
        (
            contact.phone.as_e164(),
            contact.details.attributes["dog_name"].as_str()
        ),
        ("+17605550186", "Rex")
    );
    assert!(contact.details.other_phones.is_empty());

    let absent: BTreeMap<String, String> = [("Nobody".to_owned(), "phone".to_owned())].into();
    assert!(matches!(
        open_bytes(bytes, ReadLimits::default(), &chosen(&absent)),
        Err(ReadError::MappingNotInFile)
    ));
    let phoneless: BTreeMap<String, String> = [("Who".to_owned(), "owner_name".to_owned())].into();
    assert!(matches!(
        open_bytes(bytes, ReadLimits::default(), &chosen(&phoneless)),
        Err(ReadError::MappingWithoutPhone)
    ));
}

#[test]
fn a_list_of_bare_numbers_is_a_list() {
    let list = read("Phone\n760-555-0186\n760-555-0187\n");
    assert_eq!(list.contacts.len(), 2);
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_told_and_not_swallowed() {
    let list =
        read("Owner Name,Phone\nAnn Lee,760-555-0186\n\"Bob Lee,760-555-0187\nCarl Lee,760-555-0188\n");
    assert!(list.broken.unwrap().message.contains("quotation mark"));

    let mut long = "Owner Name,Phone\n\"Bob Lee,760-555-0187\n".to_owned();
    long.push_str(&"Carl Lee,760-555-0188\n".repeat(200_000));
    let list = read(long);
    assert!(list.contacts.is_empty());
    assert!(list.broken.unwrap().message.starts_with("the text from row 2 on"));
}

#[test]
fn limits_hold() {
    let limits = ReadLimits {
        rows_max: 1,
        ..ReadLimits::default()
    };
    let list = try_read_within(LIST, limits).unwrap();
    assert!(list.broken.unwrap().message.contains("more than 1 rows"));
    let limits = ReadLimits {
        file_bytes_max: 10,
        ..ReadLimits::default()
    };
    assert!(matches!(
        try_read_within(LIST, limits),
        Err(ReadError::TooLarge { bytes_max: 10, .. })
    ));
    let limits = ReadLimits {
        columns_max: 2,
        ..ReadLimits::default()
    };
    assert!(matches!(
        try_read_within(LIST, limits),
        Err(ReadError::TooManyColumns {
            columns: 3,
            columns_max: 2
        })
    ));
    let limits = ReadLimits {
        cell_chars_max: 3,
        ..ReadLimits::default()
    };
    let list = try_read_within("Owner Name,Phone\nAnn Lee,760-555-0186\n", limits).unwrap();
    assert_eq!(list.rejected.len(), 1);
}

#[test]
fn what_is_no_list_is_refused_by_its_reason() {
    assert!(matches!(refusal(""), ReadError::Empty));
    assert!(matches!(refusal(" \r\n\t\n"), ReadError::Empty));
    assert!(matches!(refusal(",,,\n,,,\n"), ReadError::Empty));
    assert!(matches!(
        refusal("Dear team,\nplease find the list attached.\nKind regards\n"),
        ReadError::NotATable
    ));
    assert!(matches!(
        refusal("Ann Lee,Indio\nBob Lee,Indio\n"),
        ReadError::NoHeaderRow
    ));
    let ReadError::NoPhoneColumn { headers } = refusal("Owner Name,City\nAnn Lee,Indio\n") else {
        panic!("other error")
    };
    assert_eq!(headers, ["Owner Name", "City"]);
}

#[test]
fn a_list_without_a_phone_column_opens_for_choosing_one() {
    let choice = TableChoice {
        phone_to_be_chosen: true,
        ..TableChoice::default()
    };
    let bytes = "Owner Name,City\nAnn Lee,Indio\n";
    let mut reader = open_bytes(bytes, ReadLimits::default(), &choice).unwrap();
    let headers: Vec<_> = reader
        .summary()
        .columns
        .iter()
        .map(|c| c.header.clone())
        .collect();
    assert_eq!(headers, ["Owner Name", "City"]);
    assert!(matches!(reader.next_row(), Some(Ok(RowOutcome::Rejected(_)))));
}

#[test]
fn no_error_holds_a_word_of_the_file() {
    for bytes in [
        "Ann Lee,760-555-01\nBob Lee,760-555-01\n",
        "Owner Name,City\nAnn Lee,Indio\n",
    ] {
        let text = refusal(bytes).to_string();
        assert!(!text.contains("Ann") && !text.contains("555"), "{text}");
    }
}

#[test]
fn a_disclaimer_over_two_lines_may_end_the_file() {
    let list = "Owner Name,Phone,ZIP\nAnn Lee,760-555-0186,92211\n";
    let disclaimer = "\"Deemed reliable\nbut not guaranteed\"";
    for end in ["", "\n", "\r\n"] {
        let list = read(format!("{list}{disclaimer}{end}"));
        assert_eq!((list.contacts.len(), list.rows()), (1, 1), "{end:?}");
        assert!(list.broken.is_none(), "{end:?}: {:?}", list.broken);
    }
    // A quote that nobody closes takes in what follows it, however the file ends.
    for end in ["", "\n"] {
        let open = format!("{list}\"Bob Lee,760-555-0187,92211\nCleo Park,760-555-0188,92211{end}");
        assert!(read(open).broken.is_some(), "{end:?}");
    }
}

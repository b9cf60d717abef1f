//! Address cards as phones, address books and dialers write them.

use commands::ports::TableFormat;
use import_files::ReadError;

use crate::common::{List, read, refusal};

fn shown(list: &List) -> Vec<(u64, &str, &str)> {
    list.contacts
        .iter()
        .map(|contact| {
            (
                contact.row,
                contact.details.name.as_str(),
                contact.phone.as_e164(),
            )
        })
        .collect()
}

#[test]
fn a_card_of_each_version_comes_out_the_same() {
    let version_2 = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;Zo=EB;;;\r\n\
        TEL;HOME;VOICE:760-555-0102\r\nTEL;CELL:(760) 555-0101\r\nTEL;WORK;FAX:760-555-0103\r\n\
        ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;12 El=\r\nm St;Palm Desert;CA;92211;USA\r\nEMAIL;INTERNET:Zoe@Example.com\r\nEND:VCARD\r\n";
    let version_3 = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Zoë;;;\r\nFN:Zoë Mül\r\n ler\r\nTEL;TYPE=HOME:760-555-0102\r\n\
        item1.TEL:(760) 555-0101\r\nitem1.X-ABLabel:_$!<Mobile>!$_\r\nTEL;TYPE=WORK,FAX:760-555-0103\r\n\
        item2.ADR;type=HOME:;;12 Elm St;Palm Desert;CA;92211;USA\r\nEMAIL;type=INTERNET;type=pref:zoe@example.com\r\n\
        PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\r\n AAAQABAAD\r\nEND:VCARD\r\n";
    let version_4 = "BEGIN:VCARD\nVERSION:4.0\nFN:Zoë Müller\nN:Müller;Zoë;;;\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-760-555-0102\n\
        TEL;VALUE=uri;PREF=1;TYPE=cell:tel:+1-760-555-0101\nTEL;TYPE=fax:tel:+1-760-555-0103\n\
        ADR;TYPE=home;LABEL=\"12 Elm St: Palm Desert\":;;12 Elm St;Palm Desert;California;92211;USA\nEMAIL:zoe@example.com\nEND:VCARD\n";
    for text in [version_2, version_3, version_4] {
        let list = read(text);
        assert_eq!(list.summary.format, TableFormat::VCard);
        let zoe = &list.contacts[0];
        assert_eq!(
            (
                zoe.details.name.as_str(),
                zoe.details.first_name.as_str(),
                zoe.details.last_name.as_str()
            ),
            ("Zoë Müller", "Zoë", "Müller"),
            "{text}"
        );
        assert_eq!(zoe.phone.as_e164(), "+17605550101", "{text}");
        assert_eq!(zoe.details.other_phones, ["+17605550102"], "{text}");
        assert_eq!(zoe.details.email.as_deref(), Some("zoe@example.com"));
        assert_eq!(
            (
                zoe.details.street.as_deref(),
                zoe.location.city.as_deref(),
                zoe.location.zip.as_deref()
            ),
            (Some("12 Elm St"), Some("Palm Desert"), Some("92211")),
            "{text}"
        );
        assert_eq!(zoe.location.state.unwrap().code(), "CA");
    }
}

#[test]
fn cards_count_as_rows_and_a_card_without_a_number_is_told() {
    let list = read(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nTEL:760-555-0101\nEND:VCARD\n\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n\
         begin:vcard\nversion:3.0\nfn:Bob Lee\nend:vcard\nBEGIN:VCARD\nVERSION:3.0\nFN:Carl Lee\nTEL:555-0103\nEND:VCARD",
    );
    assert_eq!(shown(&list), [(1, "Ann Lee", "+17605550101")]);
    let rejected: Vec<(u64, &str)> = list
        .rejected
        .iter()
        .map(|row| (row.row, row.error.as_str()))
        .collect();
    assert_eq!(
        rejected,
        [
            (3, "there is no phone number"),
            (4, "the area code is missing: give all ten digits")
        ],
        "the second card is blank and no row"
    );
}

#[test]
fn a_book_without_a_single_number_is_told_card_by_card() {
    let list = read("BEGIN:VCARD\nFN:Ann Lee\nEND:VCARD\nBEGIN:VCARD\nFN:Bob Lee\nEND:VCARD\n");
    assert_eq!((list.contacts.len(), list.rejected.len()), (0, 2));
}

#[test]
fn a_card_without_an_end_ends_where_the_next_begins() {
    let list = read(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nTEL:760-555-0101\nBEGIN:VCARD\nVERSION:3.0\nno property at all\n\
         FN:Bob Lee\nTEL;TYPE=CELL;:760-555-0102\nEND:VCARD\ngarbage\nBEGIN:VCARD\nFN:Carl Lee\nTEL:760-555-0103\n",
    );
    assert_eq!(
        shown(&list),
        [
            (1, "Ann Lee", "+17605550101"),
            (2, "Bob Lee", "+17605550102"),
            (3, "Carl Lee", "+17605550103")
        ]
    );
    assert!(list.broken.is_none());
}

#[test]
fn an_agents_card_within_a_card_is_not_the_contact() {
    let list = read(
        "BEGIN:VCARD\nVERSION:2.1\nFN:Ann Lee\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:Rex Agent\nTEL:760-555-0199\nEND:VCARD\n\
         TEL:760-555-0101\nEND:VCARD\n",
    );
    assert_eq!(shown(&list), [(1, "Ann Lee", "+17605550101")]);
    assert!(list.contacts[0].details.other_phones.is_empty());
}

#[test]
fn a_text_that_ends_within_a_card_was_cut_off() {
    assert!(matches!(
        refusal("BEGIN:VCARD\nFN:Ann Lee\nTEL:760-555-0101\nEND:VCARD\nBEGIN:VCARD\nFN:Bob Lee\nTEL:760-5"),
        ReadError::CutOff { record: 2 }
    ));
}

#[test]
fn an_old_book_in_utf_16_or_windows_1252_keeps_its_letters() {
    let text =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Zoë;;;\r\nFN:Zoë Müller\r\nTEL:760-555-0101\r\nEND:VCARD\r\n";
    let utf16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [utf16, encoding_rs::WINDOWS_1252.encode(text).0.into_owned()] {
        assert_eq!(read(bytes).contacts[0].details.name, "Zoë Müller");
    }
}

#[test]
fn words_in_notes_labels_and_properties_forbid_contact() {
    let list = read(
        "BEGIN:VCARD\nFN:Ann Lee\nTEL:760-555-0101\nNOTE:asked\\, do not call again\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Bob Lee\nTEL:760-555-0102\nCATEGORIES:Farm,DNC\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Carl Lee\nTEL:760-555-0103\nX-DNC:Y\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Dan Lee\na.TEL;TYPE=CELL:760-555-0104\na.X-ABLabel:DNC\nTEL;TYPE=HOME:760-555-0105\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Eve Lee\na.TEL:760-555-0106\na.X-ABLabel:Do not call\nEND:VCARD\n",
    );
    let marked: Vec<(&str, bool)> = list
        .contacts
        .iter()
        .map(|contact| (contact.phone.as_e164(), contact.do_not_contact))
        .collect();
    assert_eq!(
        marked,
        [
            ("+17605550101", true),
            ("+17605550102", true),
            ("+17605550103", true),
            ("+17605550105", false),
            ("+17605550106", true)
        ]
    );
}

#[test]
fn companies_and_family_trusts_are_no_given_names() {
    let list = read(
        "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:Gonzalez Holdings LLC\nORG:Gonzalez Holdings LLC;\nTEL:760-555-0101\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nN:Lee;;;;\nFN:Ann Lee\nTEL:760-555-0102\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nORG:Desert Realty\nTEL:760-555-0103\nEND:VCARD\n",
    );
    let names: Vec<(&str, &str)> = list
        .contacts
        .iter()
        .map(|contact| (contact.details.name.as_str(), contact.details.first_name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("Gonzalez Holdings LLC", ""),
            ("Ann Lee", "Ann"),
            ("Desert Realty", "")
        ]
    );
}

#[test]
fn a_picture_of_many_megabytes_costs_nothing_and_an_endless_note_is_refused() {
    let long = "QUJD".repeat(1 << 20);
    let list = read(format!(
        "BEGIN:VCARD\nFN:Ann Lee\nPHOTO;ENCODING=BASE64;JPEG:{long}\n\nTEL:760-555-0101\nEND:VCARD\n"
    ));
    assert_eq!(list.contacts.len(), 1);
    assert!(matches!(
        refusal(format!(
            "BEGIN:VCARD\nFN:Ann Lee\nNOTE:{long}\nTEL:760-555-0101\nEND:VCARD\n"
        )),
        ReadError::RecordTooLong { row: 1, .. }
    ));
}

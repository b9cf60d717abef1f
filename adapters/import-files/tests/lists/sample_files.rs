//! The six sample lists of the project, all invented people at fictional numbers. The counts were found independently
//! by a script over another implementation of libphonenumber.

use crate::common::read;
use commands::ports::TableFormat;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_title_companys_expireds_have_250_rows_of_which_seven_have_no_number() {
    let list = read(fixture("title_rep_pdcc_expireds.csv"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (250, 7, 235));
    assert_eq!(
        list.rejected.iter().map(|row| row.row).collect::<Vec<_>>(),
        [7, 65, 104, 105, 194, 220, 222]
    );
    assert_eq!(
        list.rejected[0].error,
        "the area code is missing: give all ten digits"
    );
    assert!(
        list.rejected
            .iter()
            .all(|row| row.field == "phone" && row.value.is_some())
    );
    assert_eq!(
        (
            list.summary.format,
            list.summary.description.as_str(),
            list.summary.header_row
        ),
        (TableFormat::Csv, "UTF-8, comma", 1)
    );
    assert!(list.broken.is_none());
}

#[test]
fn the_title_companys_farm_has_120_rows_between_a_banner_and_a_total() {
    let list = read(fixture("title_rep_iwcc_farm.xlsx"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (120, 0, 114));
    assert_eq!(
        (
            list.summary.format,
            list.summary.description.as_str(),
            list.summary.header_row
        ),
        (TableFormat::Xlsx, "sheet \"Farm Report\"", 4)
    );
    let first = &list.contacts[0];
    assert_eq!((first.row, first.location.zip.as_deref()), (5, Some("07102")));
    assert_eq!(first.details.attributes["sale_date"], "2022-07-24");
    assert_eq!(first.details.attributes["sale_price"], "2354000");
    assert!(
        list.contacts
            .iter()
            .all(|contact| contact.location.zip.is_some() && contact.location.state.is_some())
    );
}

#[test]
fn the_dialers_list_has_five_people_not_to_be_called() {
    let list = read(fixture("mojo_expireds.csv"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (150, 0, 144));
    assert_eq!(
        list.contacts
            .iter()
            .filter(|contact| contact.do_not_contact)
            .count(),
        5
    );
    assert_eq!(list.summary.description, "UTF-8 with BOM, comma");
    let statuses: std::collections::BTreeSet<_> = list
        .contacts
        .iter()
        .filter_map(|c| c.listing_status.as_deref())
        .collect();
    assert_eq!(
        statuses.into_iter().collect::<Vec<_>>(),
        ["Active", "Cancelled", "Expired", "Withdrawn"]
    );
    let jose = &list.contacts[4];
    assert_eq!(
        (
            jose.details.name.as_str(),
            jose.details.attributes["phone_extension"].as_str()
        ),
        ("José O'Neill", "12")
    );
    assert_eq!(jose.details.attributes["days_on_market"], "89");
}

#[test]
fn the_address_book_has_90_people_and_25_further_numbers() {
    let list = read(fixture("google_contacts.csv"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (90, 0, 89));
    assert_eq!(
        list.contacts
            .iter()
            .map(|contact| contact.details.other_phones.len())
            .sum::<usize>(),
        25
    );
    // Rows are a spreadsheet's rows, although cells span lines.
    assert_eq!(
        list.contacts
            .iter()
            .map(|contact| contact.row)
            .collect::<Vec<_>>(),
        (2..=91).collect::<Vec<u64>>()
    );
    assert!(
        list.contacts
            .iter()
            .all(|contact| contact.location.zip.is_some() && contact.details.street.is_some())
    );
    let trust = &list.contacts[6].details;
    assert_eq!(
        (
            trust.name.as_str(),
            trust.first_name.as_str(),
            trust.last_name.as_str()
        ),
        ("The Johnson Family Trust", "", "")
    );
}

#[test]
fn every_contact_of_the_samples_is_whole() {
    for name in [
        "title_rep_pdcc_expireds.csv",
        "title_rep_iwcc_farm.xlsx",
        "mojo_expireds.csv",
        "google_contacts.csv",
    ] {
        for contact in read(fixture(name)).contacts {
            assert!(
                !contact.details.name.is_empty() && contact.details.street.is_some(),
                "{name} row {}",
                contact.row
            );
            assert!(!contact.details.name.contains(','), "{name} row {}", contact.row);
            assert_eq!(contact.details.phone, contact.phone.as_e164());
            let organization = ["Trust", "LLC"]
                .iter()
                .any(|word| contact.details.name.ends_with(word));
            assert_eq!(
                contact.details.first_name.is_empty(),
                organization,
                "{name} row {}",
                contact.row
            );
        }
    }
}

#[test]
fn the_phones_address_book_has_60_cards() {
    let list = read(fixture("sphere_of_influence.vcf"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (60, 0, 56));
    assert_eq!(
        (
            list.summary.format,
            list.summary.description.as_str(),
            list.summary.header_row
        ),
        (TableFormat::VCard, "UTF-8, vCard", 0)
    );
    assert!(list.contacts.iter().all(|contact| {
        contact.location.zip.is_some() && contact.details.street.is_some() && !contact.details.name.is_empty()
    }));
    assert_eq!(
        list.contacts[0].details.attributes["notes"],
        "Met at the open house on Kentucky Avenue, wants to hear about prices in the neighborhood before spring"
    );
}

#[test]
fn googles_people_are_40_of_whom_four_have_no_number() {
    let list = read(fixture("google_people_connections.json"));
    assert_eq!((list.rows(), list.rejected.len(), list.unique()), (40, 4, 35));
    assert_eq!(list.summary.format, TableFormat::Json);
    assert!(
        list.contacts
            .iter()
            .all(|contact| contact.location.zip.is_some() && contact.details.street.is_some())
    );
    assert_eq!(
        (list.rejected[0].row, list.rejected[0].error.as_str()),
        (1, "there is no phone number")
    );
}

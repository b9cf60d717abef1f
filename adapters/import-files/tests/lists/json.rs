//! JSON lists as services hand them out.

use commands::ports::{ReadLimits, TableFormat};
use import_files::ReadError;

use crate::common::{List, read, refusal, try_read_within};

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

const LEAD: &str = r#"{"first_name":"ZOË","last_name":"MILLER","phone":"(760) 555-0101","address":"12 ELM ST","city":"PALM DESERT",
    "state":"California","zip":7102,"property_type":"SFR","status":"EXP","days_on_market":89,"do_not_call":false}"#;

#[test]
fn a_list_is_found_wherever_it_stands() {
    let shapes = [
        format!("[{LEAD}]"),
        format!("{{\"leads\":[{LEAD}],\"count\":1}}"),
        format!(
            "{{\"status\":\"ok\",\"data\":{{\"results\":[{LEAD}]}},\"tags\":[{{\"id\":1}},{{\"id\":2}}]}}"
        ),
        format!("\u{feff} {{ \"contacts\" : [ {LEAD} ] }} "),
        format!(
            "{{\"contacts\":{{\"a1\":{LEAD},\"a2\":{}}}}}",
            LEAD.replace("0101", "0102")
        ),
        LEAD.to_owned(),
    ];
    for text in shapes {
        let list = read(text.clone());
        assert_eq!(list.summary.format, TableFormat::Json, "{text}");
        let zoe = &list.contacts[0];
        assert_eq!(
            (zoe.row, zoe.details.name.as_str(), zoe.phone.as_e164()),
            (1, "Zoë Miller", "+17605550101"),
            "{text}"
        );
        assert_eq!(zoe.details.street.as_deref(), Some("12 Elm St"));
        assert_eq!(
            (zoe.location.zip.as_deref(), zoe.location.state.unwrap().code()),
            (Some("07102"), "CA")
        );
        assert_eq!(zoe.listing_status.as_deref(), Some("Expired"));
        assert_eq!(zoe.details.attributes["days_on_market"], "89");
        assert!(!zoe.do_not_contact);
    }
}

#[test]
fn one_object_a_line_is_a_list_and_a_bad_line_is_one_bad_row() {
    let list = read(
        "{\"name\":\"Ann Lee\",\"phone\":\"760-555-0101\"}\r\n\r\n{\"name\":\"Bob Lee\",\"phone\":\r\n\
         {\"name\":\"Carl Lee\",\"phone\":7605550103}\n[1]\n{\"name\":\"Dan Lee\",\"phone\":null}\n",
    );
    assert_eq!(list.summary.format, TableFormat::NdJson);
    assert_eq!(
        shown(&list),
        [(1, "Ann Lee", "+17605550101"), (4, "Carl Lee", "+17605550103")]
    );
    let rejected: Vec<(u64, &str)> = list
        .rejected
        .iter()
        .map(|row| (row.row, row.field.as_str()))
        .collect();
    assert_eq!(rejected, [(3, "record"), (5, "record"), (6, "phone")]);
}

#[test]
fn pages_of_a_list_one_after_another_are_one_list() {
    let page = |name: &str, number: &str| {
        format!(
            "{{\"connections\":[{{\"names\":[{{\"displayName\":\"{name}\"}}],\"phoneNumbers\":[{{\"value\":\"{number}\"}}]}}]}}"
        )
    };
    let (one, two) = (page("Ann Lee", "760-555-0101"), page("Bob Lee", "760-555-0102"));
    for text in [format!("{one}\n{two}\n"), format!("[{one},{two}]")] {
        assert_eq!(
            shown(&read(text)),
            [(1, "Ann Lee", "+17605550101"), (2, "Bob Lee", "+17605550102")]
        );
    }
}

#[test]
fn googles_people_come_with_their_best_number() {
    let list = read(
        r#"{"connections":[
        {"resourceName":"people/c1","etag":"%E1","metadata":{"sources":[{"type":"CONTACT","id":"1"}]},
         "names":[{"displayName":"Wrong Name"},{"metadata":{"primary":true},"displayName":"Zoë Miller","givenName":"Zoë","familyName":"Miller"}],
         "phoneNumbers":[{"value":"760-555-0104","type":"workFax"},{"value":"760-555-0103","type":"home"},
                         {"value":"(760) 555-0101","type":"mobile"},{"value":"760-555-0105","type":"pager"},{"canonicalForm":"+17605550102","type":"work"}],
         "emailAddresses":[{"value":"not an address"},{"value":"Zoe@Example.com"}],
         "organizations":[{"name":"Desert Realty","title":"Agent"}],
         "addresses":[{"type":"work","streetAddress":"1 Office Way","city":"Indio","region":"CA","postalCode":"92201"},
                      {"type":"home","streetAddress":"12 Elm St","extendedAddress":"Unit 4","city":"Palm Desert","region":"CA","postalCode":"92211"}],
         "userDefined":[{"key":"Do Not Call","value":"yes"}]},
        {"resourceName":"people/c2","metadata":{"deleted":true},"phoneNumbers":[{"value":"760-555-0109"}]},
        {"resourceName":"people/c3","names":[{"displayName":"Ann Lee"}]}],
        "totalItems":3,"nextSyncToken":"x"}"#,
    );
    let zoe = &list.contacts[0];
    assert_eq!(
        (zoe.details.name.as_str(), zoe.phone.as_e164()),
        ("Zoë Miller", "+17605550101")
    );
    assert_eq!(zoe.details.other_phones, ["+17605550103", "+17605550102"]);
    assert_eq!(zoe.details.email.as_deref(), Some("zoe@example.com"));
    assert_eq!(
        (zoe.details.street.as_deref(), zoe.location.zip.as_deref()),
        (Some("12 Elm St, Unit 4"), Some("92211"))
    );
    assert!(zoe.do_not_contact);
    assert_eq!(
        (list.contacts.len(), list.rejected.len()),
        (1, 1),
        "the deleted person is no row"
    );
}

#[test]
fn mojos_media_are_numbers_by_their_type() {
    let list = read(
        r#"{"results":[{"id":7,"full_name":"MILLER, ZOE","address":"12 Elm St","city":"Palm Desert","state":"CA","zip_code":"92211",
        "mediainfo_set":[{"type":4,"value":"zoe@example.com"},{"type":1,"value":"7605550103"},{"type":3,"value":"7605550102"},
                         {"type":2,"value":"7605550101"},{"type":5,"value":"7605550104"}],
        "contactnote_set":[{"contents":"wants to sell","create_date":"01/02/2026"},{"contents":"asked: do not call again"}]}]}"#,
    );
    let zoe = &list.contacts[0];
    assert_eq!(
        (zoe.details.name.as_str(), zoe.phone.as_e164()),
        ("Zoe Miller", "+17605550101")
    );
    assert_eq!(
        zoe.details.other_phones,
        ["+17605550104", "+17605550102", "+17605550103"]
    );
    assert_eq!(zoe.details.email.as_deref(), Some("zoe@example.com"));
    assert_eq!(zoe.location.zip.as_deref(), Some("92211"));
    assert!(zoe.do_not_contact);
}

#[test]
fn nested_and_camel_case_fields_are_understood() {
    let list = read(
        r#"{"items":[{"id":"1","contact":{"firstName":"Ann","lastName":"Lee","phoneNumbers":["760-555-0101","760-555-0102"],"emailAddress":"ann@example.com"},
            "property":{"address":{"street":"12 Elm St","city":"Indio","state":"CA","postalCode":"92201"},"lastSaleDate":"2020-02-03T00:00:00Z","lastSalePrice":500000.0},
            "agent":{"name":"Rex Agent","phone":"760-555-0199"}},
           {"id":"2","contact":{"name":{"first":"Bob","last":"Lee"},"phones":[{"label":"Cell","number":"760-555-0103","dnc":true},{"label":"Home","number":"760-555-0104","ext":"7"}]}}]}"#,
    );
    let ann = &list.contacts[0];
    assert_eq!(
        (
            ann.details.name.as_str(),
            ann.phone.as_e164(),
            ann.details.other_phones.join(" ")
        ),
        ("Ann Lee", "+17605550101", "+17605550102".to_owned()),
        "the agent's number is not the owner's"
    );
    assert_eq!(ann.details.email.as_deref(), Some("ann@example.com"));
    assert_eq!(
        (ann.details.street.as_deref(), ann.location.zip.as_deref()),
        (Some("12 Elm St"), Some("92201"))
    );
    assert_eq!(
        (
            ann.details.attributes["sale_date"].as_str(),
            ann.details.attributes["sale_price"].as_str()
        ),
        ("2020-02-03", "500000")
    );
    let bob = &list.contacts[1];
    assert_eq!(
        (bob.details.name.as_str(), bob.phone.as_e164(), bob.do_not_contact),
        ("Bob Lee", "+17605550104", false),
        "the number that must not be called is passed over"
    );
    assert_eq!(bob.details.attributes["phone_extension"], "7");
}

#[test]
fn a_field_of_numbers_under_an_unknown_name_is_the_phone() {
    let list = read(r#"[{"nm":"Ann Lee","reach":"760-555-0101"},{"nm":"Bob Lee","reach":"760-555-0102"}]"#);
    assert_eq!(
        (list.summary.mapping["reach"].as_str(), list.contacts.len()),
        ("phone", 2)
    );
}

#[test]
fn what_is_no_list_is_refused_by_its_reason() {
    assert!(matches!(refusal("[]"), ReadError::NoRecords | ReadError::Empty));
    assert!(matches!(
        refusal(r#"{"totalItems":0}"#),
        ReadError::NoPhoneColumn { .. } | ReadError::NoRecords
    ));
    assert!(matches!(
        refusal(r#"{"connections":[]}"#),
        ReadError::NoRecords | ReadError::NoPhoneColumn { .. }
    ));
    assert!(matches!(
        refusal(r#"[{"name":"Ann","city":"Indio"}]"#),
        ReadError::NoPhoneColumn { .. }
    ));
    assert!(matches!(
        refusal(r#"[{"name":"Ann","phone":"760-555-0101"},{"name":"Bo"#),
        ReadError::CutOff { record: 2 }
    ));
    assert!(matches!(
        refusal(r#"{"leads":[{"name":"Ann","phone":"760-555-0101"}"#),
        ReadError::CutOff { .. }
    ));
    assert!(matches!(
        refusal(r#"[{"name":"Ann","phone":"760-555-0101"},{"name":Bob}]"#),
        ReadError::BrokenJson { record: 1 }
    ));
}

#[test]
fn a_document_deeper_or_longer_than_any_list_is_refused() {
    let deep = format!("[{{\"phone\":\"760-555-0101\",\"x\":{}", "[".repeat(1 << 20));
    assert!(matches!(
        refusal(deep),
        ReadError::BrokenJson { .. } | ReadError::CutOff { .. }
    ));
    let roots = "[".repeat(1 << 20);
    assert!(matches!(
        refusal(roots),
        ReadError::BrokenJson { .. } | ReadError::CutOff { .. }
    ));
    let long = format!(
        "[{{\"phone\":\"760-555-0101\",\"note\":\"{}\"}}]",
        "x".repeat(2 << 20)
    );
    assert!(matches!(refusal(long), ReadError::RecordTooLong { row: 1, .. }));
    let limits = ReadLimits {
        columns_max: 3,
        ..ReadLimits::default()
    };
    let wide = r#"[{"phone":"760-555-0101","a":1,"b":2,"c":3}]"#;
    assert!(matches!(
        try_read_within(wide, limits),
        Err(ReadError::TooManyColumns { columns: 4, .. })
    ));
}

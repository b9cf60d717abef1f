//! Names as they come, and what is made of them.

use super::*;

/// Name, given name, family name, co-owner of a full name.
fn read(text: &str) -> (String, String, String, String) {
    let name = PersonName::from_full(text);
    (
        name.name,
        name.first,
        name.last,
        name.co_owner.unwrap_or_default(),
    )
}

#[track_caller]
fn reads(text: &str, name: &str, first: &str, last: &str, co_owner: &str) {
    let expected = (
        name.to_owned(),
        first.to_owned(),
        last.to_owned(),
        co_owner.to_owned(),
    );
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn a_plain_name_stays() {
    reads("Jessica Thompson", "Jessica Thompson", "Jessica", "Thompson", "");
    reads("  Renée   Walker ", "Renée Walker", "Renée", "Walker", "");
    reads("Michelle", "Michelle", "Michelle", "", "");
    reads("Betty Van-Dyke", "Betty Van-Dyke", "Betty", "Van-Dyke", "");
    reads(
        "Ludwig van Beethoven",
        "Ludwig van Beethoven",
        "Ludwig",
        "van Beethoven",
        "",
    );
}

#[test]
fn last_first_is_turned_round_and_recased() {
    reads("MILLER, ZOË", "Zoë Miller", "Zoë", "Miller", "");
    reads("MCDONALD, JOSEPH", "Joseph McDonald", "Joseph", "McDonald", "");
    reads("O'NEILL, ŁUKASZ", "Łukasz O'Neill", "Łukasz", "O'Neill", "");
    reads("VAN-DYKE, ASHLEY", "Ashley Van-Dyke", "Ashley", "Van-Dyke", "");
    reads(
        "DE LA CRUZ, MARIA T",
        "Maria T De La Cruz",
        "Maria",
        "De La Cruz",
        "",
    );
    reads("Smith Jr, John", "John Smith Jr", "John", "Smith", "");
    reads("SMITH JOHN A", "John A Smith", "John", "Smith", "");
    reads("john smith", "John Smith", "John", "Smith", "");
}

#[test]
fn a_suffix_after_a_comma_is_no_given_name() {
    reads("John Smith, Jr.", "John Smith, Jr.", "John", "Smith", "");
    reads("SMITH, JOHN, III", "John Smith III", "John", "Smith", "");
}

#[test]
fn titles_and_suffixes_stay_in_the_name_only() {
    reads(
        "Dr. Robert G. Wright Jr.",
        "Dr. Robert G. Wright Jr.",
        "Robert",
        "Wright",
        "",
    );
    reads("J. Robert Lee", "J. Robert Lee", "Robert", "Lee", "");
    reads(
        "Mr. & Mrs. John Smith",
        "Mr. & Mrs. John Smith",
        "John",
        "Smith",
        "",
    );
}

#[test]
fn of_a_couple_the_first_is_greeted() {
    reads(
        "Jessica & Nguyễn Brown",
        "Jessica & Nguyễn Brown",
        "Jessica",
        "Brown",
        "Nguyễn Brown",
    );
    reads(
        "Ann Lee and Bob Cruz",
        "Ann Lee and Bob Cruz",
        "Ann",
        "Lee",
        "Bob Cruz",
    );
    reads(
        "SMITH, JOHN & MARY",
        "John & Mary Smith",
        "John",
        "Smith",
        "Mary Smith",
    );
    reads(
        "SMITH, JOHN A; CRUZ, MARY",
        "John A Smith & Mary Cruz",
        "John",
        "Smith",
        "Mary Cruz",
    );
    reads(
        "Tom A. & Karen B. Lee",
        "Tom A. & Karen B. Lee",
        "Tom",
        "Lee",
        "Karen Lee",
    );
}

#[test]
fn trusts_and_companies_have_no_given_name() {
    for (text, name) in [
        ("The Torres Family Trust", "The Torres Family Trust"),
        ("THE O'NEILL FAMILY TRUST", "The O'Neill Family Trust"),
        ("MILLER FAMILY TRUST, THE", "The Miller Family Trust"),
        ("Gonzalez Holdings LLC", "Gonzalez Holdings LLC"),
        ("YOUNG HOLDINGS LLC", "Young Holdings LLC"),
        ("Smith & Sons, Inc.", "Smith & Sons, Inc."),
        ("CITY OF PALM DESERT", "City Of Palm Desert"),
        ("First National Bank", "First National Bank"),
    ] {
        reads(text, name, "", "", "");
    }
    reads("Charlotte Church", "Charlotte Church", "Charlotte", "Church", "");
}

#[test]
fn what_counties_add_goes() {
    reads("SMITH JOHN A ET AL", "John A Smith", "John", "Smith", "");
    reads("LEE, ANN C/O SOME BANK", "Ann Lee", "Ann", "Lee", "");
}

#[test]
fn text_decoded_twice_is_repaired() {
    reads("ZoÃ« MartÃ\u{ad}nez", "Zoë Martínez", "Zoë", "Martínez", "");
    assert_eq!(repaired("João"), "João");
}

#[test]
fn names_in_columns_are_put_together() {
    let name = PersonName::from_parts(NameParts {
        first: "JOSÉ",
        middle: "M",
        last: "O'NEILL",
        ..NameParts::default()
    });
    assert_eq!(
        (name.name.as_str(), name.first.as_str(), name.last.as_str()),
        ("José M O'Neill", "José", "O'Neill")
    );
    let trust = PersonName::from_parts(NameParts {
        last: "The Wright Family Trust",
        ..NameParts::default()
    });
    assert_eq!(
        (trust.name.as_str(), trust.first.as_str(), trust.last.as_str()),
        ("The Wright Family Trust", "", "")
    );
    let couple = PersonName::from_parts(NameParts {
        first: "Ann & Bob",
        last: "Lee",
        ..NameParts::default()
    });
    assert_eq!(
        (
            couple.first.as_str(),
            couple.last.as_str(),
            couple.co_owner.as_deref()
        ),
        ("Ann", "Lee", Some("Bob Lee"))
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _name = PersonName::from_full(&text);
    }
}

/// The examples of `docs/names.md`: as given, name, given name, family name, co-owner.
#[test]
fn every_example_of_the_rules_page_holds() {
    let page = include_str!("../../../docs/names.md");
    let mut examples = 0;
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let [given, name, first, last, co_owner] = cells[..] else {
            panic!("five columns are needed: {line}")
        };
        reads(given, name, first, last, co_owner);
        examples += 1;
    }
    assert!(examples >= 30, "{examples} examples");
}

//! Which column is which field. A header is looked up exactly, then without numbers and qualifiers, then by its
//! tell-tale words, then by spelling distance. The table covers title companies, county exports, Mojo, Google and
//! Outlook; to teach it a new header, add it to the table in `synonyms`.

use std::collections::BTreeMap;

use commands::ports::ColumnGuess;

use crate::{
    error::ReadError,
    field::{Field, PhoneKind, field_of},
    synonyms::{ATTRIBUTES, SYNONYMS, spelling_distance},
};

/// A longer text names no column.
const HEADER_BYTES_MAX: usize = 80;

/// Words that say whose or which, not what.
const QUALIFIERS: [&str; 22] = [
    "owner",
    "owners",
    "contact",
    "primary",
    "lead",
    "client",
    "customer",
    "homeowner",
    "seller",
    "person",
    "best",
    "property",
    "site",
    "situs",
    "prop",
    "subject",
    "the",
    "of",
    "current",
    "no",
    "number",
    "full",
];

/// Whose name, number or address it is when it is not the owner's: a listing's agent must not get the owner's voicemail.
const OTHER_PARTIES: [&str; 14] = [
    "agent",
    "agents",
    "broker",
    "brokerage",
    "realtor",
    "lender",
    "attorney",
    "lawyer",
    "emergency",
    "referral",
    "escrow",
    "officer",
    "assistant",
    "manager",
];

/// A header, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) field: Field,
    /// The number in the header: 2 in `Phone 2 - Value`.
    pub(crate) ordinal: Option<u32>,
    /// On what it rests.
    pub(crate) guess: ColumnGuess,
    /// Found in the table, chosen or remembered rather than guessed from single words, spelling or content.
    pub(crate) sure: bool,
}

impl Meaning {
    /// Found by what stands in the column.
    pub(crate) const fn of_content(field: Field) -> Self {
        Self {
            field,
            ordinal: None,
            guess: ColumnGuess::Content,
            sure: false,
        }
    }
}

/// The header's words, lower case, without punctuation and numbers, and the first number in it.
pub(crate) fn key_of(header: &str) -> (String, Option<u32>) {
    let mut key = String::with_capacity(header.len());
    let mut ordinal = String::new();
    let mut previous = ' ';
    for c in header.trim().chars() {
        let camel = c.is_uppercase() && previous.is_lowercase();
        if c.is_alphabetic() {
            if camel || !previous.is_alphabetic() {
                key.push(' ');
            }
            key.extend(c.to_lowercase());
        } else if c == '#' {
            key.push_str(" number ");
        } else if c.is_ascii_digit() && ordinal.len() < 4 && (ordinal.is_empty() || previous.is_ascii_digit())
        {
            ordinal.push(c);
        }
        previous = c;
    }
    (
        key.split_whitespace().collect::<Vec<_>>().join(" "),
        ordinal.parse().ok(),
    )
}

/// What a header means by the table of known headers.
pub(crate) fn exact_meaning(header: &str) -> Option<Meaning> {
    let (key, ordinal) = sensible_key(header)?;
    let field = numbered(in_table(&key)?, ordinal, &key)?;
    Some(Meaning {
        field,
        ordinal,
        guess: ColumnGuess::Exact,
        sure: true,
    })
}

/// What a header is like: one of the table with words around it, with a tell-tale word in it, or misspelt.
pub(crate) fn similar_meaning(header: &str) -> Option<Meaning> {
    let (key, ordinal) = sensible_key(header)?;
    if in_table(&key).is_some() || key.split(' ').any(|word| OTHER_PARTIES.contains(&word)) {
        return None;
    }
    let (field, sure) = match without_qualifiers(&key) {
        Some(field) => (field, true),
        None => (by_words(&key).or_else(|| by_spelling(&key))?, false),
    };
    Some(Meaning {
        field: numbered(field, ordinal, &key)?,
        ordinal,
        guess: ColumnGuess::Similar,
        sure,
    })
}

/// What a header means by itself; nothing when it means nothing to us.
pub(crate) fn meaning_of(header: &str) -> Option<Meaning> {
    exact_meaning(header).or_else(|| similar_meaning(header))
}

fn sensible_key(header: &str) -> Option<(String, Option<u32>)> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    Some(key_of(header)).filter(|(key, _)| !key.is_empty())
}

/// What a header was taken for before, by the first mapping that names it.
pub(crate) fn remembered_meaning(header: &str, remembered: &[BTreeMap<String, String>]) -> Option<Meaning> {
    let name = remembered
        .iter()
        .find_map(|mapping| mapping.iter().find(|(known, _)| same_header(known, header)))?
        .1;
    Some(Meaning {
        field: Field::named(name).ok()?,
        ordinal: key_of(header).1,
        guess: ColumnGuess::Remembered,
        sure: true,
    })
}

/// Whether two headers differ in case and white space at most.
pub(crate) fn same_header(one: &str, other: &str) -> bool {
    let mut words = one.split_whitespace();
    let same = other.split_whitespace().all(|word| {
        words
            .next()
            .is_some_and(|w| w.to_lowercase() == word.to_lowercase())
    });
    same && words.next().is_none()
}

fn in_table(key: &str) -> Option<Field> {
    if let Some(name) = ATTRIBUTES.iter().find(|name| name.replace('_', " ") == key) {
        return Some(field_of(name));
    }
    if key == "parcel number" || key == "parcel" || key == "parcel id" || key == "apn number" {
        return Some(field_of("apn"));
    }
    SYNONYMS
        .iter()
        .find(|(_, list)| list.split('|').any(|synonym| synonym.trim_start() == key))
        .map(|(name, _)| field_of(name))
}

fn without_qualifiers(key: &str) -> Option<Field> {
    // Whose address it is decides between the property and the mailing address, so these stay with their table entry.
    let bare: Vec<&str> = key.split(' ').filter(|word| !QUALIFIERS.contains(word)).collect();
    let mailing = key.split(' ').any(|word| {
        matches!(
            word,
            "mail" | "mailing" | "billing" | "owner" | "tax" | "taxpayer"
        )
    });
    let rest: Vec<&str> = bare
        .iter()
        .copied()
        .filter(|word| !matches!(*word, "mail" | "mailing" | "billing" | "tax" | "taxpayer"))
        .collect();
    let field = in_table(&rest.join(" "))?;
    if mailing {
        return Some(match field {
            Field::Street | Field::FullAddress => Field::MailingStreet,
            Field::Unit => Field::MailingUnit,
            Field::City => Field::MailingCity,
            Field::State => Field::MailingState,
            Field::Zip => Field::MailingZip,
            Field::CityStateZip => Field::MailingCityStateZip,
            other if rest.len() == bare.len() => other,
            _ => return None,
        });
    }
    Some(field)
}

/// Tell-tale words of headers that are in no table: `Owner Cell (verified)`, `Skip Traced Phone`.
fn by_words(key: &str) -> Option<Field> {
    let has = |words: &[&str]| key.split(' ').any(|word| words.contains(&word));
    if key.contains("do not call") || key.contains("do not contact") || has(&["dnc"]) {
        return Some(if has(&["phone", "cell", "mobile", "landline"]) {
            Field::PhoneDoNotContact
        } else {
            Field::DoNotContact
        });
    }
    if has(&["phone", "cell", "mobile", "landline"]) && has(&["status", "result", "disposition"]) {
        return Some(Field::PhoneStatus);
    }
    let about = has(&[
        "type",
        "status",
        "carrier",
        "score",
        "time",
        "date",
        "count",
        "source",
        "connected",
        "verified",
        "provider",
        "id",
        "opt",
        "ok",
        "rank",
        "quality",
        "label",
        "extension",
        "ext",
        "preference",
        "preferred",
        "valid",
        "last",
        "consent",
    ]);
    if about && !has(&["sale", "sold", "sales"]) {
        return None;
    }
    if has(&["fax", "pager"]) {
        return Some(Field::Phone(PhoneKind::Unusable));
    }
    if has(&[
        "phone",
        "phones",
        "cell",
        "mobile",
        "telephone",
        "cellphone",
        "landline",
        "wireless",
    ]) {
        return Some(Field::Phone(kind_of(key)));
    }
    if has(&["email", "emails"]) || key.contains("e mail") {
        return Some(Field::Email);
    }
    match (
        has(&["sale", "sold", "sales"]),
        has(&["price", "amount", "amt"]),
        has(&["date"]),
    ) {
        (true, true, _) => Some(Field::SalePrice),
        (true, _, true) => Some(Field::SaleDate),
        _ => None,
    }
}

/// The kind of number a header or a label such as `* Home Fax` speaks of.
pub(crate) fn kind_of(label: &str) -> PhoneKind {
    let has = |words: &[&str]| {
        label
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    if label.len() < 3 {
        return match label {
            "M" | "m" | "C" | "c" => PhoneKind::Mobile,
            "H" | "h" | "L" | "l" => PhoneKind::Home,
            "W" | "w" | "O" | "o" => PhoneKind::Work,
            _ => PhoneKind::Unknown,
        };
    }
    if has(&["fax", "pager", "homefax", "workfax", "otherfax", "workpager"]) {
        PhoneKind::Unusable
    } else if has(&[
        "mobile",
        "cell",
        "cellphone",
        "cellular",
        "wireless",
        "iphone",
        "workmobile",
    ]) {
        PhoneKind::Mobile
    } else if has(&["home", "landline", "residential", "house", "land"]) {
        PhoneKind::Home
    } else if has(&["work", "business", "office", "company"]) {
        PhoneKind::Work
    } else {
        PhoneKind::Unknown
    }
}

/// `Phne`, `Owner Nmae`, `Adress`: one slip in a short header, two in a long one, if only one field is that near.
fn by_spelling(key: &str) -> Option<Field> {
    let slips_max = match key.len() {
        0..=3 => return None,
        4..=8 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &str)> = None;
    for (name, list) in &SYNONYMS {
        for synonym in list
            .split('|')
            .map(str::trim_start)
            .filter(|synonym| synonym.len() >= 4)
        {
            let slips = spelling_distance(key, synonym, slips_max);
            if slips <= slips_max && best.is_none_or(|(least, _)| slips < least) {
                best = Some((slips, name));
            } else if slips <= slips_max
                && best.is_some_and(|(least, other)| slips == least && other != *name)
            {
                return None;
            }
        }
    }
    best.map(|(_, name)| field_of(name))
}

/// What a number in a header changes: `Owner 2` is the co-owner, `Address 2` the unit, `Address 2 - City` nothing.
fn numbered(field: Field, ordinal: Option<u32>, key: &str) -> Option<Field> {
    if ordinal.is_none_or(|n| n < 2) {
        return Some(field);
    }
    match field {
        Field::OwnerName => Some(Field::CoOwnerName),
        Field::FirstName => Some(Field::CoOwnerFirstName),
        Field::LastName => Some(Field::CoOwnerLastName),
        Field::Street if !key.contains("street") => Some(Field::Unit),
        Field::MailingStreet if !key.contains("street") => Some(Field::MailingUnit),
        Field::Zip | Field::MailingZip if ordinal == Some(4) => None,
        Field::Street
        | Field::City
        | Field::State
        | Field::Zip
        | Field::FullAddress
        | Field::Unit
        | Field::NamePrefix
        | Field::MiddleName
        | Field::NameSuffix
        | Field::Organization => {
            // `ZIP 5` and the like are no second address.
            (ordinal == Some(5) && field == Field::Zip).then_some(field)
        }
        other => Some(other),
    }
}

/// The meaning of each column by a mapping that a person chose: header text to field name.
pub(crate) fn chosen(
    headers: &[String],
    mapping: &BTreeMap<String, String>,
) -> Result<Vec<Option<Meaning>>, ReadError> {
    let mut columns = Vec::with_capacity(headers.len());
    for header in headers {
        let exactly = mapping.iter().find(|(wanted, _)| wanted.trim() == header.trim());
        let found = exactly.or_else(|| mapping.iter().find(|(wanted, _)| same_header(wanted, header)));
        columns.push(match found.map(|(_, name)| name) {
            Some(name) => Some(Meaning {
                field: Field::named(name)?,
                ordinal: key_of(header).1,
                guess: ColumnGuess::Chosen,
                sure: true,
            }),
            None => None,
        });
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn means(header: &str, name: &str) {
        let found = meaning_of(header).map(|meaning| meaning.field.name());
        assert_eq!(found.as_deref(), Some(name), "{header}");
    }

    #[test]
    fn title_companies_are_understood() {
        for (header, name) in [
            ("Owner Name", "owner_name"),
            ("Property Address", "street"),
            ("City", "city"),
            ("State", "state"),
            ("ZIP", "zip"),
            ("Phone", "phone"),
            ("Email", "email"),
            ("Sale Date", "sale_date"),
            ("Sale Price", "sale_price"),
            ("Site Address", "street"),
            ("Situs City", "city"),
            ("Mailing Address", "mailing_street"),
            ("Mail City", "mailing_city"),
            ("Mail Zip", "mailing_zip"),
            ("Owner Address", "mailing_street"),
            ("LAST_SALE_DATE", "sale_date"),
            ("Owner 1 First Name", "first_name"),
            ("Owner 2 First Name", "co_owner_first_name"),
            ("Owner 2", "co_owner"),
            ("APN", "apn"),
            ("Year Built", "year_built"),
            ("Site City, State Zip", "city_state_zip"),
            ("Situs House #", "street_number"),
            ("Phone Number(s)", "phone"),
            ("Owner Phone", "phone"),
            ("Owner Email", "email"),
        ] {
            means(header, name);
        }
    }

    #[test]
    fn dialers_and_address_books_are_understood() {
        for (header, name) in [
            ("first_name", "first_name"),
            ("last_name", "last_name"),
            ("address", "street"),
            ("property_type", "property_type"),
            ("status", "listing_status"),
            ("days_on_market", "days_on_market"),
            ("Do Not Call", "do_not_contact"),
            ("DNC?", "do_not_contact"),
            ("Phone 1 - Value", "phone"),
            ("Phone 2 - Label", "phone_label"),
            ("Phone 1 - Type", "phone_label"),
            ("E-mail 1 - Value", "email"),
            ("Address 1 - Postal Code", "zip"),
            ("Address 1 - Region", "state"),
            ("Address 1 - Formatted", "full_address"),
            ("Given Name", "first_name"),
            ("Organization Name", "organization"),
            ("Mobile Phone", "mobile_phone"),
            ("Home Phone 2", "home_phone"),
            ("firstName", "first_name"),
            ("zipCode", "zip"),
            ("Phone2", "phone"),
            ("Business Phone", "work_phone"),
            ("Cell #", "mobile_phone"),
            ("Phone 1 DNC", "phone_do_not_contact"),
            ("Labels", "labels"),
        ] {
            means(header, name);
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_forgiven() {
        for (header, name) in [
            ("Owner Nmae", "owner_name"),
            ("Phne", "phone"),
            ("Adress", "street"),
            ("Emial", "email"),
            ("Do not cal", "do_not_contact"),
        ] {
            means(header, name);
        }
    }

    #[test]
    fn what_only_sounds_like_a_field_is_none() {
        for header in [
            "Desert Title Company",
            "Farm report prepared for: A. Agent",
            "as of",
            "Phone Verified Date",
            "Phone Carrier",
            "",
            "Address 2 - City",
            "Mail Carrier Route",
        ] {
            assert_eq!(meaning_of(header), None, "{header}");
        }
        assert_eq!(
            meaning_of("Fax").map(|meaning| meaning.field),
            Some(Field::Phone(PhoneKind::Unusable))
        );
    }

    #[test]
    fn a_chosen_mapping_may_make_up_variables_but_not_any_name() {
        assert_eq!(Field::named("phone").unwrap(), Field::Phone(PhoneKind::Unknown));
        assert_eq!(
            Field::named("dog_name").unwrap(),
            Field::Attribute("dog_name".to_owned())
        );
        for bad in ["", "Dog", "dog name", "1st", "{{x}}"] {
            assert!(
                matches!(Field::named(bad), Err(ReadError::InvalidFieldName)),
                "{bad}"
            );
        }
    }
}

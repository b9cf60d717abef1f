//! Which column is which field. A header is looked up exactly, then without numbers and qualifiers, then by its
//! tell-tale words, then by spelling distance. The table covers title companies, county exports, Mojo, Google and
//! Outlook; to teach it a new header, add a line to `SYNONYMS`.

use std::collections::BTreeMap;

use crate::{error::ReadError, limits::FIELD_NAME_CHARS_MAX};

/// Which of a person's numbers a column holds. In the order in which they are tried: a voicemail reaches a mobile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PhoneKind {
    Mobile,
    Unknown,
    Home,
    Work,
    /// Fax machines and pagers take no voicemail.
    Unusable,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    OwnerName,
    NamePrefix,
    FirstName,
    MiddleName,
    LastName,
    NameSuffix,
    CoOwnerName,
    CoOwnerFirstName,
    CoOwnerLastName,
    Organization,
    Phone(PhoneKind),
    PhoneLabel,
    PhoneExtension,
    PhoneDoNotContact,
    Email,
    Street,
    StreetNumber,
    StreetName,
    Unit,
    City,
    State,
    Zip,
    CityStateZip,
    FullAddress,
    MailingStreet,
    MailingUnit,
    MailingCity,
    MailingState,
    MailingZip,
    MailingCityStateZip,
    SaleDate,
    SalePrice,
    ListingStatus,
    DaysOnMarket,
    PropertyType,
    DoNotContact,
    Labels,
    Notes,
    /// Kept under this template variable name.
    Attribute(String),
}

/// Our field names, as they stand in a summary and in a chosen mapping.
const FIELDS: [(&str, Field); 41] = [
    ("owner_name", Field::OwnerName),
    ("name_prefix", Field::NamePrefix),
    ("first_name", Field::FirstName),
    ("middle_name", Field::MiddleName),
    ("last_name", Field::LastName),
    ("name_suffix", Field::NameSuffix),
    ("co_owner", Field::CoOwnerName),
    ("co_owner_first_name", Field::CoOwnerFirstName),
    ("co_owner_last_name", Field::CoOwnerLastName),
    ("organization", Field::Organization),
    ("phone", Field::Phone(PhoneKind::Unknown)),
    ("mobile_phone", Field::Phone(PhoneKind::Mobile)),
    ("home_phone", Field::Phone(PhoneKind::Home)),
    ("work_phone", Field::Phone(PhoneKind::Work)),
    ("phone_label", Field::PhoneLabel),
    ("phone_extension", Field::PhoneExtension),
    ("phone_do_not_contact", Field::PhoneDoNotContact),
    ("email", Field::Email),
    ("street", Field::Street),
    ("street_number", Field::StreetNumber),
    ("street_name", Field::StreetName),
    ("unit", Field::Unit),
    ("city", Field::City),
    ("state", Field::State),
    ("zip", Field::Zip),
    ("city_state_zip", Field::CityStateZip),
    ("full_address", Field::FullAddress),
    ("mailing_street", Field::MailingStreet),
    ("mailing_unit", Field::MailingUnit),
    ("mailing_city", Field::MailingCity),
    ("mailing_state", Field::MailingState),
    ("mailing_zip", Field::MailingZip),
    ("mailing_city_state_zip", Field::MailingCityStateZip),
    ("sale_date", Field::SaleDate),
    ("sale_price", Field::SalePrice),
    ("listing_status", Field::ListingStatus),
    ("days_on_market", Field::DaysOnMarket),
    ("property_type", Field::PropertyType),
    ("do_not_contact", Field::DoNotContact),
    ("labels", Field::Labels),
    ("notes", Field::Notes),
];

/// Attributes that are kept without being asked for, because scripts speak of them.
const ATTRIBUTES: [&str; 11] = [
    "list_price",
    "estimated_value",
    "bedrooms",
    "bathrooms",
    "square_feet",
    "lot_size",
    "year_built",
    "apn",
    "county",
    "neighborhood",
    "mls_number",
];

/// Field name, then the headers that mean it: lower case, words apart, numbers left out.
const SYNONYMS: [(&str, &str); 47] = [
    (
        "owner_name",
        "owner name|owner|owners|owner s|owner names|owner full name|full name|fullname|name|contact name|contact|\
        own|own name|homeowner|homeowner name|home owner|property owner|property owner name|taxpayer|taxpayer name|\
        seller|seller name|display name|file as|owner of record|legal owner|assessee|assessee name|vesting|customer|customer name|lead name|client name|borrower|borrower name|recipient|grantee",
    ),
    ("name_prefix", "name prefix|prefix|title|salutation|honorific"),
    (
        "first_name",
        "first name|first|firstname|fname|f name|given name|given|forename|owner first name|owner first|own first|own first name|contact first name|first nm",
    ),
    (
        "middle_name",
        "middle name|middle|middle initial|mi|additional name|owner middle name",
    ),
    (
        "last_name",
        "last name|last|lastname|lname|l name|surname|family name|family|owner last name|owner last|own last|own last name|contact last name|last nm",
    ),
    ("name_suffix", "name suffix|suffix"),
    (
        "co_owner",
        "co owner|coowner|co owner name|second owner|second owner name|spouse|spouse name|owner second|secondary owner|secondary name|partner name",
    ),
    (
        "co_owner_first_name",
        "co owner first name|spouse first name|second owner first name|secondary first name",
    ),
    (
        "co_owner_last_name",
        "co owner last name|spouse last name|second owner last name|secondary last name",
    ),
    (
        "organization",
        "organization name|organization|company|company name|business name|business|entity|entity name|trust name",
    ),
    (
        "phone",
        "phone|phones|phone number|phone numbers|telephone|telephone number|telephone no|tel|tel no|phone no|ph|ph no|contact number|contact no|\
        phone value|best phone|primary phone|main phone|owner phone|number to call|dial number|phonenumber|phone num|phone nbr|telephone num|other phone|alt phone|alternate phone",
    ),
    (
        "mobile_phone",
        "mobile phone|mobile|cell|cell phone|cellphone|mobile number|cell number|cellular|mobile no|cell no|wireless|wireless phone|mobile phone number|cell phone number",
    ),
    (
        "home_phone",
        "home phone|home phone number|landline|land line|residential phone|home telephone|house phone|home number",
    ),
    (
        "work_phone",
        "work phone|business phone|office phone|work number|company main phone|work telephone",
    ),
    ("phone_label", "phone label|phone type|phone line type|line type"),
    ("phone_extension", "extension|ext|phone extension|phone ext"),
    (
        "phone_do_not_contact",
        "phone dnc|phone do not call|phone dnc status|phone on dnc",
    ),
    (
        "email",
        "email|e mail|emails|email address|e mail address|email addresses|mail id|emailaddress|e mail value|email value|owner email|primary email|contact email",
    ),
    (
        "street",
        "property address|address|street|street address|site address|situs address|situs|property street|property street address|\
        address street|site addr|situs addr|prop address|prop addr|subject address|property|addr|address line|location|physical address|\
        home street|home address|listing address|situs street|site street|property location|situs street address|address line one|property addr|site address street",
    ),
    (
        "street_number",
        "street number|street no|house number|house no|situs number|site number|street num|house num|situs house number|site house number|st number|st no",
    ),
    (
        "street_name",
        "street name|situs street name|site street name|st name|road name",
    ),
    (
        "unit",
        "unit|unit number|unit no|apt|apartment|suite|apt no|unit num|address extended|address unit|site unit|situs unit|property unit",
    ),
    (
        "city",
        "city|property city|site city|situs city|town|prop city|address city|home city|municipality|subject city|listing city|city name",
    ),
    (
        "state",
        "state|property state|site state|situs state|st|prop state|address region|region|province|home state|state code|state province|address state|subject state",
    ),
    (
        "zip",
        "zip|zip code|zipcode|postal code|postcode|postal|property zip|property zip code|site zip|situs zip|prop zip|address postal code|home postal code|zip five|zip postal code|subject zip|zip plus",
    ),
    (
        "city_state_zip",
        "city state zip|city st zip|city state|city state zip code|site city state zip|situs city state zip|property city state zip|csz|city st|city and state|city state and zip",
    ),
    (
        "full_address",
        "full address|address formatted|complete address|property full address|formatted address|full property address|site full address|situs full address",
    ),
    (
        "mailing_street",
        "mailing address|mail address|mailing street|mail street|owner address|mail addr|mailing addr|mailing street address|m addr|tax address|billing address|owner street|owner mailing address|taxpayer address|billing street|mailing address line",
    ),
    (
        "mailing_unit",
        "mailing unit|mail unit|mailing apt|mailing unit number|owner unit",
    ),
    (
        "mailing_city",
        "mailing city|mail city|owner city|m city|tax city|billing city|owner mailing city|taxpayer city",
    ),
    (
        "mailing_state",
        "mailing state|mail state|owner state|m state|tax state|billing state|owner mailing state|mailing st|mail st|taxpayer state",
    ),
    (
        "mailing_zip",
        "mailing zip|mail zip|owner zip|m zip|tax zip|billing zip|mailing zip code|mail zip code|owner zip code|mailing zipcode|mailing postal code|billing zip code|owner mailing zip|taxpayer zip|mail zipcode",
    ),
    (
        "mailing_city_state_zip",
        "mailing city state zip|mail city state zip|owner city state zip|mail city st zip|mailing city state|mail city state|mailing csz|mail csz",
    ),
    (
        "sale_date",
        "sale date|last sale date|sold date|date sold|date of sale|purchase date|transfer date|last transfer date|recording date|last sale recording date|close date|closing date|closed date|coe date|sales date|last sold date|lst sale date|doc date|acquisition date|last sale recorded",
    ),
    (
        "sale_price",
        "sale price|last sale price|sold price|sales price|purchase price|last sale amount|sale amount|price sold|sale amt|last sale amt|close price|closing price|closed price|last sold price|sales amount|transfer amount|transfer value|price paid|sale value|last sale value",
    ),
    (
        "listing_status",
        "listing status|status|mls status|property status|current status|list status|lead status|stat|mls listing status",
    ),
    (
        "days_on_market",
        "days on market|dom|cdom|adom|days on mkt|cumulative days on market|market days|days listed",
    ),
    (
        "property_type",
        "property type|prop type|type of property|use code description|land use|property use|home type|property class|property sub type|property subtype|land use description|use type|building type",
    ),
    (
        "do_not_contact",
        "do not contact|do not call|dnc|dnc status|dnc flag|donotcall|do not call flag|on dnc|on dnc list|federal dnc|national dnc|state dnc|dnc list|opt out|opted out|unsubscribed|dnc registered|no call|do not call list|dncr|is dnc|do not call registry|donotcontact|dnc match",
    ),
    (
        "labels",
        "labels|label|tags|tag|group membership|categories|category|groups|call result|last call result|disposition",
    ),
    ("notes", "notes|note|comments|comment|remarks|memo"),
    (
        "list_price",
        "list price|listing price|asking price|current price|original list price|price|lp|ask price|current list price",
    ),
    (
        "estimated_value",
        "estimated value|est value|market value|avm|avm value|home value|estimated home value|zestimate|est market value",
    ),
    ("bedrooms", "bedrooms|beds|bed|br|bd|bedroom|no of bedrooms|bdrms"),
    (
        "bathrooms",
        "bathrooms|baths|bath|ba|bathroom|total baths|no of bathrooms",
    ),
    (
        "square_feet",
        "square feet|sq ft|sqft|living area|building sq ft|living sq ft|square footage|building area|bldg sqft|bldg sq ft|living square feet|living sqft",
    ),
    (
        "year_built",
        "year built|yr built|built|yr blt|year blt|built year",
    ),
];

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

/// A header, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) field: Field,
    /// The number in the header: 2 in `Phone 2 - Value`.
    pub(crate) ordinal: Option<u32>,
    /// Found in the table rather than guessed from parts or spelling.
    pub(crate) sure: bool,
}

impl Field {
    /// The name in summaries, and as template variable.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Attribute(name) => name.clone(),
            Self::Phone(PhoneKind::Unusable) => "fax".to_owned(),
            field => FIELDS
                .iter()
                .find(|(_, known)| known == field)
                .map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }

    /// The field of that name; another well-formed name makes an attribute.
    pub(crate) fn named(name: &str) -> Result<Self, ReadError> {
        if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
            return Ok(field.clone());
        }
        let formed = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= FIELD_NAME_CHARS_MAX
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if formed {
            Ok(Self::Attribute(name.to_owned()))
        } else {
            Err(ReadError::InvalidFieldName)
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

/// What a header means; nothing when it means nothing to us.
pub(crate) fn meaning_of(header: &str) -> Option<Meaning> {
    if header.len() > 80 {
        return None;
    }
    let (key, ordinal) = key_of(header);
    if key.is_empty() {
        return None;
    }
    let (field, sure) = match in_table(&key) {
        Some(field) => (Some(field), true),
        None => match without_qualifiers(&key) {
            Some(field) => (Some(field), true),
            None => (by_words(&key).or_else(|| by_spelling(&key)), false),
        },
    };
    numbered(field?, ordinal, &key).map(|field| Meaning { field, ordinal, sure })
}

fn field_of(name: &str) -> Field {
    FIELDS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| Field::Attribute(name.to_owned()), |(_, field)| field.clone())
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

/// Insertions, deletions, replacements and swaps of neighbours; more than `limit` is `limit + 1`.
fn spelling_distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()].min(limit + 1)
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
        let name = mapping
            .iter()
            .find(|(wanted, _)| wanted.trim() == header.trim())
            .map(|(_, name)| name);
        columns.push(match name {
            Some(name) => Some(Meaning {
                field: Field::named(name)?,
                ordinal: key_of(header).1,
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

//! What a column can hold, and the names these fields have in summaries, chosen mappings and templates.

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
    /// The last call's result on a number, such as Mojo's `DNC Number`.
    PhoneStatus,
    /// A number that must not be called.
    ForbiddenPhone,
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
const FIELDS: [(&str, Field); 44] = [
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
    ("fax", Field::Phone(PhoneKind::Unusable)),
    ("phone_label", Field::PhoneLabel),
    ("phone_extension", Field::PhoneExtension),
    ("phone_do_not_contact", Field::PhoneDoNotContact),
    ("phone_status", Field::PhoneStatus),
    ("do_not_contact_phone", Field::ForbiddenPhone),
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

/// The names of all fields, as they stand in a chosen mapping. Any other well-formed name makes a template variable.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(name, _)| *name)
}

impl Field {
    /// The name in summaries, and as template variable.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Attribute(name) => name.clone(),
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

/// The field of a name from the table of headers; one that is none of ours is an attribute.
pub(crate) fn field_of(name: &str) -> Field {
    FIELDS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| Field::Attribute(name.to_owned()), |(_, field)| field.clone())
}

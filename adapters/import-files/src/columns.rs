//! Where in a row each field stands: the mapping, turned into column numbers once, so that reading a row is a matter of
//! indexing.

use crate::{
    field::{Field, PhoneKind},
    mapping::Meaning,
};

/// A column of numbers and the columns that speak of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhoneColumn {
    pub(crate) column: usize,
    pub(crate) kind: PhoneKind,
    pub(crate) label: Option<usize>,
    pub(crate) extension: Option<usize>,
    pub(crate) do_not_contact: Option<usize>,
    /// What the last call to this number came to.
    pub(crate) status: Option<usize>,
    /// Every number in the column is one that must not be called.
    pub(crate) forbidden: bool,
}

impl PhoneColumn {
    const fn new(column: usize, kind: PhoneKind, forbidden: bool) -> Self {
        Self {
            column,
            kind,
            label: None,
            extension: None,
            do_not_contact: None,
            status: None,
            forbidden,
        }
    }
}

/// An address in its columns.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AddressColumns {
    pub(crate) street: Option<usize>,
    pub(crate) street_number: Option<usize>,
    pub(crate) street_name: Option<usize>,
    pub(crate) unit: Option<usize>,
    pub(crate) city: Option<usize>,
    pub(crate) state: Option<usize>,
    pub(crate) zip: Option<usize>,
    pub(crate) city_state_zip: Option<usize>,
    pub(crate) full: Option<usize>,
}

/// Every field's column. Where two columns claim a single-valued field the surer has it, then the first.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Whole names; the first that is not blank in a row counts.
    pub(crate) owner_names: Vec<usize>,
    pub(crate) name_prefix: Option<usize>,
    pub(crate) first_name: Option<usize>,
    pub(crate) middle_name: Option<usize>,
    pub(crate) last_name: Option<usize>,
    pub(crate) name_suffix: Option<usize>,
    pub(crate) co_owner: Option<usize>,
    pub(crate) co_owner_first: Option<usize>,
    pub(crate) co_owner_last: Option<usize>,
    pub(crate) organization: Option<usize>,
    pub(crate) phones: Vec<PhoneColumn>,
    pub(crate) emails: Vec<usize>,
    pub(crate) property: AddressColumns,
    pub(crate) mailing: AddressColumns,
    pub(crate) listing_status: Option<usize>,
    pub(crate) do_not_contact: Vec<usize>,
    /// Labels and notes, in which people write `DNC`.
    pub(crate) remarks: Vec<usize>,
    /// Further columns of a single-valued field, by the one that has it: read where that one is blank.
    pub(crate) alternates: Vec<(usize, usize)>,
    /// Kept under a template variable name.
    pub(crate) attributes: Vec<(String, AttributeKind, usize)>,
}

/// How an attribute's text is brought to one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeKind {
    Text,
    Date,
    Amount,
    Count,
}

impl Columns {
    pub(crate) fn new(meanings: &[Option<Meaning>]) -> Self {
        let mut columns = Self::default();
        let known = || {
            meanings
                .iter()
                .enumerate()
                .filter_map(|(at, m)| Some((at, m.as_ref()?)))
        };
        for sure in [true, false] {
            for (at, meaning) in known().filter(|(_, meaning)| meaning.sure == sure) {
                let Some(slot) = columns.slot(&meaning.field) else {
                    continue;
                };
                let holder = *slot.get_or_insert(at);
                if holder != at {
                    columns.alternates.push((holder, at));
                }
            }
        }
        for (at, meaning) in known() {
            columns.place_many_valued(at, &meaning.field);
        }
        columns.attach_phone_details(meanings);
        columns
    }

    /// The place of a field that has one column.
    const fn slot(&mut self, field: &Field) -> Option<&mut Option<usize>> {
        Some(match field {
            Field::NamePrefix => &mut self.name_prefix,
            Field::FirstName => &mut self.first_name,
            Field::MiddleName => &mut self.middle_name,
            Field::LastName => &mut self.last_name,
            Field::NameSuffix => &mut self.name_suffix,
            Field::CoOwnerName => &mut self.co_owner,
            Field::CoOwnerFirstName => &mut self.co_owner_first,
            Field::CoOwnerLastName => &mut self.co_owner_last,
            Field::Organization => &mut self.organization,
            Field::Street => &mut self.property.street,
            Field::StreetNumber => &mut self.property.street_number,
            Field::StreetName => &mut self.property.street_name,
            Field::Unit => &mut self.property.unit,
            Field::City => &mut self.property.city,
            Field::State => &mut self.property.state,
            Field::Zip => &mut self.property.zip,
            Field::CityStateZip => &mut self.property.city_state_zip,
            Field::FullAddress => &mut self.property.full,
            Field::MailingStreet => &mut self.mailing.street,
            Field::MailingUnit => &mut self.mailing.unit,
            Field::MailingCity => &mut self.mailing.city,
            Field::MailingState => &mut self.mailing.state,
            Field::MailingZip => &mut self.mailing.zip,
            Field::MailingCityStateZip => &mut self.mailing.city_state_zip,
            Field::ListingStatus => &mut self.listing_status,
            _ => return None,
        })
    }

    fn place_many_valued(&mut self, at: usize, field: &Field) {
        let (name, kind) = match field {
            Field::OwnerName => return self.owner_names.push(at),
            Field::Phone(PhoneKind::Unusable) => return,
            Field::Phone(kind) => return self.phones.push(PhoneColumn::new(at, *kind, false)),
            Field::ForbiddenPhone => return self.phones.push(PhoneColumn::new(at, PhoneKind::Unknown, true)),
            Field::Email => return self.emails.push(at),
            Field::DoNotContact => return self.do_not_contact.push(at),
            Field::Labels => return self.remarks.push(at),
            Field::Notes => {
                self.remarks.push(at);
                ("notes".to_owned(), AttributeKind::Text)
            }
            Field::SaleDate => (field.name(), AttributeKind::Date),
            Field::SalePrice => (field.name(), AttributeKind::Amount),
            Field::DaysOnMarket => (field.name(), AttributeKind::Count),
            Field::PropertyType => (field.name(), AttributeKind::Text),
            Field::Attribute(name) => {
                let kind = match name.as_str() {
                    "list_price" | "estimated_value" | "square_feet" => AttributeKind::Amount,
                    "bedrooms" | "year_built" => AttributeKind::Count,
                    name if name.ends_with("_date") => AttributeKind::Date,
                    _ => AttributeKind::Text,
                };
                (name.clone(), kind)
            }
            _ => return,
        };
        if !self.attributes.iter().any(|(known, _, _)| *known == name) {
            self.attributes.push((name, kind, at));
        }
    }

    /// A label, extension or do-not-call column belongs to the phone column of its number, or else to the one beside it.
    fn attach_phone_details(&mut self, meanings: &[Option<Meaning>]) {
        for (at, meaning) in meanings.iter().enumerate() {
            let Some(meaning) = meaning else { continue };
            if !matches!(
                meaning.field,
                Field::PhoneLabel | Field::PhoneExtension | Field::PhoneDoNotContact | Field::PhoneStatus
            ) {
                continue;
            }
            let ordinal_of = |column: usize| meanings[column].as_ref().and_then(|m| m.ordinal);
            let by_number = meaning
                .ordinal
                .and_then(|n| self.phones.iter().position(|p| ordinal_of(p.column) == Some(n)));
            let beside =
                |side: Option<usize>| side.and_then(|side| self.phones.iter().position(|p| p.column == side));
            let found = by_number
                .or_else(|| beside(at.checked_sub(1)))
                .or_else(|| beside(Some(at + 1)));
            match (found, &meaning.field) {
                (Some(phone), Field::PhoneLabel) => self.phones[phone].label = Some(at),
                (Some(phone), Field::PhoneExtension) => self.phones[phone].extension = Some(at),
                (Some(phone), Field::PhoneStatus) => self.phones[phone].status = Some(at),
                (Some(phone), _) => self.phones[phone].do_not_contact = Some(at),
                // Nobody knows which number is meant: the careful reading is all of them.
                (None, Field::PhoneDoNotContact) => self.do_not_contact.push(at),
                (None, Field::PhoneStatus) => self.remarks.push(at),
                (None, _) => {}
            }
        }
    }
}

//! The fields that a column can be, as people call them. A column can also become a template variable of any other name.

/// A field that a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownField {
    /// Its name in a mapping.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it belongs to.
    pub group: &'static str,
}

const fn field(name: &'static str, label: &'static str, group: &'static str) -> KnownField {
    KnownField { name, label, group }
}

const NUMBER: &str = "Phone";
const PERSON: &str = "Person";
const PROPERTY: &str = "Property address";
const MAILING: &str = "Mailing address";
const LISTING: &str = "Listing";
const OTHER: &str = "Other";

/// All of them, in the order in which they are offered.
pub const FIELDS: [KnownField; 44] = [
    field("phone", "Phone", NUMBER),
    field("mobile_phone", "Mobile phone", NUMBER),
    field("home_phone", "Home phone", NUMBER),
    field("work_phone", "Work phone", NUMBER),
    field("fax", "Fax or pager (not used)", NUMBER),
    field("phone_label", "Kind of the phone beside it", NUMBER),
    field("phone_extension", "Extension", NUMBER),
    field(
        "phone_do_not_contact",
        "Do-not-call mark of the phone beside it",
        NUMBER,
    ),
    field(
        "phone_status",
        "Last call's result on the phone beside it",
        NUMBER,
    ),
    field("do_not_contact_phone", "Number that must not be called", NUMBER),
    field("owner_name", "Full name", PERSON),
    field("name_prefix", "Title", PERSON),
    field("first_name", "First name", PERSON),
    field("middle_name", "Middle name", PERSON),
    field("last_name", "Last name", PERSON),
    field("name_suffix", "Suffix", PERSON),
    field("co_owner", "Co-owner's full name", PERSON),
    field("co_owner_first_name", "Co-owner's first name", PERSON),
    field("co_owner_last_name", "Co-owner's last name", PERSON),
    field("organization", "Company or trust", PERSON),
    field("email", "E-mail", PERSON),
    field("street", "Street", PROPERTY),
    field("street_number", "House number", PROPERTY),
    field("street_name", "Street name", PROPERTY),
    field("unit", "Unit", PROPERTY),
    field("city", "City", PROPERTY),
    field("state", "State", PROPERTY),
    field("zip", "ZIP", PROPERTY),
    field("city_state_zip", "City, state and ZIP", PROPERTY),
    field("full_address", "Whole address", PROPERTY),
    field("mailing_street", "Street", MAILING),
    field("mailing_unit", "Unit", MAILING),
    field("mailing_city", "City", MAILING),
    field("mailing_state", "State", MAILING),
    field("mailing_zip", "ZIP", MAILING),
    field("mailing_city_state_zip", "City, state and ZIP", MAILING),
    field("listing_status", "Listing status", LISTING),
    field("days_on_market", "Days on market", LISTING),
    field("sale_date", "Sale date", LISTING),
    field("sale_price", "Sale price", LISTING),
    field("property_type", "Property type", LISTING),
    field("do_not_contact", "Do-not-contact mark", OTHER),
    field("labels", "Labels", OTHER),
    field("notes", "Notes", OTHER),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_field_that_is_read_is_offered_once() {
        let offered: BTreeSet<_> = FIELDS.iter().map(|f| f.name).collect();
        assert_eq!(offered.len(), FIELDS.len());
        assert_eq!(offered, import_files::field_names().collect());
    }
}

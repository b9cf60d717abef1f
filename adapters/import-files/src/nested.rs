//! What the columns of nested records mean: `address.postalCode`, `contact.first_name`. Whole paths are looked up like
//! headers; of a path whose first parts only group fields, the rest is.

use crate::mapping::{self, Meaning};

/// Parts of a path that say nothing about the field: `properties.firstname`, `name.first`.
const GROUPS: [&str; 26] = [
    "address",
    "attributes",
    "contact",
    "data",
    "details",
    "fields",
    "home",
    "info",
    "lead",
    "listing",
    "location",
    "name",
    "names",
    "owner",
    "person",
    "personal",
    "primary",
    "profile",
    "properties",
    "property",
    "record",
    "seller",
    "site",
    "situs",
    "values",
    "client",
];

/// What a path such as `address.postalCode` means.
pub(crate) fn meaning_of(path: &str) -> Option<Meaning> {
    let mut rest = path;
    while let Some((group, tail)) = rest.split_once('.') {
        if !GROUPS.iter().any(|known| known.eq_ignore_ascii_case(group)) {
            return None;
        }
        if let Some(found) = mapping::meaning_of(tail) {
            return Some(found);
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_looked_through_and_other_parties_are_not() {
        let means = |path: &str| {
            mapping::meaning_of(path)
                .or_else(|| meaning_of(path))
                .map(|meaning| meaning.field.name())
        };
        for (path, field) in [
            ("names.displayName", "owner_name"),
            ("name.first", "first_name"),
            ("address.postalCode", "zip"),
            ("address.streetAddress", "street"),
            ("property.address.city", "city"),
            ("mailing_address.city", "mailing_city"),
            ("properties.firstname", "first_name"),
            ("contact.phone", "phone"),
            ("organization.name", "organization"),
        ] {
            assert_eq!(means(path).as_deref(), Some(field), "{path}");
        }
        for path in [
            "agent.phone",
            "agent.name",
            "list.id",
            "source.name",
            "brokerage.phone",
        ] {
            assert_eq!(means(path), None, "{path}");
        }
    }
}

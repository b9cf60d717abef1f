//! One row of cells to one contact or one refusal. Blank rows, footers and repeated header rows are no rows. A row is
//! refused for one reason only, that it has no usable US number; whatever else is unclear is left out.

use std::collections::BTreeMap;

use commands::ports::{ReadContact, RejectedRow, RowOutcome};
use domain::{Location, PersonalDetails, PhoneNumber, UsState};

use crate::{
    columns::{AddressColumns, AttributeKind, Columns, PhoneColumn},
    field::PhoneKind,
    footer,
    header::Header,
    letter_case::recase,
    limits::PHONES_PER_ROW_MAX,
    mapping::kind_of,
    person_name::{NameParts, PersonName},
    phone::{PhoneProblem, normalise_phone, split_numbers},
    place,
    table::Cells,
    values,
};

/// Turns the rows of one table into contacts.
#[derive(Debug)]
pub(crate) struct RowNormaliser {
    columns: Columns,
    /// The header as it stands, to know it again.
    header: Vec<String>,
    /// The rows above it, which some reports print on each page.
    banner: Vec<Vec<String>>,
    width: usize,
    /// Rows may be footers.
    footers: bool,
    cell_chars_max: usize,
}

/// A valid number of a row.
struct FoundPhone {
    kind: PhoneKind,
    number: PhoneNumber,
    extension: Option<String>,
    as_given: String,
    do_not_contact: bool,
}

/// What the phone columns of a row hold.
#[derive(Default)]
struct FoundPhones {
    valid: Vec<FoundPhone>,
    /// The first that is not valid, and why.
    refused: Option<(PhoneProblem, String)>,
    /// A number's last call came to `DNC Contact`: the person, not the number, is not to be called.
    all_forbidden: bool,
}

/// Where the property lies.
#[derive(Default)]
struct Address {
    street: Option<String>,
    city: Option<String>,
    state: Option<UsState>,
    zip: Option<String>,
}

impl Address {
    const fn is_empty(&self) -> bool {
        self.street.is_none() && self.city.is_none() && self.state.is_none() && self.zip.is_none()
    }
}

impl RowNormaliser {
    pub(crate) fn new(header: Header, cell_chars_max: usize) -> Self {
        Self {
            columns: header.columns(),
            width: header.texts.len(),
            footers: !header.records,
            header: header.as_given,
            banner: header.banner,
            cell_chars_max,
        }
    }

    /// What the row comes to; nothing when it is no row.
    pub(crate) fn outcome<C: Cells>(&self, row: u64, cells: &C) -> Option<RowOutcome> {
        if cells.all_blank() || (self.footers && self.is_no_row(cells)) {
            return None;
        }
        let FoundPhones {
            mut valid,
            refused,
            all_forbidden,
        } = self.phones(cells);
        let all_marked = contactable_first(&mut valid);
        let do_not_contact = all_marked || all_forbidden || self.forbids_contact(cells);
        let mut valid = valid.into_iter();
        if let Some(best) = valid.next() {
            let others = valid.as_slice();
            return Some(RowOutcome::Contact(Box::new(self.contact(
                row,
                cells,
                best,
                others,
                do_not_contact,
            ))));
        }
        if self.footers && (footer::is_footer(cells, self.width) || self.repeats_banner(cells)) {
            return None;
        }
        let (problem, value) = refused.map_or((PhoneProblem::Empty, None), |(problem, text)| {
            (problem, Some(text))
        });
        let rejected = RejectedRow {
            row,
            field: "phone".to_owned(),
            error: problem.to_string(),
            value,
        };
        Some(RowOutcome::Rejected(rejected))
    }

    fn contact<C: Cells>(
        &self,
        row: u64,
        cells: &C,
        best: FoundPhone,
        others: &[FoundPhone],
        do_not_contact: bool,
    ) -> ReadContact {
        let name = self.name(cells);
        let address = self.address(cells);
        let mut attributes = self.attributes(cells);
        let email = self.email(cells, &mut attributes);
        if let Some(extension) = best.extension {
            attributes.insert("phone_extension".to_owned(), extension);
        }
        if let Some(co_owner) = name.co_owner {
            attributes.insert("co_owner".to_owned(), co_owner);
        }
        let area_code = best.number.area_code().to_owned();
        let details = PersonalDetails {
            name: name.name,
            first_name: name.first,
            last_name: name.last,
            phone: best.number.as_e164().to_owned(),
            phone_as_given: best.as_given,
            other_phones: others
                .iter()
                .map(|phone| phone.number.as_e164().to_owned())
                .collect(),
            email,
            street: address.street,
            attributes,
        };
        ReadContact {
            row,
            phone: best.number,
            location: Location {
                area_code,
                state: address.state,
                zip: address.zip,
                city: address.city,
            },
            details,
            listing_status: values::listing_status(self.text(cells, self.columns.listing_status)),
            do_not_contact,
            // Whom the row forbids to be called is not called at another number of theirs.
            forbidden_phones: others
                .iter()
                .filter(|phone| phone.do_not_contact || do_not_contact)
                .map(|phone| phone.number.clone())
                .collect(),
        }
    }

    /// The first address that can be one. A line without any is kept as an attribute, for a person to mend.
    fn email<C: Cells>(&self, cells: &C, attributes: &mut BTreeMap<String, String>) -> Option<String> {
        let mut given = self
            .columns
            .emails
            .iter()
            .map(|column| self.text(cells, Some(*column)))
            .filter(|text| !text.is_empty())
            .peekable();
        let first = *given.peek()?;
        let email = given.find_map(values::email);
        if email.is_none() && first.contains(char::is_alphanumeric) {
            attributes.insert("email_as_given".to_owned(), first.to_owned());
        }
        email
    }

    /// The cell, trimmed and cut at the limit, or that of another column of the same field; empty when there is none.
    fn text<'c, C: Cells>(&self, cells: &'c C, column: Option<usize>) -> &'c str {
        let Some(column) = column else { return "" };
        let mut text = cells.cell(column).trim();
        if text.is_empty() {
            let others = self
                .columns
                .alternates
                .iter()
                .filter(|(holder, _)| *holder == column);
            let mut texts = others.map(|(_, other)| cells.cell(*other).trim());
            text = texts.find(|text| !text.is_empty()).unwrap_or("");
        }
        // A text of so many bytes has no more characters.
        if text.len() <= self.cell_chars_max {
            return text;
        }
        text.char_indices()
            .nth(self.cell_chars_max)
            .map_or(text, |(at, _)| &text[..at])
    }

    /// Reports print the header again on each page.
    fn repeats_header<C: Cells>(&self, cells: &C) -> bool {
        let Some(first) = self.header.iter().position(|text| !text.is_empty()) else {
            return false;
        };
        cells.cell(first).trim().eq_ignore_ascii_case(&self.header[first]) && same_texts(&self.header, cells)
    }

    /// What is no row even though there may be a number in it.
    fn is_no_row<C: Cells>(&self, cells: &C) -> bool {
        self.repeats_header(cells) || footer::is_prose_with_number(cells, self.width)
    }

    fn repeats_banner<C: Cells>(&self, cells: &C) -> bool {
        self.banner.iter().any(|texts| same_texts(texts, cells))
    }

    fn phones<C: Cells>(&self, cells: &C) -> FoundPhones {
        let mut found = FoundPhones::default();
        for column in &self.columns.phones {
            let text = self.text(cells, Some(column.column));
            let label = self.text(cells, column.label);
            let kind = if label.is_empty() {
                column.kind
            } else {
                more_exact(kind_of(label), column.kind)
            };
            if text.is_empty() || kind == PhoneKind::Unusable {
                continue;
            }
            for part in split_numbers(text).take(PHONES_PER_ROW_MAX.saturating_sub(found.valid.len())) {
                self.take_phone(cells, column, kind, part, &mut found);
            }
        }
        // Stable: among numbers of a kind the source's order holds.
        found.valid.sort_by_key(|phone| phone.kind);
        found
    }

    fn take_phone<C: Cells>(
        &self,
        cells: &C,
        column: &PhoneColumn,
        kind: PhoneKind,
        part: &str,
        found: &mut FoundPhones,
    ) {
        let (text, marked) = values::without_do_not_call(part);
        match normalise_phone(text) {
            Ok(phone) => {
                let status = self.text(cells, column.status);
                found.all_forbidden |= values::forbids_person(status);
                let do_not_contact = marked
                    || column.forbidden
                    || values::forbids_contact(status)
                    || values::is_marked(self.text(cells, column.do_not_contact))
                    || values::forbids_contact(self.text(cells, column.label));
                if let Some(known) = found.valid.iter_mut().find(|known| known.number == phone.number) {
                    // A number that is forbidden in one column is not allowed by another.
                    known.do_not_contact |= do_not_contact;
                    return;
                }
                let given_apart = self.text(cells, column.extension);
                let extension = phone
                    .extension
                    .or_else(|| (!given_apart.is_empty()).then(|| given_apart.to_owned()));
                found.valid.push(FoundPhone {
                    kind,
                    number: phone.number,
                    extension,
                    as_given: part.to_owned(),
                    do_not_contact,
                });
            }
            Err(problem) if found.refused.is_none() => found.refused = Some((problem, part.to_owned())),
            Err(_) => {}
        }
    }

    /// Columns made for it, labels, notes and a status such as `DNC`.
    fn forbids_contact<C: Cells>(&self, cells: &C) -> bool {
        let columns = &self.columns;
        columns
            .do_not_contact
            .iter()
            .any(|column| values::is_marked(self.text(cells, Some(*column))))
            || columns
                .remarks
                .iter()
                .chain(&columns.listing_status)
                .any(|column| values::forbids_contact(self.text(cells, Some(*column))))
    }

    fn name<C: Cells>(&self, cells: &C) -> PersonName {
        let columns = &self.columns;
        let text = |column: Option<usize>| self.text(cells, column);
        let parts = NameParts {
            prefix: text(columns.name_prefix),
            first: text(columns.first_name),
            middle: text(columns.middle_name),
            last: text(columns.last_name),
            suffix: text(columns.name_suffix),
        };
        let mut name = if parts.first.is_empty() && parts.last.is_empty() {
            let mut whole = columns.owner_names.iter().map(|column| text(Some(*column)));
            PersonName::from_full(whole.find(|name| !name.is_empty()).unwrap_or(""))
        } else {
            PersonName::from_parts(parts)
        };
        if name.name.is_empty() {
            name.name = recase(text(columns.organization));
        }
        if name.co_owner.is_none() {
            name.co_owner = self.co_owner(cells, &name.last);
        }
        name
    }

    fn co_owner<C: Cells>(&self, cells: &C, family_name: &str) -> Option<String> {
        let columns = &self.columns;
        let (first, last) = (
            self.text(cells, columns.co_owner_first),
            self.text(cells, columns.co_owner_last),
        );
        let other = if first.is_empty() {
            PersonName::from_full(self.text(cells, columns.co_owner))
        } else {
            let last = if last.is_empty() { family_name } else { last };
            PersonName::from_parts(NameParts {
                first,
                last,
                ..NameParts::default()
            })
        };
        (!other.name.is_empty()).then_some(other.name)
    }

    /// The property's address, or the mailing address of a row that has no other.
    fn address<C: Cells>(&self, cells: &C) -> Address {
        let property = self.address_in(cells, &self.columns.property);
        if property.is_empty() {
            self.address_in(cells, &self.columns.mailing)
        } else {
            property
        }
    }

    fn address_in<C: Cells>(&self, cells: &C, columns: &AddressColumns) -> Address {
        let text = |column: Option<usize>| self.text(cells, column);
        let mut address = Address {
            street: None,
            city: place::city(text(columns.city)),
            state: place::state(text(columns.state)),
            zip: place::zip(text(columns.zip)),
        };
        let mut street = text(columns.street);
        let composed;
        if street.is_empty() && !text(columns.street_name).is_empty() {
            composed = format!("{} {}", text(columns.street_number), text(columns.street_name));
            street = composed.trim();
        }
        let full = if street.is_empty() {
            text(columns.full)
        } else {
            street
        };
        // `77 Elm St, Palm Desert, CA 92211` in the street column of a file without the others.
        if address.zip.is_none() && address.city.is_none() && !full.is_empty() {
            let split = place::split_address(full);
            street = split.street;
            address.city = place::city(split.city);
            address.state = address.state.or(split.state);
            address.zip = split.zip;
        } else if street.is_empty() {
            street = place::split_address(full).street;
        }
        if address.city.is_none() && address.zip.is_none() && !text(columns.city_state_zip).is_empty() {
            let split = place::split_address(text(columns.city_state_zip));
            address.city = place::city(if split.state.is_some() {
                split.city
            } else {
                split.street
            });
            address.state = address.state.or(split.state);
            address.zip = split.zip;
        }
        address.street = street_line(street, text(columns.unit));
        address
    }

    fn attributes<C: Cells>(&self, cells: &C) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        for (name, kind, column) in &self.columns.attributes {
            let text = self.text(cells, Some(*column));
            if text.is_empty() {
                continue;
            }
            let value = match kind {
                AttributeKind::Text => text.to_owned(),
                AttributeKind::Date => values::date(text),
                AttributeKind::Amount => values::amount(text),
                AttributeKind::Count => values::count(text),
            };
            attributes.insert(name.clone(), value);
        }
        attributes
    }
}

/// Whether a row holds these texts and no others.
fn same_texts<C: Cells>(texts: &[String], cells: &C) -> bool {
    (0..texts.len().max(cells.count())).all(|at| {
        let text = texts.get(at).map_or("", String::as_str);
        let words = text.split(' ').filter(|word| !word.is_empty());
        let mut given = cells.cell(at).split_whitespace();
        let same = words
            .into_iter()
            .all(|word| given.next().is_some_and(|other| other.eq_ignore_ascii_case(word)));
        same && given.next().is_none()
    })
}

/// A label decides over its column's header, unless it says nothing.
fn more_exact(label: PhoneKind, column: PhoneKind) -> PhoneKind {
    if label == PhoneKind::Unknown {
        column
    } else {
        label
    }
}

/// Puts the numbers that are marked as not to be called behind the others, so that none of them is the one that is called while
/// another is left. True when none is. They are kept, because the next list may have them without the mark.
fn contactable_first(phones: &mut [FoundPhone]) -> bool {
    phones.sort_by_key(|phone| phone.do_not_contact);
    phones.iter().all(|phone| phone.do_not_contact)
}

fn street_line(street: &str, unit: &str) -> Option<String> {
    let street = recase(&street.replace('\n', ", "));
    if street.is_empty() {
        return None;
    }
    if unit.is_empty() || street.to_lowercase().ends_with(&unit.to_lowercase()) {
        return Some(street);
    }
    let named = unit.starts_with('#') || unit.contains(' ') || unit.chars().any(char::is_lowercase);
    Some(if named {
        format!("{street}, {unit}")
    } else {
        format!("{street}, Unit {unit}")
    })
}

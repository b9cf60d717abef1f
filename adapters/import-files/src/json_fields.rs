//! A JSON object as the fields of one contact: nested objects by their path, typed lists (numbers, mail addresses,
//! Mojo's `mediainfo_set`, Google's people) by what their entries are.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    field::{Field, PhoneKind},
    json_lists::folded,
    limits::{JSON_FIELDS_MAX, JSON_NAMES_MAX},
    mapping::{self, kind_of},
    records::Record,
    values,
    vcard::{FORBIDDEN_PHONE_COLUMN, phone_column},
};

type Object = Map<String, Value>;

/// Fields about the record and not the person.
const PASSED_OVER: [&str; 6] = [
    "metadata",
    "etag",
    "photos",
    "coverPhotos",
    "resourceName",
    "memberships",
];

/// Lists of free text, in which people write `do not call`.
const TEXTS: [&str; 5] = ["notes", "contactnoteset", "biographies", "comments", "remarks"];

/// Where an entry keeps its number or address, in the order of preference.
const VALUES: [&str; 13] = [
    "value",
    "number",
    "phone",
    "phonenumber",
    "canonicalform",
    "tel",
    "email",
    "emailaddress",
    "address",
    "e164",
    "raw",
    "formatted",
    "display",
];

/// Where an entry says which one it is.
const KINDS: [&str; 9] = [
    "type",
    "label",
    "kind",
    "use",
    "formattedtype",
    "phonetype",
    "linetype",
    "category",
    "system",
];

/// Takes objects apart, one after another. What a name means is found out once: a name that is in no table is compared with
/// every synonym, which for each contact anew would take most of the time of an import.
#[derive(Default)]
pub(crate) struct Flattener {
    meanings: HashMap<String, Option<Field>>,
}

impl Flattener {
    /// Adds the object's fields to the record. False when it is the record of someone deleted at the source.
    pub(crate) fn flatten(&mut self, object: &Object, record: &mut Record) -> bool {
        if is_deleted(object) {
            return false;
        }
        self.walk(object, "", record);
        true
    }

    fn meaning_of(&mut self, name: &str) -> Option<Field> {
        if let Some(known) = self.meanings.get(name) {
            return known.clone();
        }
        let found = mapping::meaning_of(name).map(|meaning| meaning.field);
        if self.meanings.len() < JSON_NAMES_MAX {
            self.meanings.insert(name.to_owned(), found.clone());
        }
        found
    }

    fn walk(&mut self, object: &Object, prefix: &str, record: &mut Record) {
        for (name, value) in object {
            if PASSED_OVER.contains(&name.as_str()) || record.fields.len() >= JSON_FIELDS_MAX {
                continue;
            }
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            match value {
                Value::Object(inner) => self.walk(inner, &path, record),
                Value::Array(list) => self.walk_list(list, &path, &folded(name), record),
                scalar => add(record, path, &text_of(scalar)),
            }
        }
    }

    fn walk_list(&mut self, list: &[Value], path: &str, bare: &str, record: &mut Record) {
        let objects: Vec<&Object> = list.iter().filter_map(Value::as_object).collect();
        if objects.is_empty() {
            for value in list.iter().filter(|value| !value.is_array()) {
                add(record, path.to_owned(), &text_of(value));
            }
            return;
        }
        if bare == "mediainfoset" {
            return objects.iter().for_each(|entry| self.media(entry, record));
        }
        if TEXTS.contains(&bare) {
            for entry in objects {
                let text = first_of(
                    entry,
                    &["value", "contents", "content", "text", "note", "body", "comment"],
                );
                add(record, "Notes".to_owned(), &text);
            }
            return;
        }
        let meaning = self.meaning_of(bare_words(path));
        match meaning {
            Some(Field::Phone(kind)) => {
                for entry in &objects {
                    self.phone(entry, &label_of(entry), kind, record);
                }
            }
            Some(Field::Email) => {
                for entry in &objects {
                    add(record, "Email".to_owned(), &first_of(entry, &VALUES));
                }
            }
            _ if objects.iter().all(|entry| is_method(entry)) => {
                for entry in &objects {
                    self.method(entry, record);
                }
            }
            _ if objects.iter().all(|entry| custom_field(entry).is_some()) => {
                for (name, value) in objects.iter().filter_map(|entry| custom_field(entry)) {
                    add(record, name, &value);
                }
            }
            _ => {
                if let Some(entry) = preferred(&objects) {
                    self.walk(entry, &singular(path), record);
                }
            }
        }
    }

    /// Mojo: type 1 is work, 2 mobile, 3 home, 4 e-mail, 5 other.
    fn media(&mut self, entry: &Object, record: &mut Record) {
        let label = match entry.get("type").map(text_of).unwrap_or_default().as_str() {
            "1" => "work".to_owned(),
            "2" => "mobile".to_owned(),
            "3" => "home".to_owned(),
            "4" => return add(record, "Email".to_owned(), &first_of(entry, &VALUES)),
            "5" => "other".to_owned(),
            other => other.to_owned(),
        };
        let value = first_of(entry, &VALUES);
        if value.contains('@') {
            add(record, "Email".to_owned(), &value);
        } else {
            self.phone(entry, &label, PhoneKind::Unknown, record);
        }
    }

    fn method(&mut self, entry: &Object, record: &mut Record) {
        let value = first_of(entry, &VALUES);
        if value.contains('@') {
            add(record, "Email".to_owned(), &value);
        } else {
            self.phone(entry, &label_of(entry), PhoneKind::Unknown, record);
        }
    }

    fn phone(&mut self, entry: &Object, label: &str, kind: PhoneKind, record: &mut Record) {
        let mut number = first_of(entry, &VALUES);
        let extension = first_of(entry, &["extension", "ext"]);
        if !extension.is_empty() && !number.is_empty() {
            number = format!("{number} x{extension}");
        }
        let forbidden = values::forbids_contact(label)
            || entry.iter().any(|(name, value)| {
                let text = text_of(value);
                match self.meaning_of(name) {
                    Some(Field::DoNotContact | Field::PhoneDoNotContact) => values::is_marked(&text),
                    Some(Field::ListingStatus | Field::PhoneStatus | Field::Labels) => {
                        values::forbids_contact(&text)
                    }
                    _ => false,
                }
            });
        let labelled = match label.to_lowercase() {
            label if label.contains("fax") || label.contains("pager") => PhoneKind::Unusable,
            label if label.contains("mobile") => PhoneKind::Mobile,
            label => kind_of(&label),
        };
        let kind = if labelled == PhoneKind::Unknown {
            kind
        } else {
            labelled
        };
        let column = match kind {
            PhoneKind::Unusable => phone_column(kind),
            _ if forbidden => FORBIDDEN_PHONE_COLUMN,
            kind => phone_column(kind),
        };
        record.add(column.into(), &number);
    }
}

/// Google marks people that are gone in `metadata`, others at the top.
fn is_deleted(object: &Object) -> bool {
    let marked = |object: &Object| {
        ["deleted", "isDeleted", "is_deleted"]
            .iter()
            .any(|name| object.get(*name) == Some(&Value::Bool(true)))
    };
    let metadata = object.get("metadata").and_then(Value::as_object);
    marked(object) || metadata.is_some_and(marked)
}

fn add(record: &mut Record, name: String, value: &str) {
    record.add(name.into(), value);
}

/// The last name of a path.
fn bare_words(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// `organizations` → `organization`, `addresses` → `address`.
fn singular(path: &str) -> String {
    path.strip_suffix("sses")
        .map(|stem| format!("{stem}ss"))
        .or_else(|| path.strip_suffix('s').map(str::to_owned))
        .unwrap_or_else(|| path.to_owned())
}

/// The entry marked as primary, or of the home, or the first.
fn preferred<'o>(objects: &[&'o Object]) -> Option<&'o Object> {
    let primary = |object: &Object| {
        let inner = object.get("metadata").and_then(Value::as_object);
        [Some(object), inner].into_iter().flatten().any(|object| {
            ["primary", "isPrimary", "is_primary", "preferred", "default"]
                .iter()
                .any(|name| object.get(*name) == Some(&Value::Bool(true)))
        })
    };
    let home = |object: &Object| label_of(object).eq_ignore_ascii_case("home");
    objects
        .iter()
        .find(|object| primary(object))
        .or_else(|| objects.iter().find(|object| home(object)))
        .or_else(|| objects.first())
        .copied()
}

/// `{"type": "mobile", "value": "…"}` in a list that is not called after either.
fn is_method(entry: &Object) -> bool {
    let label = label_of(entry).to_lowercase();
    let known = [
        "phone", "mobile", "cell", "email", "e-mail", "home", "work", "fax", "landline", "tel",
    ]
    .iter()
    .any(|word| label.contains(word));
    let value = first_of(entry, &["value", "number"]);
    known && (value.contains('@') || value.bytes().filter(u8::is_ascii_digit).count() >= 7)
}

/// `{"name": "Do Not Call", "value": "Yes"}`.
fn custom_field(entry: &Object) -> Option<(String, String)> {
    let value = entry
        .get("value")
        .filter(|value| !value.is_object() && !value.is_array())?;
    let name = first_of(entry, &["key", "name", "label", "fieldname"]);
    (!name.is_empty()).then(|| (name, text_of(value)))
}

fn label_of(entry: &Object) -> String {
    let labels: Vec<String> = KINDS
        .iter()
        .map(|kind| first_of(entry, &[kind]))
        .filter(|label| !label.is_empty())
        .collect();
    labels.join(" ")
}

/// The first of these fields that is not blank.
fn first_of(entry: &Object, names: &[&str]) -> String {
    names
        .iter()
        .filter_map(|wanted| entry.iter().find(|(name, _)| folded(name) == *wanted))
        .map(|(_, value)| text_of(value))
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

//! Where in JSON the list of contacts is, whatever the objects around it are called: the list whose objects have phone
//! numbers. Details of a contact, such as its list of numbers, are no lists of contacts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use crate::{
    field::{Field, PhoneKind},
    json_scanner::{Scanner, Stop},
    limits::JSON_DEPTH_MAX,
    mapping,
};

/// A list of records: the names on the way to it, and whether it is an object that holds records by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListPlace {
    pub(crate) path: Vec<String>,
    pub(crate) by_id: bool,
}

/// Lists that are part of one contact.
const DETAILS: [&str; 22] = [
    "names",
    "addresses",
    "phones",
    "phonenumbers",
    "telephones",
    "numbers",
    "emails",
    "emailaddresses",
    "mediainfoset",
    "organizations",
    "contactmethods",
    "notes",
    "contactnoteset",
    "tags",
    "photos",
    "relations",
    "memberships",
    "urls",
    "events",
    "birthdays",
    "customfields",
    "userdefined",
];

/// Names under which each entry is a number.
const PHONE_LISTS: [&str; 2] = ["mediainfoset", "contactmethods"];

/// Names kept for each list while looking.
const NAMES_MAX: usize = 512;

/// Lists kept while looking.
const LISTS_MAX: usize = 256;

#[derive(Debug, Default)]
struct Sighting {
    objects: u64,
    names: BTreeSet<String>,
    /// Objects that themselves have a number, for lists by id.
    with_phone: u64,
}

impl Sighting {
    fn has_phones(&self) -> bool {
        self.names.iter().any(|name| is_phone_name(name))
    }
}

/// What stands in the first part of a text.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    lists: BTreeMap<ListPlace, Sighting>,
    path: Vec<String>,
    /// Which names are of numbers, found out once.
    phone_names: HashMap<String, bool>,
    /// Values that stand at the top.
    pub(crate) tops: u64,
    /// It is no JSON, or nested beyond the limit.
    pub(crate) broken: bool,
    top_is_list: bool,
}

impl Survey {
    /// Looks through a text until it ends or breaks.
    pub(crate) fn of(sample: &[u8]) -> Self {
        let mut survey = Self::default();
        let mut scanner = Scanner::new(sample);
        // Where the sample is cut, there it ends.
        survey.broken = matches!(survey.top(&mut scanner), Err(Stop::Broken));
        survey
    }

    fn top<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Stop> {
        while let Some(byte) = scanner.peek()? {
            match byte {
                b'{' => {
                    self.tops += 1;
                    self.object(scanner, &ListPlace::default(), 0)?;
                }
                b'[' => {
                    self.tops += 1;
                    self.top_is_list = true;
                    self.list(scanner, 0)?;
                }
                b',' => scanner.pass(),
                _ => scanner.skip()?,
            }
        }
        Ok(())
    }

    fn list<R: Read>(&mut self, scanner: &mut Scanner<R>, depth: usize) -> Result<(), Stop> {
        if depth > JSON_DEPTH_MAX {
            return Err(Stop::Broken);
        }
        let place = ListPlace {
            path: self.path.clone(),
            by_id: false,
        };
        scanner.pass();
        loop {
            match scanner.expect()? {
                b']' => {
                    scanner.pass();
                    return Ok(());
                }
                b',' => scanner.pass(),
                b'{' => self.object(scanner, &place, depth + 1)?,
                b'[' => self.list(scanner, depth + 1)?,
                _ => scanner.skip()?,
            }
        }
    }

    /// An object of the list at `place`, or one nested in such an object.
    fn object<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        place: &ListPlace,
        depth: usize,
    ) -> Result<(), Stop> {
        self.sighting(place).objects += 1;
        self.fields(scanner, place, depth).map(|_phone| ())
    }

    /// The fields up to the object's end, and whether one of them is a number.
    fn fields<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        place: &ListPlace,
        depth: usize,
    ) -> Result<bool, Stop> {
        if depth > JSON_DEPTH_MAX {
            return Err(Stop::Broken);
        }
        let by_id = ListPlace {
            path: self.path.clone(),
            by_id: true,
        };
        let mut phone = false;
        scanner.pass();
        loop {
            match scanner.expect()? {
                b'}' => {
                    scanner.pass();
                    return Ok(phone);
                }
                b',' => scanner.pass(),
                b'"' => {
                    let name = scanner.key()?;
                    phone |= self.is_phone(&name);
                    self.name(place, &name);
                    self.path.push(name);
                    match scanner.expect()? {
                        b'{' => {
                            let with_phone = self.fields(scanner, place, depth + 1)?;
                            let sighting = self.sighting(&by_id);
                            sighting.objects += 1;
                            sighting.with_phone += u64::from(with_phone);
                        }
                        b'[' => self.list(scanner, depth + 1)?,
                        _ => scanner.skip()?,
                    }
                    self.path.pop();
                }
                _ => return Err(Stop::Broken),
            }
        }
    }

    fn is_phone(&mut self, name: &str) -> bool {
        if let Some(known) = self.phone_names.get(name) {
            return *known;
        }
        let phone = is_phone_name(name);
        if self.phone_names.len() < NAMES_MAX {
            self.phone_names.insert(name.to_owned(), phone);
        }
        phone
    }

    fn sighting(&mut self, place: &ListPlace) -> &mut Sighting {
        let known = if self.lists.len() < LISTS_MAX || self.lists.contains_key(place) {
            place.clone()
        } else {
            ListPlace::default()
        };
        self.lists.entry(known).or_default()
    }

    fn name(&mut self, place: &ListPlace, name: &str) {
        let names = &mut self.sighting(place).names;
        if names.len() < NAMES_MAX && !names.contains(name) {
            names.insert(name.to_owned());
        }
    }

    /// The list of contacts; nothing when there are no objects.
    pub(crate) fn choose(&self) -> Option<ListPlace> {
        let several = self.tops > 1 || self.top_is_list;
        let candidates = || {
            self.lists.iter().filter(move |(place, sighting)| {
                let top = place.path.is_empty();
                !place.by_id && sighting.objects > 0 && (!top || several) && !is_detail(place)
            })
        };
        let nearest = candidates()
            .filter(|(_, sighting)| sighting.has_phones())
            .min_by_key(|(place, sighting)| (place.path.len(), std::cmp::Reverse(sighting.objects)));
        let by_id = || {
            self.lists
                .iter()
                .filter(|(place, seen)| {
                    place.by_id && seen.objects >= 2 && seen.with_phone * 2 > seen.objects
                })
                .min_by_key(|(place, _)| place.path.len())
        };
        let top = self.lists.get_key_value(&ListPlace::default());
        let largest = || candidates().max_by_key(|(_, sighting)| sighting.objects);
        nearest
            .or_else(by_id)
            .or_else(|| top.filter(|(_, sighting)| sighting.has_phones()))
            .or_else(largest)
            .or(top.filter(|(_, sighting)| !sighting.names.is_empty() && self.lists.len() == 1))
            .map(|(place, _)| place.clone())
    }
}

/// A name in small letters without marks: `phone_numbers` and `phoneNumbers` are one.
pub(crate) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_phone_name(name: &str) -> bool {
    PHONE_LISTS.contains(&folded(name).as_str())
        || mapping::meaning_of(name)
            .is_some_and(|m| matches!(m.field, Field::Phone(kind) if kind != PhoneKind::Unusable))
}

fn is_detail(place: &ListPlace) -> bool {
    place
        .path
        .last()
        .is_some_and(|name| DETAILS.contains(&folded(name).as_str()) || is_phone_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Option<(String, bool)> {
        Survey::of(text.as_bytes())
            .choose()
            .map(|place| (place.path.join("."), place.by_id))
    }

    #[test]
    fn the_list_of_contacts_is_found_under_any_name() {
        for (text, path) in [
            (r#"[{"phone":"1"}]"#, ""),
            (r#"{"leads":[{"phone":"1"}]}"#, "leads"),
            (
                r#"{"ok":true,"data":{"rows":[{"name":"A","phone":"1"}]},"tags":[{"id":1},{"id":2}]}"#,
                "data.rows",
            ),
            (
                r#"{"connections":[{"names":[{"displayName":"A"}],"phoneNumbers":[{"value":"1"}]}],"totalItems":1}"#,
                "connections",
            ),
            (
                r#"{"account":{"phone":"9"},"results":[{"contact":{"mobile":"1"}}]}"#,
                "results",
            ),
            (r#"[{"name":"A","phones":[{"phone":"1"},{"phone":"2"}]}]"#, ""),
            (r#"{"name":"A","phones":[{"phone":"1"}]}"#, ""),
            ("{\"phone\":\"1\"}\n{\"phone\":\"2\"}", ""),
            (
                "{\"connections\":[{\"phoneNumbers\":[]}]}\n{\"connections\":[]}",
                "connections",
            ),
            (r#"{"leads":[{"nm":"A","num":"7605550101"}],"pages":3}"#, "leads"),
        ] {
            assert_eq!(place(text), Some((path.to_owned(), false)), "{text}");
        }
        assert_eq!(
            place(r#"{"contacts":{"a1":{"phone":"1"},"a2":{"phone":"2"}}}"#),
            Some(("contacts".to_owned(), true))
        );
    }

    #[test]
    fn no_objects_are_no_list() {
        for text in ["[]", "[1,2]", r#"{"connections":[]}"#, "[[", ""] {
            assert_ne!(place(text), Some(("connections".to_owned(), false)), "{text}");
        }
        assert_eq!(place("[]"), None);
    }
}

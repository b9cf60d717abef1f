//! Owner names as title companies, dialers and address books write them, to a name that can be spoken.
//!
//! The rules, in their order, stand with examples in `docs/names.md`; a test holds each example against this code.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::{given_names::is_given_name, letter_case::recase};

/// A name in the parts that scripts use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PersonName {
    pub(crate) name: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) co_owner: Option<String>,
}

/// The columns of a name, where the source keeps them apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NameParts<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) first: &'a str,
    pub(crate) middle: &'a str,
    pub(crate) last: &'a str,
    pub(crate) suffix: &'a str,
}

const TITLES: [&str; 17] = [
    "dr", "mr", "mrs", "ms", "miss", "mx", "prof", "rev", "hon", "sir", "fr", "capt", "col", "lt", "sgt",
    "maj", "judge",
];
const SUFFIXES: [&str; 17] = [
    "jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "dds", "cpa", "rn", "dvm", "od", "do", "jd", "ttee",
    "trustee",
];
/// Degrees that are family names, too: `Anh Do`.
const NAMES_TOO: [&str; 2] = ["od", "do"];
/// Titles that nobody is called by. The others are given names as well: `NGUYEN, HON`.
const TITLES_ALONE: [&str; 7] = ["dr", "mr", "mrs", "ms", "miss", "mx", "prof"];
const PARTICLES: [&str; 17] = [
    "van", "von", "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "le", "st", "st.",
    "ter", "bin",
];
/// Words that only an organization has.
const COMPANY_WORDS: [&str; 34] = [
    "llc",
    "l.l.c.",
    "l.l.c",
    "inc",
    "inc.",
    "incorporated",
    "corp",
    "corp.",
    "corporation",
    "ltd",
    "ltd.",
    "limited",
    "lp",
    "l.p.",
    "llp",
    "pllc",
    "plc",
    "holdings",
    "properties",
    "investments",
    "enterprises",
    "ventures",
    "association",
    "assn",
    "hoa",
    "company",
    "foundation",
    "ministries",
    "university",
    "partners",
    "partnership",
    "realty",
    "associates",
    "n.a.",
];
/// Words that are family names too and decide only in a name of three words or more.
const WEAK_COMPANY_WORDS: [&str; 11] = [
    "bank",
    "church",
    "group",
    "homes",
    "fund",
    "capital",
    "development",
    "management",
    "services",
    "district",
    "co",
];
const TRUST_WORDS: [&str; 10] = [
    "trust",
    "trusts",
    "trustees",
    "revocable",
    "irrevocable",
    "living",
    "tr",
    "estate",
    "foundation",
    "heirs",
];

impl PersonName {
    /// From one cell.
    pub(crate) fn from_full(text: &str) -> Self {
        let text = clean(text);
        let text = without_trailing_notes(&text);
        if text.is_empty() {
            return Self::default();
        }
        if is_organization(text) {
            return Self {
                name: recase(&turned_article(text)),
                ..Self::default()
            };
        }
        let mut owners: Vec<Owner<'_>> = split_owners(text)
            .map(Owner::parse)
            .filter(|o| !o.is_blank())
            .collect();
        turn_couple(&mut owners, text);
        share_family_name(&mut owners);
        let Some(greeted) = owners
            .iter()
            .find(|owner| !owner.first.is_empty())
            .or(owners.first())
        else {
            return Self {
                name: recase(text),
                ..Self::default()
            };
        };
        let (first, last) = (greeted.given(), recase(&greeted.last));
        let co_owner = owners
            .iter()
            .filter(|owner| !std::ptr::eq(*owner, greeted))
            .find(|o| !o.first.is_empty())
            .map(Owner::short);
        let name = if owners.iter().any(|owner| owner.turned) {
            joined(&owners)
        } else {
            recase(text)
        };
        Self {
            name,
            first,
            last,
            co_owner,
        }
    }

    /// From the columns of a name. A company or trust in either column is found, and so is a full name in one.
    pub(crate) fn from_parts(parts: NameParts<'_>) -> Self {
        let (first, last) = (clean(parts.first), clean(parts.last));
        let (first, last) = (first.as_ref(), last.as_ref());
        if first.is_empty() && last.is_empty() {
            return Self::default();
        }
        let both = joined_words(&[first, last]);
        if is_organization(&both) {
            return Self {
                name: recase(&both),
                ..Self::default()
            };
        }
        // `Ann & Bob` | `Lee`, and a whole name in one column.
        let several = split_owners(first).count() > 1;
        if several
            || (last.is_empty() && first.contains([' ', ',']))
            || (first.is_empty() && last.contains(','))
        {
            return Self::from_full(&both);
        }
        let all = joined_words(&[parts.prefix, first, parts.middle, last, parts.suffix]);
        let given = Owner::parse(first);
        let given = if given.last.is_empty() {
            given.given()
        } else {
            recase(first)
        };
        Self {
            name: recase(&clean(&all)),
            first: given,
            last: recase(last),
            co_owner: None,
        }
    }
}

/// One owner, in the source's case.
#[derive(Debug, Default)]
struct Owner<'a> {
    title: Vec<&'a str>,
    first: &'a str,
    middle: Vec<&'a str>,
    last: String,
    suffix: Vec<&'a str>,
    turned: bool,
}

impl<'a> Owner<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim().trim_matches(',');
        if let Some((left, right)) = text.split_once(',')
            && !right
                .split_whitespace()
                .all(|word| is_suffix_after(word, left.split_whitespace().count()))
        {
            return Self::turned(left, right);
        }
        let mut words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let mut owner = Self::default();
        owner.strip_titles_and_suffixes(&mut words, 0);
        if let [last, first, initial] = words[..]
            && is_initial(initial)
            && !has_lower_case(text)
            && !is_initial(last)
            && !is_initial(first)
        {
            return Self {
                first,
                middle: vec![initial],
                last: last.to_owned(),
                turned: true,
                ..owner
            };
        }
        if !has_lower_case(text) && is_family_name_first(&words) {
            return Self {
                first: words[1],
                middle: words[2..].to_vec(),
                last: words[0].to_owned(),
                turned: true,
                ..owner
            };
        }
        owner.take_in_order(&words);
        owner
    }

    /// `LAST [SUFFIX], [TITLE] FIRST [MIDDLE] [SUFFIX]`.
    fn turned(left: &'a str, right: &'a str) -> Self {
        let mut owner = Self {
            turned: true,
            ..Self::default()
        };
        let mut family: Vec<&str> = left.split_whitespace().collect();
        let mut given: Vec<&str> = right.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        owner.strip_titles_and_suffixes(&mut family, 0);
        if given.len() > 1 || given.iter().any(|word| is_one_of(bare(word), &TITLES_ALONE)) {
            owner.strip_titles_and_suffixes(&mut given, family.len());
        }
        owner.last = family.join(" ");
        if let [first, middle @ ..] = &given[..] {
            owner.first = first;
            owner.middle = middle.to_vec();
        }
        owner
    }

    /// `elsewhere` is how many words of the name stand apart from these.
    fn strip_titles_and_suffixes(&mut self, words: &mut Vec<&'a str>, elsewhere: usize) {
        while words.first().is_some_and(|word| is_title(word)) {
            self.title.push(words.remove(0));
        }
        while words.len() > 1
            && words
                .last()
                .is_some_and(|word| is_suffix_after(word, words.len() - 1 + elsewhere))
        {
            self.suffix.insert(0, words.pop().unwrap_or_default());
        }
    }

    fn take_in_order(&mut self, words: &[&'a str]) {
        let [first, rest @ ..] = words else { return };
        self.first = first;
        // `Karen B.` beside `Tom Lee`: an initial is no family name.
        let Some(last_at) = rest.iter().rposition(|word| !is_initial(word)) else {
            self.middle = rest.to_vec();
            return;
        };
        let mut from = last_at;
        while from > 0 && is_particle(rest[from - 1]) {
            from -= 1;
        }
        self.middle = rest[..from].to_vec();
        self.last = rest[from..=last_at].join(" ");
    }

    fn is_blank(&self) -> bool {
        self.first.is_empty() && self.last.is_empty() && self.title.is_empty()
    }

    /// The name to greet with.
    fn given(&self) -> String {
        let spoken = if is_initial(self.first) {
            self.middle
                .iter()
                .find(|word| !is_initial(word))
                .copied()
                .unwrap_or(self.first)
        } else {
            self.first
        };
        recase(spoken)
    }

    fn short(&self) -> String {
        joined_words(&[&self.given(), &recase(&self.last)])
    }

    fn full(&self, with_family_name: bool) -> String {
        let middle = self.middle.join(" ");
        let last = if with_family_name { self.last.as_str() } else { "" };
        let words = [
            &self.title.join(" "),
            self.first,
            &middle,
            last,
            &self.suffix.join(" "),
        ];
        recase(&joined_words(&words))
    }
}

/// Rule 5: `SMITH JOHN` and `GARCIA MARIA ELENA`, by common given names where they can only stand behind.
fn is_family_name_first(words: &[&str]) -> bool {
    match words {
        [last, first] => is_given_name(first) && !is_given_name(last) && !is_initial(last),
        [last, first, middle] => {
            is_given_name(first) && is_given_name(middle) && !is_given_name(last) && !is_initial(last)
        }
        _ => false,
    }
}

/// Rule 5: `SMITH JOHN & MARY`. Who shares the family name of the first stands under it, so it comes first.
fn turn_couple<'a>(owners: &mut [Owner<'a>], text: &'a str) {
    let [first, others @ ..] = owners else { return };
    let shared = !others.is_empty()
        && others
            .iter()
            .all(|other| other.last.is_empty() && !other.first.is_empty());
    let plain =
        !first.turned && first.middle.is_empty() && !first.last.is_empty() && !first.last.contains(' ');
    if !shared || !plain || has_lower_case(text) || first.title.len() + first.suffix.len() > 0 {
        return;
    }
    if is_given_name(first.first) && !is_given_name(&first.last) {
        return;
    }
    let Some(given) = text.split_whitespace().nth(1) else {
        return;
    };
    first.last = first.first.to_owned();
    first.first = given;
    first.turned = true;
}

/// Rule 3: an owner without a family name has that of the next who has one, or else of the one before.
fn share_family_name(owners: &mut [Owner<'_>]) {
    for at in 0..owners.len() {
        if owners[at].last.is_empty() {
            let next = owners[at + 1..].iter().find(|owner| !owner.last.is_empty());
            let found = next.or_else(|| owners[..at].iter().rev().find(|owner| !owner.last.is_empty()));
            let family = found.map(|owner| owner.last.clone()).unwrap_or_default();
            owners[at].last = family;
        }
    }
}

/// `John & Mary Smith`, or each in full when family names differ.
fn joined(owners: &[Owner<'_>]) -> String {
    let same = owners.iter().all(|owner| owner.last == owners[0].last);
    let each: Vec<String> = owners
        .iter()
        .enumerate()
        .map(|(at, owner)| owner.full(!same || at + 1 == owners.len()))
        .collect();
    each.join(" & ")
}

fn split_owners(text: &str) -> impl Iterator<Item = &str> {
    text.split(['&', ';', '+', '\n']).flat_map(|part| {
        // Lower-casing may change lengths; ` and ` is looked for in its two real spellings only.
        let mark = [" and ", " AND ", " And "]
            .into_iter()
            .find(|mark| part.contains(mark))
            .unwrap_or("\n");
        part.split(mark)
    })
}

fn bare(word: &str) -> &str {
    word.trim_matches(['.', ',', '(', ')'])
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| entry.eq_ignore_ascii_case(word))
}

fn is_title(word: &str) -> bool {
    is_one_of(bare(word), &TITLES)
}

fn is_suffix(word: &str) -> bool {
    is_one_of(bare(word), &SUFFIXES)
        || word.eq_ignore_ascii_case("m.d.")
        || word.eq_ignore_ascii_case("ph.d.")
        || word.eq_ignore_ascii_case("d.o.")
        || word.eq_ignore_ascii_case("o.d.")
}

/// A degree that is a family name as well counts as one only behind a whole name, or where it is written with dots.
fn is_suffix_after(word: &str, words_before: usize) -> bool {
    let is_ambiguous = is_one_of(word.trim_matches([',', '(', ')']), &NAMES_TOO);
    is_suffix(word) && (!is_ambiguous || words_before > 1)
}

fn is_particle(word: &str) -> bool {
    is_one_of(word, &PARTICLES)
}

fn is_initial(word: &str) -> bool {
    bare(word).chars().count() == 1
}

fn has_lower_case(text: &str) -> bool {
    text.chars().any(char::is_lowercase)
}

/// Rule 2: companies and trusts.
fn is_organization(text: &str) -> bool {
    let mut words = 0;
    let mut weak = false;
    for word in text.split([' ', ',', '/']).filter(|word| !word.is_empty()) {
        words += 1;
        let core = word.trim_matches([',', '(', ')']);
        if is_one_of(core, &COMPANY_WORDS) || (words > 1 && is_one_of(bare(core), &TRUST_WORDS)) {
            return true;
        }
        weak |= words > 1 && is_one_of(bare(core), &WEAK_COMPANY_WORDS);
    }
    let public = [
        "city of ",
        "county of ",
        "state of ",
        "estate of ",
        "town of ",
        "bank of ",
        "church of ",
        "united states",
    ];
    (weak && words >= 3)
        || (words >= 2
            && public.iter().any(|start| {
                text.get(..start.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(start))
            }))
}

/// `MILLER FAMILY TRUST, THE` → `THE MILLER FAMILY TRUST`.
fn turned_article(text: &str) -> Cow<'_, str> {
    match text.rsplit_once(',') {
        Some((name, article)) if article.trim().eq_ignore_ascii_case("the") => {
            Cow::Owned(format!("{} {}", article.trim(), name.trim()))
        }
        _ => Cow::Borrowed(text),
    }
}

/// Rule 1: what county exports add after the owners.
fn without_trailing_notes(text: &str) -> &str {
    const NOTES: [&str; 12] = [
        " C/O ", " ET AL", " ETAL", " ET UX", " ETUX", " ET VIR", " H/W", " JTWROS", " JT TEN", " H&W",
        " ATTN", " %",
    ];
    // A note begins a word with one of these; most names have none.
    let may_have_note = text.as_bytes().windows(3).any(|three| {
        three[0] == b' '
            && (three[1] == b'%'
                || matches!(
                    (three[1].to_ascii_uppercase(), three[2].to_ascii_uppercase()),
                    (b'E' | b'A' | b'J', b'T') | (b'C', b'/') | (b'H', b'/' | b'&')
                ))
    });
    if (may_have_note || text.ends_with('%')) && text.is_ascii() {
        let upper = text.to_ascii_uppercase();
        let cut = NOTES.iter().filter_map(|note| {
            let at = upper.find(note)?;
            let ends = note.ends_with(' ')
                || !upper[at + note.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
            ends.then_some(at)
        });
        return text[..cut.min().unwrap_or(text.len())].trim_end_matches([' ', ',', '&', ';']);
    }
    text
}

/// Rule 1: white space and doubly decoded text.
fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '"' | '\u{feff}' | '\u{200b}')
    });
    let text = composed(repaired(text));
    if text.contains("  ") || text.chars().any(|c| c.is_whitespace() && c != ' ' && c != '\n') {
        let words: Vec<&str> = text.split_whitespace().collect();
        return Cow::Owned(words.join(" "));
    }
    text
}

/// Letters with their accents apart (NFD, as Apple writes them) made one character each (NFC).
pub(crate) fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    Cow::Owned(text.nfc().collect())
}

/// Text whose UTF-8 was once read as Windows-1252 (`ZoÃ«`) is read back; anything else stays.
pub(crate) fn repaired(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(['Ã', 'Å', 'Â', 'Ä', 'á', 'Ð']) {
        return Cow::Borrowed(text);
    }
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1252.encode(text);
    match std::str::from_utf8(&bytes) {
        Ok(right) if !unmappable => Cow::Owned(right.to_owned()),
        _ => Cow::Borrowed(text),
    }
}

fn joined_words(words: &[&str]) -> String {
    let mut all = String::new();
    for word in words
        .iter()
        .map(|word| word.trim())
        .filter(|word| !word.is_empty())
    {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(word);
    }
    all
}

#[cfg(test)]
#[path = "person_name_tests.rs"]
mod tests;

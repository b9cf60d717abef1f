//! What a column is by what stands in it, for columns whose header says nothing and for tables without a header row.
//! Only plain majorities count; a column that could be two things is left unknown.

use commands::ports::{ReadLimits, TableChoice};

use crate::{
    field::{Field, PhoneKind},
    header::{self, HeadRow, Header},
    mapping::Meaning,
    phone::{normalise_phone, split_numbers},
    place, values,
};

/// Kinds of text that are told by looking at them.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    filled: usize,
    phones: usize,
    emails: usize,
    states: usize,
    zips: usize,
    streets: usize,
    /// Two to five words of letters.
    full_names: usize,
    /// One word of letters.
    words: usize,
}

impl Counts {
    fn of(below: &[&HeadRow], column: usize) -> Self {
        let mut counts = Self::default();
        let cells = below.iter().filter_map(|row| row.cells.get(column));
        for cell in cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
            counts.filled += 1;
            counts.phones += usize::from(is_phone(cell));
            counts.emails += usize::from(values::email(cell).is_some());
            counts.states += usize::from(cell.len() == 2 && place::state(cell).is_some());
            counts.zips += usize::from(is_zip(cell));
            counts.streets += usize::from(is_street(cell));
            let letters = cell
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | ',' | '\'' | '-' | '&' | '’'));
            match cell.split_whitespace().count() {
                1 => counts.words += usize::from(letters),
                2..=5 => counts.full_names += usize::from(letters),
                _ => {}
            }
        }
        counts
    }

    const fn most(&self, count: usize) -> bool {
        count * 2 > self.filled
    }

    const fn nearly_all(&self, count: usize) -> bool {
        self.filled > 0 && count * 5 >= self.filled * 4
    }
}

/// A cell that is a number and not a text with a number in it.
fn is_phone(cell: &str) -> bool {
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    letters <= 8 && split_numbers(cell).any(|part| normalise_phone(part).is_ok())
}

fn is_zip(cell: &str) -> bool {
    let head = cell.split('-').next().unwrap_or(cell);
    head.len() == 5 && place::zip(cell).is_some()
}

fn is_street(cell: &str) -> bool {
    let mut words = cell.split_whitespace();
    let number = words
        .next()
        .is_some_and(|word| word.len() <= 6 && word.starts_with(|c: char| c.is_ascii_digit()));
    number
        && words
            .next()
            .is_some_and(|word| word.contains(char::is_alphabetic))
}

/// Gives meanings to columns that have none. Phones are looked for when no known column has one; the other kinds in
/// columns without a name only, because a name that we don't know says at least that it is something else.
pub(crate) fn adopt(meanings: &mut [Option<Meaning>], nameless: &[bool], below: &[&HeadRow]) {
    let counts: Vec<Counts> = (0..meanings.len()).map(|at| Counts::of(below, at)).collect();
    adopt_phones(meanings, &counts);
    let known =
        |meanings: &[Option<Meaning>], field: &Field| meanings.iter().flatten().any(|m| m.field == *field);
    for (at, counts) in counts.iter().enumerate() {
        if meanings[at].is_none() && counts.most(counts.emails) && !known(meanings, &Field::Email) {
            meanings[at] = Some(Meaning::of_content(Field::Email));
        }
    }
    let free = |meanings: &[Option<Meaning>], at: usize| meanings[at].is_none() && nameless[at];
    let mut first = |field: Field, fits: &dyn Fn(&Counts) -> bool| {
        if known(meanings, &field) {
            return None;
        }
        let at = (0..counts.len()).find(|at| free(meanings, *at) && fits(&counts[*at]))?;
        meanings[at] = Some(Meaning::of_content(field));
        Some(at)
    };
    let state = first(Field::State, &|c| c.nearly_all(c.states));
    first(Field::Zip, &|c| c.nearly_all(c.zips));
    first(Field::Street, &|c| c.nearly_all(c.streets));
    adopt_city(meanings, nameless, &counts, state);
    adopt_names(meanings, nameless, &counts);
}

fn adopt_phones(meanings: &mut [Option<Meaning>], counts: &[Counts]) {
    let usable = |meaning: &Option<Meaning>| matches!(meaning, Some(Meaning { field: Field::Phone(kind), .. }) if *kind != PhoneKind::Unusable);
    let told = meanings
        .iter()
        .zip(counts)
        .any(|(meaning, counts)| usable(meaning) && counts.phones > 0);
    if told {
        return;
    }
    let open = |meaning: &Option<Meaning>| {
        meaning.as_ref().is_none_or(|m| {
            // `Contact` and `Owner` are names in most files; in some the number stands there.
            matches!(m.field, Field::OwnerName)
        })
    };
    let best = (0..counts.len())
        .filter(|at| open(&meanings[*at]) && counts[*at].most(counts[*at].phones))
        .max_by_key(|at| (counts[*at].phones, std::cmp::Reverse(*at)));
    let Some(best) = best else { return };
    for at in 0..counts.len() {
        let also = meanings[at].is_none() && counts[at].nearly_all(counts[at].phones);
        if at == best || also {
            meanings[at] = Some(Meaning::of_content(Field::Phone(PhoneKind::Unknown)));
        }
    }
}

/// The column of words before the state.
fn adopt_city(meanings: &mut [Option<Meaning>], nameless: &[bool], counts: &[Counts], state: Option<usize>) {
    let Some(at) = state.and_then(|at| at.checked_sub(1)) else {
        return;
    };
    let words = counts[at].words + counts[at].full_names;
    if meanings[at].is_none() && nameless[at] && counts[at].nearly_all(words) {
        meanings[at] = Some(Meaning::of_content(Field::City));
    }
}

/// The first column of whole names, or the first two neighbours of single words.
fn adopt_names(meanings: &mut [Option<Meaning>], nameless: &[bool], counts: &[Counts]) {
    let named = |field: &Field| matches!(field, Field::OwnerName | Field::FirstName | Field::LastName);
    if meanings.iter().flatten().any(|meaning| named(&meaning.field)) {
        return;
    }
    let free = |at: usize| meanings[at].is_none() && nameless[at];
    let single = |at: usize| free(at) && counts[at].nearly_all(counts[at].words);
    let whole = (0..counts.len()).find(|at| free(*at) && counts[*at].most(counts[*at].full_names));
    let parted = (1..counts.len()).find(|at| single(*at - 1) && single(*at));
    match (whole, parted) {
        (Some(at), parted) if parted.is_none_or(|second| at < second) => {
            meanings[at] = Some(Meaning::of_content(Field::OwnerName));
        }
        (_, Some(second)) => {
            meanings[second - 1] = Some(Meaning::of_content(Field::FirstName));
            meanings[second] = Some(Meaning::of_content(Field::LastName));
        }
        _ => {}
    }
}

/// How much like a table without a header row it looks; any real header row beats it.
const HEADERLESS_SCORE: i64 = 1;

/// The columns by number, when one of them is plainly phone numbers.
pub(crate) fn headerless(head: &[HeadRow], limits: &ReadLimits) -> Option<Header> {
    let column = phone_column(head, limits)?;
    let first = head.iter().position(|row| has_phone(row, column))?;
    let choice = TableChoice::default();
    Some(header::by_content(
        None,
        banner_end(head, first),
        &choice,
        score_of(head),
    ))
}

/// A table whose header row says nothing to us, or that has none: found by its phone column.
pub(crate) fn header_by_content(
    head: &[HeadRow],
    limits: &ReadLimits,
    choice: &TableChoice,
) -> Option<Header> {
    let column = phone_column(head, limits)?;
    let first = head.iter().position(|row| has_phone(row, column))?;
    let names = first.checked_sub(1).map(|at| &head[at]).filter(|row| {
        let name = row.cells.get(column).map_or("", |cell| cell.trim());
        let values = row
            .cells
            .iter()
            .filter(|cell| header::looks_like_value(cell.trim()))
            .count();
        let wide = row.filled() * 3 >= head[first].filled() * 2;
        let absent = ["n/a", "na", "none", "unknown", "-", "no", "null"];
        let missing = name.is_empty() || absent.iter().any(|word| word.eq_ignore_ascii_case(name));
        wide && values == 0 && !missing && !name.bytes().any(|b| b.is_ascii_digit())
    });
    let row = names.filter(|row| is_plainly_header(row, head, first));
    let above = row.map_or_else(|| banner_end(head, first), |row| row.row);
    Some(header::by_content(row, above, choice, score_of(head)))
}

/// A person whose number is missing or `unknown` is no header: a header's texts do not come again below.
fn is_plainly_header(row: &HeadRow, head: &[HeadRow], first: usize) -> bool {
    head[first..].iter().all(|other| {
        row.cells
            .iter()
            .zip(&other.cells)
            .all(|(name, value)| name.trim().is_empty() || name != value)
    })
}

/// More columns tell a better delimiter.
fn score_of(head: &[HeadRow]) -> i64 {
    let two = head.iter().filter(|row| row.filled() >= 2).count() * 2 > head.len();
    HEADERLESS_SCORE + i64::from(two)
}

fn has_phone(row: &HeadRow, column: usize) -> bool {
    row.cells.get(column).is_some_and(|cell| is_phone(cell.trim()))
}

fn phone_column(head: &[HeadRow], limits: &ReadLimits) -> Option<usize> {
    let rows: Vec<&HeadRow> = head.iter().collect();
    let width = rows
        .iter()
        .map(|row| row.cells.len())
        .max()?
        .min(limits.columns_max);
    (0..width)
        .map(|at| (at, Counts::of(&rows, at)))
        .filter(|(_, counts)| counts.most(counts.phones))
        .max_by_key(|(at, counts)| (counts.phones, std::cmp::Reverse(*at)))
        .map(|(at, _)| at)
}

/// The last of the lone lines that a report begins with.
fn banner_end(head: &[HeadRow], first: usize) -> u64 {
    let width = head[first].filled();
    head[..first]
        .iter()
        .take_while(|row| width >= 3 && row.filled() <= 1)
        .last()
        .map_or(0, |row| row.row)
}

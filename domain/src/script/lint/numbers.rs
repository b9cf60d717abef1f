//! Telephone numbers as they are written for speaking: `760-555-0100`, `(760) 555 0100`, `7 6 0, 5 5 5, 0 1 0 0`,
//! `seven six zero five five five zero one zero zero`.

use super::words::Words;

/// Digits of a local, a national and an international number of the North American plan.
const LENGTHS: [usize; 3] = [7, 10, 11];

/// A telephone number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    digits: String,
    /// First character, from 0, and the one after the last.
    pub(super) at: (u32, u32),
}

impl Number {
    /// Whether it is this one; `national` is written by [`national`]. A local number is the end of it.
    pub(super) fn is(&self, national: &str) -> bool {
        let own = without_country(&self.digits);
        own == national || (own.len() == 7 && national.len() == 10 && national.ends_with(own))
    }
}

/// The digits of a number, spoken or not, without the country's.
pub(super) fn national(phone: &str) -> String {
    let words = Words::of(phone);
    let digits: String = words.iter().filter_map(|(text, _)| digits_of(text)).collect();
    without_country(&digits).to_owned()
}

fn without_country(digits: &str) -> &str {
    match digits.strip_prefix('1') {
        Some(rest) if rest.len() == 10 => rest,
        _ => digits,
    }
}

/// The digits that a word stands for.
fn digits_of(text: &str) -> Option<&str> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text);
    }
    Some(match text {
        "zero" | "oh" | "o" => "0",
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        _ => return None,
    })
}

/// The telephone numbers of a text: rows of digits that nothing but blanks and hyphens part, of a telephone number's length.
pub(super) fn numbers(said: &Words) -> Vec<Number> {
    let mut found = Vec::new();
    let mut row: Option<Number> = None;
    for (text, word) in said.iter() {
        match (&mut row, digits_of(text)) {
            (Some(number), Some(digits)) if word.is_joined => {
                number.digits.push_str(digits);
                number.at.1 = word.at.1;
            }
            (_, digits) => {
                found.extend(row.take());
                row = digits.map(|digits| Number {
                    digits: digits.to_owned(),
                    at: word.at,
                });
            }
        }
    }
    found.extend(row);
    found.retain(|n| LENGTHS.contains(&n.digits.len()));
    found
}

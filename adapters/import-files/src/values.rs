//! The remaining kinds of cell: dates, money, marks, listing status, e-mail. One spelling for each meaning, so that a
//! template need not know which program wrote the file.

use chrono::{Datelike, NaiveDate};

use crate::letter_case::recase;

/// What day 0 of Excel's calendar, 30 December 1899, is counted from the common era; dates before March 1900 differ.
const EXCEL_DAY_ZERO: i32 = 693_594;

/// Serial numbers taken for dates: 1954 to 2119.
const EXCEL_SERIALS: std::ops::Range<u64> = 20_000..80_000;

/// Longest mail address there is (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;

/// A date as `2026-01-05`; text that is no date stays as it is.
pub(crate) fn date(text: &str) -> String {
    let text = text.trim();
    match parse_date(text) {
        Some(day) => iso(day),
        None => text.to_owned(),
    }
}

/// `2026-01-31`. Every row of a sale has one, and formatting in general costs five times as much.
fn iso(day: NaiveDate) -> String {
    let Ok(year @ 0..=9_999) = u32::try_from(day.year()) else {
        return day.to_string();
    };
    let mut text = String::with_capacity(10);
    let digits = |text: &mut String, number: u32, count: u32| {
        for place in (0..count).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    };
    digits(&mut text, year, 4);
    for number in [day.month(), day.day()] {
        text.push('-');
        digits(&mut text, number, 2);
    }
    text
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    if let Ok(serial) = text.strip_suffix(".0").unwrap_or(text).parse::<u64>() {
        return match text.len() {
            8 => NaiveDate::from_ymd_opt(
                (serial / 10_000) as i32,
                (serial / 100 % 100) as u32,
                (serial % 100) as u32,
            ),
            _ if EXCEL_SERIALS.contains(&serial) => {
                NaiveDate::from_num_days_from_ce_opt(EXCEL_DAY_ZERO + serial as i32)
            }
            _ => None,
        };
    }
    let day_part = if text.contains(':') {
        text.split(['T', ' ']).next().unwrap_or(text)
    } else {
        text
    };
    let mut parts = day_part
        .split(['/', '-', '.', ' ', ','])
        .filter(|part| !part.is_empty());
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if let Some(month) = month_of(a) {
        return day(
            year(c)?,
            month,
            b.trim_end_matches(|c: char| c.is_ascii_alphabetic())
                .parse()
                .ok()?,
        );
    }
    if let Some(month) = month_of(b) {
        return day(year(c)?, month, a.parse().ok()?);
    }
    let (first, second) = (a.parse::<u32>().ok()?, b.parse::<u32>().ok()?);
    if a.len() == 4 {
        return day(first as i32, second, c.parse().ok()?);
    }
    // American order, unless there is no such month.
    if first > 12 {
        day(year(c)?, second, first)
    } else {
        day(year(c)?, first, second)
    }
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Two digits are of this century up to 49, as Excel has them below 30 and county records beyond.
fn year(text: &str) -> Option<i32> {
    let value: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(value),
        2 => Some(if value < 50 { 2000 + value } else { 1900 + value }),
        _ => None,
    }
}

fn month_of(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let head = text.get(..3)?;
    MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(head))
        .map(|at| at as u32 + 1)
}

/// An amount in dollars as plain digits: `$2,299,000` → `2299000`, `$1.2M` → `1200000`. Other text stays as it is.
pub(crate) fn amount(text: &str) -> String {
    let text = text.trim();
    let (body, scale) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1_000.0),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1_000_000.0),
        _ => (text, 1.0),
    };
    let mut digits = String::with_capacity(body.len());
    for c in body.trim_start_matches("USD").trim_start_matches("US").chars() {
        match c {
            '0'..='9' | '.' => digits.push(c),
            '$' | ',' | ' ' | '\u{a0}' => {}
            _ => return text.to_owned(),
        }
    }
    if digits.is_empty() {
        return text.to_owned();
    }
    if scale > 1.0 {
        return digits
            .parse::<f64>()
            .map_or_else(|_| text.to_owned(), |value| format!("{:.0}", value * scale));
    }
    match digits.split_once('.') {
        Some((whole, cents)) if !cents.contains('.') && cents.bytes().all(|b| b == b'0') => whole.to_owned(),
        Some((_, cents)) if cents.contains('.') => text.to_owned(),
        _ => digits,
    }
}

/// A count such as `188` out of `188`, `188.0` or `188 days`; other text stays.
pub(crate) fn count(text: &str) -> String {
    let text = text.trim();
    let digits = text.split(['.', ' ']).next().unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.to_owned()
    } else {
        text.to_owned()
    }
}

/// Whether a do-not-contact column says so. Only clear denials count as no: a date, a list's name or any other mark
/// is there because someone put it there.
pub(crate) fn is_marked(text: &str) -> bool {
    const DENIALS: [&str; 18] = [
        "n",
        "no",
        "false",
        "f",
        "0",
        "-",
        "--",
        "none",
        "n/a",
        "na",
        "ok",
        "off",
        "clean",
        "clear",
        "callable",
        "not on dnc",
        "ok to call",
        "null",
    ];
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    !text.is_empty() && !DENIALS.iter().any(|denial| denial.eq_ignore_ascii_case(text))
}

/// Takes `DNC` and `do not call` off a number, and says whether it was there: `760-555-0186 (DNC)`.
pub(crate) fn without_do_not_call(text: &str) -> (&str, bool) {
    if !text.contains(['D', 'd']) || !forbids_contact(text) {
        return (text, false);
    }
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(');
    let start = text.find(digit).unwrap_or(0);
    // Digits of the number itself end it; an extension goes with the words.
    let end = text
        .rfind(|c: char| c.is_ascii_digit())
        .map_or(text.len(), |at| at + 1);
    (text.get(start..end).unwrap_or(text), true)
}

/// Whether a call's result forbids the person and not only the number: Mojo's `DNC Contact` against `DNC Number`.
pub(crate) fn forbids_person(text: &str) -> bool {
    text.to_lowercase().contains("dnc contact") || text.to_lowercase().contains("do not contact")
}

/// Whether free text, labels or a status say that the person must not be called.
pub(crate) fn forbids_contact(text: &str) -> bool {
    if text.len() < 3 || !may_forbid(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let phrases = [
        "do not call",
        "do not contact",
        "don't call",
        "dont call",
        "do-not-call",
        "opted out",
        "no call list",
    ];
    if phrases.iter().any(|phrase| lower.contains(phrase)) {
        return !lower.contains("not on do not call");
    }
    let mut words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.any(|word| word == "dnc") && !lower.contains("not on dnc") && !lower.contains("not dnc")
}

/// Whether the letters of a phrase that forbids contact are there at all; most texts are done with here.
fn may_forbid(text: &str) -> bool {
    const fn letters(word: &[u8]) -> u32 {
        let mut set = 0;
        let mut at = 0;
        while at < word.len() {
            set |= 1 << (word[at] - b'a');
            at += 1;
        }
        set
    }
    // `do not call`, `do not contact` and `dont call` have the letters of `dnc`.
    const NEEDED: [u32; 3] = [letters(b"dnc"), letters(b"optedout"), letters(b"nocallist")];
    let present = text
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .fold(0, |set, byte| set | 1 << (byte.to_ascii_lowercase() - b'a'));
    NEEDED.iter().any(|needed| present & needed == *needed)
}

/// A listing's status in one spelling: `EXP` → `Expired`, `canceled` → `Cancelled`.
pub(crate) fn listing_status(text: &str) -> Option<String> {
    const SPELLINGS: [(&str, &str); 30] = [
        ("expired", "Expired"),
        ("exp", "Expired"),
        ("x", "Expired"),
        ("e", "Expired"),
        ("expired listing", "Expired"),
        ("cancelled", "Cancelled"),
        ("canceled", "Cancelled"),
        ("can", "Cancelled"),
        ("canc", "Cancelled"),
        ("k", "Cancelled"),
        ("c", "Cancelled"),
        ("withdrawn", "Withdrawn"),
        ("wth", "Withdrawn"),
        ("wdn", "Withdrawn"),
        ("w", "Withdrawn"),
        ("with", "Withdrawn"),
        ("active", "Active"),
        ("act", "Active"),
        ("a", "Active"),
        ("pending", "Pending"),
        ("pnd", "Pending"),
        ("pend", "Pending"),
        ("p", "Pending"),
        ("sold", "Sold"),
        ("sld", "Sold"),
        ("closed", "Sold"),
        ("s", "Sold"),
        ("fsbo", "FSBO"),
        ("frbo", "FRBO"),
        ("off market", "Off Market"),
    ];
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let known = SPELLINGS
        .iter()
        .find(|(spelling, _)| spelling.eq_ignore_ascii_case(text));
    Some(known.map_or_else(|| recase(text), |(_, status)| (*status).to_owned()))
}

/// The first address of a cell, lower case; nothing when it is none.
pub(crate) fn email(text: &str) -> Option<String> {
    if !text.contains('@') {
        return None;
    }
    text.split([';', ',', ' ', '\n', '\t', '<', '>', '|', '(', ')', '"'])
        .flat_map(|part| part.split(":::"))
        .map(|part| {
            part.strip_prefix("mailto:")
                .unwrap_or(part)
                .trim_matches(['.', '\'', ':'])
                .trim()
        })
        .find(|part| is_email(part))
        .map(str::to_lowercase)
}

/// The shape that every mail server takes: one `@`, dots between labels, a top level of letters.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let Some((domain, top)) = host.rsplit_once('.') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(plain) && !label.starts_with('-'));
    let dotted = local.starts_with('.') || local.ends_with('.') || text.contains("..");
    text.len() <= EMAIL_BYTES_MAX
        && !local.is_empty()
        && local
            .chars()
            .all(|c| plain(c) || "!#$%&'*+/=?^`{|}~.".contains(c))
        && !dotted
        && labels
        && top.chars().count() >= 2
        && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_spelling() {
        for text in [
            "04/16/2017",
            "4/16/17",
            "2017-04-16",
            "2017-04-16T00:00:00Z",
            "4/16/2017 12:00:00 AM",
            "Apr 16, 2017",
            "16-Apr-2017",
            "April 16th, 2017",
            "20170416",
            "42841",
            "16.04.2017",
        ] {
            assert_eq!(date(text), "2017-04-16", "{text}");
        }
        assert_eq!(date("unknown"), "unknown");
        assert_eq!(date("13/32/2017"), "13/32/2017");
    }

    #[test]
    fn amounts_are_plain_digits() {
        for (text, expected) in [
            ("$2,299,000", "2299000"),
            ("2354000", "2354000"),
            ("$1,250.00", "1250"),
            ("$1,250.50", "1250.50"),
            ("$1.2M", "1200000"),
            ("450K", "450000"),
            ("USD 5", "5"),
            ("unknown", "unknown"),
            ("", ""),
        ] {
            assert_eq!(amount(text), expected, "{text}");
        }
    }

    #[test]
    fn any_mark_but_a_denial_forbids_contact() {
        for yes in [
            "Y",
            "yes",
            "TRUE",
            "x",
            "1",
            "1.0",
            "DNC",
            "✓",
            "Federal",
            "2024-01-05",
        ] {
            assert!(is_marked(yes), "{yes}");
        }
        for no in ["", " ", "N", "no", "False", "0", "0.0", "-", "N/A", "OK"] {
            assert!(!is_marked(no), "{no}");
        }
    }

    #[test]
    fn words_in_labels_and_notes_forbid_contact() {
        for yes in [
            "DNC",
            "* myContacts ::: DNC",
            "asked: do not call again",
            "Do Not Contact",
        ] {
            assert!(forbids_contact(yes), "{yes}");
        }
        for no in [
            "",
            "* myContacts",
            "met at \"open house\"",
            "not on DNC",
            "Expired",
        ] {
            assert!(!forbids_contact(no), "{no}");
        }
    }

    #[test]
    fn a_listing_status_has_one_spelling() {
        assert_eq!(listing_status("EXP").as_deref(), Some("Expired"));
        assert_eq!(listing_status("canceled").as_deref(), Some("Cancelled"));
        assert_eq!(listing_status("COMING SOON").as_deref(), Some("Coming Soon"));
        assert_eq!(listing_status(" "), None);
    }

    #[test]
    fn the_first_mail_address_counts() {
        assert_eq!(
            email("Ann.Lee@Example.com").as_deref(),
            Some("ann.lee@example.com")
        );
        assert_eq!(
            email("a@example.com ::: b@example.com").as_deref(),
            Some("a@example.com")
        );
        assert_eq!(email("Ann <ann@example.com>").as_deref(), Some("ann@example.com"));
        assert_eq!(email("none"), None);
        assert_eq!(email("ann@localhost"), None);
    }
}

//! A telephone number as people write it, to E.164. Validity is libphonenumber's; what it does not do (Excel's `.0`,
//! labels such as `(cell)`, which mistake it was) is done here. Refuses everything but a valid number of the United States
//! and its territories. Canada and the Caribbean share country code 1 and are refused by name: their law is another one,
//! and the rule packs know none of it.

use std::sync::LazyLock;

use domain::PhoneNumber;
use rlibphonenumber::{PhoneNumber as ParsedNumber, PhoneNumberUtil, Region};

static LIBRARY: LazyLock<Option<PhoneNumberUtil>> = LazyLock::new(|| PhoneNumberUtil::new().ok());

/// The United States and the territories that have numbers of their own, the commonest first.
const HOME_REGIONS: [Region; 6] = [
    Region::US,
    Region::PR,
    Region::VI,
    Region::GU,
    Region::MP,
    Region::AS,
];

/// A valid US number.
#[derive(Clone, PartialEq, Eq)]
pub struct NormalisedPhone {
    /// The number.
    pub number: PhoneNumber,
    /// Digits to dial once connected; kept apart, E.164 has no place for them.
    pub extension: Option<String>,
}

impl std::fmt::Debug for NormalisedPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NormalisedPhone({:?})", self.number)
    }
}

/// Why a text is no usable US number; never with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneProblem {
    /// Nothing there.
    #[error("there is no phone number")]
    Empty,
    /// Words such as `N/A`.
    #[error("this is no phone number: it has no digits")]
    NoDigits,
    /// Seven digits.
    #[error("the area code is missing: give all ten digits")]
    NoAreaCode,
    /// Fewer than ten digits.
    #[error("the number is too short: it has {digits} digits and a US number has ten")]
    TooShort {
        /// Digits there are.
        digits: usize,
    },
    /// More digits than a number has.
    #[error("the number is too long: it has {digits} digits and a US number has ten")]
    TooLong {
        /// Digits there are.
        digits: usize,
    },
    /// Excel cut digits off.
    #[error(
        "the spreadsheet shortened the number to powers of ten: format the column as text and export again"
    )]
    DigitsLost,
    /// A number of another country.
    #[error("this is not a US number")]
    NotUs,
    /// Ten digits that can't be a number.
    #[error("no such US number exists: check the area code and the digits after it")]
    NotInPlan,
}

/// Normalises one number as a person or a spreadsheet wrote it.
///
/// # Errors
/// Says what is wrong with it in words a person can act on, without the number.
pub fn normalise_phone(text: &str) -> Result<NormalisedPhone, PhoneProblem> {
    let text = trim(text);
    if text.is_empty() {
        return Err(PhoneProblem::Empty);
    }
    let widened;
    let text = match whole_from_exponent(text)? {
        Some(whole) => {
            widened = whole;
            widened.as_str()
        }
        None => strip_float_zero(text),
    };
    let (main, extension) = split_extension(text);
    let number = match plain_digits(main) {
        // Labels may be keys of the telephone's, as in `(702) H10-0h0w`.
        Some(digits) if main.contains(|c: char| c.is_ascii_alphabetic()) => {
            from_digits(&digits).or_else(|problem| by_library(main).map_err(|_| problem))?
        }
        Some(digits) => from_digits(&digits)?,
        None => by_library(main)?,
    };
    Ok(NormalisedPhone {
        number,
        extension: extension.map(str::to_owned),
    })
}

/// Splits a cell that holds several numbers: `A ::: B`, `A; B`, `A / B`, `A or B`, one a line.
pub(crate) fn split_numbers(text: &str) -> impl Iterator<Item = &str> {
    let several = text.len() > 14
        && text
            .bytes()
            .any(|b| matches!(b, b':' | b';' | b'/' | b',' | b'|' | b'\n' | b'&' | b'o'));
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        if let Some((at, length)) = several.then(|| separator(current)).flatten() {
            rest = current.get(at + length..);
            return current.get(..at);
        }
        rest = None;
        Some(current)
    })
    .map(trim)
    .filter(|part| !part.is_empty())
}

/// The first separator that has seven digits before it and after it, so that `;ext=12` and `tel:` stay whole.
fn separator(text: &str) -> Option<(usize, usize)> {
    let enough = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 7;
    [":::", ";", "/", ",", "|", "\n", "&", " or "]
        .iter()
        .find_map(|mark| {
            let at = text.find(mark)?;
            (enough(&text[..at]) && enough(&text[at + mark.len()..])).then_some((at, mark.len()))
        })
}

/// White space, the invisible marks that address books add around numbers, and `tel:`.
fn trim(text: &str) -> &str {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"' | '`' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    });
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    }
}

/// `7605550186.0` is how a number column looks after a detour through floating point.
fn strip_float_zero(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros))
            if whole.len() >= 7
                && !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0')
                && whole.bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole
        }
        _ => text,
    }
}

/// `7.60555018E+09`: the whole number when all its digits are there.
fn whole_from_exponent(text: &str) -> Result<Option<String>, PhoneProblem> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Ok(None);
    };
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<usize>() else {
        return Ok(None);
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = whole.len() == 1 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !plain || exponent > 15 {
        return Ok(None);
    }
    // The last digits of a real number may be zeros, but four of them in a row are far likelier lost.
    if fraction.len() + 3 < exponent {
        return Err(PhoneProblem::DigitsLost);
    }
    let mut digits = format!("{whole}{fraction}");
    while digits.len() < exponent + 1 {
        digits.push('0');
    }
    digits.truncate(exponent + 1);
    Ok(Some(digits))
}

/// Splits `(949) 555-0117 ext. 12` at its marker; a marker counts only after seven digits and before one to seven.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let bytes = text.as_bytes();
    let mut seen = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => seen += 1,
            b'x' | b'X' | b'e' | b'E' | b'#' | b';' | b',' if seen >= 7 => {
                let rest = text[at..].trim_start_matches([';', ',', ' ']);
                let Some(after) = extension_marker(rest) else {
                    continue;
                };
                let digits =
                    after.trim_matches(|c: char| matches!(c, '.' | ':' | '=' | '#' | ' ' | ')' | '-'));
                // A lone mark ends a whole number; in `801-366-B0QX` it is a key.
                if digits.is_empty() && seen >= 10 {
                    return (&text[..at], None);
                }
                if !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|b| b.is_ascii_digit()) {
                    return (&text[..at], Some(digits));
                }
            }
            _ => {}
        }
    }
    (text, None)
}

/// What follows the marker, when there is one.
fn extension_marker(text: &str) -> Option<&str> {
    ["extension", "extn", "ext", "x", "#"].iter().find_map(|marker| {
        let head = text.get(..marker.len())?;
        head.eq_ignore_ascii_case(marker).then(|| &text[marker.len()..])
    })
}

/// Words that people put around a number and that are no part of it.
const LABELS: [&str; 16] = [
    "cell", "mobile", "home", "work", "office", "phone", "ph", "tel", "c", "m", "h", "w", "o", "main",
    "landline", "p",
];

/// The digits of a number that is written with digits, punctuation and labels only, a leading `+` kept; nothing for
/// the rest, which is for the library.
fn plain_digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() || (c == '+' && digits.is_empty()) {
            digits.push(c);
        } else if c.is_ascii_alphabetic() {
            let end = rest
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            let word = &rest[..end];
            if !LABELS.iter().any(|label| label.eq_ignore_ascii_case(word)) {
                return None;
            }
            rest = &rest[end..];
            continue;
        } else if !(c.is_whitespace()
            || matches!(
                c,
                '(' | ')' | '-' | '.' | '/' | ':' | '[' | ']' | '*' | '_' | '\u{2010}'..='\u{2015}'
            ))
        {
            return None;
        }
        rest = &rest[c.len_utf8()..];
    }
    Some(digits)
}

/// Times that the country code may be said before the ten digits: the library takes it off once more where nothing (a plus, the
/// prefix for calls abroad) has announced it.
const COUNTRY_CODES_MAX: [usize; 2] = [3, 2];
/// Digits of the number itself.
const NATIONAL: usize = 10;

fn from_digits(digits: &str) -> Result<PhoneNumber, PhoneProblem> {
    let plus = digits.starts_with('+');
    let bare = digits.trim_start_matches('+');
    // The international prefix of the plan itself, dialled to call home.
    let dialled = bare.strip_prefix("011").filter(|rest| rest.len() > NATIONAL);
    let said = dialled.unwrap_or(bare);
    let ten_from = said.len().saturating_sub(NATIONAL);
    let codes = said.as_bytes().iter().take(ten_from);
    let announced = plus || dialled.is_some();
    let wanted = usize::from(announced)..=COUNTRY_CODES_MAX[usize::from(announced)];
    if said.len() >= NATIONAL && wanted.contains(&ten_from) && codes.copied().all(|b| b == b'1') {
        return national(&said[ten_from..]);
    }
    match bare.len() {
        0 => Err(PhoneProblem::NoDigits),
        7 if !plus => Err(PhoneProblem::NoAreaCode),
        count @ 1..=9 if !plus => Err(PhoneProblem::TooShort { digits: count }),
        _ => Err(foreign(digits)),
    }
}

/// Ten digits, checked against the numbering plan. Built rather than parsed, which is what costs the library time;
/// the country code is ours, so the library's region check, which ignores it, can't be fooled.
fn national(ten: &str) -> Result<PhoneNumber, PhoneProblem> {
    let value = ten.parse::<u64>().map_err(|_| PhoneProblem::NotInPlan)?;
    if value < 2_000_000_000 {
        return Err(PhoneProblem::NotInPlan);
    }
    let library = LIBRARY.as_ref().ok_or(PhoneProblem::NotInPlan)?;
    let parsed = ParsedNumber {
        country_code: 1,
        national_number: value,
        ..ParsedNumber::default()
    };
    if HOME_REGIONS
        .iter()
        .any(|region| library.is_valid_number_for_region(&parsed, *region))
    {
        return ["+1", ten].concat().parse().map_err(|_| PhoneProblem::NotInPlan);
    }
    // Canada and the Caribbean share country code 1; they are a different mistake from a number that does not exist.
    Err(if library.is_valid_number(&parsed) {
        PhoneProblem::NotUs
    } else {
        PhoneProblem::NotInPlan
    })
}

/// What is wrong with digits that do not have the shape of a US number.
fn foreign(digits: &str) -> PhoneProblem {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let abroad = LIBRARY
        .as_ref()
        .and_then(|library| library.parse(digits, Some(Region::US)).ok());
    match abroad {
        Some(number) if number.country_code != 1 => PhoneProblem::NotUs,
        _ if count > 11 => PhoneProblem::TooLong { digits: count },
        _ if count < 10 => PhoneProblem::TooShort { digits: count },
        _ => PhoneProblem::NotInPlan,
    }
}

/// Letters for digits (`1-800-…`), full-width digits, and whatever else the library understands.
fn by_library(text: &str) -> Result<PhoneNumber, PhoneProblem> {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    if digits == 0 {
        return Err(PhoneProblem::NoDigits);
    }
    let library = LIBRARY.as_ref().ok_or(PhoneProblem::NotInPlan)?;
    // The library knows some of Unicode's spaces only.
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let Ok(parsed) = library.parse(&spaced, Some(Region::US)) else {
        return Err(if digits == 7 {
            PhoneProblem::NoAreaCode
        } else if digits < 10 {
            PhoneProblem::TooShort { digits }
        } else {
            PhoneProblem::NotInPlan
        });
    };
    if parsed.country_code != 1 {
        return Err(PhoneProblem::NotUs);
    }
    // A leading zero, which no number of the plan has, is kept beside the digits.
    if !library.is_valid_number(&parsed) {
        return Err(PhoneProblem::NotInPlan);
    }
    national(&parsed.national_number.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn e164(text: &str) -> Result<String, PhoneProblem> {
        normalise_phone(text).map(|phone| phone.number.as_e164().to_owned())
    }

    #[test]
    fn a_key_between_digits_is_a_digit_and_a_country_code_said_too_often_is_said_once() {
        for (written, read) in [
            ("(702) H10-0h0w", "+17024100409"),
            ("(602) P00-c10h", "+16027002104"),
            ("1117605550186", "+17605550186"),
            ("01117605550186", "+17605550186"),
        ] {
            assert_eq!(
                normalise_phone(written).unwrap().number.as_e164(),
                read,
                "{written}"
            );
        }
        assert!(normalise_phone("11117605550186").is_err());
    }

    #[test]
    fn every_way_of_writing_a_number_comes_to_the_same() {
        for text in [
            "(760) 555-0186",
            "760-555-0186",
            "760.555.0186",
            "760 555 0186",
            "7605550186",
            "1-760-555-0186",
            "+1 760 555 0186",
            "+17605550186",
            "1 (760) 555-0186",
            "7605550186.0",
            "17605550186.00",
            " 760\u{a0}555\u{a0}0186 ",
            "'7605550186",
            "tel:+17605550186",
            "(760) 555–0186",
            "Cell: 760-555-0186",
            "760-555-0186 (mobile)",
            "\u{202a}760-555-0186\u{202c}",
            "760/555-0186",
            "H 760.555.0186",
            "7.605550186E+09",
            "７６０５５５０１８６",
        ] {
            assert_eq!(e164(text).as_deref(), Ok("+17605550186"), "{text}");
        }
    }

    #[test]
    fn an_extension_is_kept_apart() {
        for text in [
            "(760)555-0186 ext. 12",
            "760-555-0186 x12",
            "760-555-0186x12",
            "760-555-0186 #12",
            "760-555-0186 Ext 12",
            "760-555-0186 extension: 12",
            "+1 760 555 0186;ext=12",
            "760-555-0186, ext 12",
        ] {
            let phone = normalise_phone(text).unwrap();
            assert_eq!(
                (phone.number.as_e164(), phone.extension.as_deref()),
                ("+17605550186", Some("12")),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_us_number_is_refused_with_the_reason() {
        for (text, problem) in [
            ("", PhoneProblem::Empty),
            ("  ", PhoneProblem::Empty),
            ("N/A", PhoneProblem::NoDigits),
            ("-", PhoneProblem::NoDigits),
            ("555-0100", PhoneProblem::NoAreaCode),
            ("123", PhoneProblem::TooShort { digits: 3 }),
            ("(760) 555-01", PhoneProblem::TooShort { digits: 8 }),
            ("000-000-0000", PhoneProblem::NotInPlan),
            ("760-155-0123", PhoneProblem::NotInPlan),
            ("999-999-9999x", PhoneProblem::NotInPlan),
            ("+44 20 7946 4391", PhoneProblem::NotUs),
            ("+1 416 555 0123", PhoneProblem::NotUs),
            ("7605550186123", PhoneProblem::TooLong { digits: 13 }),
            ("7.6E+09", PhoneProblem::DigitsLost),
        ] {
            assert_eq!(e164(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_british_number_that_looks_like_maine_is_not_american() {
        assert_eq!(e164("+44 20 7946 4391"), Err(PhoneProblem::NotUs));
        assert!(e164("207-946-4391").is_ok());
    }

    #[test]
    fn the_territories_are_home_and_the_neighbours_are_not() {
        for text in ["787-555-0123", "+1 340 774 0123", "671 646 0123"] {
            assert!(e164(text).is_ok(), "{text}");
        }
        for text in ["+1 604 555 0123", "876 926 0123"] {
            assert_eq!(e164(text), Err(PhoneProblem::NotUs), "{text}");
        }
    }

    #[test]
    fn letters_on_the_keypad_are_digits() {
        assert_eq!(e164("1-760-FLOWERS").as_deref(), Ok("+17603569377"));
    }

    #[test]
    fn a_reason_never_holds_the_number() {
        for text in ["555-0100", "760-155-0123", "+44 20 7946 4391"] {
            let reason = normalise_phone(text).unwrap_err().to_string();
            assert!(!reason.bytes().any(|b| b.is_ascii_digit()), "{reason}");
        }
    }

    #[test]
    fn several_numbers_in_a_cell_are_split_and_one_number_is_not() {
        let split = |text| split_numbers(text).collect::<Vec<_>>();
        assert_eq!(
            split("(760) 555-0105 ::: 480.555.0172"),
            ["(760) 555-0105", "480.555.0172"]
        );
        assert_eq!(
            split("7605550105; 4805550172;2135550100"),
            ["7605550105", "4805550172", "2135550100"]
        );
        assert_eq!(
            split("760-555-0105 or 480-555-0172"),
            ["760-555-0105", "480-555-0172"]
        );
        assert_eq!(split("760/555-0105"), ["760/555-0105"]);
        assert_eq!(split("+1 760 555 0186;ext=12"), ["+1 760 555 0186;ext=12"]);
        assert!(split(" ").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_the_library_accepts(ten in 2_000_000_000_u64..10_000_000_000) {
            let library = LIBRARY.as_ref().unwrap();
            let parsed = library.parse(ten.to_string(), Some(Region::US)).unwrap();
            let home = HOME_REGIONS.iter().any(|region| library.is_valid_number_for_region(&parsed, *region));
            let valid = parsed.country_code == 1 && home;
            prop_assert_eq!(normalise_phone(&ten.to_string()).is_ok(), valid);
        }

        #[test]
        fn normalising_twice_changes_nothing(area in 201_u32..990, exchange in 200_u32..1000, line in 0_u32..10_000) {
            if let Ok(first) = normalise_phone(&format!("({area}) {exchange}-{line:04}")) {
                prop_assert_eq!(normalise_phone(first.number.as_e164()).unwrap(), first);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _answer = normalise_phone(&text);
            let _parts = split_numbers(&text).count();
        }
    }
}

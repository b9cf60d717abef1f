//! ZIP codes that spreadsheets made numbers of, state names in their spellings, and addresses in one cell. What can't
//! be understood is left out, never guessed.

use domain::UsState;

use crate::letter_case::recase;

/// The abbreviations of before 1963 that people still write and that are neither code nor name, without dots.
const OLD_ABBREVIATIONS: [(&str, &str); 38] = [
    ("ala", "AL"),
    ("ariz", "AZ"),
    ("ark", "AR"),
    ("cal", "CA"),
    ("calif", "CA"),
    ("colo", "CO"),
    ("conn", "CT"),
    ("del", "DE"),
    ("fla", "FL"),
    ("ill", "IL"),
    ("ind", "IN"),
    ("kan", "KS"),
    ("kans", "KS"),
    ("mass", "MA"),
    ("mich", "MI"),
    ("minn", "MN"),
    ("miss", "MS"),
    ("mont", "MT"),
    ("neb", "NE"),
    ("nebr", "NE"),
    ("nev", "NV"),
    ("okla", "OK"),
    ("ore", "OR"),
    ("oreg", "OR"),
    ("penn", "PA"),
    ("penna", "PA"),
    ("tenn", "TN"),
    ("tex", "TX"),
    ("wash", "WA"),
    ("wis", "WI"),
    ("wisc", "WI"),
    ("wyo", "WY"),
    ("n mex", "NM"),
    ("washington dc", "DC"),
    ("n carolina", "NC"),
    ("s carolina", "SC"),
    ("n dakota", "ND"),
    ("s dakota", "SD"),
];

/// A state in any spelling: `CA`, `California`, `Calif.`, `N.J.`, `US-CA`.
pub(crate) fn state(text: &str) -> Option<UsState> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Ok(state) = text.parse() {
        return Some(state);
    }
    let bare = text.strip_prefix("US-").unwrap_or(text).replace('.', "");
    if let Ok(state) = bare.replace(' ', "").parse().or_else(|_| bare.parse()) {
        return Some(state);
    }
    OLD_ABBREVIATIONS
        .iter()
        .find(|(old, _)| old.eq_ignore_ascii_case(bare.trim()))
        .and_then(|(_, code)| code.parse().ok())
}

/// Five digits out of `07102`, `7102` (a number column), `07102-1234`, `071021234`, `92211.0`; nothing for the rest.
pub(crate) fn zip(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('\'');
    let text = text.strip_suffix(".0").unwrap_or(text);
    let (head, plus_four) = text.split_once(['-', ' ']).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(head) || !digits(plus_four.trim()) {
        return None;
    }
    match head.len() {
        // No ZIP code is below 00501.
        3..=5 => Some(format!("{head:0>5}")).filter(|zip| zip.as_str() >= "00501"),
        // Nine digits whose leading zeros are gone.
        7..=9 if plus_four.is_empty() => format!("{head:0>9}").get(..5).map(str::to_owned),
        _ => None,
    }
}

/// A city in normal case.
pub(crate) fn city(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(',');
    (!text.is_empty()).then(|| recase(text))
}

/// Street, city, state and ZIP out of one cell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SplitAddress<'a> {
    pub(crate) street: &'a str,
    pub(crate) city: &'a str,
    pub(crate) state: Option<UsState>,
    pub(crate) zip: Option<String>,
}

/// Splits `77 Elm St, Palm Desert, CA 92211[, USA]`, on one line or several. The street alone when the end is not a
/// state and a ZIP code.
pub(crate) fn split_address(text: &str) -> SplitAddress<'_> {
    let whole = SplitAddress {
        street: text.trim(),
        ..SplitAddress::default()
    };
    let mut rest = text.trim();
    if let Some((head, country)) = rest.rsplit_once([',', '\n'])
        && ["us", "usa", "united states", "u.s.a."]
            .iter()
            .any(|name| country.trim().eq_ignore_ascii_case(name))
    {
        rest = head.trim_end();
    }
    let Some((before_zip, zip_text)) = rest.rsplit_once([' ', ',']) else {
        return whole;
    };
    let (before_state_end, zip) = match zip(zip_text).filter(|_| zip_text.len() >= 5) {
        Some(zip) => (before_zip.trim_end_matches([' ', ',']), Some(zip)),
        None => (rest, None),
    };
    let Some((before_state, state_text)) = before_state_end
        .rsplit_once([',', '\n'])
        .filter(|(_, tail)| state(tail).is_some())
        .or_else(|| before_state_end.rsplit_once([' ', ',', '\n']))
    else {
        return whole;
    };
    let Some(found) = state(state_text).filter(|_| zip.is_some() || before_state.contains([',', '\n']))
    else {
        return whole;
    };
    let before_state = before_state.trim_end_matches([' ', ',']);
    let (street, city) = before_state
        .rsplit_once([',', '\n'])
        .unwrap_or(("", before_state));
    SplitAddress {
        street: street.trim().trim_end_matches(','),
        city: city.trim(),
        state: Some(found),
        zip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_of_a_zip_code_come_back() {
        for (text, expected) in [
            ("07102", Some("07102")),
            ("7102", Some("07102")),
            ("501", Some("00501")),
            ("07102-1234", Some("07102")),
            ("071021234", Some("07102")),
            ("71021234", Some("07102")),
            ("92211.0", Some("92211")),
            ("'07102", Some("07102")),
            ("92211 1234", Some("92211")),
            ("", None),
            ("K1A 0B1", None),
            ("12", None),
            ("000", None),
            ("N/A", None),
        ] {
            assert_eq!(zip(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn states_are_known_in_every_spelling() {
        for (text, code) in [
            ("CA", "CA"),
            ("ca", "CA"),
            ("California", "CA"),
            ("Calif.", "CA"),
            ("N.J.", "NJ"),
            ("New Jersey", "NJ"),
            ("US-NV", "NV"),
            ("n. mex.", "NM"),
            (" Fla ", "FL"),
            ("D.C.", "DC"),
        ] {
            assert_eq!(state(text).unwrap().code(), code, "{text}");
        }
        assert_eq!(state("Ontario"), None);
        assert_eq!(state(""), None);
    }

    #[test]
    fn an_address_in_one_cell_is_split() {
        for text in [
            "77 Elm St, Palm Desert, CA 92211",
            "77 Elm St\nPalm Desert, CA 92211\nUS",
            "77 Elm St, Palm Desert, California 92211-1234, USA",
        ] {
            let split = split_address(text);
            let parts = (
                split.street,
                split.city,
                split.state.unwrap().code().to_owned(),
                split.zip.unwrap(),
            );
            assert_eq!(
                parts,
                ("77 Elm St", "Palm Desert", "CA".to_owned(), "92211".to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            split_address("76479 Indian Wells Ln, Unit 27").street,
            "76479 Indian Wells Ln, Unit 27"
        );
        assert_eq!(split_address("Palm Desert, CA 92211").city, "Palm Desert");
    }
}

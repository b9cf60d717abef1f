//! The fifty states, the District of Columbia and the inhabited territories, by their postal codes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A jurisdiction by its two-letter postal code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UsState([u8; 2]);

/// A text that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a US state: expected a postal code such as CA, or the state's name")]
pub struct UnknownState;

/// Postal code and name of every jurisdiction, by code.
const STATES: [(&str, &str); 56] = [
    ("AK", "Alaska"),
    ("AL", "Alabama"),
    ("AR", "Arkansas"),
    ("AS", "American Samoa"),
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DC", "District of Columbia"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("GU", "Guam"),
    ("HI", "Hawaii"),
    ("IA", "Iowa"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("MA", "Massachusetts"),
    ("MD", "Maryland"),
    ("ME", "Maine"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MO", "Missouri"),
    ("MP", "Northern Mariana Islands"),
    ("MS", "Mississippi"),
    ("MT", "Montana"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("NE", "Nebraska"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VA", "Virginia"),
    ("VI", "US Virgin Islands"),
    ("VT", "Vermont"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
    ("WV", "West Virginia"),
    ("WY", "Wyoming"),
];

impl UsState {
    /// The postal code, such as `CA`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The full name, such as `California`.
    pub fn name(&self) -> &'static str {
        STATES
            .iter()
            .find(|(code, _)| *code == self.code())
            .map_or("", |(_, name)| name)
    }

    /// Every jurisdiction, by postal code.
    pub fn all() -> impl Iterator<Item = Self> {
        STATES.iter().filter_map(|(code, _)| code.parse().ok())
    }
}

impl FromStr for UsState {
    type Err = UnknownState;

    /// Takes a postal code or a full name, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let text = text.trim();
        STATES
            .iter()
            .find(|(code, name)| code.eq_ignore_ascii_case(text) || name.eq_ignore_ascii_case(text))
            .and_then(|(code, _)| code.as_bytes().try_into().ok())
            .map(Self)
            .ok_or(UnknownState)
    }
}

impl TryFrom<String> for UsState {
    type Error = UnknownState;
    fn try_from(text: String) -> Result<Self, UnknownState> {
        text.parse()
    }
}

impl From<UsState> for String {
    fn from(state: UsState) -> Self {
        state.code().to_owned()
    }
}

impl fmt::Debug for UsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for UsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_taken_in_any_case() {
        assert_eq!("ca".parse::<UsState>().unwrap().name(), "California");
        assert_eq!("new jersey".parse::<UsState>().unwrap().code(), "NJ");
        assert_eq!("Ontario".parse::<UsState>(), Err(UnknownState));
    }
}

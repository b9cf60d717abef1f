//! A US or Canadian phone number in E.164. The full libphonenumber check is made where numbers enter (import, API); this type
//! holds the shape that the North American plan gives every number, so that an invalid one can't be made by accident.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// `+1` and ten digits; area code and exchange both begin with 2 to 9. Prints masked (`+1760•••0186`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// Why a text is no number of the North American plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a North American phone number in E.164: expected +1 and ten digits")]
pub struct InvalidPhone;

impl PhoneNumber {
    /// The E.164 text. Personal: never to a log.
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// The three digits after `+1`.
    pub fn area_code(&self) -> &str {
        self.0.get(2..5).unwrap_or_default()
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidPhone;

    fn from_str(text: &str) -> Result<Self, InvalidPhone> {
        let digits = text.strip_prefix("+1").ok_or(InvalidPhone)?.as_bytes();
        let shape = digits.len() == 10
            && digits.iter().all(u8::is_ascii_digit)
            && [0, 3].iter().all(|&i| (b'2'..=b'9').contains(&digits[i]));
        shape.then(|| Self(text.to_owned())).ok_or(InvalidPhone)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhone;
    fn try_from(text: String) -> Result<Self, InvalidPhone> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}•••{}",
            self.0.get(..5).unwrap_or_default(),
            self.0.get(8..).unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shape_of_the_north_american_plan_is_taken() {
        let good: PhoneNumber = "+17605550186".parse().unwrap();
        assert_eq!(good.area_code(), "760");
        assert_eq!(format!("{good:?}"), "+1760•••0186");
        for bad in [
            "7605550186",
            "+1760555018",
            "+11605550186",
            "+17601550186",
            "+442079464391",
            "+1760555018x",
            "",
        ] {
            assert_eq!(bad.parse::<PhoneNumber>(), Err(InvalidPhone), "{bad}");
        }
    }
}

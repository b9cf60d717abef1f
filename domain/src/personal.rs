//! Personal fields as the events carry them: encrypted. The domain passes envelopes along and never opens one; the
//! key ring of the adapters does. Destroying a contact's key makes every envelope of that contact unreadable.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// Text encrypted under a contact's own key. Prints as `[sealed]`, so it can't leak into a log by accident.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// Wraps ciphertext in its text form.
    pub const fn from_ciphertext(text: String) -> Self {
        Self(text)
    }

    /// The ciphertext in its text form, for the key ring.
    pub fn ciphertext(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sealed]")
    }
}

/// A keyed MAC of a normalised phone number under the organization's look-up key: equal numbers have equal indexes,
/// and without the key the number can't be found from it. 32 bytes, lower-case hex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneIndex(String);

impl PhoneIndex {
    /// Wraps the MAC's hex form.
    pub const fn from_hex(hex: String) -> Self {
        Self(hex)
    }

    /// The hex form, 64 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneIndex({}…)", self.0.get(..8).unwrap_or(""))
    }
}

/// What is known of a person, in the clear. Lives in memory only, between a key ring and a screen, a script or a
/// carrier call; at rest it is one [`Sealed`] envelope.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDetails {
    /// The name as it should be spoken and shown, repaired: `Zoë Miller`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Given name for a greeting; empty for a company or a trust.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_name: String,
    /// Family name; empty for a company or a trust.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    /// The number that is contacted, E.164.
    pub phone: String,
    /// The number exactly as the source had it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone_as_given: String,
    /// Further numbers of the same person, E.164, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_phones: Vec<String>,
    /// E-mail address, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Street line of the property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// What else the source said, by template variable name: `sale_price`, `sale_date`, `days_on_market`…
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl fmt::Debug for PersonalDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalDetails([personal])")
    }
}

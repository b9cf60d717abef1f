//! The coarse, unencrypted part of where a contact is: what the calling-hours rules and the map need, no street.

use serde::{Deserialize, Serialize};

use super::UsState;

/// Area code of the number, and what the source said of the address. Nothing here alone identifies a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The three digits after `+1`.
    pub area_code: String,
    /// State of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UsState>,
    /// Five-digit ZIP code, leading zeros kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// City of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
}

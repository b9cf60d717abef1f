//! What can happen to a suppression list. Storage formats: names and fields only ever grow.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{PhoneIndex, SuppressionListId, aggregate::event_names};

/// What kind of list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// The organization's own.
    Internal,
    /// The FTC's national registry.
    FederalDnc,
    /// A state's registry.
    StateDnc,
    /// Known litigators.
    Litigator,
    /// Numbers that changed hands.
    Reassigned,
}

impl ListKind {
    /// The kind as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::FederalDnc => "federal_dnc",
            Self::StateDnc => "state_dnc",
            Self::Litigator => "litigator",
            Self::Reassigned => "reassigned",
        }
    }
}

/// A version of a list as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedList {
    /// The publisher's name of the version.
    pub version: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// When it was obtained from the publisher; its age counts from here.
    pub obtained_at: DateTime<Utc>,
    /// The organization's own subscription account number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub san: Option<String>,
    /// Numbers that came in.
    pub added: u64,
    /// Numbers that went out.
    pub removed: u64,
}

/// What happened to a suppression list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SuppressionEvent {
    /// A version was loaded.
    SuppressionsLoaded {
        /// Its own id.
        list_id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// Which version.
        loaded: LoadedList,
    },
    /// A number was added.
    SuppressionAdded {
        /// Its own id.
        list_id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// Which number.
        phone_index: PhoneIndex,
        /// Why.
        reason: String,
        /// Until when; nothing for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<DateTime<Utc>>,
    },
    /// A number's time on the list is over.
    SuppressionExpired {
        /// Its own id.
        list_id: SuppressionListId,
        /// Which number.
        phone_index: PhoneIndex,
        /// Why.
        reason: String,
    },
}

event_names!(SuppressionEvent { SuppressionsLoaded = "1", SuppressionAdded = "1", SuppressionExpired = "1" });

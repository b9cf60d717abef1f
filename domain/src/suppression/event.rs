//! What can happen to a suppression list. Storage formats: names and fields only ever grow.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ListLoadId, OrganizationId, PhoneIndex, SuppressionListId, UsState, UserId, aggregate::event_names,
};

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

impl ListKind {
    /// The list of this kind that an organization has; of state registries one a state.
    pub fn list_of(self, organization: OrganizationId, state: Option<UsState>) -> SuppressionListId {
        let name = match state {
            Some(state) => format!("{}/{}", self.as_str(), state.code()),
            None => self.as_str().to_owned(),
        };
        SuppressionListId::derived(organization.as_uuid(), name.as_bytes())
    }
}

/// A version of a list as it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The loading under which its numbers lie; nothing in events from before files were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_id: Option<ListLoadId>,
    /// The loading that it replaces, whose numbers may be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ListLoadId>,
    /// Numbers in force with it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub numbers: u64,
    /// Lines of the file that held no number.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unreadable: u64,
}

/// Not recorded before there were files.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A file that is to become the version in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListLoad {
    /// Its id.
    pub id: ListLoadId,
    /// Where the file lies.
    pub blob_key: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// The publisher's name of the version.
    pub version: String,
    /// When it was obtained from the publisher.
    pub obtained_at: DateTime<Utc>,
    /// Whose registry it is, for a state's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UsState>,
    /// The organization's own subscription account number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub san: Option<String>,
    /// It holds what has changed since the version in force, not all numbers.
    #[serde(default)]
    pub is_change: bool,
    /// Who loads it.
    pub by: UserId,
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
    /// A file is being loaded; the version before it stays in force meanwhile.
    SuppressionLoadStarted {
        /// Its own id.
        list_id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// What is loaded.
        load: ListLoad,
    },
    /// A file was not loaded; the version before it stays in force.
    SuppressionLoadFailed {
        /// Its own id.
        list_id: SuppressionListId,
        /// Which loading.
        load_id: ListLoadId,
        /// Why, and what to do.
        reason: String,
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

event_names!(SuppressionEvent {
    SuppressionsLoaded = "1",
    SuppressionLoadStarted = "1",
    SuppressionLoadFailed = "1",
    SuppressionAdded = "1",
    SuppressionExpired = "1",
});

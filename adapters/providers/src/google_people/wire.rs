//! The vendor's JSON, as far as it is used.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What is asked for; enough to read, never to write.
pub(super) const READ_SCOPE: &str = "https://www.googleapis.com/auth/contacts.readonly";
/// Scopes by which contacts can be read.
pub(super) const SCOPES: [&str; 2] = [READ_SCOPE, "https://www.googleapis.com/auth/contacts"];
/// What is asked of each person. All pages of a pull, and every pull from a sync token, must ask for the same.
pub(super) const PERSON_FIELDS: &str = "names,phoneNumbers,emailAddresses,addresses,organizations,metadata";
/// Added where only members of a group are wanted.
pub(super) const MEMBERSHIPS: &str = ",memberships";

/// Answer of the token address.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: SecretString,
    pub(super) refresh_token: Option<SecretString>,
    pub(super) expires_in: Option<i64>,
    /// Separated by blanks.
    #[serde(default)]
    pub(super) scope: String,
}

/// A page of `people/me/connections`. People are passed on as they came.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    /// Absent when there is nobody.
    #[serde(default)]
    pub(super) connections: Vec<Box<RawValue>>,
    pub(super) next_page_token: Option<String>,
    /// On the last page.
    pub(super) next_sync_token: Option<String>,
    pub(super) total_items: Option<u64>,
}

/// Which groups a person is in.
#[derive(Deserialize)]
pub(super) struct Member {
    #[serde(default)]
    memberships: Vec<Membership>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Membership {
    contact_group_membership: Option<GroupMembership>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupMembership {
    contact_group_resource_name: Option<String>,
}

impl Member {
    pub(super) fn is_in(&self, group: &str) -> bool {
        self.memberships.iter().any(|membership| {
            let group_membership = membership.contact_group_membership.as_ref();
            group_membership.and_then(|m| m.contact_group_resource_name.as_deref()) == Some(group)
        })
    }
}

/// A page of `contactGroups`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Groups {
    #[serde(default)]
    pub(super) contact_groups: Vec<Group>,
}

/// The user's own labels, and the vendor's groups such as `starred`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) resource_name: String,
    pub(super) formatted_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) member_count: Option<u64>,
}

//! Every identifier of the system, one newtype a kind, alphabetical and append-only. All are UUIDv7, so that keys
//! written together lie together on disk. Refuses text that is not a UUID with an error that names the kind.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Text that should have been an identifier of the named kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id: expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct InvalidId {
    /// The kind that was expected, such as `campaign`.
    pub kind: &'static str,
}

/// A time-ordered id that depends on nothing but its inputs, so that a step that is run twice makes the same one.
///
/// The first 48 bits (the milliseconds of a v7 id) are the parent's, which keeps children next to each other in an
/// index; the rest is a hash of parent and name.
pub fn derived_uuid(parent: Uuid, name: &[u8]) -> Uuid {
    let digest = Sha256::new()
        .chain_update(parent.as_bytes())
        .chain_update(name)
        .finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[..6].copy_from_slice(&parent.as_bytes()[..6]);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// What this identifies, as it stands in errors and in GraphQL ids.
            pub const KIND: &'static str = $kind;

            /// Wraps a UUID that is known to be of this kind.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// The id that follows from `parent` and `name` alone; see [`derived_uuid`].
            pub fn derived(parent: Uuid, name: &[u8]) -> Self {
                Self(derived_uuid(parent, name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", $kind, self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId { kind: $kind })
            }
        }
    )+};
}

typed_ids! {
    /// An API token of a user.
    ApiTokenId = "api-token";
    /// One hand-off of one script to the carrier.
    AttemptId = "attempt";
    /// A named set of contacts that is sent one voicemail each.
    CampaignId = "campaign";
    /// A user's account at another service that contacts are pulled from.
    ConnectionId = "connection";
    /// A person at one or more phone numbers, within one organization.
    ContactId = "contact";
    /// Ties together everything that one request or job caused.
    CorrelationId = "correlation";
    /// One event in the journal.
    EventId = "event";
    /// Somebody who gets every digest of an organization by e-mail.
    DigestRecipientId = "digest-recipient";
    /// An address that another program pushes contacts to.
    InboundAddressId = "inbound-address";
    /// One file, pull or push of contacts.
    ImportBatchId = "import-batch";
    /// Something told to another program or by e-mail.
    NotificationId = "notification";
    /// The tenant, a brokerage.
    OrganizationId = "organization";
    /// Scripts that a provider writes together.
    ScriptBatchId = "script-batch";
    /// The text for one contact in one campaign.
    ScriptId = "script";
    /// A list of numbers that must not be contacted.
    SuppressionListId = "suppression-list";
    /// Users who see each other's campaigns.
    TeamId = "team";
    /// A file on its way to an import.
    UploadId = "upload";
    /// One loading of a suppression list; follows from the list and the file.
    ListLoadId = "list-load";
    /// A person who signs in.
    UserId = "user";
    /// An address of another program that is told of completed campaigns.
    WebhookEndpointId = "webhook-endpoint";
    /// What messages to such an address are signed with.
    WebhookSecretId = "webhook-secret";
}

impl WebhookSecretId {
    /// The secret that an endpoint was added with.
    pub const fn first_of(endpoint: WebhookEndpointId) -> Self {
        Self(endpoint.as_uuid())
    }
}

impl ScriptId {
    /// The one script of a contact in a campaign.
    pub fn of(campaign: CampaignId, contact: ContactId) -> Self {
        Self::derived(campaign.as_uuid(), contact.as_uuid().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_is_a_v7_beside_its_parent_and_the_same_each_time() {
        let parent = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let child = derived_uuid(parent, b"first");
        assert_eq!(child, derived_uuid(parent, b"first"));
        assert_ne!(child, derived_uuid(parent, b"second"));
        assert_eq!(child.get_version_num(), 7);
        assert_eq!(child.as_bytes()[..6], parent.as_bytes()[..6]);
    }

    #[test]
    fn text_that_is_no_uuid_is_refused_with_the_kind() {
        assert_eq!("x".parse::<CampaignId>(), Err(InvalidId { kind: "campaign" }));
    }
}

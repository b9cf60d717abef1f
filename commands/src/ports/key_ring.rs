//! Encryption of personal fields: a key per contact, wrapped by the organization's key, wrapped by a master key. Also the
//! keyed look-up index of numbers, and signatures for links and callback tokens.

use async_trait::async_trait;
use domain::{ContactId, OrganizationId, PhoneIndex, PhoneNumber, Sealed};

use super::PortError;

/// Why an envelope stays shut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The contact was erased: its key is gone.
    #[error("[erased]")]
    Erased,
    /// The envelope is damaged, or not this contact's.
    #[error("an envelope can't be opened: it is damaged or belongs to another contact")]
    Damaged,
    /// The keys can't be reached.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The keys of all organizations and contacts.
#[async_trait]
pub trait KeyRing: Send + Sync + std::fmt::Debug {
    /// Makes the organization's keys if there are none; call it before anything else of that organization.
    async fn ensure_organization(&self, organization: OrganizationId) -> Result<(), PortError>;

    /// Makes a key of its own for each new contact, durable before this returns and so before the first event, and seals its
    /// first text with it, in their order. The envelope names its key: a contact's first envelope is what all its later texts
    /// are sealed by. A key whose contact never comes to be does no harm.
    async fn seal_new(
        &self,
        organization: OrganizationId,
        texts: &[(ContactId, &str)],
    ) -> Result<Vec<Sealed>, PortError>;

    /// Seals further texts, in their order, each with the key of an envelope that its contact has.
    async fn seal_many(
        &self,
        organization: OrganizationId,
        texts: &[(ContactId, &Sealed, &str)],
    ) -> Result<Vec<Sealed>, OpenError>;

    /// Opens envelopes, in their order, each with its own outcome.
    async fn open_many(
        &self,
        organization: OrganizationId,
        envelopes: &[(ContactId, &Sealed)],
    ) -> Result<Vec<Result<String, OpenError>>, PortError>;

    /// Seals a text under the organization's own key: member profiles, file names, rejected values.
    async fn seal_for_organization(
        &self,
        organization: OrganizationId,
        text: &str,
    ) -> Result<Sealed, PortError>;

    /// Opens what [`KeyRing::seal_for_organization`] sealed.
    async fn open_for_organization(
        &self,
        organization: OrganizationId,
        sealed: &Sealed,
    ) -> Result<String, OpenError>;

    /// The keyed MAC of each number, in their order.
    async fn phone_indexes(
        &self,
        organization: OrganizationId,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<PhoneIndex>, PortError>;

    /// Destroys the key of a contact's envelope: every envelope of that contact is unreadable from here on.
    async fn destroy(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        envelope: &Sealed,
    ) -> Result<(), PortError>;

    /// A MAC of the message under the installation's key, hex, 64 characters; `purpose` keeps uses apart.
    fn sign(&self, purpose: &str, message: &str) -> String;

    /// Whether the MAC (or its first 32 characters) is the message's; in constant time.
    fn verify(&self, purpose: &str, message: &str, mac: &str) -> bool;
}

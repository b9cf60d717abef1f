//! Addresses that other programs push contacts to. The secret of an address comes in hashed, so that the store never holds one
//! that could be used.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{CampaignId, InboundAddressId, OrganizationId, UserId, import::ContactSource};

use super::PortError;

/// An address, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundAddress {
    /// Its id.
    pub id: InboundAddressId,
    /// Whose.
    pub organization: OrganizationId,
    /// In whose name contacts come in.
    pub user: UserId,
    /// The campaign that they go to; nothing for the contact list alone.
    pub campaign: Option<CampaignId>,
    /// Where they come from.
    pub source: ContactSource,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The register of inbound addresses. A hash is SHA-256 of the secret, hex.
#[async_trait]
pub trait InboundAddresses: Send + Sync + std::fmt::Debug {
    /// Makes an address known under its hash. False: the organization has `most` of them already.
    async fn add(&self, token_hash: &str, address: InboundAddress, most: u32) -> Result<bool, PortError>;

    /// The address with this hash; notes that it was used.
    async fn find(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<InboundAddress>, PortError>;

    /// The organization's addresses, oldest first.
    async fn of_organization(&self, organization: OrganizationId) -> Result<Vec<InboundAddress>, PortError>;

    /// Destroys an address. False: there is none of this id.
    async fn remove(&self, organization: OrganizationId, id: InboundAddressId) -> Result<bool, PortError>;
}

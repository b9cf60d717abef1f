//! Which numbers are on which lists.

use async_trait::async_trait;
use domain::{OrganizationId, PhoneIndex};

use super::PortError;

/// The lists of all organizations.
#[async_trait]
pub trait SuppressionLookup: Send + Sync + std::fmt::Debug {
    /// For each index, the names of the lists that it is on, in force at this moment; in their order.
    async fn lists_of(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError>;

    /// The same as far as is known without waiting: for figures and screens, never for a decision to send.
    async fn lists_known(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError>;
}

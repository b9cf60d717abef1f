//! Which numbers are on which lists.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ListLoadId, OrganizationId, PhoneIndex, UsState, suppression::ListKind};

use super::PortError;

/// A list of an organization, as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListInForce {
    /// What kind of list it is.
    pub kind: ListKind,
    /// Whose registry it is, for a state's.
    pub state: Option<UsState>,
    /// The publisher's name of the version; nothing while no file is in force.
    pub version: Option<String>,
    /// When it was obtained.
    pub obtained_at: Option<DateTime<Utc>>,
    /// The loading under which the numbers of the file lie.
    pub load: Option<ListLoadId>,
}

/// The lists of all organizations.
#[async_trait]
pub trait SuppressionLookup: Send + Sync + std::fmt::Debug {
    /// The organization's lists as far as is known without waiting; ask after [`SuppressionLookup::lists_of`], which waits.
    async fn in_force(&self, organization: OrganizationId) -> Result<Vec<ListInForce>, PortError>;

    /// For each index, the names of the lists that events put it on, in force at this moment; in their order.
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

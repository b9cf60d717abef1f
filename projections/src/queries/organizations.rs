//! Questions about organizations and who is in them.

use async_trait::async_trait;
use domain::{OrganizationId, TeamId, UserId, organization::Role};

use super::QueryError;
use crate::models::{MemberRow, OrganizationRow, StateSwitchRow, TeamRow};

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The organization.
    pub organization: OrganizationId,
    /// What they may do there.
    pub role: Role,
    /// The teams that they are in.
    pub teams: Vec<TeamId>,
}

/// Questions about organizations.
#[async_trait]
pub trait OrganizationQueries: Send + Sync {
    /// One organization.
    async fn organization(&self, organization: OrganizationId)
    -> Result<Option<OrganizationRow>, QueryError>;

    /// Every organization, by id, at most 500: for the operator's command line.
    async fn organizations(&self) -> Result<Vec<OrganizationRow>, QueryError>;

    /// Everyone who is in it, and, when asked, everyone who was; by id, at most 10,000.
    async fn members(
        &self,
        organization: OrganizationId,
        with_former: bool,
    ) -> Result<Vec<MemberRow>, QueryError>;

    /// One person in it, unless they left.
    async fn member(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Option<MemberRow>, QueryError>;

    /// The organizations that a person is in.
    async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, QueryError>;

    /// Its teams, by id.
    async fn teams(&self, organization: OrganizationId) -> Result<Vec<TeamRow>, QueryError>;

    /// States that were switched on or off, by state.
    async fn state_switches(&self, organization: OrganizationId) -> Result<Vec<StateSwitchRow>, QueryError>;
}

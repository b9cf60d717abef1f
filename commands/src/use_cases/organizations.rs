//! Founding an organization and letting people in. Names and addresses are sealed under the organization's own key.

use domain::{
    OrganizationId, Position, UserId,
    organization::{Organization, OrganizationCommand, Role},
};
use serde::{Deserialize, Serialize};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
};

/// A member's name and address, in the clear.
#[derive(Clone, Serialize, Deserialize)]
pub struct MemberProfile {
    /// What they are called.
    pub name: String,
    /// Where they are written to; lower case.
    pub email: String,
}

impl std::fmt::Debug for MemberProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemberProfile([personal])")
    }
}

/// Who founds what.
#[derive(Debug, Clone)]
pub struct Founder {
    /// The new organization.
    pub organization: OrganizationId,
    /// The brokerage's name.
    pub name: String,
    /// A demonstration.
    pub demonstration: bool,
    /// The first admin.
    pub admin: UserId,
    /// Who that is.
    pub profile: MemberProfile,
}

/// Founds an organization; the keys come first.
pub async fn found_organization(
    ports: &Ports,
    context: &CommandContext,
    founder: Founder,
) -> Result<Option<Position>, CommandError> {
    ports.keys.ensure_organization(founder.organization).await?;
    let admin_profile = seal(ports, founder.organization, &founder.profile).await?;
    let command = OrganizationCommand::Found {
        id: founder.organization,
        name: founder.name,
        demonstration: founder.demonstration,
        admin: founder.admin,
        admin_profile,
    };
    execute::<Organization>(ports, context, founder.organization, command).await
}

/// Lets a person in.
pub async fn add_member(
    ports: &Ports,
    context: &CommandContext,
    user: UserId,
    role: Role,
    profile: &MemberProfile,
) -> Result<Option<Position>, CommandError> {
    let profile = seal(ports, context.organization, profile).await?;
    let command = OrganizationCommand::AddMember { user, role, profile };
    execute::<Organization>(ports, context, context.organization, command).await
}

async fn seal(
    ports: &Ports,
    organization: OrganizationId,
    profile: &MemberProfile,
) -> Result<domain::Sealed, CommandError> {
    let text = serde_json::to_string(profile).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    Ok(ports.keys.seal_for_organization(organization, &text).await?)
}

//! The one place that decides who may do what. Every read and write passes here with the organization in hand; what is not
//! allowed by name is denied, and what belongs to others is answered as not found.

use std::collections::BTreeSet;

use domain::{Actor, OrganizationId, TeamId, UserId, campaign::Campaign, organization::Role};

/// A signed-in person, in one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The organization that the session or token is for.
    pub organization: OrganizationId,
    /// Who.
    pub user: UserId,
    /// What they may do there, read afresh for each request.
    pub role: Role,
    /// The teams that they are in.
    pub teams: BTreeSet<TeamId>,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See campaigns, scripts, contacts and figures.
    Read,
    /// See everything with its history.
    Audit,
    /// Make a campaign or change one.
    WriteCampaign,
    /// Approve, submit, pause or cancel one.
    SendCampaign,
    /// Import, change or mark contacts.
    WriteContacts,
    /// Change settings, caller ids, states, lists.
    Administer,
    /// Let people in, out, or change their roles.
    ManageMembers,
    /// Have an API token of one's own.
    ManageOwnTokens,
    /// Choose which mail one gets.
    ManageOwnMail,
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The organization as a whole.
    Organization,
    /// A campaign of this owner and team.
    Campaign {
        /// Whose it is.
        owner: UserId,
        /// The team that sees it.
        team: Option<TeamId>,
    },
}

impl Resource {
    /// A campaign; a stream that was never made belongs to nobody.
    pub fn of_campaign(campaign: &Campaign) -> Option<Self> {
        campaign.id.and(campaign.owner).map(|owner| Self::Campaign {
            owner,
            team: campaign.team,
        })
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignedOut,
    /// The role does not allow it.
    #[error("the role {0} does not allow this", .role.as_str())]
    Role {
        /// The role they have.
        role: Role,
    },
    /// It does not exist, or belongs to others: which of the two is not said.
    #[error("there is no such {0}")]
    NotFound(&'static str),
}

/// Proof that the check was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    principal: Principal,
}

impl Permit {
    /// The tenant that it is good for.
    pub const fn organization(&self) -> OrganizationId {
        self.principal.organization
    }

    /// Who it is good for.
    pub const fn user(&self) -> UserId {
        self.principal.user
    }

    /// With which role.
    pub const fn role(&self) -> Role {
        self.principal.role
    }

    /// Who, as events name them.
    pub const fn actor(&self) -> Actor {
        Actor::User(self.principal.user)
    }

    /// Which campaigns the holder sees.
    pub fn sees(&self) -> Sight {
        match self.principal.role {
            Role::Admin | Role::Auditor => Sight::Everything,
            Role::Agent | Role::Viewer => Sight::Own {
                user: self.principal.user,
                teams: self.principal.teams.iter().copied().collect(),
            },
        }
    }
}

/// Which campaigns somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of the organization's.
    Everything,
    /// Their own and their teams'.
    Own {
        /// Who.
        user: UserId,
        /// In which teams.
        teams: Vec<TeamId>,
    },
}

/// Decides.
pub fn authorize(principal: &Principal, action: Action, resource: Resource) -> Result<Permit, Denied> {
    if !role_allows(principal.role, action) {
        return Err(Denied::Role { role: principal.role });
    }
    let reachable = match (resource, principal.role) {
        (Resource::Organization, _) | (Resource::Campaign { .. }, Role::Admin | Role::Auditor) => true,
        (Resource::Campaign { owner, team }, Role::Agent | Role::Viewer) => {
            owner == principal.user || team.is_some_and(|t| principal.teams.contains(&t))
        }
    };
    if reachable {
        Ok(Permit {
            principal: principal.clone(),
        })
    } else {
        Err(Denied::NotFound("campaign"))
    }
}

const fn role_allows(role: Role, action: Action) -> bool {
    match action {
        Action::Read | Action::ManageOwnTokens | Action::ManageOwnMail => true,
        Action::Audit => matches!(role, Role::Admin | Role::Auditor),
        Action::WriteCampaign | Action::SendCampaign | Action::WriteContacts => {
            matches!(role, Role::Admin | Role::Agent)
        }
        Action::Administer | Action::ManageMembers => matches!(role, Role::Admin),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(role: Role, teams: &[u128]) -> Principal {
        Principal {
            organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
            user: UserId::from_uuid(Uuid::from_u128(7)),
            role,
            teams: teams
                .iter()
                .map(|t| TeamId::from_uuid(Uuid::from_u128(*t)))
                .collect(),
        }
    }

    fn campaign_of(owner: u128, team: Option<u128>) -> Resource {
        Resource::Campaign {
            owner: UserId::from_uuid(Uuid::from_u128(owner)),
            team: team.map(|t| TeamId::from_uuid(Uuid::from_u128(t))),
        }
    }

    #[test]
    fn an_agent_reaches_own_and_team_campaigns_and_others_do_not_exist() {
        let agent = person(Role::Agent, &[5]);
        assert!(authorize(&agent, Action::WriteCampaign, campaign_of(7, None)).is_ok());
        assert!(authorize(&agent, Action::WriteCampaign, campaign_of(8, Some(5))).is_ok());
        let denied = authorize(&agent, Action::Read, campaign_of(8, Some(6)));
        assert_eq!(denied, Err(Denied::NotFound("campaign")));
    }

    #[test]
    fn a_viewer_and_an_auditor_change_nothing() {
        for role in [Role::Viewer, Role::Auditor] {
            for action in [
                Action::WriteCampaign,
                Action::SendCampaign,
                Action::WriteContacts,
                Action::Administer,
            ] {
                let denied = authorize(&person(role, &[]), action, Resource::Organization);
                assert_eq!(denied, Err(Denied::Role { role }), "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn only_an_admin_administers_and_an_auditor_sees_everything() {
        assert!(
            authorize(
                &person(Role::Admin, &[]),
                Action::ManageMembers,
                Resource::Organization
            )
            .is_ok()
        );
        let denied = authorize(
            &person(Role::Agent, &[]),
            Action::Administer,
            Resource::Organization,
        );
        assert_eq!(denied, Err(Denied::Role { role: Role::Agent }));
        let permit = authorize(&person(Role::Auditor, &[]), Action::Audit, campaign_of(8, None)).unwrap();
        assert_eq!(permit.sees(), Sight::Everything);
    }
}

//! Administration: settings, caller ids, states, lists, members, teams.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::{Action, Permit},
    execute::execute,
    use_cases::{self, MemberProfile},
};
use domain::{
    PhoneNumber, TeamId, UserId,
    organization::{CallerId, HaltedBy, Organization, OrganizationCommand},
};

use super::{
    super::{
        context::{Caller, caller},
        enums::Role,
        error::{Problem, outcome},
        node_id::NodeKind,
        scalars::Position,
    },
    rules::us_state,
    settings::SettingsChange,
};
use crate::auth::{email_index, make_sign_in_link};

/// Somebody to let in.
#[derive(InputObject)]
pub struct NewMember {
    name: String,
    email: String,
    role: Role,
}

/// The organization was changed, or was so already.
#[derive(Debug, SimpleObject)]
pub struct OrganizationChanged {
    /// Pass it as `minPosition` to read what was written.
    pub(super) position: Position,
}

/// Somebody was let in.
#[derive(Debug, SimpleObject)]
pub struct MemberAdded {
    user_id: ID,
    /// Signs them in once; give it to nobody else.
    sign_in_link: String,
    link_expires_at: DateTime<Utc>,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

/// A team was made.
#[derive(Debug, SimpleObject)]
pub struct TeamCreated {
    team_id: ID,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

outcome! {
    /// The change, or why not.
    OrganizationOutcome = OrganizationChanged;
    /// The new member, or why not.
    MemberOutcome = MemberAdded;
    /// The new team, or why not.
    TeamOutcome = TeamCreated;
}

pub(super) fn phone(text: &str) -> Result<PhoneNumber, Problem> {
    let normalised = import_files::normalise_phone(text);
    normalised
        .map(|phone| phone.number)
        .map_err(|e| Problem::new("INVALID_PHONE", e.to_string()))
}

impl Caller<'_> {
    async fn run_on_organization(
        &self,
        permit: &Permit,
        command: OrganizationCommand,
    ) -> Result<OrganizationChanged, Problem> {
        let context = self.command(permit);
        let appended =
            execute::<Organization>(&self.state.ports, &context, permit.organization(), command).await?;
        Ok(OrganizationChanged {
            position: self.reached(appended).await?,
        })
    }

    pub(super) async fn administer(
        &self,
        action: Action,
        command: impl FnOnce(&Permit) -> Result<OrganizationCommand, Problem>,
    ) -> Result<OrganizationOutcome, Problem> {
        let permit = self.permit(action)?;
        OrganizationOutcome::of(match command(&permit) {
            Ok(command) => self.run_on_organization(&permit, command).await,
            Err(problem) => Err(problem),
        })
    }

    async fn change_settings(&self, change: SettingsChange) -> Result<OrganizationOutcome, Problem> {
        let permit = self.permit(Action::Administer)?;
        let organization = permit.organization();
        let loaded = commands::stream::load::<Organization>(&self.state.ports, organization, organization);
        let settings = change.onto(loaded.await?.state().settings.clone());
        let command = OrganizationCommand::ChangeSettings(settings);
        OrganizationOutcome::of(self.run_on_organization(&permit, command).await)
    }

    async fn add_member(&self, new: NewMember) -> Result<MemberAdded, Problem> {
        let permit = self.permit(Action::ManageMembers)?;
        let (ports, organization) = (&self.state.ports, permit.organization());
        let email = new.email.trim().to_lowercase();
        if !email.contains('@') || email.len() > 254 {
            return Err(Problem::new(
                "INVALID_EMAIL",
                "give an e-mail address such as pat@example.com",
            ));
        }
        let user = UserId::from_uuid(ports.ids.next());
        let sealed = ports.keys.seal_for_organization(organization, &email).await?;
        let index = email_index(ports.keys.as_ref(), &email);
        if !self
            .state
            .accounts
            .set_email(organization, user, &index, &sealed)
            .await?
        {
            return Err(Problem::new(
                "EMAIL_TAKEN",
                "another account has this e-mail address",
            ));
        }
        let profile = MemberProfile {
            name: new.name,
            email,
        };
        let context = self.command(&permit);
        let appended = use_cases::add_member(ports, &context, user, new.role.into(), &profile).await?;
        let (sign_in_link, link_expires_at) = make_sign_in_link(self.state, user).await?;
        Ok(MemberAdded {
            user_id: user.global(),
            sign_in_link,
            link_expires_at,
            position: self.reached(appended).await?,
        })
    }

    async fn remove_member(&self, user: &ID) -> Result<OrganizationOutcome, Problem> {
        let permit = self.permit(Action::ManageMembers)?;
        let removed = async {
            let user = UserId::parse(user)?;
            let done = self
                .run_on_organization(&permit, OrganizationCommand::RemoveMember { user })
                .await?;
            self.state.accounts.end_sessions(user).await?;
            Ok(done)
        };
        OrganizationOutcome::of(removed.await)
    }

    async fn create_team(&self, name: String) -> Result<TeamCreated, Problem> {
        let permit = self.permit(Action::ManageMembers)?;
        let team = TeamId::from_uuid(self.state.ports.ids.next());
        let done = self
            .run_on_organization(&permit, OrganizationCommand::CreateTeam { team, name })
            .await?;
        Ok(TeamCreated {
            team_id: team.global(),
            position: done.position,
        })
    }
}

/// Administration.
#[derive(Debug, Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Changes settings.
    async fn change_settings(
        &self,
        ctx: &Context<'_>,
        change: SettingsChange,
    ) -> Result<OrganizationOutcome, Problem> {
        caller(ctx)?.change_settings(change).await
    }

    /// Allows a number to be shown. `proof` says why the organization may use it.
    async fn add_caller_id(
        &self,
        ctx: &Context<'_>,
        number: String,
        label: String,
        proof: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            let number = phone(&number)?;
            let caller_id = CallerId { number, label };
            Ok(OrganizationCommand::AddCallerId { caller_id, proof })
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// No longer allows a number to be shown.
    async fn remove_caller_id(
        &self,
        ctx: &Context<'_>,
        number: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            Ok(OrganizationCommand::RemoveCallerId {
                number: phone(&number)?,
            })
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Switches a state on or off, with the grounds for it.
    async fn switch_state(
        &self,
        ctx: &Context<'_>,
        state: String,
        on: bool,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            let state = us_state(&state)?;
            Ok(if on {
                OrganizationCommand::SwitchStateOn { state, reason }
            } else {
                OrganizationCommand::SwitchStateOff { state, reason }
            })
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Hands nothing over any more, whatever is approved, until it is allowed again. Drops wait; none is lost.
    async fn halt_sending(&self, ctx: &Context<'_>, reason: String) -> Result<OrganizationOutcome, Problem> {
        let by = HaltedBy::Organization;
        let command = |_: &Permit| Ok(OrganizationCommand::HaltSending { by, reason });
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Lifts the organization's own halt. The operator's stays.
    async fn allow_sending(&self, ctx: &Context<'_>, reason: String) -> Result<OrganizationOutcome, Problem> {
        let by = HaltedBy::Organization;
        let command = |_: &Permit| Ok(OrganizationCommand::AllowSending { by, reason });
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Lets a person in and answers a one-time link that signs them in.
    async fn add_member(&self, ctx: &Context<'_>, input: NewMember) -> Result<MemberOutcome, Problem> {
        MemberOutcome::of(caller(ctx)?.add_member(input).await)
    }

    /// Lets a person do something else.
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        role: Role,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            Ok(OrganizationCommand::ChangeRole {
                user: UserId::parse(&user_id)?,
                role: role.into(),
            })
        };
        caller(ctx)?.administer(Action::ManageMembers, command).await
    }

    /// Lets a person go and ends their sessions.
    async fn remove_member(&self, ctx: &Context<'_>, user_id: ID) -> Result<OrganizationOutcome, Problem> {
        caller(ctx)?.remove_member(&user_id).await
    }

    /// Makes a team.
    async fn create_team(&self, ctx: &Context<'_>, name: String) -> Result<TeamOutcome, Problem> {
        TeamOutcome::of(caller(ctx)?.create_team(name).await)
    }

    /// Puts a member in a team.
    async fn join_team(
        &self,
        ctx: &Context<'_>,
        team_id: ID,
        user_id: ID,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            Ok(OrganizationCommand::JoinTeam {
                team: TeamId::parse(&team_id)?,
                user: UserId::parse(&user_id)?,
            })
        };
        caller(ctx)?.administer(Action::ManageMembers, command).await
    }

    /// Takes a member out of a team.
    async fn leave_team(
        &self,
        ctx: &Context<'_>,
        team_id: ID,
        user_id: ID,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| {
            Ok(OrganizationCommand::LeaveTeam {
                team: TeamId::parse(&team_id)?,
                user: UserId::parse(&user_id)?,
            })
        };
        caller(ctx)?.administer(Action::ManageMembers, command).await
    }
}

//! Permission for things that must be loaded to know whose they are. Loads, asks [`crate::authorization`], and answers
//! "no such thing" for what does not exist and for what is not the caller's alike.

use domain::{
    CampaignId, ContactId, CorrelationId, OrganizationId, ScriptId, UserId,
    campaign::Campaign,
    contact::Contact,
    organization::{Organization, OrganizationCommand, Role},
    script::Script,
};

use crate::{
    authorization::{Action, Denied, Permit, Principal, Resource, authorize},
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    stream::{Loaded, load},
};

/// Who somebody is in an organization at this moment, by the organization's own stream; nothing when not a member.
pub async fn principal(
    ports: &Ports,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Principal>, CommandError> {
    let loaded: Loaded<Organization> = load(ports, organization, organization).await?;
    let state = loaded.state();
    Ok(state.members.get(&user).map(|member| Principal {
        organization,
        user,
        role: member.role,
        teams: state.teams_of(user).collect(),
    }))
}

/// Permission for the organization as a whole.
pub fn on_organization(principal: &Principal, action: Action) -> Result<Permit, CommandError> {
    Ok(authorize(principal, action, Resource::Organization)?)
}

/// Permission for a campaign.
pub async fn on_campaign(
    ports: &Ports,
    principal: &Principal,
    action: Action,
    id: CampaignId,
) -> Result<(Permit, Campaign), CommandError> {
    let loaded: Loaded<Campaign> = load(ports, principal.organization, id).await?;
    let resource = Resource::of_campaign(loaded.state()).ok_or(Denied::NotFound("campaign"))?;
    let permit = authorize(principal, action, resource)?;
    Ok((permit, loaded.state().clone()))
}

/// Permission for a script, by its campaign.
pub async fn on_script(
    ports: &Ports,
    principal: &Principal,
    action: Action,
    id: ScriptId,
) -> Result<(Permit, Script), CommandError> {
    let loaded: Loaded<Script> = load(ports, principal.organization, id).await?;
    let campaign = loaded.state().campaign.ok_or(Denied::NotFound("script"))?;
    let (permit, _) = on_campaign(ports, principal, action, campaign)
        .await
        .map_err(|e| match e {
            CommandError::Denied(Denied::NotFound(_)) => Denied::NotFound("script").into(),
            other => other,
        })?;
    Ok((permit, loaded.state().clone()))
}

/// Permission for a contact: contacts are the organization's, and whoever may read may see that they exist.
pub async fn on_contact(
    ports: &Ports,
    principal: &Principal,
    action: Action,
    id: ContactId,
) -> Result<(Permit, Contact), CommandError> {
    let permit = on_organization(principal, action)?;
    let loaded: Loaded<Contact> = load(ports, principal.organization, id).await?;
    if loaded.state().id.is_none() {
        return Err(Denied::NotFound("contact").into());
    }
    Ok((permit, loaded.state().clone()))
}

/// Records that an auditor looks at something, before it is shown; nothing for everybody else. `subject` is an id, nothing personal.
pub async fn record_look(
    ports: &Ports,
    permit: &Permit,
    correlation: CorrelationId,
    subject: String,
) -> Result<(), CommandError> {
    if permit.role() != Role::Auditor {
        return Ok(());
    }
    let command = OrganizationCommand::RecordLookUp {
        user: permit.user(),
        subject,
    };
    let context = CommandContext::of(permit, correlation);
    execute::<Organization>(ports, &context, permit.organization(), command).await?;
    Ok(())
}

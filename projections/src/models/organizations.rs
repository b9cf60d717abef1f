//! Organizations, their members, teams and settings, and which states are switched on.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Actor, OrganizationId, Recorded, Sealed, TeamId, UsState, UserId,
    compliance::{Emergency, PermitStanding},
    organization::{CallerId, HaltedBy, OrganizationEvent, Role, Settings, take_in_permits},
};

use super::organization_of;
use crate::{Json, Rows, model::read_model};

read_model! {
    /// An organization.
    pub struct OrganizationRow in "organizations" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
        }
        given {}
        /// The brokerage's name.
        name: String,
        /// A demonstration, and shown as one.
        demonstration: bool,
        /// Its settings.
        settings: Json<Settings>,
        /// Numbers that it may show.
        caller_ids: Json<Vec<CallerId>>,
        /// Kept choices of columns: name to header text to field.
        mapping_templates: Json<BTreeMap<String, BTreeMap<String, String>>>,
        /// Why nothing is handed over, by whose halt it is.
        halts: Json<BTreeMap<HaltedBy, String>>,
        /// Permits on record.
        permits: Json<Vec<PermitStanding>>,
        /// Emergencies that are declared.
        emergencies: Json<Vec<Emergency>>,
        /// When it was founded.
        founded_at: DateTime<Utc>,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
        /// The last sequence of its stream, for commands that expect one.
        sequence: i64,
    }
}

read_model! {
    /// A person in an organization, or one who was.
    pub struct MemberRow in "members" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The person.
            user_id: UserId,
        }
        given {
            /// Name and e-mail, under the organization's key.
            profile: Sealed,
        }
        /// What they may do.
        role: Role,
        /// The teams that they are in.
        teams: Json<Vec<TeamId>>,
        /// When they came in.
        added_at: DateTime<Utc>,
        /// When they left; the row stays, because history names them.
        removed_at: Option<DateTime<Utc>>,
    }
}

read_model! {
    /// A team.
    pub struct TeamRow in "teams" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The team.
            team_id: TeamId,
        }
        given {
            /// What it is called.
            name: String,
        }
        /// When it was made.
        created_at: DateTime<Utc>,
    }
}

read_model! {
    /// A state that was switched on or off.
    pub struct StateSwitchRow in "state_switches" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The state.
            state: UsState,
        }
        given {
            /// Whether it is on.
            switched_on: bool,
            /// On what grounds.
            reason: String,
            /// Who did it.
            actor: Actor,
            /// When.
            changed_at: DateTime<Utc>,
        }
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::OrganizationEvent(happened) = &event.event else {
        return;
    };
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    if let OrganizationEvent::OrganizationFounded { .. } = happened {
        let mut row = OrganizationRow::blank(organization);
        row.founded_at = at;
        rows.organizations.put(row);
    }
    rows.organizations.change(&(organization,), |row| {
        row.take_in(happened);
        row.updated_at = row.updated_at.max(at);
        row.sequence = event.sequence as i64;
    });
    apply_to_members(event, happened, rows);
    apply_to_teams(event, happened, rows);
    apply_to_states(event, happened, rows);
}

impl OrganizationRow {
    fn take_in(&mut self, event: &OrganizationEvent) {
        match event {
            OrganizationEvent::OrganizationFounded {
                name, demonstration, ..
            } => {
                self.name.clone_from(name);
                self.demonstration = *demonstration;
            }
            OrganizationEvent::SettingsChanged { settings } => self.settings = Json(settings.clone()),
            OrganizationEvent::CallerIdAdded { caller_id, .. } => {
                self.caller_ids.0.retain(|known| known.number != caller_id.number);
                self.caller_ids.0.push(caller_id.clone());
            }
            OrganizationEvent::CallerIdRemoved { number } => {
                self.caller_ids.0.retain(|known| known.number != *number);
            }
            OrganizationEvent::MappingTemplateSaved { name, mapping, .. } => {
                self.mapping_templates.0.insert(name.clone(), mapping.clone());
            }
            OrganizationEvent::MappingTemplateRemoved { name, .. } => {
                self.mapping_templates.0.remove(name);
            }
            OrganizationEvent::SendingHalted { by, reason } => {
                self.halts.0.insert(*by, reason.clone());
            }
            OrganizationEvent::SendingAllowed { by, .. } => {
                self.halts.0.remove(by);
            }
            OrganizationEvent::PermitRecorded { .. }
            | OrganizationEvent::PermitWithdrawn { .. }
            | OrganizationEvent::EmergencyDeclared { .. }
            | OrganizationEvent::EmergencyEnded { .. } => {
                take_in_permits(event, &mut self.permits.0, &mut self.emergencies.0);
            }
            OrganizationEvent::MemberAdded { .. }
            | OrganizationEvent::MemberRoleChanged { .. }
            | OrganizationEvent::MemberRemoved { .. }
            | OrganizationEvent::TeamCreated { .. }
            | OrganizationEvent::TeamMemberAdded { .. }
            | OrganizationEvent::TeamMemberRemoved { .. }
            | OrganizationEvent::StateSwitchedOn { .. }
            | OrganizationEvent::StateSwitchedOff { .. }
            | OrganizationEvent::SourceConnected { .. }
            | OrganizationEvent::SourceDisconnected { .. }
            | OrganizationEvent::WebhookEndpointAdded { .. }
            | OrganizationEvent::WebhookEndpointRemoved { .. }
            | OrganizationEvent::WebhookSecretRotated { .. }
            | OrganizationEvent::WebhookTestRequested { .. }
            | OrganizationEvent::DigestRecipientAdded { .. }
            | OrganizationEvent::DigestRecipientRemoved { .. }
            | OrganizationEvent::DigestMailToOwnersSet { .. }
            | OrganizationEvent::OwnDigestMailSet { .. }
            | OrganizationEvent::DigestMailTestRequested { .. }
            | OrganizationEvent::NotificationReplayRequested { .. }
            | OrganizationEvent::AuditorLookedUp { .. } => {}
        }
    }
}

fn apply_to_members(event: &Recorded, happened: &OrganizationEvent, rows: &mut Rows) {
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    let newcomer = |user: UserId, profile: &Sealed, role: Role| MemberRow {
        role,
        added_at: at,
        ..MemberRow::blank(organization, user, profile.clone())
    };
    match happened {
        OrganizationEvent::OrganizationFounded {
            admin, admin_profile, ..
        } => rows.members.put(newcomer(*admin, admin_profile, Role::Admin)),
        OrganizationEvent::MemberAdded {
            user_id,
            role,
            profile,
        } => rows.members.put(newcomer(*user_id, profile, *role)),
        OrganizationEvent::MemberRoleChanged { user_id, role } => {
            rows.members
                .change(&(organization, *user_id), |member| member.role = *role);
        }
        OrganizationEvent::MemberRemoved { user_id } => {
            rows.members.change(&(organization, *user_id), |member| {
                member.removed_at = Some(at);
                member.teams.0.clear();
            });
        }
        OrganizationEvent::TeamCreated { .. }
        | OrganizationEvent::TeamMemberAdded { .. }
        | OrganizationEvent::TeamMemberRemoved { .. }
        | OrganizationEvent::SettingsChanged { .. }
        | OrganizationEvent::CallerIdAdded { .. }
        | OrganizationEvent::CallerIdRemoved { .. }
        | OrganizationEvent::StateSwitchedOn { .. }
        | OrganizationEvent::StateSwitchedOff { .. }
        | OrganizationEvent::SendingHalted { .. }
        | OrganizationEvent::SendingAllowed { .. }
        | OrganizationEvent::PermitRecorded { .. }
        | OrganizationEvent::PermitWithdrawn { .. }
        | OrganizationEvent::EmergencyDeclared { .. }
        | OrganizationEvent::EmergencyEnded { .. }
        | OrganizationEvent::SourceConnected { .. }
        | OrganizationEvent::SourceDisconnected { .. }
        | OrganizationEvent::MappingTemplateSaved { .. }
        | OrganizationEvent::MappingTemplateRemoved { .. }
        | OrganizationEvent::WebhookEndpointAdded { .. }
        | OrganizationEvent::WebhookEndpointRemoved { .. }
        | OrganizationEvent::WebhookSecretRotated { .. }
        | OrganizationEvent::WebhookTestRequested { .. }
        | OrganizationEvent::DigestRecipientAdded { .. }
        | OrganizationEvent::DigestRecipientRemoved { .. }
        | OrganizationEvent::DigestMailToOwnersSet { .. }
        | OrganizationEvent::OwnDigestMailSet { .. }
        | OrganizationEvent::DigestMailTestRequested { .. }
        | OrganizationEvent::NotificationReplayRequested { .. }
        | OrganizationEvent::AuditorLookedUp { .. } => {}
    }
}

fn apply_to_teams(event: &Recorded, happened: &OrganizationEvent, rows: &mut Rows) {
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    match happened {
        OrganizationEvent::TeamCreated { team_id, name } => rows.teams.put(TeamRow {
            created_at: at,
            ..TeamRow::blank(organization, *team_id, name.clone())
        }),
        OrganizationEvent::TeamMemberAdded { team_id, user_id } => {
            rows.members.change(&(organization, *user_id), |member| {
                if !member.teams.0.contains(team_id) {
                    member.teams.0.push(*team_id);
                }
            });
        }
        OrganizationEvent::TeamMemberRemoved { team_id, user_id } => {
            rows.members.change(&(organization, *user_id), |member| {
                member.teams.0.retain(|team| team != team_id);
            });
        }
        _ => {}
    }
}

fn apply_to_states(event: &Recorded, happened: &OrganizationEvent, rows: &mut Rows) {
    let (state, switched_on, reason) = match happened {
        OrganizationEvent::StateSwitchedOn { state, reason } => (*state, true, reason.clone()),
        OrganizationEvent::StateSwitchedOff { state, reason } => (*state, false, reason.clone()),
        _ => return,
    };
    rows.state_switches.put(StateSwitchRow {
        organization_id: organization_of(event),
        state,
        switched_on,
        reason,
        actor: event.metadata.actor.clone(),
        changed_at: event.metadata.recorded_at,
    });
}

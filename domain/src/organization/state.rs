//! What an organization is after its events.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CallerId, HaltedBy, OrganizationEvent, Outlets, Role, Settings, permits::take_in_permits};
use crate::{
    ConnectionId, OrganizationId, Sealed, TeamId, UsState, UserId,
    compliance::{Emergency, PermitStanding},
    import::ContactSource,
};

/// A person in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What they may do.
    pub role: Role,
    /// Name and e-mail, under the organization's key.
    pub profile: Sealed,
}

/// Why a state is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateSwitch {
    /// On what grounds.
    pub reason: String,
}

/// An account of another service that is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedSource {
    /// Which service.
    pub source: ContactSource,
    /// Who connected it; it is theirs alone.
    pub by: UserId,
}

/// An organization as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id, once founded.
    pub id: Option<OrganizationId>,
    /// The brokerage's name.
    pub name: String,
    /// A demonstration.
    pub demonstration: bool,
    /// Who is in it.
    pub members: BTreeMap<UserId, Member>,
    /// Its teams and who is in them.
    pub teams: BTreeMap<TeamId, BTreeSet<UserId>>,
    /// Its settings.
    pub settings: Settings,
    /// Numbers that it may show.
    pub caller_ids: Vec<CallerId>,
    /// States that are on.
    pub states_on: BTreeMap<UsState, StateSwitch>,
    /// States that were on and were switched off again.
    #[serde(default)]
    pub states_off: BTreeSet<UsState>,
    /// Why nothing is handed over, by whose halt it is.
    pub halts: BTreeMap<HaltedBy, String>,
    /// Permits on record.
    pub permits: Vec<PermitStanding>,
    /// Emergencies that are declared.
    pub emergencies: Vec<Emergency>,
    /// Accounts of other services that are connected.
    pub connections: BTreeMap<ConnectionId, ConnectedSource>,
    /// Kept choices of columns, by name.
    pub mapping_templates: BTreeMap<String, BTreeMap<String, String>>,
    /// Where its digests are sent.
    pub outlets: Outlets,
}

impl Organization {
    /// Nothing is handed over, whatever is approved.
    pub fn is_halted(&self) -> bool {
        !self.halts.is_empty()
    }

    /// The names under which it sells: its own, and its brokerage's.
    pub fn seller_names(&self) -> [&str; 2] {
        [&self.name, &self.settings.agent.brokerage]
    }

    /// The teams that a person is in.
    pub fn teams_of(&self, user: UserId) -> impl Iterator<Item = TeamId> + '_ {
        self.teams
            .iter()
            .filter(move |(_, members)| members.contains(&user))
            .map(|(team, _)| *team)
    }

    fn connect(&mut self, connection: ConnectionId, source: ContactSource, by: UserId) {
        self.connections
            .insert(connection, ConnectedSource { source, by });
    }

    fn admit(&mut self, user: UserId, role: Role, profile: &Sealed) {
        let profile = profile.clone();
        self.members.insert(user, Member { role, profile });
    }

    pub(super) fn take_in(&mut self, event: &OrganizationEvent) {
        use OrganizationEvent as E;
        match event {
            E::OrganizationFounded {
                organization_id,
                name,
                demonstration,
                admin,
                admin_profile,
            } => {
                self.id = Some(*organization_id);
                self.name.clone_from(name);
                self.demonstration = *demonstration;
                self.admit(*admin, Role::Admin, admin_profile);
            }
            E::MemberAdded { .. }
            | E::MemberRoleChanged { .. }
            | E::MemberRemoved { .. }
            | E::TeamCreated { .. }
            | E::TeamMemberAdded { .. }
            | E::TeamMemberRemoved { .. } => self.take_in_people(event),
            E::SettingsChanged { settings } => self.settings = settings.clone(),
            E::CallerIdAdded { caller_id, .. } => {
                self.caller_ids.retain(|known| known.number != caller_id.number);
                self.caller_ids.push(caller_id.clone());
            }
            E::CallerIdRemoved { number } => self.caller_ids.retain(|known| known.number != *number),
            E::StateSwitchedOn { .. }
            | E::StateSwitchedOff { .. }
            | E::SendingHalted { .. }
            | E::SendingAllowed { .. } => self.take_in_switch(event),
            E::PermitRecorded { .. }
            | E::PermitWithdrawn { .. }
            | E::EmergencyDeclared { .. }
            | E::EmergencyEnded { .. } => {
                take_in_permits(event, &mut self.permits, &mut self.emergencies);
            }
            E::SourceConnected {
                connection_id,
                source,
                by,
            } => {
                self.connect(*connection_id, *source, *by);
            }
            E::SourceDisconnected { connection_id, .. } => {
                self.connections.remove(connection_id);
            }
            E::MappingTemplateSaved { name, mapping, .. } => {
                self.mapping_templates.insert(name.clone(), mapping.clone());
            }
            E::MappingTemplateRemoved { name, .. } => {
                self.mapping_templates.remove(name);
            }
            E::WebhookEndpointAdded { .. }
            | E::WebhookEndpointRemoved { .. }
            | E::WebhookSecretRotated { .. }
            | E::DigestRecipientAdded { .. }
            | E::DigestRecipientRemoved { .. }
            | E::DigestMailToOwnersSet { .. }
            | E::OwnDigestMailSet { .. } => self.outlets.take_in(event),
            E::WebhookTestRequested { .. }
            | E::DigestMailTestRequested { .. }
            | E::NotificationReplayRequested { .. }
            | E::AuditorLookedUp { .. } => {}
        }
    }

    /// Who is in it, and in which teams.
    fn take_in_people(&mut self, event: &OrganizationEvent) {
        use OrganizationEvent as E;
        match event {
            E::MemberAdded {
                user_id,
                role,
                profile,
            } => self.admit(*user_id, *role, profile),
            E::MemberRoleChanged { user_id, role } => {
                if let Some(member) = self.members.get_mut(user_id) {
                    member.role = *role;
                }
            }
            E::MemberRemoved { user_id } => {
                self.members.remove(user_id);
                for team in self.teams.values_mut() {
                    team.remove(user_id);
                }
            }
            E::TeamCreated { team_id, .. } => {
                self.teams.entry(*team_id).or_default();
            }
            E::TeamMemberAdded { team_id, user_id } => {
                self.teams.entry(*team_id).or_default().insert(*user_id);
            }
            E::TeamMemberRemoved { team_id, user_id } => {
                if let Some(team) = self.teams.get_mut(team_id) {
                    team.remove(user_id);
                }
            }
            _ => {}
        }
    }

    /// What may be sent at all.
    fn take_in_switch(&mut self, event: &OrganizationEvent) {
        use OrganizationEvent as E;
        match event {
            E::StateSwitchedOn { state, reason } => {
                self.states_off.remove(state);
                self.states_on.insert(
                    *state,
                    StateSwitch {
                        reason: reason.clone(),
                    },
                );
            }
            E::StateSwitchedOff { state, .. } => {
                self.states_on.remove(state);
                self.states_off.insert(*state);
            }
            E::SendingHalted { by, reason } => {
                self.halts.insert(*by, reason.clone());
            }
            E::SendingAllowed { by, .. } => {
                self.halts.remove(by);
            }
            _ => {}
        }
    }
}

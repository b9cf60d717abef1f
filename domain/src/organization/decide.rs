//! The rules of an organization.

use super::{
    Organization, OrganizationCommand, OrganizationEvent, OrganizationRefusal, PRONUNCIATIONS_MAX,
    Pronunciation, Role, Settings,
    settings::{ACCOUNT_NUMBER_CHARS_MAX, PRONUNCIATION_CHARS_MAX},
};
use crate::{
    UserId,
    aggregate::{Decider, Subject},
};

use OrganizationEvent as E;
use OrganizationRefusal as R;

/// Longest name of an organization or a team, characters.
const NAME_CHARS_MAX: usize = 120;

/// Most kept choices of columns.
const MAPPING_TEMPLATES_MAX: usize = 200;

type Decided = Result<Vec<E>, R>;

impl Decider for Organization {
    const KIND: &'static str = "organization";
    type Command = OrganizationCommand;
    type Event = OrganizationEvent;
    type Refusal = OrganizationRefusal;

    fn decide(&self, command: OrganizationCommand) -> Decided {
        use OrganizationCommand as C;
        if let C::Found {
            id,
            name,
            demonstration,
            admin,
            admin_profile,
        } = command
        {
            return match self.id {
                None => Ok(vec![E::OrganizationFounded {
                    organization_id: id,
                    name: valid_name(&name)?,
                    demonstration,
                    admin,
                    admin_profile,
                }]),
                Some(known) if known == id && self.members.contains_key(&admin) => Ok(vec![]),
                Some(_) => Err(R::AlreadyExists),
            };
        }
        if self.id.is_none() {
            return Err(R::NotFound);
        }
        match command {
            C::Found { .. } => Err(R::AlreadyExists),
            C::AddMember { .. } | C::ChangeRole { .. } | C::RemoveMember { .. } => self.membership(command),
            C::CreateTeam { .. } | C::JoinTeam { .. } | C::LeaveTeam { .. } => self.team(command),
            C::ChangeSettings(settings) => {
                check(&settings)?;
                Ok(once(settings != self.settings, E::SettingsChanged { settings }))
            }
            C::AddCallerId { caller_id, proof } => {
                let proof = given(proof)?;
                Ok(once(
                    !self.caller_ids.contains(&caller_id),
                    E::CallerIdAdded { caller_id, proof },
                ))
            }
            C::RemoveCallerId { number } => {
                let is_known = self.caller_ids.iter().any(|known| known.number == number);
                let removed = is_known.then_some(vec![E::CallerIdRemoved { number }]);
                removed.ok_or(R::UnknownCallerId)
            }
            C::SwitchStateOn { .. }
            | C::SwitchStateOff { .. }
            | C::HaltSending { .. }
            | C::AllowSending { .. } => self.switch(command),
            C::RecordPermit(_)
            | C::WithdrawPermit { .. }
            | C::DeclareEmergency(_)
            | C::EndEmergency { .. } => self.permit_or_emergency(command),
            C::ConnectSource { .. } | C::DisconnectSource { .. } => Ok(self.connection(command)),
            C::SaveMappingTemplate { .. } | C::RemoveMappingTemplate { .. } => self.template(command),
            C::AddWebhookEndpoint { .. }
            | C::RemoveWebhookEndpoint { .. }
            | C::RotateWebhookSecret { .. }
            | C::TestWebhookEndpoint { .. }
            | C::AddDigestRecipient { .. }
            | C::RemoveDigestRecipient { .. }
            | C::SetDigestMailToOwners { .. }
            | C::SetOwnDigestMail { .. }
            | C::TestDigestMail { .. }
            | C::ReplayNotification { .. } => self.outlet(command),
            C::RecordLookUp { user, subject } => Ok(vec![E::AuditorLookedUp {
                user_id: user,
                subject,
            }]),
        }
    }

    fn evolve(&mut self, event: &OrganizationEvent) {
        self.take_in(event);
    }

    fn subject(&self) -> Subject {
        Subject::default()
    }
}

impl Organization {
    /// What may be sent at all: by state, and anything.
    fn switch(&self, command: OrganizationCommand) -> Decided {
        use OrganizationCommand as C;
        match command {
            C::SwitchStateOn { state, reason } => {
                let reason = given(reason)?;
                let same = self.states_on.get(&state).is_some_and(|s| s.reason == reason);
                Ok(once(!same, E::StateSwitchedOn { state, reason }))
            }
            C::SwitchStateOff { state, reason } => Ok(once(
                self.states_on.contains_key(&state),
                E::StateSwitchedOff {
                    state,
                    reason: given(reason)?,
                },
            )),
            C::HaltSending { by, reason } => {
                let reason = given(reason)?;
                Ok(once(
                    !self.halts.contains_key(&by),
                    E::SendingHalted { by, reason },
                ))
            }
            C::AllowSending { by, reason } => {
                let reason = given(reason)?;
                Ok(once(
                    self.halts.contains_key(&by),
                    E::SendingAllowed { by, reason },
                ))
            }
            _ => Ok(vec![]),
        }
    }
    fn membership(&self, command: OrganizationCommand) -> Decided {
        match command {
            OrganizationCommand::AddMember { user, role, profile } => match self.members.get(&user) {
                None => Ok(vec![E::MemberAdded {
                    user_id: user,
                    role,
                    profile,
                }]),
                Some(member) if member.role == role => Ok(vec![]),
                Some(_) => Err(R::AlreadyAMember),
            },
            OrganizationCommand::ChangeRole { user, role } => {
                let known = self.members.get(&user).ok_or(R::NotAMember)?.role;
                if known == role {
                    return Ok(vec![]);
                }
                self.leaves_an_admin(user)?;
                Ok(vec![E::MemberRoleChanged { user_id: user, role }])
            }
            OrganizationCommand::RemoveMember { user } => {
                if !self.members.contains_key(&user) {
                    return Err(R::NotAMember);
                }
                self.leaves_an_admin(user)?;
                Ok(vec![E::MemberRemoved { user_id: user }])
            }
            _ => Ok(vec![]),
        }
    }

    /// A connection that is made again is recorded again: its secrets are others.
    fn connection(&self, command: OrganizationCommand) -> Vec<E> {
        match command {
            OrganizationCommand::ConnectSource {
                connection,
                source,
                by,
            } => vec![E::SourceConnected {
                connection_id: connection,
                source,
                by,
            }],
            OrganizationCommand::DisconnectSource {
                connection,
                by,
                reason,
            } => once(
                self.connections.contains_key(&connection),
                E::SourceDisconnected {
                    connection_id: connection,
                    by,
                    reason,
                },
            ),
            _ => vec![],
        }
    }

    fn template(&self, command: OrganizationCommand) -> Decided {
        match command {
            OrganizationCommand::SaveMappingTemplate { name, mapping, by } => {
                let name = valid_name(&name)?;
                if mapping.is_empty() {
                    return Err(R::EmptyMapping);
                }
                let kept = self.mapping_templates.get(&name);
                if kept.is_none() && self.mapping_templates.len() >= MAPPING_TEMPLATES_MAX {
                    return Err(R::TooManyMappingTemplates);
                }
                Ok(once(
                    kept != Some(&mapping),
                    E::MappingTemplateSaved { name, mapping, by },
                ))
            }
            OrganizationCommand::RemoveMappingTemplate { name, by } => Ok(once(
                self.mapping_templates.contains_key(&name),
                E::MappingTemplateRemoved { name, by },
            )),
            _ => Ok(vec![]),
        }
    }

    fn leaves_an_admin(&self, without: UserId) -> Result<(), R> {
        let another = self
            .members
            .iter()
            .any(|(user, m)| *user != without && m.role == Role::Admin);
        if another { Ok(()) } else { Err(R::LastAdmin) }
    }

    fn team(&self, command: OrganizationCommand) -> Decided {
        match command {
            OrganizationCommand::CreateTeam { team, name } => {
                let name = valid_name(&name)?;
                Ok(once(
                    !self.teams.contains_key(&team),
                    E::TeamCreated { team_id: team, name },
                ))
            }
            OrganizationCommand::JoinTeam { team, user } => {
                let members = self.teams.get(&team).ok_or(R::UnknownTeam)?;
                if !self.members.contains_key(&user) {
                    return Err(R::NotAMember);
                }
                Ok(once(
                    !members.contains(&user),
                    E::TeamMemberAdded {
                        team_id: team,
                        user_id: user,
                    },
                ))
            }
            OrganizationCommand::LeaveTeam { team, user } => {
                let members = self.teams.get(&team).ok_or(R::UnknownTeam)?;
                Ok(once(
                    members.contains(&user),
                    E::TeamMemberRemoved {
                        team_id: team,
                        user_id: user,
                    },
                ))
            }
            _ => Ok(vec![]),
        }
    }
}

fn check(settings: &Settings) -> Result<(), R> {
    let bounds = |ok: bool, setting, bounds| {
        if ok {
            Ok(())
        } else {
            Err(R::InvalidSetting { setting, bounds })
        }
    };
    bounds(
        (1..=365).contains(&settings.min_interval_days),
        "min_interval_days",
        "1 to 365",
    )?;
    let san = settings.subscription_account_number.as_deref();
    bounds(
        san.is_none_or(|san| !san.trim().is_empty() && san.chars().count() <= ACCOUNT_NUMBER_CHARS_MAX),
        "subscription_account_number",
        "1 to 40 characters",
    )?;
    let pronounceable = |p: &Pronunciation| {
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= PRONUNCIATION_CHARS_MAX;
        fits(&p.written) && fits(&p.spoken)
    };
    bounds(
        settings.pronunciations.len() <= PRONUNCIATIONS_MAX
            && settings.pronunciations.iter().all(pronounceable),
        "pronunciations",
        "at most 500, each with 1 to 100 characters written and spoken",
    )?;
    bounds(
        (1..=1_000).contains(&settings.campaigns_per_day_max),
        "campaigns_per_day_max",
        "1 to 1,000",
    )?;
    bounds(
        (1..=1_000_000).contains(&settings.contacts_per_campaign_max),
        "contacts_per_campaign_max",
        "1 to 1,000,000",
    )?;
    bounds(
        (1..=3_650).contains(&settings.audio_retention_days),
        "audio_retention_days",
        "1 to 3,650",
    )?;
    bounds(
        !settings.default_voice.trim().is_empty(),
        "default_voice",
        "a voice id",
    )?;
    let voice = settings.voice_settings;
    bounds(
        voice.stability <= 100 && voice.similarity <= 100,
        "voice_settings",
        "0 to 100 each",
    )
}

fn once(changes: bool, event: E) -> Vec<E> {
    if changes { vec![event] } else { vec![] }
}

fn valid_name(name: &str) -> Result<String, R> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        Err(R::InvalidName)
    } else {
        Ok(name.to_owned())
    }
}

fn given(reason: String) -> Result<String, R> {
    if reason.trim().is_empty() {
        Err(R::NoReason)
    } else {
        Ok(reason)
    }
}

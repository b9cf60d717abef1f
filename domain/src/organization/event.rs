//! What can happen to an organization. Storage formats: names and fields only ever grow.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CallerId, Settings};
use crate::{
    ConnectionId, DigestRecipientId, NotificationId, OrganizationId, PhoneNumber, Sealed, TeamId, UsState,
    UserId, WebhookEndpointId, WebhookSecretId,
    aggregate::event_names,
    compliance::{Emergency, PermitKind, PermitStanding},
    import::ContactSource,
};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// All of it, settings and members too.
    Admin,
    /// Own campaigns, and those of the own teams.
    Agent,
    /// Reads what an agent of the team may read.
    Viewer,
    /// Reads everything with its history, changes nothing.
    Auditor,
}

impl Role {
    /// The role as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
        }
    }
}

/// Whose halt of all sending it is. Each lifts its own: an admin does not lift the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltedBy {
    /// The organization's.
    Organization,
    /// The installation's, for all organizations at once.
    Operator,
}

impl HaltedBy {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Operator => "operator",
        }
    }
}

/// What happened to an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrganizationEvent {
    /// It was founded, with its first admin.
    OrganizationFounded {
        /// Its own id.
        organization_id: OrganizationId,
        /// The brokerage's name.
        name: String,
        /// A demonstration, and said so wherever it is shown.
        demonstration: bool,
        /// The first admin.
        admin: UserId,
        /// Name and e-mail of the admin, under the organization's key.
        admin_profile: Sealed,
    },
    /// A person came in.
    MemberAdded {
        /// Who.
        user_id: UserId,
        /// What they may do.
        role: Role,
        /// Name and e-mail, under the organization's key.
        profile: Sealed,
    },
    /// A person may do something else now.
    MemberRoleChanged {
        /// Who.
        user_id: UserId,
        /// What they may do.
        role: Role,
    },
    /// A person left.
    MemberRemoved {
        /// Who.
        user_id: UserId,
    },
    /// A team was made.
    TeamCreated {
        /// Its id.
        team_id: TeamId,
        /// What it is called.
        name: String,
    },
    /// Someone joined a team.
    TeamMemberAdded {
        /// The team.
        team_id: TeamId,
        /// Who.
        user_id: UserId,
    },
    /// Someone left a team.
    TeamMemberRemoved {
        /// The team.
        team_id: TeamId,
        /// Who.
        user_id: UserId,
    },
    /// Settings were changed; all of them, as they are now.
    SettingsChanged {
        /// As they are now.
        settings: Settings,
    },
    /// A number may be shown.
    CallerIdAdded {
        /// Which, and what it is called.
        caller_id: CallerId,
        /// Proof of the right to use it.
        proof: String,
    },
    /// A number may no longer be shown.
    CallerIdRemoved {
        /// Which.
        number: PhoneNumber,
    },
    /// A state is switched on: someone takes responsibility for its rules.
    StateSwitchedOn {
        /// Which.
        state: UsState,
        /// On what grounds.
        reason: String,
    },
    /// A state is switched off.
    StateSwitchedOff {
        /// Which.
        state: UsState,
        /// Why.
        reason: String,
    },
    /// Nothing is handed over from here on, whatever is approved.
    SendingHalted {
        /// Who halted it.
        by: HaltedBy,
        /// Why.
        reason: String,
    },
    /// A halt is lifted.
    SendingAllowed {
        /// Whose halt.
        by: HaltedBy,
        /// On what grounds.
        reason: String,
    },
    /// The organization holds a permit.
    PermitRecorded {
        /// Of which state, which, and until when.
        permit: PermitStanding,
    },
    /// A permit is no longer held.
    PermitWithdrawn {
        /// Of which state.
        state: UsState,
        /// Which.
        permit: PermitKind,
        /// Why.
        reason: String,
    },
    /// Nothing is sent into a state while an emergency lasts.
    EmergencyDeclared {
        /// Where, until when and why.
        emergency: Emergency,
    },
    /// An emergency is over.
    EmergencyEnded {
        /// Where.
        state: UsState,
        /// On what grounds.
        reason: String,
    },
    /// Someone connected an account of another service, or connected it again.
    SourceConnected {
        /// The connection.
        connection_id: ConnectionId,
        /// Which service.
        source: ContactSource,
        /// Who, and whose alone it is.
        by: UserId,
    },
    /// A connection was ended, and its secrets destroyed.
    SourceDisconnected {
        /// The connection.
        connection_id: ConnectionId,
        /// Who.
        by: UserId,
        /// Why.
        reason: String,
    },
    /// A choice of columns was kept under a name, or replaced.
    MappingTemplateSaved {
        /// Its name, unique in the organization.
        name: String,
        /// Header text to field.
        mapping: BTreeMap<String, String>,
        /// Who.
        by: UserId,
    },
    /// A kept choice of columns was removed.
    MappingTemplateRemoved {
        /// Its name.
        name: String,
        /// Who.
        by: UserId,
    },
    /// Another program is told of completed campaigns from here on.
    WebhookEndpointAdded {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
        /// Scheme, host and port of its address; the rest may be a secret.
        origin: String,
    },
    /// It is told no longer.
    WebhookEndpointRemoved {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
    },
    /// What an endpoint is sent is signed with a new secret from here on, and for a while with the one before it, too.
    WebhookSecretRotated {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
        /// The new secret's id; the secret itself is nowhere in events.
        secret_id: WebhookSecretId,
        /// Until when the secret before it signs.
        earlier_until: DateTime<Utc>,
    },
    /// A test is to be sent to an endpoint.
    WebhookTestRequested {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
    },
    /// Somebody gets every digest by e-mail from here on.
    DigestRecipientAdded {
        /// Who.
        recipient_id: DigestRecipientId,
        /// Their address, under the organization's key.
        address: Sealed,
    },
    /// They get them no longer.
    DigestRecipientRemoved {
        /// Who.
        recipient_id: DigestRecipientId,
    },
    /// Whether the owners of campaigns get their digests by e-mail.
    DigestMailToOwnersSet {
        /// They do.
        wanted: bool,
    },
    /// A member chose whether to get the digests of their own campaigns by e-mail.
    OwnDigestMailSet {
        /// Who.
        user_id: UserId,
        /// They want them.
        wanted: bool,
    },
    /// A test mail is to be sent to a member.
    DigestMailTestRequested {
        /// Who.
        user_id: UserId,
    },
    /// A notification is to be sent again.
    NotificationReplayRequested {
        /// Which.
        notification_id: NotificationId,
    },
    /// An auditor looked something up; that is recorded, too.
    AuditorLookedUp {
        /// Who.
        user_id: UserId,
        /// What was looked at, as a stream, such as `contact/<id>`.
        subject: String,
    },
}

event_names!(OrganizationEvent {
    OrganizationFounded = "1",
    MemberAdded = "1",
    MemberRoleChanged = "1",
    MemberRemoved = "1",
    TeamCreated = "1",
    TeamMemberAdded = "1",
    TeamMemberRemoved = "1",
    SettingsChanged = "1",
    CallerIdAdded = "1",
    CallerIdRemoved = "1",
    StateSwitchedOn = "1",
    StateSwitchedOff = "1",
    SendingHalted = "1",
    SendingAllowed = "1",
    PermitRecorded = "1",
    PermitWithdrawn = "1",
    EmergencyDeclared = "1",
    EmergencyEnded = "1",
    SourceConnected = "1",
    SourceDisconnected = "1",
    MappingTemplateSaved = "1",
    MappingTemplateRemoved = "1",
    WebhookEndpointAdded = "1",
    WebhookEndpointRemoved = "1",
    WebhookSecretRotated = "1",
    WebhookTestRequested = "1",
    DigestRecipientAdded = "1",
    DigestRecipientRemoved = "1",
    DigestMailToOwnersSet = "1",
    OwnDigestMailSet = "1",
    DigestMailTestRequested = "1",
    NotificationReplayRequested = "1",
    AuditorLookedUp = "1",
});

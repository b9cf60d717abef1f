//! What can be asked of an organization.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{CallerId, HaltedBy, Role, Settings};
use crate::{
    ConnectionId, DigestRecipientId, NotificationId, OrganizationId, PhoneNumber, Sealed, TeamId, UsState,
    UserId, WebhookEndpointId, WebhookSecretId,
    compliance::{Emergency, PermitKind, PermitStanding},
    import::ContactSource,
};

/// What can be asked of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationCommand {
    /// Found it.
    Found {
        /// Its id.
        id: OrganizationId,
        /// The brokerage's name.
        name: String,
        /// A demonstration.
        demonstration: bool,
        /// The first admin.
        admin: UserId,
        /// Name and e-mail of the admin, sealed.
        admin_profile: Sealed,
    },
    /// Let a person in.
    AddMember {
        /// Who.
        user: UserId,
        /// What they may do.
        role: Role,
        /// Name and e-mail, sealed.
        profile: Sealed,
    },
    /// Let a person do something else.
    ChangeRole {
        /// Who.
        user: UserId,
        /// What they may do.
        role: Role,
    },
    /// Let a person go.
    RemoveMember {
        /// Who.
        user: UserId,
    },
    /// Make a team.
    CreateTeam {
        /// Its id.
        team: TeamId,
        /// What it is called.
        name: String,
    },
    /// Put someone in a team.
    JoinTeam {
        /// The team.
        team: TeamId,
        /// Who.
        user: UserId,
    },
    /// Take someone out of a team.
    LeaveTeam {
        /// The team.
        team: TeamId,
        /// Who.
        user: UserId,
    },
    /// Change the settings.
    ChangeSettings(Settings),
    /// Allow a number to be shown.
    AddCallerId {
        /// Which.
        caller_id: CallerId,
        /// Proof of the right to use it.
        proof: String,
    },
    /// No longer allow a number to be shown.
    RemoveCallerId {
        /// Which.
        number: PhoneNumber,
    },
    /// Switch a state on.
    SwitchStateOn {
        /// Which.
        state: UsState,
        /// On what grounds.
        reason: String,
    },
    /// Switch a state off.
    SwitchStateOff {
        /// Which.
        state: UsState,
        /// Why.
        reason: String,
    },
    /// Hand nothing over any more.
    HaltSending {
        /// Whose halt.
        by: HaltedBy,
        /// Why.
        reason: String,
    },
    /// Lift a halt.
    AllowSending {
        /// Whose halt.
        by: HaltedBy,
        /// On what grounds.
        reason: String,
    },
    /// Record a permit that the organization holds; one of the same state and kind is replaced.
    RecordPermit(PermitStanding),
    /// Record that a permit is no longer held.
    WithdrawPermit {
        /// Of which state.
        state: UsState,
        /// Which.
        permit: PermitKind,
        /// Why.
        reason: String,
    },
    /// Send nothing into a state while an emergency lasts; one declared before is replaced.
    DeclareEmergency(Emergency),
    /// Send into the state again.
    EndEmergency {
        /// Which.
        state: UsState,
        /// On what grounds.
        reason: String,
    },
    /// Record that someone connected an account of another service.
    ConnectSource {
        /// The connection.
        connection: ConnectionId,
        /// Which service.
        source: ContactSource,
        /// Who.
        by: UserId,
    },
    /// Record that a connection was ended.
    DisconnectSource {
        /// The connection.
        connection: ConnectionId,
        /// Who.
        by: UserId,
        /// Why.
        reason: String,
    },
    /// Keep a choice of columns under a name; a kept one of that name is replaced.
    SaveMappingTemplate {
        /// Its name.
        name: String,
        /// Header text to field.
        mapping: BTreeMap<String, String>,
        /// Who.
        by: UserId,
    },
    /// Remove a kept choice of columns.
    RemoveMappingTemplate {
        /// Its name.
        name: String,
        /// Who.
        by: UserId,
    },
    /// Tell another program of completed campaigns.
    AddWebhookEndpoint {
        /// The endpoint.
        endpoint: WebhookEndpointId,
        /// Scheme, host and port of its address.
        origin: String,
    },
    /// Tell it no longer.
    RemoveWebhookEndpoint {
        /// The endpoint.
        endpoint: WebhookEndpointId,
    },
    /// Sign what an endpoint is sent with a new secret, and for a while with the ones before it.
    RotateWebhookSecret {
        /// The endpoint.
        endpoint: WebhookEndpointId,
        /// The new secret.
        secret: WebhookSecretId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Send a test to an endpoint.
    TestWebhookEndpoint {
        /// The endpoint.
        endpoint: WebhookEndpointId,
    },
    /// Send every digest to somebody by e-mail.
    AddDigestRecipient {
        /// Who.
        recipient: DigestRecipientId,
        /// Their address, sealed.
        address: Sealed,
    },
    /// Send them to somebody no longer.
    RemoveDigestRecipient {
        /// Who.
        recipient: DigestRecipientId,
    },
    /// Send the owners of campaigns their digests by e-mail, or not.
    SetDigestMailToOwners {
        /// They get them.
        wanted: bool,
    },
    /// Send a member the digests of their own campaigns by e-mail, or not.
    SetOwnDigestMail {
        /// Who.
        user: UserId,
        /// They want them.
        wanted: bool,
    },
    /// Send a test mail to a member.
    TestDigestMail {
        /// Who.
        user: UserId,
    },
    /// Send a notification again.
    ReplayNotification {
        /// Which.
        notification: NotificationId,
    },
    /// Record an auditor's look-up.
    RecordLookUp {
        /// Who.
        user: UserId,
        /// What was looked at.
        subject: String,
    },
}

//! What is told to the outside about campaigns: who is told, what was said to whom and what came of it, and the two ways it goes: webhooks
//! and e-mail.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    CampaignId, DigestRecipientId, EventId, NotificationId, OrganizationId, Position, UserId,
    WebhookEndpointId, WebhookSecretId,
};
use secrecy::SecretString;

use super::PortError;
use crate::{authorization::Sight, context::Ports};

/// An endpoint of another program, with what must not be shown.
#[derive(Debug, Clone)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Where it is. Paths of such addresses are often secrets.
    pub url: SecretString,
    /// What signs or has signed, each as `whsec_` and base64; the organization's events say which of them sign now.
    pub secrets: BTreeMap<WebhookSecretId, SecretString>,
    /// Since when.
    pub added_at: DateTime<Utc>,
}

/// The register of endpoints. Addresses and secrets lie under the organization's key.
#[async_trait]
pub trait WebhookEndpoints: Send + Sync + std::fmt::Debug {
    /// Keeps an endpoint; the same id again changes nothing.
    async fn save(&self, endpoint: WebhookEndpoint) -> Result<(), PortError>;

    /// One endpoint.
    async fn find(
        &self,
        organization: OrganizationId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError>;

    /// Adds a secret; the same id again changes nothing. That there is no such endpoint is no failure.
    async fn add_secret(
        &self,
        organization: OrganizationId,
        endpoint: WebhookEndpointId,
        id: WebhookSecretId,
        secret: SecretString,
    ) -> Result<(), PortError>;

    /// Forgets secrets that sign no more; that there are none is no failure.
    async fn forget_secrets(
        &self,
        organization: OrganizationId,
        endpoint: WebhookEndpointId,
        ids: &[WebhookSecretId],
    ) -> Result<(), PortError>;

    /// Forgets one; that there is none is no failure.
    async fn remove(&self, organization: OrganizationId, id: WebhookEndpointId) -> Result<(), PortError>;
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationTarget {
    /// Another program.
    Webhook(WebhookEndpointId),
    /// A member, by e-mail.
    Member(UserId),
    /// Somebody else, by e-mail.
    Recipient(DigestRecipientId),
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationSubject {
    /// How a campaign went.
    CampaignCompleted(CampaignId),
    /// Nothing: it is a test.
    Test,
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationState {
    /// It is to be sent, for the first time or again.
    Pending,
    /// It was taken.
    Delivered,
    /// It is given up; it can be replayed.
    Dead,
}

impl NotificationState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// Something to be told to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id: the same for every try, so that a receiver can tell.
    pub id: NotificationId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Who is told.
    pub target: NotificationTarget,
    /// What.
    pub subject: NotificationSubject,
    /// The event that it follows from.
    pub cause: EventId,
    /// The body of a webhook, the same for every try; nothing for a mail, which is made when it is sent. No personal data.
    pub body: Option<String>,
    /// The last event that it speaks of.
    pub position: Position,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

/// A notification and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRecord {
    /// What and to whom.
    pub notification: Notification,
    /// Where it stands.
    pub state: NotificationState,
    /// How often it was tried, all replays together.
    pub tries: u32,
    /// The last answer's status: of HTTP, or of SMTP.
    pub status: Option<u16>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it was last tried.
    pub tried_at: Option<DateTime<Utc>>,
    /// When it is tried again.
    pub next_try_at: Option<DateTime<Utc>>,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationTry {
    /// Where the notification stands after it.
    pub state: NotificationState,
    /// The answer's status.
    pub status: Option<u16>,
    /// Why it failed, without personal data.
    pub error: Option<String>,
    /// When it is tried again.
    pub next_try_at: Option<DateTime<Utc>>,
}

/// A place in the list of notifications, newest first.
pub type NotificationPlace = (DateTime<Utc>, NotificationId);

/// What was told to whom.
#[async_trait]
pub trait NotificationLog: Send + Sync + std::fmt::Debug {
    /// Takes notifications in; one that is known stays as it is, also in what it says.
    async fn open(&self, notifications: Vec<Notification>) -> Result<(), PortError>;

    /// One of them.
    async fn find(
        &self,
        organization: OrganizationId,
        id: NotificationId,
    ) -> Result<Option<NotificationRecord>, PortError>;

    /// Makes it pending again because of an event; the same event again changes nothing. False: there is no such notification.
    async fn reopen(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        because_of: EventId,
    ) -> Result<bool, PortError>;

    /// Notes a try.
    async fn tried(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        outcome: NotificationTry,
        now: DateTime<Utc>,
    ) -> Result<(), PortError>;

    /// Those of an organization, newest first, after a place; in one state when it is named.
    async fn list(
        &self,
        organization: OrganizationId,
        state: Option<NotificationState>,
        after: Option<NotificationPlace>,
        limit: usize,
    ) -> Result<Vec<NotificationRecord>, PortError>;

    /// Deletes those of before an instant that are not pending. Returns how many.
    async fn forget_before(&self, before: DateTime<Utc>) -> Result<u64, PortError>;
}

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NotTaken {
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// Why, without addresses and without what the other side wrote.
    pub reason: String,
    /// Trying again would not help.
    pub is_final: bool,
}

/// A signed message to an endpoint.
#[derive(Debug, Clone)]
pub struct WebhookMessage<'a> {
    /// Where it goes. Paths of such addresses are often secrets.
    pub url: &'a SecretString,
    /// What it is signed with, a signature each.
    pub secrets: Vec<&'a SecretString>,
    /// The notification's id.
    pub id: NotificationId,
    /// When it is sent; part of what is signed.
    pub sent_at: DateTime<Utc>,
    /// The body.
    pub body: &'a str,
}

/// An address that webhooks may go to.
#[derive(Debug, Clone)]
pub struct AllowedUrl {
    /// All of it.
    pub url: SecretString,
    /// Scheme, host and port: what may be shown.
    pub origin: String,
}

/// Sends webhooks.
#[async_trait]
pub trait WebhookSender: Send + Sync + std::fmt::Debug {
    /// Looks whether an address is one that webhooks may go to; the refusal says what to do. Calls nobody.
    fn allow(&self, url: &str) -> Result<AllowedUrl, String>;

    /// A new secret.
    fn new_secret(&self) -> SecretString;

    /// Sends one message once. Answers the status of a success.
    async fn send(&self, message: &WebhookMessage<'_>) -> Result<u16, NotTaken>;
}

/// A mail with the digest.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Makes its Message-ID: the same for every try.
    pub id: NotificationId,
    /// When it is sent.
    pub sent_at: DateTime<Utc>,
    /// To whom.
    pub to: SecretString,
    /// Its subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a page.
    pub html: String,
    /// What is attached: its name and the PDF.
    pub attachment: Option<(String, Vec<u8>)>,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    /// Looks whether a text is an address of one person; answers it tidied up. Calls nobody.
    fn address(&self, text: &str) -> Option<String>;

    /// Looks whether the mail server answers and lets us in.
    async fn check(&self) -> Result<(), NotTaken>;

    /// Hands one mail to the mail server once. Answers the server's status.
    async fn send(&self, mail: Mail) -> Result<u16, NotTaken>;
}

/// The digest of a campaign, ready to be sent.
#[derive(Debug, Clone)]
pub struct DigestMail {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a page that mail programs show.
    pub html: String,
    /// The file's name and the PDF; nothing where there is none.
    pub pdf: Option<(String, Vec<u8>)>,
}

/// Writes digests for the outside.
#[async_trait]
pub trait CampaignDigests: Send + Sync + std::fmt::Debug {
    /// The figures and sentences for other programs, a JSON object without personal data, as known from `position` on; nothing while
    /// there is no digest.
    async fn figures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        position: Position,
    ) -> Result<Option<serde_json::Value>, PortError>;

    /// The digest for somebody who sees so far, as known from `position` on.
    async fn mail(
        &self,
        ports: &Ports,
        organization: OrganizationId,
        sight: &Sight,
        campaign: CampaignId,
        position: Position,
    ) -> Result<Option<DigestMail>, PortError>;
}

//! What carriers sent, stored raw before anything is done with it. Nothing is ever lost: what matches no drop stays visible, and can be
//! looked at again.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::PortError;

/// A request as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundWebhook {
    /// Our id of the request.
    pub id: Uuid,
    /// Who it claims to be from, such as `drop_cowboy`.
    pub source: String,
    /// The secret part of the path, if it came on a per-drop callback.
    pub token: Option<String>,
    /// The carrier's own id of the event, if it names one beside the body.
    pub event_id: Option<String>,
    /// Headers that matter for checking it, lower-case names.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Bytes,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Refused at the door, and why; it is kept for the auditor and changes nothing.
    pub rejected: Option<String>,
}

/// What became of a stored request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookFate {
    /// It was about a drop of ours and is recorded.
    Applied,
    /// It matches no drop of ours.
    Unmatched {
        /// Why.
        reason: String,
    },
    /// It can't be understood.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// Where a stored request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookStanding {
    /// Stored, not yet looked at.
    Waiting,
    /// Recorded.
    Applied,
    /// Without a drop of ours.
    Unmatched,
    /// Not understood.
    Unreadable,
    /// Refused at the door.
    Rejected,
}

impl WebhookStanding {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Applied,
        Self::Unmatched,
        Self::Unreadable,
        Self::Rejected,
    ];

    /// As stored and shown, such as `unmatched`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied => "applied",
            Self::Unmatched => "unmatched",
            Self::Unreadable => "unreadable",
            Self::Rejected => "rejected",
        }
    }

    /// The one that is stored under this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }
}

/// A stored request without its body: who looks through many is shown no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledWebhook {
    /// Our id of the request.
    pub id: Uuid,
    /// Who it claims to be from.
    pub source: String,
    /// The carrier's own id of the event.
    pub event_id: Option<String>,
    /// It came on a per-drop callback, and not signed.
    pub is_callback: bool,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub standing: WebhookStanding,
    /// Why it is not applied.
    pub reason: Option<String>,
}

/// How many stored requests stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookCounts {
    /// Stored, not yet looked at.
    pub waiting: u64,
    /// Recorded.
    pub applied: u64,
    /// Without a drop of ours.
    pub unmatched: u64,
    /// Not understood.
    pub unreadable: u64,
    /// Refused at the door.
    pub rejected: u64,
}

/// Which requests are to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookReplay {
    /// Those that stand here. What was refused at the door is not the carrier's, unless it is shown to be: see [`WebhookInbox::admit`].
    pub standing: WebhookStanding,
    /// Received from here on.
    pub from: DateTime<Utc>,
    /// Received before this instant.
    pub until: DateTime<Utc>,
}

/// The store of raw webhooks.
#[async_trait]
pub trait WebhookInbox: Send + Sync + std::fmt::Debug {
    /// Stores a request durably; concurrent calls share a commit.
    async fn store(&self, webhook: InboundWebhook) -> Result<(), PortError>;

    /// Takes the oldest requests that wait. For as long as the lease lasts nobody else is given them; those of which nothing is said
    /// until then wait again.
    async fn claim(
        &self,
        limit: usize,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<InboundWebhook>, PortError>;

    /// Says what became of requests.
    async fn mark(&self, fates: Vec<(Uuid, WebhookFate)>) -> Result<(), PortError>;

    /// How many stand where.
    async fn counts(&self) -> Result<WebhookCounts, PortError>;

    /// Requests that stand here, the oldest first, after the place of one that was given before.
    async fn filed(
        &self,
        standing: WebhookStanding,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: usize,
    ) -> Result<Vec<FiledWebhook>, PortError>;

    /// Has requests looked at again: they wait. Answers how many; recording what is recorded already changes nothing.
    async fn replay(&self, which: WebhookReplay) -> Result<u64, PortError>;

    /// Requests that were refused at the door, with their bodies as far as kept, received within a time: the oldest first, after the place
    /// of one that was given before.
    async fn refused(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: usize,
    ) -> Result<Vec<InboundWebhook>, PortError>;

    /// Has requests looked at that were refused at the door and are the carrier's after all; answers how many.
    async fn admit(&self, ids: Vec<Uuid>) -> Result<u64, PortError>;

    /// Deletes what was refused at the door before an instant, and the oldest of it beyond `most`; answers how many.
    async fn forget_rejected(&self, before: DateTime<Utc>, most: u64) -> Result<u64, PortError>;

    /// Changes whenever this process has stored one.
    fn woken(&self) -> tokio::sync::watch::Receiver<u64>;
}

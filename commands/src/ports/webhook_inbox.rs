//! What carriers sent, stored raw before anything is done with it. Nothing is ever lost: what matches no drop stays visible.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
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

/// The store of raw webhooks.
#[async_trait]
pub trait WebhookInbox: Send + Sync + std::fmt::Debug {
    /// Stores a request durably; concurrent calls share a commit.
    async fn store(&self, webhook: InboundWebhook) -> Result<(), PortError>;

    /// The oldest requests that have not been looked at.
    async fn waiting(&self, limit: usize) -> Result<Vec<InboundWebhook>, PortError>;

    /// Says what became of requests.
    async fn mark(&self, fates: Vec<(Uuid, WebhookFate)>) -> Result<(), PortError>;

    /// How many stand where.
    async fn counts(&self) -> Result<WebhookCounts, PortError>;

    /// Changes whenever this process has stored one.
    fn woken(&self) -> tokio::sync::watch::Receiver<u64>;
}

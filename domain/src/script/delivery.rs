//! How far a script has got towards the recipient. The status only ever moves up.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::AttemptId;

/// How far it has got, in order: a later lower fact changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Not decided, or decided and waiting.
    #[default]
    NotSent,
    /// Held until a later instant.
    Held,
    /// It lapsed: the campaign ended while it was held.
    Lapsed,
    /// A rule forbids it.
    Blocked,
    /// The carrier is being called, or has it in its queue.
    Queued,
    /// Nobody knows.
    InDoubt,
    /// On its way.
    Sent,
    /// Not left in the mailbox.
    Failed,
    /// In the mailbox.
    Delivered,
    /// Played.
    Listened,
}

impl DeliveryStatus {
    /// The status as stored and shown, such as `in_doubt`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Held => "held",
            Self::Lapsed => "lapsed",
            Self::Blocked => "blocked",
            Self::Queued => "queued",
            Self::InDoubt => "in_doubt",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Listened => "listened",
        }
    }

    /// Every status, lowest first.
    pub const ALL: [Self; 10] = [
        Self::NotSent,
        Self::Held,
        Self::Lapsed,
        Self::Blocked,
        Self::Queued,
        Self::InDoubt,
        Self::Sent,
        Self::Failed,
        Self::Delivered,
        Self::Listened,
    ];

    /// The status that is stored under this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Nothing more needs to be done for it: what is still unknown is waited for no longer.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Lapsed | Self::Blocked | Self::InDoubt | Self::Failed | Self::Delivered | Self::Listened
        )
    }
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One hand-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The key under which the carrier takes it once.
    pub idempotency_key: String,
    /// What is known of it.
    pub state: AttemptState,
}

/// What is known of a hand-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptState {
    /// The carrier is being called.
    Calling,
    /// The carrier took it.
    Taken {
        /// The carrier's reference.
        message_id: String,
    },
    /// Nobody knows.
    InDoubt,
    /// It provably did not happen.
    DidNotHappen,
    /// It ended, one way or the other.
    Reported,
}

/// When a held script is looked at again.
pub(super) type HeldUntil = Option<DateTime<Utc>>;

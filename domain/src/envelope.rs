//! What stands around every event: which stream, at which place, recorded when, by whom, because of what. The event
//! itself carries only what happened.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    ids::{CampaignId, ContactId, CorrelationId, EventId, OrganizationId, UserId},
};

/// Place of an event in the one order of the journal; 0 is before the first. Opaque to API clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);

    /// Wraps a number that a journal gave.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, for storing it.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// A signed-in person, or an API token of theirs.
    User(UserId),
    /// voicedrop itself, by the name of the process that acted, such as `script_generation`.
    System(String),
    /// The carrier, by a report.
    Carrier,
}

/// A text that names no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an actor: expected user:<id>, system:<process> or carrier")]
pub struct InvalidActor;

impl Actor {
    /// The named process of voicedrop itself.
    pub fn system(process: &str) -> Self {
        Self::System(process.to_owned())
    }

    /// The person, when it was one.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::System(_) | Self::Carrier => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::System(process) => write!(f, "system:{process}"),
            Self::Carrier => f.write_str("carrier"),
        }
    }
}

impl FromStr for Actor {
    type Err = InvalidActor;
    fn from_str(text: &str) -> Result<Self, InvalidActor> {
        match text.split_once(':') {
            Some(("user", id)) => id.parse().map(Self::User).map_err(|_| InvalidActor),
            Some(("system", process)) if !process.is_empty() => Ok(Self::system(process)),
            None if text == "carrier" => Ok(Self::Carrier),
            Some(_) | None => Err(InvalidActor),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = InvalidActor;
    fn try_from(text: String) -> Result<Self, InvalidActor> {
        text.parse()
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

/// Who, when, why and from which request. Serialises as a flat object of strings, the shape cqrs-es gives metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The tenant that the event belongs to.
    pub organization_id: OrganizationId,
    /// Who did it.
    pub actor: Actor,
    /// The request or job behind it.
    pub correlation_id: CorrelationId,
    /// The event that this one follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<EventId>,
    /// When it was recorded, by the injected clock.
    pub recorded_at: DateTime<Utc>,
    /// When it happened, where that is older than the recording: a carrier's report, a late opt-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// The campaign that the event is about, so that a reader needs no look-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    /// The contact that the event is about; the auditor's replay selects by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
}

impl Metadata {
    /// When it happened as far as known: the reported instant, else the recording.
    pub fn happened_at(&self) -> DateTime<Utc> {
        self.occurred_at.unwrap_or(self.recorded_at)
    }
}

/// One stream of the journal: an aggregate's kind and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    /// The aggregate's kind, such as `campaign`.
    pub kind: String,
    /// The aggregate's id, a hyphenated UUID.
    pub id: String,
}

impl StreamId {
    /// The stream of the aggregate `id` of kind `kind`.
    pub fn new(kind: &str, id: impl fmt::Display) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// An event as it stands in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Place in the whole journal.
    pub position: Position,
    /// The stream that it belongs to.
    pub stream: StreamId,
    /// Place in its stream, from 1.
    pub sequence: u64,
    /// Its own id.
    pub event_id: EventId,
    /// Who, when, why.
    pub metadata: Metadata,
    /// What happened.
    pub event: Event,
}

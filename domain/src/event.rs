//! Any event of the system, and reading one back from the journal. Unknown names do not fail: an older program must
//! survive a newer one's events.

use serde_json::Value;

use crate::{
    aggregate::Decider,
    campaign::{Campaign, CampaignEvent},
    contact::{Contact, ContactEvent},
    import::{ImportBatch, ImportEvent},
    organization::{Organization, OrganizationEvent},
    script::{Script, ScriptEvent},
    suppression::{SuppressionEvent, SuppressionList},
    upcast,
};

/// What happened, whichever aggregate it happened to.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// To a campaign.
    CampaignEvent(CampaignEvent),
    /// To a script.
    ScriptEvent(ScriptEvent),
    /// To a contact.
    ContactEvent(ContactEvent),
    /// To an import batch.
    ImportEvent(ImportEvent),
    /// To a suppression list.
    SuppressionEvent(SuppressionEvent),
    /// To an organization.
    OrganizationEvent(OrganizationEvent),
    /// Something that a newer program recorded; kept as it is.
    Unknown {
        /// The stored name.
        name: String,
        /// The stored version.
        version: String,
    },
}

/// A stored event that can't be read: it is named by its place, never by its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {name} version {version} of a {kind} can't be read: {reason}")]
pub struct UnreadableEvent {
    /// Kind of the stream.
    pub kind: String,
    /// The stored name.
    pub name: String,
    /// The stored version.
    pub version: String,
    /// What the decoder said, without the value that it said it of.
    pub reason: String,
}

impl Event {
    /// The stored name, such as `ScriptGenerated`.
    pub fn name(&self) -> &str {
        match self {
            Self::CampaignEvent(e) => e.name(),
            Self::ScriptEvent(e) => e.name(),
            Self::ContactEvent(e) => e.name(),
            Self::ImportEvent(e) => e.name(),
            Self::SuppressionEvent(e) => e.name(),
            Self::OrganizationEvent(e) => e.name(),
            Self::Unknown { name, .. } => name,
        }
    }

    /// Stream kind, stored name and newest version of every event there is.
    pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let of = |kind, events: &'static [(&'static str, &'static str)]| {
            events.iter().map(move |(name, version)| (kind, *name, *version))
        };
        of(Campaign::KIND, CampaignEvent::CATALOGUE)
            .chain(of(Script::KIND, ScriptEvent::CATALOGUE))
            .chain(of(Contact::KIND, ContactEvent::CATALOGUE))
            .chain(of(ImportBatch::KIND, ImportEvent::CATALOGUE))
            .chain(of(SuppressionList::KIND, SuppressionEvent::CATALOGUE))
            .chain(of(Organization::KIND, OrganizationEvent::CATALOGUE))
    }

    /// Reads a stored event: upcasts its JSON to the newest version, then decodes it.
    pub fn read(kind: &str, name: &str, version: &str, payload: &str) -> Result<Self, UnreadableEvent> {
        let unreadable = |reason: String| UnreadableEvent {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            reason,
        };
        // The position in the text is said, the text is not: it may hold personal data.
        let at = |e: serde_json::Error| {
            unreadable(format!(
                "{:?} error at line {} column {}",
                e.classify(),
                e.line(),
                e.column()
            ))
        };
        let Some((_, _, newest)) = Self::catalogue().find(|(k, n, _)| *k == kind && *n == name) else {
            return Ok(Self::Unknown {
                name: name.to_owned(),
                version: version.to_owned(),
            });
        };
        if version == newest {
            return Self::decode(kind, payload).map_err(at);
        }
        let old: Value = serde_json::from_str(payload).map_err(at)?;
        match upcast::to_newest(kind, name, version, old) {
            Some(value) => Self::decode(kind, &value.to_string()).map_err(at),
            None => Ok(Self::Unknown {
                name: name.to_owned(),
                version: version.to_owned(),
            }),
        }
    }

    fn decode(kind: &str, payload: &str) -> Result<Self, serde_json::Error> {
        match kind {
            Campaign::KIND => serde_json::from_str(payload).map(Self::CampaignEvent),
            Script::KIND => serde_json::from_str(payload).map(Self::ScriptEvent),
            Contact::KIND => serde_json::from_str(payload).map(Self::ContactEvent),
            ImportBatch::KIND => serde_json::from_str(payload).map(Self::ImportEvent),
            SuppressionList::KIND => serde_json::from_str(payload).map(Self::SuppressionEvent),
            Organization::KIND => serde_json::from_str(payload).map(Self::OrganizationEvent),
            _ => Ok(Self::Unknown {
                name: String::new(),
                version: String::new(),
            }),
        }
    }
}

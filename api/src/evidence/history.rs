//! What the audit screen shows of a contact, as JSON: every step with its grounds, the words that were written, and which recording was made.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use commands::{
    CommandError, Ports,
    ports::{OpenError, StoredEvent},
};
use domain::{ContactId, Event, OrganizationId, Position, Sealed, script::ScriptEvent};
use projections::{
    models::ContactHistoryRow,
    queries::{HistoryUntil, PAGE_ROWS_MAX, PageRequest, ReadModels},
};
use serde::Serialize;
use serde_json::Value;

use super::BundleError;

/// What stands for words that can't be read any more.
const ERASED: &str = "[erased]";

/// A step.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    event_id: String,
    pub(super) position: u64,
    pub(super) event_type: String,
    subject_kind: String,
    subject_id: String,
    actor: String,
    recorded_at: DateTime<Utc>,
    occurred_at: Option<DateTime<Utc>>,
    campaign_id: Option<String>,
    /// The event's payload, personal fields sealed.
    summary: Value,
    /// What was written, where words were.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// What was recorded, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recording: Option<RecordingNote>,
}

/// What became of a recording.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RecordingNote {
    pub(super) sha256: String,
    /// The file in the bundle; nothing when it is not there.
    pub(super) file: Option<String>,
    /// Why it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gone: Option<&'static str>,
}

impl From<ContactHistoryRow> for Entry {
    fn from(row: ContactHistoryRow) -> Self {
        // Words as they are, where they are no JSON.
        let summary = serde_json::from_str(&row.summary).unwrap_or(Value::String(row.summary));
        Self {
            event_id: row.event_id.to_string(),
            position: row.position.number(),
            event_type: row.event_type,
            subject_kind: row.stream_kind,
            subject_id: row.stream_id,
            actor: row.actor.to_string(),
            recorded_at: row.recorded_at,
            occurred_at: row.occurred_at,
            campaign_id: row.campaign_id.map(|id| id.to_string()),
            summary,
            words: None,
            recording: None,
        }
    }
}

/// The steps of a contact, as of an instant when one is given.
pub(super) async fn entries(
    queries: &dyn ReadModels,
    organization: OrganizationId,
    contact: ContactId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Entry>, BundleError> {
    let until = as_of.map_or(HistoryUntil::Now, HistoryUntil::Recorded);
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest {
            limit: PAGE_ROWS_MAX,
            after,
        };
        let page = queries
            .contact_history(organization, contact, until, request)
            .await?;
        after = page.end().copied();
        let has_more = page.has_more;
        entries.extend(page.into_rows().into_iter().map(Entry::from));
        if !has_more {
            return Ok(entries);
        }
    }
}

/// Puts the words beside the steps that wrote them, opened as the screen opens them.
pub(super) async fn with_words(
    ports: &Ports,
    organization: OrganizationId,
    contact: ContactId,
    entries: &mut [Entry],
    events: &[StoredEvent],
) -> Result<(), CommandError> {
    let shown: BTreeSet<u64> = entries.iter().map(|entry| entry.position).collect();
    let texts: Vec<(Position, Sealed)> = events
        .iter()
        .filter(|event| shown.contains(&event.position.number()))
        .filter_map(|event| Some((event.position, text_of(event)?)))
        .collect();
    let sealed: Vec<_> = texts.iter().map(|(_, text)| (contact, text)).collect();
    let opened = ports.keys.open_many(organization, &sealed).await?;
    let mut words = HashMap::with_capacity(texts.len());
    for ((position, _), text) in texts.iter().zip(opened) {
        let text = match text {
            Ok(text) => text,
            Err(OpenError::Erased | OpenError::Damaged) => ERASED.to_owned(),
            Err(OpenError::Port(error)) => return Err(error.into()),
        };
        words.insert(position.number(), text);
    }
    for entry in entries {
        entry.words = words.remove(&entry.position);
    }
    Ok(())
}

fn text_of(event: &StoredEvent) -> Option<Sealed> {
    match event.decode().ok()?.event {
        Event::ScriptEvent(
            ScriptEvent::ScriptGenerated { text, .. } | ScriptEvent::ScriptEdited { text, .. },
        ) => Some(text),
        _ => None,
    }
}

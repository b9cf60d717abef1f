//! Every event that touches a contact, in order, whole, for auditors: the contact's own, its scripts', and those of campaigns,
//! imports and look-ups that name it. Only the last are stored: the journal has the others by their stream. Of an event that names many,
//! each contact's row holds its own part only.

use chrono::{DateTime, Utc};
use domain::{
    Actor, CampaignId, ContactId, EventId, OrganizationId, Position, Recorded, campaign::CampaignEvent,
    contact::ContactEvent, import::ImportEvent, organization::OrganizationEvent,
};
use serde::Serialize;
use serde_json::json;

use super::{organization_of, stream_id};
use crate::{Rows, model::read_model};

read_model! {
    /// One event in a contact's history.
    pub struct ContactHistoryRow in "contact_history" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The contact.
            contact_id: ContactId,
            /// Position of the event.
            position: Position,
        }
        all {
            /// The event's id.
            event_id: EventId,
            /// The event's name, such as `SubmissionDecided`.
            event_type: String,
            /// Kind of the stream.
            stream_kind: String,
            /// Id of the stream.
            stream_id: String,
            /// Who did it.
            actor: Actor,
            /// When it was recorded.
            recorded_at: DateTime<Utc>,
            /// What happened, as JSON; personal fields are sealed.
            summary: String,
            /// When it happened, where that is older than the recording.
            occurred_at: Option<DateTime<Utc>>,
            /// The campaign that it is about.
            campaign_id: Option<CampaignId>,
        }
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    match &event.event {
        domain::Event::ContactEvent(e) => {
            // A contact's own stream is its history already; see [`ContactHistoryRow::of_own`].
            if let ContactEvent::ContactsMerged { merged } = e {
                add(event, rows, *merged, whole(e));
            }
        }
        domain::Event::CampaignEvent(e) => apply_campaign(event, e, rows),
        domain::Event::ImportEvent(e) => {
            if let ImportEvent::ImportUndone {
                kept_because_used, ..
            } = e
            {
                for contact in kept_because_used {
                    let part = json!({ "ImportUndone": { "kept_because_used": true } });
                    add(event, rows, *contact, part.to_string());
                }
            }
        }
        domain::Event::OrganizationEvent(e) => {
            if let OrganizationEvent::AuditorLookedUp { subject, .. } = e
                && let Some(contact) = subject.strip_prefix("contact/").and_then(|id| id.parse().ok())
            {
                add(event, rows, contact, whole(e));
            }
        }
        // A script's own stream is its history, too. Numbers on lists are known by index only; what they do to a contact is in the
        // decisions about it.
        domain::Event::ScriptEvent(_)
        | domain::Event::SuppressionEvent(_)
        | domain::Event::Unknown { .. } => {}
    }
}

fn apply_campaign(event: &Recorded, happened: &CampaignEvent, rows: &mut Rows) {
    match happened {
        CampaignEvent::ContactsImported {
            batch_id,
            source,
            contact_ids,
            ..
        } => {
            let part = json!({ "ContactsImported": { "batch_id": batch_id, "source": source } }).to_string();
            for contact in contact_ids {
                add(event, rows, *contact, part.clone());
            }
        }
        CampaignEvent::ContactsRemoved { contact_ids, reason } => {
            let part = json!({ "ContactsRemoved": { "reason": reason } }).to_string();
            for contact in contact_ids {
                add(event, rows, *contact, part.clone());
            }
        }
        _ => {}
    }
}

/// Events are plain structures and always serialise.
fn whole(event: &impl Serialize) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

fn add(event: &Recorded, rows: &mut Rows, contact: ContactId, summary: String) {
    rows.contact_history.begin(row(event, contact, summary));
}

impl ContactHistoryRow {
    /// The line of an event in the contact's own stream or in a script's. No row is stored of it: the journal has it at hand, and neither
    /// an import nor a campaign writes anything twice. Nothing for an event of another kind.
    pub fn of_own(event: &Recorded) -> Option<Self> {
        match &event.event {
            domain::Event::ContactEvent(happened) => {
                Some(row(event, stream_id::<ContactId>(event)?, whole(happened)))
            }
            domain::Event::ScriptEvent(happened) => {
                Some(row(event, event.metadata.contact_id?, whole(happened)))
            }
            domain::Event::CampaignEvent(_)
            | domain::Event::ImportEvent(_)
            | domain::Event::SuppressionEvent(_)
            | domain::Event::OrganizationEvent(_)
            | domain::Event::Unknown { .. } => None,
        }
    }
}

fn row(event: &Recorded, contact: ContactId, summary: String) -> ContactHistoryRow {
    ContactHistoryRow {
        organization_id: organization_of(event),
        contact_id: contact,
        position: event.position,
        event_id: event.event_id,
        event_type: event.event.name().to_owned(),
        stream_kind: event.stream.kind.clone(),
        stream_id: event.stream.id.clone(),
        actor: event.metadata.actor.clone(),
        recorded_at: event.metadata.recorded_at,
        summary,
        occurred_at: event.metadata.occurred_at,
        campaign_id: event.metadata.campaign_id,
    }
}

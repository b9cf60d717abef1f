//! What is hashed of an event: its row as it lies in the journal, as one line of JSON. Personal fields are ciphertext there, so a proof
//! stays good when their key is destroyed.

use domain::{Position, StreamId};

use crate::ports::StoredEvent;

/// The leaf of an event: a compact JSON array of position, stream kind, stream id, sequence, event name, event version, payload, metadata,
/// event id, organization, and the microseconds since 1970 UTC at which it was recorded. Payload and metadata are the stored texts
/// themselves, not what they say. This form never changes: every tree that was signed is made of it.
pub fn leaf_text(event: &StoredEvent) -> String {
    let leaf = (
        event.position.number(),
        &event.stream.kind,
        &event.stream.id,
        event.sequence,
        &event.name,
        &event.version,
        &event.payload,
        &event.metadata,
        event.event_id.to_string(),
        event.organization.to_string(),
        event.recorded_at.timestamp_micros(),
    );
    // Numbers and texts always serialise.
    serde_json::to_string(&leaf).unwrap_or_default()
}

/// What a leaf says, for whoever has nothing but its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Place in the journal.
    pub position: Position,
    /// The stream.
    pub stream: StreamId,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Stored name of the event.
    pub name: String,
    /// Stored text of the event.
    pub payload: String,
    /// Its id.
    pub event_id: String,
}

type Parts = (
    u64,
    String,
    String,
    u64,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
);

impl Leaf {
    /// Reads a leaf; nothing when the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let (position, kind, id, sequence, name, _, payload, _, event_id, _, _): Parts =
            serde_json::from_str(text).ok()?;
        Some(Self {
            position: Position::new(position),
            stream: StreamId { kind, id },
            sequence,
            name,
            payload,
            event_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::{EventId, OrganizationId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_leaf_of_an_event_is_its_row_and_never_looks_otherwise() {
        let event = StoredEvent {
            position: Position::new(7),
            stream: StreamId::new("contact", Uuid::from_u128(1)),
            sequence: 2,
            event_id: EventId::from_uuid(Uuid::from_u128(3)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(4)),
            name: "ContactCreated".to_owned(),
            version: "1".to_owned(),
            payload: "{\"a\": \"é\"}".to_owned(),
            metadata: "{}".to_owned(),
            recorded_at: "2026-11-23T08:00:00.123456Z".parse().unwrap(),
            as_written: None,
        };
        let text = leaf_text(&event);
        assert_eq!(
            text,
            r#"[7,"contact","00000000-0000-0000-0000-000000000001",2,"ContactCreated","1","{\"a\": \"é\"}","{}","00000000-0000-0000-0000-000000000003","00000000-0000-0000-0000-000000000004",1795420800123456]"#
        );
        let leaf = Leaf::read(&text).unwrap();
        assert_eq!(
            (leaf.position, leaf.sequence, leaf.stream),
            (event.position, 2, event.stream)
        );
        assert_eq!(Leaf::read("[7]"), None);
    }
}

//! The smallest aggregate, run by the same framework on both sides: over the journal, and over the stock repositories.

use std::{collections::HashMap, sync::Arc};

use commands::ports::{AppendRequest, Expected, Journal, JournalError, NewEvent, StreamAppend};
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore,
    event_sink::EventSink,
};
use domain::{EventId, IdGenerator, SequentialIds, StreamId};
use serde::{Deserialize, Serialize};

use super::load::organization;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    filled: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetEvent {
    CellFilled { text: String },
}

impl DomainEvent for SheetEvent {
    fn event_type(&self) -> String {
        "CellFilled".to_owned()
    }
    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Sheet {
    const TYPE: &'static str = "sheet";
    type Command = String;
    type Event = SheetEvent;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(&mut self, text: String, (): &(), sink: &EventSink<Self>) -> Result<(), Self::Error> {
        sink.write(SheetEvent::CellFilled { text }, self).await;
        Ok(())
    }

    fn apply(&mut self, _: SheetEvent) {
        self.filled += 1;
    }
}

/// The framework's event store over a journal.
pub struct JournalStore {
    pub journal: Arc<dyn Journal>,
    pub ids: Arc<SequentialIds>,
}

/// A loaded sheet and where its stream stands.
pub struct Loaded {
    id: String,
    sheet: Sheet,
    head: u64,
}

impl AggregateContext<Sheet> for Loaded {
    fn aggregate(&mut self) -> &mut Sheet {
        &mut self.sheet
    }
}

type Failure = AggregateError<std::convert::Infallible>;

fn failure(error: JournalError) -> Failure {
    match error {
        JournalError::Conflict { .. } => AggregateError::AggregateConflict,
        other => AggregateError::UnexpectedError(Box::new(other)),
    }
}

impl EventStore<Sheet> for JournalStore {
    type AC = Loaded;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<Sheet>>, Failure> {
        let stream = StreamId::new(Sheet::TYPE, id);
        let slices = self.journal.load(vec![stream]).await.map_err(failure)?;
        let events = slices.into_iter().flat_map(|slice| slice.events);
        Ok(events
            .map(|stored| EventEnvelope {
                aggregate_id: id.to_owned(),
                sequence: stored.sequence as usize,
                payload: serde_json::from_str(&stored.payload).unwrap(),
                metadata: serde_json::from_str(&stored.metadata).unwrap(),
            })
            .collect())
    }

    async fn load_aggregate(&self, id: &str) -> Result<Loaded, Failure> {
        let mut loaded = Loaded {
            id: id.to_owned(),
            sheet: Sheet::default(),
            head: 0,
        };
        for envelope in self.load_events(id).await? {
            loaded.head = envelope.sequence as u64;
            loaded.sheet.apply(envelope.payload);
        }
        Ok(loaded)
    }

    async fn commit(
        &self,
        events: Vec<SheetEvent>,
        loaded: Loaded,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Sheet>>, Failure> {
        let metadata_text = serde_json::to_string(&metadata).unwrap();
        let new = events.iter().map(|event| NewEvent {
            event_id: EventId::from_uuid(self.ids.next()),
            name: event.event_type(),
            version: event.event_version(),
            payload: serde_json::to_string(event).unwrap(),
            metadata: metadata_text.clone(),
            as_written: None,
        });
        let request = AppendRequest {
            organization: organization(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            streams: vec![StreamAppend {
                stream: StreamId::new(Sheet::TYPE, &loaded.id),
                expected: Expected::Sequence(loaded.head),
                events: new.collect(),
            }],
        };
        self.journal.append(request).await.map_err(failure)?;
        let envelopes = events.into_iter().zip(loaded.head as usize + 1..);
        Ok(envelopes
            .map(|(payload, sequence)| EventEnvelope {
                aggregate_id: loaded.id.clone(),
                sequence,
                payload,
                metadata: metadata.clone(),
            })
            .collect())
    }
}

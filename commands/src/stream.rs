//! An aggregate in hand: loaded with its sequence, changed by decisions, appended with what it was loaded at. Any number of
//! them go into one all-or-nothing request.

use domain::{Decider, EventId, Metadata, OrganizationId, Position, StreamId, Subject};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{AppendRequest, AsWritten, Expected, JournalError, NewEvent, StreamAppend, StreamSlice},
};

/// Room for a subject in metadata's text: two names and ids.
const SUBJECT_BYTES: usize = 112;

/// Room for most events' text.
const PAYLOAD_BYTES: usize = 1 << 10;

/// An aggregate as loaded, with the events decided since.
#[derive(Debug, Clone)]
pub struct Loaded<A: Decider> {
    stream: StreamId,
    state: A,
    sequence: u64,
    new: Vec<A::Event>,
}

impl<A: Decider> Loaded<A> {
    /// The aggregate as it is with the decisions made so far.
    pub const fn state(&self) -> &A {
        &self.state
    }

    /// One that is taken not to exist. What is decided on it is refused by the journal when it does.
    pub(crate) fn absent(id: impl std::fmt::Display) -> Self {
        Self {
            stream: StreamId::new(A::KIND, id),
            state: A::default(),
            sequence: 0,
            new: vec![],
        }
    }

    /// The id of its stream.
    pub fn stream_id(&self) -> &str {
        &self.stream.id
    }

    /// Whether it existed when it was loaded.
    pub const fn exists(&self) -> bool {
        self.sequence > 0
    }

    /// Whether anything was decided since it was loaded.
    pub fn is_changed(&self) -> bool {
        !self.new.is_empty()
    }

    pub(crate) fn into_parts(self) -> (StreamId, A, u64) {
        (self.stream, self.state, self.sequence)
    }

    /// Says that everything decided is recorded, so that it can be decided on.
    pub(crate) fn settle(&mut self) {
        self.sequence += self.new.len() as u64;
        self.new.clear();
    }

    /// What appends the events decided since it was loaded; nothing without any.
    pub(crate) fn append(
        &self,
        ports: &Ports,
        context: &CommandContext,
    ) -> Result<Option<StreamAppend>, CommandError> {
        if self.new.is_empty() {
            return Ok(None);
        }
        let metadata = metadata_json(ports, context, self.state.subject())?;
        let events = self
            .new
            .iter()
            .map(|event| new_event::<A>(ports, event, &metadata))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(StreamAppend {
            stream: self.stream.clone(),
            expected: Expected::Sequence(self.sequence),
            events,
        }))
    }

    /// Decides on one command after the other and answers what is appended. Nothing is asked of the aggregate afterwards, so it is
    /// spared taking in the last events, and what they say is passed along.
    pub(crate) fn conclude(
        mut self,
        commands: impl IntoIterator<Item = A::Command>,
        subject: Subject,
        (ports, common): (&Ports, &CommonMetadata),
    ) -> Result<Option<StreamAppend>, CommandError>
    where
        CommandError: From<A::Refusal>,
    {
        let mut commands = commands.into_iter().peekable();
        while let Some(command) = commands.next() {
            let events = self.state.decide(command)?;
            if commands.peek().is_some() {
                for event in &events {
                    self.state.evolve(event);
                }
            }
            self.new.extend(events);
        }
        if self.new.is_empty() {
            return Ok(None);
        }
        self.into_append(subject, (ports, common)).map(Some)
    }

    /// What appends the events decided since it was loaded. What they say is passed along, so that nobody in this process reads them
    /// from their text.
    fn into_append(
        self,
        subject: Subject,
        (ports, common): (&Ports, &CommonMetadata),
    ) -> Result<StreamAppend, CommandError> {
        let (metadata, text) = common.about(subject);
        let events = self.new.into_iter().map(|event| {
            let new = new_event::<A>(ports, &event, &text)?;
            Ok(NewEvent {
                as_written: Some(AsWritten::new(event.into(), metadata.clone())),
                ..new
            })
        });
        Ok(StreamAppend {
            stream: self.stream,
            expected: Expected::Sequence(self.sequence),
            events: events.collect::<Result<_, CommandError>>()?,
        })
    }

    /// Decides and takes the events in. A refusal changes nothing.
    pub fn decide(&mut self, command: A::Command) -> Result<(), A::Refusal> {
        let events = self.state.decide(command)?;
        for event in &events {
            self.state.evolve(event);
        }
        self.new.extend(events);
        Ok(())
    }
}

/// Loads aggregates of one kind, in the order asked for, in one look-up. A stream of another organization is as if it did
/// not exist, except that nothing can be appended to it.
pub async fn load_many<A: Decider>(
    ports: &Ports,
    organization: OrganizationId,
    ids: impl IntoIterator<Item = impl std::fmt::Display>,
) -> Result<Vec<Loaded<A>>, CommandError> {
    let streams: Vec<StreamId> = ids.into_iter().map(|id| StreamId::new(A::KIND, id)).collect();
    if streams.is_empty() {
        return Ok(vec![]);
    }
    ports
        .journal
        .load(streams)
        .await?
        .into_iter()
        .map(|slice| fold(organization, slice))
        .collect()
}

/// Loads one aggregate.
pub async fn load<A: Decider>(
    ports: &Ports,
    organization: OrganizationId,
    id: impl std::fmt::Display,
) -> Result<Loaded<A>, CommandError> {
    load_many(ports, organization, [id])
        .await?
        .pop()
        .ok_or_else(|| CommandError::Journal("no answer to a load".into()))
}

fn fold<A: Decider>(organization: OrganizationId, slice: StreamSlice) -> Result<Loaded<A>, CommandError> {
    let mut state = A::default();
    let sequence = slice.events.last().map_or(0, |e| e.sequence);
    if slice
        .events
        .first()
        .is_some_and(|e| e.organization != organization)
    {
        // Default state refuses as "not found"; the real sequence makes a create conflict instead of mixing tenants.
        return Ok(Loaded {
            stream: slice.stream,
            state,
            sequence,
            new: vec![],
        });
    }
    for stored in &slice.events {
        evolve_stored(&mut state, stored)?;
    }
    Ok(Loaded {
        stream: slice.stream,
        state,
        sequence,
        new: vec![],
    })
}

/// Takes a stored event into an aggregate. What only a newer program understands stops the decision: deciding without
/// knowing what happened could send twice.
pub(crate) fn evolve_stored<A: Decider>(
    state: &mut A,
    stored: &crate::ports::StoredEvent,
) -> Result<(), CommandError> {
    let newest = domain::Event::catalogue().find(|(k, n, _)| *k == A::KIND && *n == stored.name);
    let event: A::Event = match newest {
        Some((_, _, version)) if version == stored.version => serde_json::from_str(&stored.payload),
        Some(_) => {
            let old = serde_json::from_str(&stored.payload).unwrap_or_default();
            let value = domain::upcast::to_newest(A::KIND, &stored.name, &stored.version, old);
            serde_json::from_value(value.unwrap_or_default())
        }
        None => return Err(unreadable(stored, "it is of a newer program")),
    }
    .map_err(|e| {
        unreadable(
            stored,
            &format!("{:?} error at column {}", e.classify(), e.column()),
        )
    })?;
    state.evolve(&event);
    Ok(())
}

fn unreadable(stored: &crate::ports::StoredEvent, why: &str) -> CommandError {
    CommandError::Unreadable(format!(
        "{} version {} at position {}: {why}",
        stored.name, stored.version, stored.position
    ))
}

/// One all-or-nothing request in the making.
#[derive(Debug)]
pub struct Batch<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    /// What the metadata of all its events has in common; made for the first.
    common: Option<CommonMetadata>,
    streams: Vec<StreamAppend>,
    events: usize,
}

impl<'a> Batch<'a> {
    /// An empty request.
    pub const fn new(ports: &'a Ports, context: &'a CommandContext) -> Self {
        Self {
            ports,
            context,
            common: None,
            streams: vec![],
            events: 0,
        }
    }

    /// Puts an aggregate's new events in; without any, the aggregate is left out.
    pub fn add<A: Decider>(&mut self, loaded: Loaded<A>) -> Result<&mut Self, CommandError> {
        if loaded.new.is_empty() {
            Ok(self)
        } else {
            self.put(loaded)
        }
    }

    /// Puts an aggregate in even when nothing new was decided: it must not have changed since it was loaded.
    pub fn add_unchanged<A: Decider>(&mut self, loaded: Loaded<A>) -> Result<&mut Self, CommandError> {
        self.put(loaded)
    }

    /// Puts parts in that were made with [`Loaded::append`].
    pub(crate) fn extend(&mut self, parts: impl IntoIterator<Item = StreamAppend>) -> &mut Self {
        for part in parts {
            self.events += part.events.len();
            self.streams.push(part);
        }
        self
    }

    fn put<A: Decider>(&mut self, loaded: Loaded<A>) -> Result<&mut Self, CommandError> {
        let common = match self.common.take() {
            Some(common) => common,
            None => CommonMetadata::new(self.ports, self.context)?,
        };
        let subject = loaded.state.subject();
        let part = loaded.into_append(subject, (self.ports, &common))?;
        self.common = Some(common);
        Ok(self.extend([part]))
    }

    /// Whether there is anything to append.
    pub const fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// Makes it durable; nothing to do is fine and gives no position.
    pub async fn commit(self) -> Result<Option<Position>, JournalError> {
        if self.is_empty() {
            return Ok(None);
        }
        let request = AppendRequest {
            organization: self.context.organization,
            recorded_at: self.ports.clock.now(),
            streams: self.streams,
        };
        self.ports
            .journal
            .append(request)
            .await
            .map(|appended| Some(appended.last))
    }
}

/// The metadata of a request's events. Only the subject differs from one aggregate to the next.
#[derive(Debug)]
pub(crate) struct CommonMetadata {
    metadata: Metadata,
    /// As JSON text, up to where the subject stands.
    text: String,
}

impl CommonMetadata {
    pub(crate) fn new(ports: &Ports, context: &CommandContext) -> Result<Self, CommandError> {
        Self::of(Metadata {
            organization_id: context.organization,
            actor: context.actor.clone(),
            correlation_id: context.correlation,
            causation_id: context.causation,
            recorded_at: ports.clock.now(),
            occurred_at: context.occurred_at,
            campaign_id: None,
            contact_id: None,
        })
    }

    /// Of metadata without a subject.
    fn of(metadata: Metadata) -> Result<Self, CommandError> {
        let text = json_text(&metadata, PAYLOAD_BYTES)?;
        let text = text.strip_suffix('}').unwrap_or_default().to_owned();
        Ok(Self { metadata, text })
    }

    /// The same about this subject, and as JSON text.
    fn about(&self, subject: Subject) -> (Metadata, String) {
        let metadata = Metadata {
            campaign_id: subject.campaign,
            contact_id: subject.contact,
            ..self.metadata.clone()
        };
        let mut text = String::with_capacity(self.text.len() + SUBJECT_BYTES);
        text.push_str(&self.text);
        let named = [
            ("campaign_id", subject.campaign.map(domain::CampaignId::as_uuid)),
            ("contact_id", subject.contact.map(domain::ContactId::as_uuid)),
        ];
        for (name, id) in named {
            if let Some(id) = id {
                text.push_str(",\"");
                text.push_str(name);
                text.push_str("\":\"");
                text.push_str(id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
                text.push('"');
            }
        }
        text.push('}');
        (metadata, text)
    }
}

/// The metadata that every event of one aggregate in one request shares, as JSON text.
pub(crate) fn metadata_json(
    ports: &Ports,
    context: &CommandContext,
    subject: Subject,
) -> Result<String, CommandError> {
    Ok(CommonMetadata::new(ports, context)?.about(subject).1)
}

/// As JSON text, in a place that is large enough for most from the start: growing is half of the cost.
pub(crate) fn json_text(value: &impl serde::Serialize, bytes: usize) -> Result<String, CommandError> {
    let mut text = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut text, value).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    String::from_utf8(text).map_err(|e| CommandError::Unreadable(e.to_string()))
}

/// An event with a new id, as JSON text.
pub(crate) fn new_event<A: Decider>(
    ports: &Ports,
    event: &A::Event,
    metadata: &str,
) -> Result<NewEvent, CommandError> {
    use cqrs_es::DomainEvent;
    Ok(NewEvent {
        event_id: EventId::from_uuid(ports.ids.next()),
        name: event.event_type(),
        version: event.event_version(),
        payload: json_text(event, PAYLOAD_BYTES)?,
        metadata: metadata.to_owned(),
        as_written: None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::{Actor, CampaignId, ContactId, CorrelationId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_metadata_of_a_subject_is_the_text_that_serializing_gives() {
        let common = CommonMetadata::of(Metadata {
            organization_id: OrganizationId::from_uuid(Uuid::from_u128(1)),
            actor: Actor::System("import".to_owned()),
            correlation_id: CorrelationId::from_uuid(Uuid::from_u128(2)),
            causation_id: Some(EventId::from_uuid(Uuid::from_u128(3))),
            recorded_at: DateTime::UNIX_EPOCH,
            occurred_at: None,
            campaign_id: None,
            contact_id: None,
        })
        .unwrap();
        let campaign = Some(CampaignId::from_uuid(Uuid::from_u128(4)));
        let contact = Some(ContactId::from_uuid(Uuid::from_u128(5)));
        for (campaign, contact) in [
            (None, None),
            (campaign, None),
            (None, contact),
            (campaign, contact),
        ] {
            let (metadata, text) = common.about(Subject { campaign, contact });
            assert_eq!(text, serde_json::to_string(&metadata).unwrap());
            assert_eq!((metadata.campaign_id, metadata.contact_id), (campaign, contact));
        }
    }
}

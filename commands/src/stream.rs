//! An aggregate in hand: loaded with its sequence, changed by decisions, appended with what it was loaded at. Any number of
//! them go into one all-or-nothing request.

use domain::{Decider, EventId, Metadata, OrganizationId, Position, StreamId};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{AppendRequest, Expected, JournalError, NewEvent, StreamAppend, StreamSlice},
};

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
        (!self.new.is_empty())
            .then(|| self.append_always(ports, context))
            .transpose()
    }

    fn append_always(&self, ports: &Ports, context: &CommandContext) -> Result<StreamAppend, CommandError> {
        let metadata = metadata_json(ports, context, self.state.subject())?;
        let events = self
            .new
            .iter()
            .map(|event| new_event::<A>(ports, event, &metadata))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(StreamAppend {
            stream: self.stream.clone(),
            expected: Expected::Sequence(self.sequence),
            events,
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
    streams: Vec<StreamAppend>,
    events: usize,
}

impl<'a> Batch<'a> {
    /// An empty request.
    pub const fn new(ports: &'a Ports, context: &'a CommandContext) -> Self {
        Self {
            ports,
            context,
            streams: vec![],
            events: 0,
        }
    }

    /// Puts an aggregate's new events in; without any, the aggregate is left out.
    pub fn add<A: Decider>(&mut self, loaded: Loaded<A>) -> Result<&mut Self, CommandError> {
        if loaded.new.is_empty() {
            Ok(self)
        } else {
            self.put(&loaded)
        }
    }

    /// Puts an aggregate in even when nothing new was decided: it must not have changed since it was loaded.
    pub fn add_unchanged<A: Decider>(&mut self, loaded: Loaded<A>) -> Result<&mut Self, CommandError> {
        self.put(&loaded)
    }

    /// Puts parts in that were made with [`Loaded::append`].
    pub(crate) fn extend(&mut self, parts: impl IntoIterator<Item = StreamAppend>) -> &mut Self {
        for part in parts {
            self.events += part.events.len();
            self.streams.push(part);
        }
        self
    }

    fn put<A: Decider>(&mut self, loaded: &Loaded<A>) -> Result<&mut Self, CommandError> {
        let part = loaded.append_always(self.ports, self.context)?;
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

/// The metadata that every event of one aggregate in one request shares, as JSON text.
pub(crate) fn metadata_json(
    ports: &Ports,
    context: &CommandContext,
    subject: domain::Subject,
) -> Result<String, CommandError> {
    let metadata = Metadata {
        organization_id: context.organization,
        actor: context.actor.clone(),
        correlation_id: context.correlation,
        causation_id: context.causation,
        recorded_at: ports.clock.now(),
        occurred_at: context.occurred_at,
        campaign_id: subject.campaign,
        contact_id: subject.contact,
    };
    serde_json::to_string(&metadata).map_err(|e| CommandError::Unreadable(e.to_string()))
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
        payload: serde_json::to_string(event).map_err(|e| CommandError::Unreadable(e.to_string()))?,
        metadata: metadata.to_owned(),
    })
}

//! One command on one aggregate: load, decide, append, and again when somebody else was faster. Runs through cqrs-es'
//! framework over our journal; bulk use cases take [`crate::stream`] instead.

use std::{collections::HashMap, sync::Arc, time::Duration};

use cqrs_es::{AggregateContext, AggregateError, CqrsFramework, EventEnvelope, EventStore};
use domain::{Decider, Position, StreamId};
use tokio::sync::Mutex;

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{AppendRequest, Expected, JournalError, StreamAppend},
    stream::{self, Loaded},
};

/// How often a command is decided anew when the stream changes under it.
pub const CONFLICT_RETRIES_MAX: u32 = 5;

/// Wait before the first retry; doubles with each.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// cqrs-es' event store over the journal, for one command: it keeps the position of what it appended.
#[derive(Debug, Clone)]
pub struct JournalStore {
    ports: Ports,
    context: CommandContext,
    appended: Arc<Mutex<Option<Position>>>,
}

/// An aggregate as cqrs-es hands it round.
#[derive(Debug)]
pub struct JournalContext<A: Decider> {
    aggregate: A,
    sequence: u64,
    stream: StreamId,
}

impl<A: Decider + cqrs_es::Aggregate> AggregateContext<A> for JournalContext<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

impl<A> EventStore<A> for JournalStore
where
    A: Decider + cqrs_es::Aggregate<Event = <A as Decider>::Event, Error = <A as Decider>::Refusal>,
{
    type AC = JournalContext<A>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let slices = self
            .ports
            .journal
            .load(vec![StreamId::new(A::KIND, id)])
            .await
            .map_err(unexpected)?;
        let mut envelopes = Vec::new();
        for stored in slices.into_iter().flat_map(|s| s.events) {
            if stored.organization != self.context.organization {
                return Ok(vec![]);
            }
            let payload = serde_json::from_str(&stored.payload).map_err(unexpected)?;
            let metadata: HashMap<String, String> =
                serde_json::from_str(&stored.metadata).map_err(unexpected)?;
            envelopes.push(EventEnvelope {
                aggregate_id: stored.stream.id,
                sequence: stored.sequence as usize,
                payload,
                metadata,
            });
        }
        Ok(envelopes)
    }

    async fn load_aggregate(&self, id: &str) -> Result<Self::AC, AggregateError<A::Error>> {
        let loaded: Loaded<A> = stream::load(&self.ports, self.context.organization, id)
            .await
            .map_err(unexpected)?;
        let (stream, aggregate, sequence) = loaded.into_parts();
        Ok(JournalContext {
            aggregate,
            sequence,
            stream,
        })
    }

    async fn commit(
        &self,
        events: Vec<<A as Decider>::Event>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(vec![]);
        }
        // The framework has applied the events already, so the subject is the one after them.
        let json = stream::metadata_json(&self.ports, &self.context, context.aggregate.subject())
            .map_err(unexpected)?;
        let new = events
            .iter()
            .map(|event| stream::new_event::<A>(&self.ports, event, &json))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unexpected)?;
        let id = context.stream.id.clone();
        let request = AppendRequest {
            organization: self.context.organization,
            recorded_at: self.ports.clock.now(),
            streams: vec![StreamAppend {
                stream: context.stream,
                expected: Expected::Sequence(context.sequence),
                events: new,
            }],
        };
        let appended = self.ports.journal.append(request).await.map_err(|e| match e {
            JournalError::Conflict { .. } => AggregateError::AggregateConflict,
            other => AggregateError::DatabaseConnectionError(Box::new(other)),
        })?;
        *self.appended.lock().await = Some(appended.last);
        let envelope = |(i, payload)| EventEnvelope {
            aggregate_id: id.clone(),
            sequence: context.sequence as usize + 1 + i,
            payload,
            metadata: metadata.clone(),
        };
        Ok(events.into_iter().enumerate().map(envelope).collect())
    }
}

fn unexpected<E: std::error::Error>(e: impl std::error::Error + Send + Sync + 'static) -> AggregateError<E> {
    AggregateError::UnexpectedError(Box::new(e))
}

/// Runs one command. Answers with the position of what was appended; nothing when it was so already.
pub async fn execute<A>(
    ports: &Ports,
    context: &CommandContext,
    id: impl std::fmt::Display + Send,
    command: <A as Decider>::Command,
) -> Result<Option<Position>, CommandError>
where
    A: Decider
        + cqrs_es::Aggregate<
            Command = <A as Decider>::Command,
            Event = <A as Decider>::Event,
            Error = <A as Decider>::Refusal,
            Services = (),
        >,
    <A as Decider>::Command: Clone,
    CommandError: From<<A as Decider>::Refusal>,
{
    let id = id.to_string();
    let mut delay = RETRY_DELAY;
    for _ in 0..=CONFLICT_RETRIES_MAX {
        let store = JournalStore {
            ports: ports.clone(),
            context: context.clone(),
            appended: Arc::default(),
        };
        let appended = Arc::clone(&store.appended);
        let framework = CqrsFramework::<A, _>::new(store, vec![], ());
        match framework.execute(&id, command.clone()).await {
            Ok(()) => return Ok(*appended.lock().await),
            Err(AggregateError::UserError(refusal)) => return Err(refusal.into()),
            Err(AggregateError::AggregateConflict) => {
                tokio::time::sleep(delay).await;
                delay *= 2;
            }
            Err(
                AggregateError::DatabaseConnectionError(e)
                | AggregateError::DeserializationError(e)
                | AggregateError::UnexpectedError(e),
            ) => {
                return Err(match e.downcast::<CommandError>() {
                    Ok(error) => *error,
                    Err(other) => CommandError::Journal(other.to_string()),
                });
            }
        }
    }
    Err(CommandError::Conflict(StreamId::new(A::KIND, id)))
}

/// Runs an attempt that loads, decides and appends by itself, again while others are faster.
pub async fn retrying<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, CommandError>
where
    F: Future<Output = Result<T, CommandError>>,
{
    let mut delay = RETRY_DELAY;
    let mut tries = 0;
    loop {
        match attempt().await {
            Err(CommandError::Conflict(_)) if tries < CONFLICT_RETRIES_MAX => {
                tries += 1;
                tokio::time::sleep(delay).await;
                delay *= 2;
            }
            outcome => return outcome,
        }
    }
}

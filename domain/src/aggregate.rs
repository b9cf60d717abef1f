//! What an aggregate is here: a pure `decide` and a total `evolve`. The cqrs-es contract is a thin layer over them.

use cqrs_es::DomainEvent;
use serde::{Serialize, de::DeserializeOwned};

use crate::ids::{CampaignId, ContactId};

/// What an event of this aggregate is about, for the metadata of its events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subject {
    /// The campaign, if any.
    pub campaign: Option<CampaignId>,
    /// The contact, if any.
    pub contact: Option<ContactId>,
}

/// An aggregate as a decider. No I/O, clock, randomness or ids inside: all of it comes in the command.
pub trait Decider:
    Default + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Kind of the stream, as stored.
    const KIND: &'static str;
    /// What can be asked for.
    type Command: Send + Sync;
    /// What can have happened.
    type Event: DomainEvent + Into<crate::Event> + Send + Sync;
    /// Why a command was refused.
    type Refusal: std::error::Error + Clone + PartialEq + Send + Sync + 'static;

    /// The events that follow from the command, none when it is already so, or a refusal. Records nothing itself.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Takes in what happened. Total: whatever is in the journal is taken as it is.
    fn evolve(&mut self, event: &Self::Event);

    /// What the stream is about; asked after its first event.
    fn subject(&self) -> Subject;
}

/// Implements cqrs-es' `Aggregate` over a [`Decider`], with no services: `handle` only decides and `apply` only evolves.
macro_rules! cqrs_aggregate {
    ($aggregate:ty) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = <$aggregate as $crate::aggregate::Decider>::KIND;
            type Command = <$aggregate as $crate::aggregate::Decider>::Command;
            type Event = <$aggregate as $crate::aggregate::Decider>::Event;
            type Error = <$aggregate as $crate::aggregate::Decider>::Refusal;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                (): &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in $crate::aggregate::Decider::decide(self, command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                $crate::aggregate::Decider::evolve(self, &event);
            }
        }
    };
}

/// Gives an event enum its stored names: `event_type` is the variant's name, `event_version` the number given. The
/// list must name every variant, so that a new one does not compile without a version.
macro_rules! event_names {
    ($event:ident { $($variant:ident = $version:literal),+ $(,)? }) => {
        impl $event {
            /// Stored name and newest version of every event of this kind.
            pub const CATALOGUE: &'static [(&'static str, &'static str)] = &[$((stringify!($variant), $version)),+];

            /// The stored name.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => stringify!($variant)),+ }
            }

            /// The version that this program writes.
            pub const fn version(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $version),+ }
            }
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                self.name().to_owned()
            }
            fn event_version(&self) -> String {
                self.version().to_owned()
            }
        }

        impl From<$event> for $crate::Event {
            fn from(event: $event) -> Self {
                Self::$event(event)
            }
        }
    };
}

pub(crate) use {cqrs_aggregate, event_names};

//! Stories about an aggregate: given what happened, when something is asked for, then this happens or is refused.

use std::fmt::Debug;

use uuid::Uuid;

use crate::aggregate::Decider;

/// An aggregate with a past.
#[derive(Debug)]
pub struct Given<A: Decider> {
    aggregate: A,
}

/// What came of a command.
#[derive(Debug)]
pub struct Outcome<A: Decider> {
    aggregate: A,
    decided: Result<Vec<A::Event>, A::Refusal>,
}

/// The aggregate after these events.
pub fn given<A: Decider>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let mut aggregate = A::default();
    for event in events {
        aggregate.evolve(&event);
    }
    Given { aggregate }
}

impl<A: Decider> Given<A> {
    /// Asks for something.
    pub fn when(self, command: A::Command) -> Outcome<A> {
        Outcome {
            decided: self.aggregate.decide(command),
            aggregate: self.aggregate,
        }
    }

    /// The aggregate itself.
    pub fn state(self) -> A {
        self.aggregate
    }
}

impl<A: Decider + Debug> Outcome<A>
where
    A::Event: PartialEq + Debug,
{
    /// Exactly these events follow.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = A::Event>) -> A {
        assert_eq!(self.decided, Ok(events.into_iter().collect()));
        let mut aggregate = self.aggregate;
        for event in self.decided.into_iter().flatten() {
            aggregate.evolve(&event);
        }
        aggregate
    }

    /// It is so already: nothing follows.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.decided, Ok(vec![]));
    }

    /// It is refused, for this reason, and nothing follows.
    #[track_caller]
    pub fn then_refused(self, refusal: A::Refusal) {
        assert_eq!(self.decided, Err(refusal));
    }
}

/// The n-th id of a test, whatever its kind.
pub const fn uuid(n: u8) -> Uuid {
    Uuid::from_bytes([1, 0x9b, 0x76, 0x66, 0xd8, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

//! How a call to the outside can fail, as far as the caller must know: whether it may be tried again, and when.

use std::time::Duration;

use domain::MicroDollars;

/// A failure of a port. The text is for operators: adapters keep numbers, names, keys and bodies out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PortError {
    /// What may be done about it.
    pub kind: PortErrorKind,
    /// What was being attempted and what was answered, without personal data or secrets.
    pub message: String,
    /// What was billed all the same: something was made, and can't be used.
    pub cost: MicroDollars,
}

/// What may be done about a failure. The place that knows decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortErrorKind {
    /// Certainly not done; trying again may help.
    Retryable,
    /// Certainly not done, and a limit was hit: wait this long.
    Limited {
        /// How long the other side asked to wait; nothing when it did not say.
        after: Option<Duration>,
    },
    /// Sent, but no answer came: it may have been done.
    Unknown,
    /// Certainly not done; the same request will never be taken.
    Permanent,
    /// The credentials are wrong, expired or lack a right: someone must act.
    Unauthorised,
    /// The account has no funds or quota left: someone must act.
    Exhausted,
}

impl PortError {
    /// A failure of the given kind.
    pub fn new(kind: PortErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            cost: MicroDollars::ZERO,
        }
    }

    /// The same, which was billed.
    #[must_use]
    pub fn billed(self, cost: MicroDollars) -> Self {
        Self { cost, ..self }
    }

    /// Whether the request certainly had no effect.
    pub const fn certainly_not_done(&self) -> bool {
        !matches!(self.kind, PortErrorKind::Unknown)
    }
}

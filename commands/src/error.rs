//! Why a use case did not do what it was asked: a refusal by a rule, a conflict, a denial, or a fault.

use domain::{
    ContactId, StreamId, campaign::CampaignRefusal, contact::ContactRefusal, import::ImportRefusal,
    organization::OrganizationRefusal, script::ScriptRefusal, suppression::SuppressionRefusal,
};

use crate::{
    authorization::Denied,
    ports::{JournalError, OpenError, PortError, ReadinessFinding},
};

/// A rule said no. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Of a campaign.
    #[error(transparent)]
    Campaign(#[from] CampaignRefusal),
    /// Of a script.
    #[error(transparent)]
    Script(#[from] ScriptRefusal),
    /// Of a contact.
    #[error(transparent)]
    Contact(#[from] ContactRefusal),
    /// Of an import.
    #[error(transparent)]
    Import(#[from] ImportRefusal),
    /// Of a suppression list.
    #[error(transparent)]
    Suppression(#[from] SuppressionRefusal),
    /// Of an organization.
    #[error(transparent)]
    Organization(#[from] OrganizationRefusal),
    /// The campaign could not be sent as things stand at the carrier or here.
    #[error("it can't be sent yet: {}", told(.0))]
    NotReadyToSend(Vec<ReadinessFinding>),
    /// Some of the people revoked their consent after this one was given; nothing was recorded of any of them.
    #[error(
        "{} of the contacts revoked consent after this one was given, so it does not count for them, and nothing was recorded: \
         leave them out, or record a consent that they gave since",
        .0.len()
    )]
    ConsentsBeforeRevocation(Vec<ContactId>),
    /// Of the use case itself: the text says what to do.
    #[error("{0}")]
    Invalid(String),
}

fn told(blockers: &[ReadinessFinding]) -> String {
    let words: Vec<&str> = blockers.iter().map(|blocker| blocker.message.as_str()).collect();
    words.join("; ")
}

/// Why a use case did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller may not, or may not know that it exists.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Others changed the same thing again and again; nothing was recorded.
    #[error("{0} was changed by someone else at the same time; look again and repeat")]
    Conflict(StreamId),
    /// Something outside failed; nothing more is known.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The journal failed.
    #[error("{0}")]
    Journal(String),
    /// What is stored can't be read.
    #[error("stored data can't be read: {0}")]
    Unreadable(String),
}

macro_rules! refused {
    ($($refusal:ty),+) => {$(
        impl From<$refusal> for CommandError {
            fn from(refusal: $refusal) -> Self {
                Self::Refused(refusal.into())
            }
        }
    )+};
}

refused!(
    CampaignRefusal,
    ScriptRefusal,
    ContactRefusal,
    ImportRefusal,
    SuppressionRefusal,
    OrganizationRefusal
);

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Conflict { stream, .. } => Self::Conflict(stream),
            JournalError::Invalid(reason) => Self::Journal(reason),
            JournalError::Unavailable(_) => Self::Journal(error.to_string()),
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Port(port) => Self::Port(port),
            OpenError::Erased | OpenError::Damaged => Self::Unreadable(error.to_string()),
        }
    }
}

impl CommandError {
    /// A refusal of the use case itself.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::Refused(Refusal::Invalid(what.into()))
    }

    /// How long whoever was asked wants us to wait; nothing when nobody said.
    pub fn asked_wait(&self) -> Option<chrono::Duration> {
        match self {
            Self::Port(PortError {
                kind: crate::ports::PortErrorKind::Limited { after: Some(after) },
                ..
            }) => chrono::Duration::from_std(*after).ok(),
            _ => None,
        }
    }

    /// Whether doing the same again later may work.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Journal(_) => true,
            Self::Port(port) => !matches!(
                port.kind,
                crate::ports::PortErrorKind::Permanent
                    | crate::ports::PortErrorKind::Unauthorised
                    | crate::ports::PortErrorKind::Exhausted
            ),
            Self::Refused(_) | Self::Denied(_) | Self::Unreadable(_) => false,
        }
    }
}

//! The rules of a suppression list. The stream keeps who came and went; it does not hold the numbers in memory, a list
//! may have millions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ListKind, LoadedList, SuppressionEvent};
use crate::{
    PhoneIndex, SuppressionListId,
    aggregate::{Decider, Subject},
};

/// What can be asked of a suppression list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuppressionCommand {
    /// Record that a version was loaded.
    Load {
        /// Its id.
        id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// Which version.
        loaded: LoadedList,
    },
    /// Put a number on it.
    Add {
        /// Its id.
        id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// Which number.
        phone_index: PhoneIndex,
        /// Why.
        reason: String,
        /// Until when.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Take a number off it.
    Expire {
        /// Its id.
        id: SuppressionListId,
        /// Which number.
        phone_index: PhoneIndex,
        /// Why.
        reason: String,
    },
}

/// Why a suppression list does not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuppressionRefusal {
    /// The stream is a list of another kind.
    #[error("this list is of another kind")]
    AnotherKind,
    /// There is no such list.
    #[error("there is no such list")]
    NotFound,
    /// A federal list without a subscription account number proves nothing.
    #[error("a federal list needs the organization's own subscription account number (SAN)")]
    NoSan,
    /// An older version than the one in force.
    #[error("a newer version is in force; load one obtained later")]
    Stale,
    /// A reason is missing.
    #[error("a reason is needed")]
    NoReason,
}

/// A suppression list as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionList {
    /// The kind, once there is an entry or a version.
    pub kind: Option<ListKind>,
    /// The version in force.
    pub loaded: Option<LoadedList>,
}

impl Decider for SuppressionList {
    const KIND: &'static str = "suppression_list";
    type Command = SuppressionCommand;
    type Event = SuppressionEvent;
    type Refusal = SuppressionRefusal;

    fn decide(&self, command: SuppressionCommand) -> Result<Vec<SuppressionEvent>, SuppressionRefusal> {
        match command {
            SuppressionCommand::Load { id, list, loaded } => {
                self.same_kind(list)?;
                if list == ListKind::FederalDnc && loaded.san.is_none() {
                    return Err(SuppressionRefusal::NoSan);
                }
                match &self.loaded {
                    Some(known) if *known == loaded => Ok(vec![]),
                    Some(known) if known.obtained_at > loaded.obtained_at => Err(SuppressionRefusal::Stale),
                    Some(_) | None => Ok(vec![SuppressionEvent::SuppressionsLoaded {
                        list_id: id,
                        list,
                        loaded,
                    }]),
                }
            }
            SuppressionCommand::Add {
                id,
                list,
                phone_index,
                reason,
                expires_at,
            } => {
                self.same_kind(list)?;
                if reason.trim().is_empty() {
                    return Err(SuppressionRefusal::NoReason);
                }
                Ok(vec![SuppressionEvent::SuppressionAdded {
                    list_id: id,
                    list,
                    phone_index,
                    reason,
                    expires_at,
                }])
            }
            SuppressionCommand::Expire {
                id,
                phone_index,
                reason,
            } => match self.kind {
                None => Err(SuppressionRefusal::NotFound),
                Some(_) if reason.trim().is_empty() => Err(SuppressionRefusal::NoReason),
                Some(_) => Ok(vec![SuppressionEvent::SuppressionExpired {
                    list_id: id,
                    phone_index,
                    reason,
                }]),
            },
        }
    }

    fn evolve(&mut self, event: &SuppressionEvent) {
        match event {
            SuppressionEvent::SuppressionsLoaded { list, loaded, .. } => {
                self.kind = Some(*list);
                self.loaded = Some(loaded.clone());
            }
            SuppressionEvent::SuppressionAdded { list, .. } => self.kind = Some(*list),
            SuppressionEvent::SuppressionExpired { .. } => {}
        }
    }

    fn subject(&self) -> Subject {
        Subject::default()
    }
}

impl SuppressionList {
    fn same_kind(&self, list: ListKind) -> Result<(), SuppressionRefusal> {
        if self.kind.is_none_or(|k| k == list) {
            Ok(())
        } else {
            Err(SuppressionRefusal::AnotherKind)
        }
    }
}

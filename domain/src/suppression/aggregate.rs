//! The rules of a suppression list. The stream keeps who came and went; it does not hold the numbers in memory, a list
//! may have millions.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{ListKind, ListLoad, LoadedList, SuppressionEvent};
use crate::{
    ListLoadId, PhoneIndex, SuppressionListId,
    aggregate::{Decider, Subject},
};

/// What can be asked of a suppression list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuppressionCommand {
    /// Load a file.
    StartLoad {
        /// The list's id.
        id: SuppressionListId,
        /// The kind.
        list: ListKind,
        /// What is loaded.
        load: ListLoad,
        /// The present instant.
        now: DateTime<Utc>,
    },
    /// Record that a file can't be loaded.
    FailLoad {
        /// The list's id.
        id: SuppressionListId,
        /// Which loading.
        load: ListLoadId,
        /// Why, and what to do.
        reason: String,
    },
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
    /// A state's registry needs its state, and no other list has one.
    #[error("give the state of a state's registry, and of no other list")]
    WrongState,
    /// A version without a name can't be told from another.
    #[error("give the publisher's name of the version, 1 to 60 characters")]
    NoVersion,
    /// It can't have been obtained yet.
    #[error("the file can't have been obtained in the future; check the date")]
    FromTheFuture,
    /// Another file is being loaded.
    #[error("another file of this list is being loaded; wait for it")]
    AlreadyLoading,
    /// There is nothing that could have changed.
    #[error("a list of changes needs a full list in force; load one first")]
    NothingToChange,
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
    /// What is being loaded.
    pub loading: Option<ListLoad>,
    /// Why the last file was not loaded, and what to do.
    #[serde(default)]
    pub refused: Option<String>,
}

/// Longest name of a version, characters.
const VERSION_CHARS_MAX: usize = 60;
/// How far a sender's clock may be ahead, minutes.
const CLOCK_TOLERANCE_MINUTES: i64 = 5;

impl Decider for SuppressionList {
    const KIND: &'static str = "suppression_list";
    type Command = SuppressionCommand;
    type Event = SuppressionEvent;
    type Refusal = SuppressionRefusal;

    fn decide(&self, command: SuppressionCommand) -> Result<Vec<SuppressionEvent>, SuppressionRefusal> {
        match command {
            SuppressionCommand::StartLoad { id, list, load, now } => self.start(id, list, load, now),
            SuppressionCommand::FailLoad { id, load, reason } => Ok(match &self.loading {
                Some(loading) if loading.id == load => vec![SuppressionEvent::SuppressionLoadFailed {
                    list_id: id,
                    load_id: load,
                    reason,
                }],
                Some(_) | None => vec![],
            }),
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
                self.loading = None;
                self.refused = None;
            }
            SuppressionEvent::SuppressionLoadStarted { list, load, .. } => {
                self.kind = Some(*list);
                self.loading = Some(load.clone());
                self.refused = None;
            }
            SuppressionEvent::SuppressionLoadFailed { reason, .. } => {
                self.loading = None;
                self.refused = Some(reason.clone());
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
    fn start(
        &self,
        id: SuppressionListId,
        list: ListKind,
        load: ListLoad,
        now: DateTime<Utc>,
    ) -> Result<Vec<SuppressionEvent>, SuppressionRefusal> {
        use SuppressionRefusal as R;
        self.same_kind(list)?;
        let version = load.version.trim();
        if version.is_empty() || version.chars().count() > VERSION_CHARS_MAX {
            return Err(R::NoVersion);
        }
        if (list == ListKind::StateDnc) != load.state.is_some() {
            return Err(R::WrongState);
        }
        if list == ListKind::FederalDnc && load.san.as_ref().is_none_or(|san| san.trim().is_empty()) {
            return Err(R::NoSan);
        }
        if load.obtained_at > now + Duration::minutes(CLOCK_TOLERANCE_MINUTES) {
            return Err(R::FromTheFuture);
        }
        match (&self.loading, &self.loaded) {
            (Some(loading), _) if loading.id == load.id => return Ok(vec![]),
            (Some(_), _) => return Err(R::AlreadyLoading),
            (None, Some(loaded)) if loaded.load_id == Some(load.id) => return Ok(vec![]),
            (None, Some(loaded)) if loaded.obtained_at > load.obtained_at => return Err(R::Stale),
            (None, Some(loaded)) if load.is_change && loaded.load_id.is_none() => {
                return Err(R::NothingToChange);
            }
            (None, None) if load.is_change => return Err(R::NothingToChange),
            (None, _) => {}
        }
        Ok(vec![SuppressionEvent::SuppressionLoadStarted {
            list_id: id,
            list,
            load,
        }])
    }

    fn same_kind(&self, list: ListKind) -> Result<(), SuppressionRefusal> {
        if self.kind.is_none_or(|k| k == list) {
            Ok(())
        } else {
            Err(SuppressionRefusal::AnotherKind)
        }
    }
}

//! Why a campaign does not do what it was asked. The texts are for people and say what to do.

use super::{CampaignStatus, InvalidSchedule};
use crate::ImportBatchId;

/// A refused command; nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CampaignRefusal {
    /// There is no such campaign, or it was deleted.
    #[error("there is no such campaign")]
    NotFound,
    /// The id is taken.
    #[error("the campaign exists already")]
    AlreadyExists,
    /// The status does not allow the step.
    #[error("{step} needs a campaign that is {}, this one is {found}", join(needs))]
    WrongStatus {
        /// What was asked for, in words.
        step: &'static str,
        /// The status it has.
        found: CampaignStatus,
        /// The statuses that allow it.
        needs: &'static [CampaignStatus],
    },
    /// No name, or one that is too long.
    #[error("a campaign needs a name of 1 to 120 characters")]
    InvalidName,
    /// The schedule can't be kept.
    #[error(transparent)]
    Schedule(#[from] InvalidSchedule),
    /// Too many contacts in one command.
    #[error("at most 1,000 contacts at a time")]
    TooManyContacts,
    /// The import named is not the one that runs.
    #[error("import {0} is not running into this campaign")]
    UnknownImport(ImportBatchId),
    /// The generation or rendering named is not the one that runs.
    #[error("run {0} is not the one that is running")]
    UnknownRun(u32),
    /// Nobody to write to.
    #[error("the campaign has no contacts; import some first")]
    NoContacts,
    /// Not every contact has an approved script with finished audio.
    #[error(
        "{ready} of {contacts} contacts have an approved script with finished audio; finish or remove the others"
    )]
    NotReady {
        /// Contacts that are ready.
        ready: u64,
        /// Contacts in the campaign.
        contacts: u64,
    },
    /// The pre-check did not look at all contacts.
    #[error("the compliance pre-check covered {prechecked} of {contacts} contacts; run it again")]
    NotPrechecked {
        /// Contacts looked at.
        prechecked: u64,
        /// Contacts in the campaign.
        contacts: u64,
    },
    /// No number to show.
    #[error("the campaign has no caller id; set one first")]
    NoCallerId,
    /// A reason is missing.
    #[error("a reason is needed")]
    NoReason,
}

fn join(statuses: &[CampaignStatus]) -> String {
    statuses
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" or ")
}

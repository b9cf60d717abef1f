//! What can be asked of the read models. Every question names the organization that asks, and where a person's role limits
//! what they see, how far they see; a row outside of that is answered as not there. Lists are paged by cursor and bounded.

mod analytics;
mod campaigns;
mod contacts;
mod imports;
mod organizations;
mod page;
mod scripts;

use async_trait::async_trait;
use domain::{Position, TeamId, UserId};

pub use analytics::{
    ActivityPlace, AnalyticsQueries, Compared, Comparison, DayResults, HourResults, Overview, ResultFilter,
    StateResults, TimelinePoint,
};
pub use campaigns::{
    CampaignContact, CampaignContactFilter, CampaignFilter, CampaignPlace, CampaignQueries, Conflict,
    DuplicateContact, StatusCount,
};
pub use contacts::{
    ContactFilter, ContactPlace, ContactQueries, ContactSummary, HistoryPlaces, HistoryUntil, Participation,
};
pub use imports::{ImportFilter, ImportPlace, ImportQueries};
pub use organizations::{Membership, OrganizationQueries};
pub use page::{Cursor, InvalidCursor, PAGE_ROWS_MAX, Page, PageRequest};
pub use scripts::{ScriptCondition, ScriptFilter, ScriptQueries, ScriptSums, SpokenOtherwise};

/// How far a person sees within their organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// All of it: admins and auditors.
    All,
    /// Campaigns of their own and of their teams.
    OwnedBy {
        /// The person.
        user: UserId,
        /// The teams that they are in.
        teams: Vec<TeamId>,
    },
}

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The read models can't be reached; asking again may help.
    #[error("the read models are not available: {0}")]
    Unavailable(String),
    /// A stored row can't be read: the read models need a rebuild.
    #[error("the read models hold a row that can't be read: {0}")]
    Unreadable(String),
}

/// How far the read side is behind the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// Position of the last event in the journal.
    pub head: Position,
    /// Position up to which every read model has taken in the journal.
    pub position: Position,
    /// Events recorded since; an upper bound, as positions may have gaps.
    pub behind: u64,
    /// When the last event that was taken in had been recorded.
    pub applied_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Streams that are parked because an event of theirs can't be read.
    pub parked_streams: u64,
    /// Events of unknown kinds that were passed over since the process began.
    pub unknown_events: u64,
}

/// All questions in one, as the store answers them.
#[async_trait]
pub trait ReadModels:
    CampaignQueries
    + ScriptQueries
    + ContactQueries
    + ImportQueries
    + AnalyticsQueries
    + OrganizationQueries
    + std::fmt::Debug
{
    /// Position up to which every read model has taken in the journal.
    async fn position(&self) -> Result<Position, QueryError>;

    /// Waits until the read models have taken in `position`; whether they have within `timeout`.
    async fn wait_for(&self, position: Position, timeout: std::time::Duration) -> bool;
}

//! The outbox: work that follows from events, planned in the same transaction as the checkpoint of whoever planned it,
//! leased to one worker at a time, fenced, and never repeated blindly once the outside was called.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{CampaignId, EventId, OrganizationId};
use tokio::sync::watch;
use uuid::Uuid;

use super::PortError;

/// What may be done when a call's outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// Doing it again has the same effect as doing it once (or costs cents at worst): go back to `ready`.
    Idempotent,
    /// The other side can be asked what became of it.
    Queryable,
    /// Neither: only a report or an operator closes the doubt.
    Unsafe,
}

/// Work to be done, before it is in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWork {
    /// The tenant.
    pub organization: OrganizationId,
    /// The campaign that it belongs to, for counting and cancelling.
    pub campaign: Option<CampaignId>,
    /// What kind of work, such as `drop`.
    pub kind: &'static str,
    /// The business identity: planning it twice is planning it once.
    pub dedup_key: String,
    /// The event that it follows from.
    pub cause: EventId,
    /// What is asked for, JSON text. No personal data.
    pub request: String,
    /// What may be done when a call's outcome is unknown.
    pub safety: Safety,
    /// Not to be started before.
    pub not_before: DateTime<Utc>,
}

/// A piece of work, leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// Its id.
    pub id: Uuid,
    /// The tenant.
    pub organization: OrganizationId,
    /// The campaign that it belongs to.
    pub campaign: Option<CampaignId>,
    /// What kind of work.
    pub kind: String,
    /// The business identity.
    pub dedup_key: String,
    /// The event that it follows from.
    pub cause: EventId,
    /// What is asked for, JSON text.
    pub request: String,
    /// How often it has been claimed, this time included.
    pub attempt: u32,
    /// Rises with each claim; every later write must carry it.
    pub fence: u64,
    /// When the outside was first called for it, if it ever was: from then on it may have been done.
    pub called_at: Option<DateTime<Utc>>,
}

/// How a lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkEnd {
    /// It is done.
    Done,
    /// It will never be done.
    Failed {
        /// Why, without personal data.
        error: String,
    },
    /// It certainly did not happen and is tried again; whether it was called before is forgotten.
    Retry {
        /// Not before.
        not_before: DateTime<Utc>,
        /// Why, without personal data.
        error: String,
    },
    /// It failed and is tried again: the attempt counts, so that the waits grow, and that it was called stays known.
    Again {
        /// Not before.
        not_before: DateTime<Utc>,
        /// Why, without personal data.
        error: String,
    },
    /// It is not time yet, or the outcome of a repeatable call is unknown; the attempt does not count, and that it was
    /// called stays known.
    Reschedule {
        /// Not before.
        not_before: DateTime<Utc>,
    },
    /// Nobody knows whether it happened.
    InDoubt {
        /// Why, without personal data.
        error: String,
    },
}

/// How many pieces of work of a kind stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkCounts {
    /// Ready, due or not.
    pub ready: u64,
    /// Leased or calling.
    pub running: u64,
    /// In doubt.
    pub in_doubt: u64,
    /// Failed.
    pub failed: u64,
    /// Done.
    pub done: u64,
    /// Cancelled.
    pub cancelled: u64,
}

/// The outbox.
#[async_trait]
pub trait WorkQueue: Send + Sync + std::fmt::Debug {
    /// Plans work; what is planned already (same organization, kind and key) is passed over.
    async fn plan(&self, work: Vec<PlannedWork>, now: DateTime<Utc>) -> Result<(), PortError>;

    /// Leases at most `limit` due pieces of a kind, oldest due first. No two callers get the same piece.
    async fn claim(
        &self,
        kind: &str,
        limit: usize,
        owner: Uuid,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<WorkItem>, PortError>;

    /// The point of no return, committed before the call. False: the lease was lost, do not call.
    async fn start_calling(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError>;

    /// Prolongs the lease. False: it was lost, stop working.
    async fn heartbeat(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<bool, PortError>;

    /// Ends the lease. False: it was lost; somebody else decides.
    async fn finish(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
        end: WorkEnd,
    ) -> Result<bool, PortError>;

    /// Takes back expired leases: `leased` becomes ready; `calling` becomes ready when idempotent, else in doubt. Returns how many.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<u64, PortError>;

    /// Pieces of a kind that fell into doubt without anybody recording it, because whoever made the call died; at most `limit`.
    async fn unrecorded_doubts(&self, kind: &str, limit: usize) -> Result<Vec<WorkItem>, PortError>;

    /// Notes that the doubt about a piece is recorded.
    async fn doubt_is_recorded(&self, item: &WorkItem, now: DateTime<Utc>) -> Result<(), PortError>;

    /// Takes back every lease of an earlier process of this single-process installation, expired or not.
    async fn take_over(&self, now: DateTime<Utc>) -> Result<u64, PortError>;

    /// Where the pieces of a kind stand, of one campaign or of all.
    async fn counts(&self, kind: &str, campaign: Option<CampaignId>) -> Result<WorkCounts, PortError>;

    /// The earliest instant at which a ready piece of any kind is due.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, PortError>;

    /// Makes waiting pieces with these keys due now.
    async fn hasten_those(
        &self,
        organization: OrganizationId,
        kind: &str,
        dedup_keys: &[String],
        now: DateTime<Utc>,
    ) -> Result<u64, PortError>;

    /// Makes waiting pieces of a campaign due now, after a resume.
    async fn hasten(&self, campaign: CampaignId, kind: &str, now: DateTime<Utc>) -> Result<u64, PortError>;

    /// The same for all campaigns of an organization.
    async fn hasten_all(
        &self,
        organization: OrganizationId,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, PortError>;

    /// Changes whenever work was planned or came back in this process. A hint; workers poll as well.
    fn woken(&self) -> watch::Receiver<u64>;
}

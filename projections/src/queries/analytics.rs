//! Questions about how campaigns went, and about what happened lately.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{
    CampaignId, MicroDollars, OrganizationId, Position,
    script::{DeliveryStatus, FailureClass},
};

use super::{Page, PageRequest, QueryError, Visible};
use crate::{
    Outcome,
    models::{ActivityRow, AnalyticsRow, DigestRow},
};

/// The place of a line in the activity feed.
pub type ActivityPlace = Position;

/// Sums over the campaigns that a person sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// Campaigns, deleted ones left out.
    pub campaigns: i64,
    /// Campaigns that are submitted, active or paused.
    pub running: i64,
    /// Contacts in them, one in two campaigns twice.
    pub contacts: i64,
    /// Voicemails handed over.
    pub attempted: i64,
    /// Left in the mailbox, played ones included.
    pub delivered: i64,
    /// Played.
    pub listened: i64,
    /// Not left.
    pub failed: i64,
    /// Forbidden by a rule.
    pub blocked: i64,
    /// Held until later.
    pub held: i64,
    /// Outcome unknown.
    pub in_doubt: i64,
    /// What writing cost.
    pub writer_cost: MicroDollars,
    /// What speaking cost.
    pub voice_cost: MicroDollars,
    /// What the carrier charged.
    pub carrier_cost: MicroDollars,
}

/// How often an outcome happened on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendPoint {
    /// The recipients' day.
    pub day: NaiveDate,
    /// What happened.
    pub outcome: Outcome,
    /// How often.
    pub count: i64,
}

/// How often a failure happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureCount {
    /// The carrier's code.
    pub code: String,
    /// What follows from it.
    pub class: Option<FailureClass>,
    /// In plain words, as the carrier gave them.
    pub reason: Option<String>,
    /// How often.
    pub count: i64,
}

/// How often a rule holds or blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObstacleCount {
    /// The rule's id.
    pub rule: String,
    /// `Held` or `Blocked`.
    pub status: DeliveryStatus,
    /// How often.
    pub count: i64,
}

/// Questions about how campaigns went.
#[async_trait]
pub trait AnalyticsQueries: Send + Sync {
    /// Every counted outcome of a campaign by recipient-local day and hour and by state, ordered by these. Bounded by
    /// days × 24 × states × outcomes; `from` and `until` (both included) narrow it.
    async fn analytics(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
    ) -> Result<Vec<AnalyticsRow>, QueryError>;

    /// Outcomes a day over all campaigns that a person sees, by day; both ends included.
    async fn trend(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<TrendPoint>, QueryError>;

    /// How often each failure happened in a campaign, most frequent first, at most 100.
    async fn failures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<FailureCount>, QueryError>;

    /// How often each rule holds or blocks in a campaign now, most frequent first, at most 100.
    async fn obstacles(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<ObstacleCount>, QueryError>;

    /// Sums over all campaigns that a person sees.
    async fn overview(&self, organization: OrganizationId, visible: &Visible)
    -> Result<Overview, QueryError>;

    /// The digest of a completed campaign.
    async fn digest(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Option<DigestRow>, QueryError>;

    /// A page of what happened, newest first; of one campaign only when it is named.
    async fn activity(
        &self,
        organization: OrganizationId,
        campaign: Option<CampaignId>,
        page: PageRequest<ActivityPlace>,
    ) -> Result<Page<ActivityRow, ActivityPlace>, QueryError>;
}

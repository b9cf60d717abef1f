//! Questions about how campaigns went, and about what happened lately.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{CampaignId, OrganizationId, Position, campaign::CampaignType};
use serde::{Deserialize, Serialize};

use super::{Page, PageRequest, QueryError, Visible};
use crate::{
    Outcome,
    figures::{Costs, Results},
    models::{ActivityRow, AnalyticsRow, DigestRow, FailureTallyRow, ObstacleTallyRow, ScriptRow},
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
    /// What came of those that were handed over.
    pub results: Results,
    /// Forbidden by a rule.
    pub blocked: i64,
    /// Held until later.
    pub held: i64,
    /// Outcome unknown.
    pub in_doubt: i64,
    /// What all of it cost.
    pub costs: Costs,
}

/// Of which campaigns figures are wanted, among those that a person sees. Absent fields leave all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFilter {
    /// Of these; empty for all.
    pub campaigns: Vec<CampaignId>,
    /// For one of these purposes; empty for all.
    pub kinds: Vec<CampaignType>,
}

impl ResultFilter {
    /// Of one campaign.
    pub fn of(campaign: CampaignId) -> Self {
        Self {
            campaigns: vec![campaign],
            ..Self::default()
        }
    }
}

/// What came of the voicemails that were handed over on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayResults {
    /// The recipients' day.
    pub day: NaiveDate,
    /// What came of them, whenever it did.
    pub results: Results,
}

/// What came of the voicemails that were handed over in one hour of the recipients' week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourResults {
    /// 1 for Monday to 7 for Sunday.
    pub weekday: u32,
    /// 0 to 23.
    pub hour: u32,
    /// What came of them.
    pub results: Results,
}

/// What came of the voicemails to one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateResults {
    /// Postal code; empty when unknown.
    pub state: String,
    /// What came of them.
    pub results: Results,
}

/// By what voicemails are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Campaign by campaign.
    Campaign,
    /// What campaigns are for.
    CampaignType,
    /// Who wrote the words: a template, a person, or a model by its name.
    Writer,
    /// Which template wrote them; what models and people wrote is left out.
    Template,
    /// What the model that wrote them was told to do; what templates and people wrote is left out.
    Prompt,
    /// How long they are, in steps of [`LENGTH_STEP_SECONDS`](crate::models::LENGTH_STEP_SECONDS).
    Length,
}

/// One of the things that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The campaign's id, the type, the author, the prompt's fingerprint, the seconds, or the type whose starter template it is, as
    /// stored; empty for a template of the campaigns' own.
    pub key: String,
    /// The campaign's name, the model's, the prompt's label where it is known, or the template.
    pub name: Option<String>,
    /// What came of its voicemails.
    pub results: Results,
    /// What it cost; nothing where costs are not kept apart.
    pub costs: Option<Costs>,
}

/// How often an outcome happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelinePoint {
    /// The recipients' day.
    pub day: NaiveDate,
    /// What happened.
    pub outcome: Outcome,
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

    /// What happened to a campaign's voicemails on each of the recipients' days, whenever they were handed over, in order.
    async fn timeline(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<TimelinePoint>, QueryError>;

    /// What came of the voicemails that were handed over on each day, in order; both ends of the span included.
    async fn days(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
        span: (NaiveDate, NaiveDate),
    ) -> Result<Vec<DayResults>, QueryError>;

    /// How often each failure happened in a campaign, most frequent first, at most 100.
    async fn failures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<FailureTallyRow>, QueryError>;

    /// How often each rule holds or blocks in a campaign now, most frequent first, at most 100.
    async fn obstacles(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<ObstacleTallyRow>, QueryError>;

    /// What came of voicemails by the recipient-local hour of the week in which they were handed over; at most 168 rows.
    async fn hours(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
    ) -> Result<Vec<HourResults>, QueryError>;

    /// The same by the recipients' state.
    async fn states(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
    ) -> Result<Vec<StateResults>, QueryError>;

    /// What came of voicemails, side by side. The most handed over first, at most 10,000; what was never handed over is left out.
    async fn compared(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        by: Comparison,
        filter: &ResultFilter,
    ) -> Result<Vec<Compared>, QueryError>;

    /// Those who listened longest, at most `limit`; none where no length is known.
    async fn listeners(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        limit: u32,
    ) -> Result<Vec<ScriptRow>, QueryError>;

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

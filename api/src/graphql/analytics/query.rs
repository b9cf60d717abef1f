//! Questions about how campaigns went, and what happened lately.

use async_graphql::{Context, ID, Object, SimpleObject, connection::Connection};
use chrono::NaiveDate;
use commands::authorization::Action;
use domain::{CampaignId, Position as At};

use super::{
    super::{
        context::{caller, visible},
        enums::{DeliveryStatus, FailureClass, Outcome},
        error::Problem,
        node_id::NodeKind,
        paging::{connection, cost, page},
        scalars::{Money, Position},
    },
    Activity,
    digest::Digest,
};

/// Longest span of a trend, days.
const TREND_DAYS_MAX: i64 = 366;

/// How often an outcome happened in an hour of the recipients' day, in a state.
#[derive(Debug, SimpleObject)]
pub struct AnalyticsCell {
    day: NaiveDate,
    /// Recipient-local hour, 0 to 23.
    hour: u32,
    /// Postal code; empty when unknown.
    state: String,
    outcome: Outcome,
    count: i64,
}

/// How often a failure happened.
#[derive(Debug, SimpleObject)]
pub struct FailureTally {
    code: String,
    class: Option<FailureClass>,
    reason: Option<String>,
    count: i64,
}

/// How often a rule holds or blocks now.
#[derive(Debug, SimpleObject)]
pub struct ObstacleTally {
    rule: String,
    status: DeliveryStatus,
    count: i64,
}

/// Figures of a campaign.
#[derive(Debug, SimpleObject)]
pub struct CampaignAnalytics {
    cells: Vec<AnalyticsCell>,
    failures: Vec<FailureTally>,
    obstacles: Vec<ObstacleTally>,
}

/// Sums over the campaigns that the caller sees.
#[derive(Debug, SimpleObject)]
pub struct Overview {
    campaigns: i64,
    running: i64,
    contacts: i64,
    attempted: i64,
    delivered: i64,
    listened: i64,
    failed: i64,
    blocked: i64,
    held: i64,
    in_doubt: i64,
    writer_cost: Money,
    voice_cost: Money,
    carrier_cost: Money,
}

impl From<projections::queries::Overview> for Overview {
    fn from(o: projections::queries::Overview) -> Self {
        Self {
            campaigns: o.campaigns,
            running: o.running,
            contacts: o.contacts,
            attempted: o.attempted,
            delivered: o.delivered,
            listened: o.listened,
            failed: o.failed,
            blocked: o.blocked,
            held: o.held,
            in_doubt: o.in_doubt,
            writer_cost: o.writer_cost.into(),
            voice_cost: o.voice_cost.into(),
            carrier_cost: o.carrier_cost.into(),
        }
    }
}

/// How often an outcome happened on a day.
#[derive(Debug, SimpleObject)]
pub struct TrendPoint {
    day: NaiveDate,
    outcome: Outcome,
    count: i64,
}

/// Questions about how campaigns went.
#[derive(Debug, Default)]
pub struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// Figures of a campaign by recipient-local day and hour and by state; both ends included.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn analytics(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
        min_position: Option<Position>,
    ) -> Result<CampaignAnalytics, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        caller.fresh(min_position).await;
        let (permit, _) = caller.campaign_row(id).await?;
        let (queries, organization) = (&caller.state.queries, permit.organization());
        let cells = queries
            .analytics(organization, id, from, until)
            .await?
            .into_iter();
        let failures = queries.failures(organization, id).await?.into_iter();
        let obstacles = queries.obstacles(organization, id).await?.into_iter();
        Ok(CampaignAnalytics {
            cells: cells
                .map(|r| AnalyticsCell {
                    day: r.day,
                    hour: r.hour,
                    state: r.state,
                    outcome: r.outcome.into(),
                    count: r.count,
                })
                .collect(),
            failures: failures
                .map(|f| FailureTally {
                    code: f.code,
                    class: f.class.map(Into::into),
                    reason: f.reason,
                    count: f.count,
                })
                .collect(),
            obstacles: obstacles
                .map(|o| ObstacleTally {
                    rule: o.rule,
                    status: o.status.into(),
                    count: o.count,
                })
                .collect(),
        })
    }

    /// Sums over the campaigns that the caller sees.
    #[graphql(complexity = "50 + child_complexity")]
    async fn overview(&self, ctx: &Context<'_>, min_position: Option<Position>) -> Result<Overview, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let found = caller
            .state
            .queries
            .overview(permit.organization(), &visible(&permit))
            .await?;
        Ok(found.into())
    }

    /// Outcomes a day over the campaigns that the caller sees; both ends included, at most 366 days.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn trend(
        &self,
        ctx: &Context<'_>,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<TrendPoint>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        if until < from || (until - from).num_days() > TREND_DAYS_MAX {
            return Err(Problem::new(
                "INVALID_SPAN",
                "give a span of at most 366 days that ends after it begins",
            ));
        }
        let points = &caller.state.queries;
        let points = points
            .trend(permit.organization(), &visible(&permit), from, until)
            .await?;
        let point = |p: projections::queries::TrendPoint| TrendPoint {
            day: p.day,
            outcome: p.outcome.into(),
            count: p.count,
        };
        Ok(points.into_iter().map(point).collect())
    }

    /// How a completed campaign went; nothing before it is completed.
    async fn digest(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Digest>, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        caller.fresh(min_position).await;
        let (permit, _) = caller.campaign_row(id).await?;
        let row = caller.state.queries.digest(permit.organization(), id).await?;
        Ok(row.map(Digest::from))
    }

    /// What happened, newest first. Of one campaign; of all only for those who see everything.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn activity(
        &self,
        ctx: &Context<'_>,
        campaign_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Activity>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        let id = campaign_id.as_ref().map(CampaignId::parse).transpose()?;
        let permit = match id {
            Some(id) => caller.campaign_row(id).await?.0,
            None => caller.permit(Action::Audit)?,
        };
        let request = page::<At>(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .activity(permit.organization(), id, request)
            .await?;
        Ok(connection(found, started, Activity::from))
    }
}

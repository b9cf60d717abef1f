//! Questions about how campaigns went, and what happened lately.

use async_graphql::{Context, ID, Object, connection::Connection};
use commands::authorization::{Action, Permit};
use domain::{CampaignId, Position as At};
use projections::digest::{CampaignReport, DigestFigures};

use super::{
    super::{
        context::{Caller, caller, visible},
        enums::CampaignType,
        error::Problem,
        node_id::NodeKind,
        paging::{connection, cost, page},
        scalars::Position,
    },
    Activity,
    campaign::{CampaignAnalytics, HourFigures, StateFigures},
    digest::Digest,
    organization::{Compared, Comparison, Overview, Trend, periods, result_filter},
};
use crate::http::digest_links;

/// Longest period of a trend, days.
const TREND_DAYS_MAX: u32 = 183;

impl Caller<'_> {
    /// How a campaign goes that the caller sees.
    async fn report(&self, campaign: &ID) -> Result<(Permit, CampaignReport), Problem> {
        let id = CampaignId::parse(campaign)?;
        let (permit, row) = self.campaign_row(id).await?;
        let (queries, seen) = (self.state.queries.as_ref(), visible(&permit));
        let report = CampaignReport::gather(queries, permit.organization(), &seen, row).await?;
        Ok((permit, report))
    }
}

/// Questions about how campaigns went.
#[derive(Debug, Default)]
pub struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// Figures of a campaign: rates with their denominators, by day, by recipient-local hour of the week, by state; failures and
    /// rules in the way.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn analytics(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        min_position: Option<Position>,
    ) -> Result<CampaignAnalytics, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        Ok(caller.report(&campaign_id).await?.1.into())
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

    /// What was handed over on the last so many days, up to and with today (UTC), at most 183, against as many days before.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 30)] days: u32,
        campaign_ids: Option<Vec<ID>>,
        types: Option<Vec<CampaignType>>,
        min_position: Option<Position>,
    ) -> Result<Trend, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let until = caller.state.now().date_naive();
        let span = periods(until, days).filter(|_| (1..=TREND_DAYS_MAX).contains(&days));
        let (before, from) =
            span.ok_or_else(|| Problem::new("INVALID_SPAN", "give a period of 1 to 183 days"))?;
        let filter = result_filter(campaign_ids, types)?;
        let (queries, seen) = (&caller.state.queries, visible(&permit));
        let found = queries.days(permit.organization(), &seen, &filter, (before, until));
        Ok(Trend::of(found.await?, from, until))
    }

    /// What came of voicemails, side by side, each against all the others together: of the campaigns named, at most 100, or of all. Most handed over first, at most 100.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn comparison(
        &self,
        ctx: &Context<'_>,
        by: Comparison,
        campaign_ids: Option<Vec<ID>>,
        types: Option<Vec<CampaignType>>,
        min_position: Option<Position>,
    ) -> Result<Vec<Compared>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let filter = result_filter(campaign_ids, types)?;
        caller.fresh(min_position).await;
        let (queries, seen) = (&caller.state.queries, visible(&permit));
        let groups = queries.compared(permit.organization(), &seen, by.into(), &filter);
        Ok(Compared::all(by, groups.await?))
    }

    /// What came of voicemails by the recipient-local hour of the week in which they were handed over.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn hours_of_the_week(
        &self,
        ctx: &Context<'_>,
        campaign_ids: Option<Vec<ID>>,
        types: Option<Vec<CampaignType>>,
        min_position: Option<Position>,
    ) -> Result<Vec<HourFigures>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let (queries, seen) = (&caller.state.queries, visible(&permit));
        let filter = result_filter(campaign_ids, types)?;
        let hours = queries.hours(permit.organization(), &seen, &filter);
        Ok(hours.await?.into_iter().map(Into::into).collect())
    }

    /// The same by the recipients' state, most handed over first.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn states_reached(
        &self,
        ctx: &Context<'_>,
        campaign_ids: Option<Vec<ID>>,
        types: Option<Vec<CampaignType>>,
        min_position: Option<Position>,
    ) -> Result<Vec<StateFigures>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let (queries, seen) = (&caller.state.queries, visible(&permit));
        let filter = result_filter(campaign_ids, types)?;
        let states = queries.states(permit.organization(), &seen, &filter);
        Ok(states.await?.into_iter().map(Into::into).collect())
    }

    /// How a campaign went that has ended; nothing before that.
    #[graphql(complexity = "100 + child_complexity * 10")]
    async fn digest(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Digest>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        let as_of = caller.state.queries.position().await?;
        let (permit, report) = caller.report(&campaign_id).await?;
        if !DigestFigures::has_ended(&report.campaign) {
            return Ok(None);
        }
        let (organization, id) = (report.campaign.organization_id, report.campaign.campaign_id);
        let completed = caller.state.queries.digest(organization, id).await?;
        let links = digest_links(caller.state, &permit, id);
        Ok(Some(Digest::of(report, as_of.into(), completed, links)))
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

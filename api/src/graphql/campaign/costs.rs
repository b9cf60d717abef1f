//! What a campaign costs, line by line: what was spent, what is still to come, and how far the two are from what was estimated at
//! approval.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::{
    CampaignId, MicroDollars,
    campaign::{WorkLeft, estimate},
};
use projections::models::CampaignRow;

use super::{
    super::{
        context::caller,
        enums::CostStep,
        error::Problem,
        node_id::NodeKind,
        scalars::{Money, Position},
    },
    ScriptEngineInput,
};

/// One line: what was spent and what is still to come.
#[derive(Debug, Clone, SimpleObject)]
pub struct CostLine {
    step: CostStep,
    /// How much is still to come: scripts, characters, voicemails, bytes.
    quantity: u64,
    /// What one script, a thousand characters, one voicemail, a gigabyte for a month is reckoned at.
    rate: Money,
    /// What is still to come.
    estimate: Money,
    /// What the providers have billed so far; nothing where none bills: storage is yours.
    actual: Option<Money>,
}

/// What a campaign costs.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignCost {
    lines: Vec<CostLine>,
    /// Still to come.
    estimate: Money,
    /// Billed so far.
    actual: Money,
    /// What sending was estimated to cost when the campaign was approved.
    approved_estimate: Option<Money>,
    /// What the carrier billed beyond that; negative when it billed less.
    carrier_over_approved: Option<Money>,
}

/// Questions about costs.
#[derive(Debug, Default)]
pub struct CostQuery;

#[Object]
impl CostQuery {
    /// What the campaign has cost and what its next steps are estimated to cost. `engine` says who would write the scripts that are
    /// still missing; without one, the template.
    #[graphql(complexity = "50 + child_complexity")]
    async fn campaign_cost(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        engine: Option<ScriptEngineInput>,
        min_position: Option<Position>,
    ) -> Result<CampaignCost, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        let (permit, row) = caller.campaign_row(CampaignId::parse(&campaign_id)?).await?;
        let queries = &caller.state.queries;
        let (characters, audio_ms) = queries
            .speech_left(permit.organization(), row.campaign_id)
            .await?;
        let organization = queries.organization(permit.organization()).await?;
        let settings = organization.map(|o| o.settings.0.clone()).unwrap_or_default();
        let by_model = engine.is_some_and(|e| e.is_model());
        let left = left(
            &row,
            characters,
            audio_ms,
            by_model,
            settings.audio_retention_days,
        );
        Ok(cost(&row, &left, &settings.rate_card))
    }
}

fn left(row: &CampaignRow, characters: u64, audio_ms: u64, by_model: bool, retention_days: u32) -> WorkLeft {
    let written =
        row.scripts_pending + row.scripts_approved + row.scripts_rejected + row.scripts_needs_revision;
    let count = |n: i64| n.max(0).cast_unsigned();
    WorkLeft {
        to_write: count(row.contacts - written),
        by_model,
        characters_to_speak: characters,
        to_send: count(row.not_sent + row.held).max(count(row.contacts - written)),
        audio_ms,
        retention_days,
    }
}

fn cost(row: &CampaignRow, left: &WorkLeft, rates: &domain::organization::RateCard) -> CampaignCost {
    let sum = |a: MicroDollars, b: MicroDollars| a.plus(b).unwrap_or(MicroDollars::from_micros(i64::MAX));
    let (mut still, mut lines) = (MicroDollars::ZERO, Vec::new());
    for line in estimate(left, rates) {
        still = sum(still, line.estimate);
        let actual = match line.step {
            domain::campaign::CostStep::Writer => Some(row.writer_cost),
            domain::campaign::CostStep::Voice => Some(row.voice_cost),
            domain::campaign::CostStep::Carrier => Some(row.carrier_cost),
            domain::campaign::CostStep::Storage => None,
        };
        lines.push(CostLine {
            step: line.step.into(),
            quantity: line.quantity,
            rate: line.rate.into(),
            estimate: line.estimate.into(),
            actual: actual.map(Into::into),
        });
    }
    let over = |approved: MicroDollars| {
        MicroDollars::from_micros(row.carrier_cost.micros().saturating_sub(approved.micros()))
    };
    CampaignCost {
        lines,
        estimate: still.into(),
        actual: sum(sum(row.writer_cost, row.voice_cost), row.carrier_cost).into(),
        approved_estimate: row.cost_estimate.map(Into::into),
        carrier_over_approved: row.cost_estimate.map(over).map(Into::into),
    }
}

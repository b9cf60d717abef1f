//! What a campaign costs, line by line: what was spent, what is still to come, and how far the two are from what was estimated at
//! approval.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::{
    CampaignId, MicroDollars,
    campaign::{CostOfWriting, ScriptEngine, WorkDone, WorkLeft, estimate, expected},
    organization::RateCard,
};
use projections::{
    models::CampaignRow,
    queries::{ScriptSums, SpokenOtherwise},
};

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
    /// What the same scripts would come to in a batch; nothing for other steps, and where a template writes.
    batch_estimate: Option<Money>,
    /// What the providers have billed so far; nothing where none bills: storage is yours.
    actual: Option<Money>,
    /// What the rate card says for the same.
    expected: Option<Money>,
    /// By how much the bill is higher than that; negative where it is lower.
    over_expected: Option<Money>,
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
    /// How many recordings that there are the voice asked about would speak anew, because another one spoke them; they are part of the
    /// voice's line. What it has spoken before costs nothing again.
    recordings_anew: u64,
}

/// Questions about costs.
#[derive(Debug, Default)]
pub struct CostQuery;

#[Object]
impl CostQuery {
    /// What the campaign has cost and what its next steps are estimated to cost. `engine` says who would write the scripts that are
    /// still missing, and whether in a batch; without one, the template. `voice` is who would speak (`renderAudio`); without one, whoever
    /// has spoken before.
    #[graphql(complexity = "50 + child_complexity")]
    async fn campaign_cost(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        engine: Option<ScriptEngineInput>,
        voice: Option<String>,
        min_position: Option<Position>,
    ) -> Result<CampaignCost, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        let (permit, row) = caller.campaign_row(CampaignId::parse(&campaign_id)?).await?;
        let queries = &caller.state.queries;
        let sums = queries
            .script_sums(permit.organization(), row.campaign_id)
            .await?;
        let organization = queries.organization(permit.organization()).await?;
        let settings = organization.map(|o| o.settings.0.clone()).unwrap_or_default();
        let writer = engine.map_or(Ok(CostOfWriting::Nothing), |e| e.cost_of_writing())?;
        let anew = match voice {
            Some(voice) => {
                queries
                    .spoken_otherwise(permit.organization(), row.campaign_id, &voice)
                    .await?
            }
            None => SpokenOtherwise::default(),
        };
        let left = left(&row, &sums, writer, settings.audio_retention_days);
        let left = WorkLeft {
            characters_to_speak: left.characters_to_speak.saturating_add(anew.characters),
            // They take the place of those that there are.
            audio_ms: left.audio_ms.saturating_sub(anew.audio_ms),
            ..left
        };
        Ok(CampaignCost {
            recordings_anew: anew.recordings,
            ..cost(&row, &left, &done(&row, &sums), &settings.rate_card)
        })
    }
}

/// What the providers' bills are held against. How scripts were paid for is taken to be how the last generation was ordered.
fn done(row: &CampaignRow, sums: &ScriptSums) -> WorkDone {
    let by_batch = row
        .generation_engine
        .as_ref()
        .is_some_and(|engine| matches!(engine.0, ScriptEngine::Model { batch: true, .. }));
    WorkDone {
        written: sums.bought,
        writer: if by_batch {
            CostOfWriting::ByBatch
        } else {
            CostOfWriting::ByScript
        },
        characters_spoken: row.characters_spoken.max(0).cast_unsigned(),
        delivered: row.reached().max(0).cast_unsigned(),
    }
}

fn left(row: &CampaignRow, sums: &ScriptSums, writer: CostOfWriting, retention_days: u32) -> WorkLeft {
    let written =
        row.scripts_pending + row.scripts_approved + row.scripts_rejected + row.scripts_needs_revision;
    let count = |n: i64| n.max(0).cast_unsigned();
    WorkLeft {
        to_write: count(row.contacts - written),
        writer,
        characters_to_speak: sums.characters_to_speak,
        to_send: count(row.not_sent + row.held).max(count(row.contacts - written)),
        audio_ms: sums.audio_ms,
        retention_days,
    }
}

fn cost(row: &CampaignRow, left: &WorkLeft, done: &WorkDone, rates: &RateCard) -> CampaignCost {
    let sum = |a: MicroDollars, b: MicroDollars| a.plus(b).unwrap_or(MicroDollars::from_micros(i64::MAX));
    let in_batch = (left.writer != CostOfWriting::Nothing).then(|| {
        let batched = WorkLeft {
            writer: CostOfWriting::ByBatch,
            ..*left
        };
        let [writer, ..] = estimate(&batched, rates);
        Money::from(writer.estimate)
    });
    let (mut still, mut lines) = (MicroDollars::ZERO, Vec::new());
    for line in estimate(left, rates) {
        still = sum(still, line.estimate);
        let should = expected(done, rates)
            .into_iter()
            .find(|(step, _)| *step == line.step)
            .map(|(_, cost)| cost);
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
            batch_estimate: (line.step == domain::campaign::CostStep::Writer)
                .then_some(in_batch)
                .flatten(),
            actual: actual.map(Into::into),
            expected: should.map(Into::into),
            over_expected: actual.zip(should).map(|(is, should)| over(is, should)),
        });
    }
    CampaignCost {
        lines,
        estimate: still.into(),
        actual: sum(sum(row.writer_cost, row.voice_cost), row.carrier_cost).into(),
        approved_estimate: row.cost_estimate.map(Into::into),
        carrier_over_approved: row.cost_estimate.map(|approved| over(row.carrier_cost, approved)),
        recordings_anew: 0,
    }
}

/// By how much something is more than it should be; negative where it is less.
fn over(is: MicroDollars, should: MicroDollars) -> Money {
    MicroDollars::from_micros(is.micros().saturating_sub(should.micros())).into()
}

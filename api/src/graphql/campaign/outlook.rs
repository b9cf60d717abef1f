//! What lies ahead of a campaign: whether it can be sent at all, and when it would be through.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{authorization::Action, ports, use_cases};
use domain::CampaignId;

use super::super::{context::caller, enums::ReadinessSubject, error::Problem, node_id::NodeKind};

/// Something that keeps a campaign from being sent well.
#[derive(Debug, Clone, SimpleObject)]
pub struct ReadinessFinding {
    about: ReadinessSubject,
    /// What is wrong and what to do.
    message: String,
}

/// Whether a campaign can be sent, apart from its single contacts.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignReadiness {
    /// Nothing blocks it.
    ready: bool,
    /// What is to be put right first: until then it is neither approved nor submitted.
    blockers: Vec<ReadinessFinding>,
    /// What should be known.
    warnings: Vec<ReadinessFinding>,
    /// When it was looked at.
    checked_at: DateTime<Utc>,
}

/// When a campaign would have handed everything over. Opt-outs, halts and a carrier in trouble are not foreseen.
#[derive(Debug, Clone, SimpleObject)]
pub struct Forecast {
    /// When the last one is handed over; nothing when nobody is left who can be called.
    finish: Option<DateTime<Utc>>,
    /// People who are still called until then.
    called: u64,
    /// People whose turn comes only after the campaign's end; they are never called.
    too_late: u64,
    /// People of whom it can't be said, or not within a year.
    unknown: u64,
}

impl From<domain::campaign::Forecast> for Forecast {
    fn from(found: domain::campaign::Forecast) -> Self {
        Self {
            finish: found.finish,
            called: found.called,
            too_late: found.too_late,
            unknown: found.unknown,
        }
    }
}

fn shown(findings: &[ports::ReadinessFinding], blocks: bool) -> Vec<ReadinessFinding> {
    let findings = findings.iter().filter(|finding| finding.blocks == blocks);
    findings
        .map(|finding| ReadinessFinding {
            about: finding.about.into(),
            message: finding.message.clone(),
        })
        .collect()
}

/// What lies ahead of campaigns.
#[derive(Debug, Default)]
pub struct OutlookQuery;

#[Object]
impl OutlookQuery {
    /// Whether the carrier, the way back for its reports and the caller id would let the campaign be sent; the carrier is asked.
    #[graphql(complexity = "100 + child_complexity")]
    async fn readiness(&self, ctx: &Context<'_>, campaign_id: ID) -> Result<CampaignReadiness, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        let (permit, campaign) = caller.campaign(Action::Read, id).await?;
        let ports = &caller.state.ports;
        let findings = use_cases::readiness(ports, permit.organization(), &campaign).await?;
        let blockers = shown(&findings, true);
        Ok(CampaignReadiness {
            ready: blockers.is_empty(),
            blockers,
            warnings: shown(&findings, false),
            checked_at: caller.state.now(),
        })
    }

    /// When the rest of the campaign would be handed over, from now on: every contact is decided about as a real hand-off would be.
    #[graphql(complexity = "200 + child_complexity")]
    async fn forecast(&self, ctx: &Context<'_>, campaign_id: ID) -> Result<Forecast, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        let (permit, _) = caller.campaign(Action::Read, id).await?;
        let found = use_cases::forecast(&caller.state.ports, &permit, id).await?;
        Ok(found.into())
    }
}

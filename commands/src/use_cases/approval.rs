//! Approving a campaign: every script counted, every contact run through the same compliance decision as a real hand-off.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, MicroDollars, Position, ScriptId,
    campaign::{Campaign, CampaignCommand, Forecast, Readiness},
    compliance::{Effect, Verdict},
    script::lint::{LintRule, Linter},
};

use super::{
    dry_run::{DryRun, Looked},
    forecast::{Outlook, is_to_be_sent},
    readiness::require_ready,
};
use crate::{
    authorization::Permit,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    scripts::linter_for,
    stream::{Loaded, load},
};

/// A rule that stands in the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Obstacle {
    /// Whose first obstacle it is.
    pub contacts: u64,
    /// When the first of these is released; nothing when none ever is.
    pub earliest_release: Option<DateTime<Utc>>,
}

/// What a dry run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precheck {
    /// Contacts that it looked at.
    pub contacts: u64,
    /// Of these, with an approved script and finished audio, of which the lint still says that it may be sent.
    pub ready: u64,
    /// Scripts that were approved and that the lint stops by now: the agent's numbers or name have changed since.
    pub stopped: u64,
    /// Would be handed over now.
    pub eligible: u64,
    /// Would wait.
    pub held: u64,
    /// Would not be sent.
    pub blocked: u64,
    /// What stands in the way, by rule id: first obstacle of each contact.
    pub obstacles: BTreeMap<String, Obstacle>,
    /// The earliest release of a hold.
    pub earliest_release: Option<DateTime<Utc>>,
    /// What sending is estimated to cost: delivery of all that are not blocked.
    pub cost_estimate: MicroDollars,
    /// When it would have handed everything over.
    pub forecast: Forecast,
}

/// Runs the dry run over the whole campaign.
pub async fn precheck(ports: &Ports, permit: &Permit, id: CampaignId) -> Result<Precheck, CommandError> {
    let organization = permit.organization();
    let run = DryRun::of(ports, organization, id).await?;
    let settings = &run.organization.state().settings;
    let linter = linter_for(ports, organization, settings).await?;
    let mut found = Precheck::default();
    let mut outlook = Outlook::of(run.campaign.state(), run.organization.state(), run.now);
    for part in run.parts() {
        let looked = run.look(organization, &part, |_| true).await?;
        let stopped = stopped(ports, permit, &linter, &looked).await?;
        for one in &looked {
            found.count(one, stopped.contains(&one.id));
            if is_to_be_sent(one.script.state()) {
                outlook.add(one.contact.state(), &one.decision);
            }
        }
    }
    let to_call = (found.eligible + found.held).cast_signed();
    found.cost_estimate = settings.rate_card.delivery.times(to_call);
    found.forecast = outlook.run(ports, run.campaign.state()).await?;
    Ok(found)
}

impl Precheck {
    fn count(&mut self, looked: &Looked, is_stopped: bool) {
        self.contacts += 1;
        self.stopped += u64::from(is_stopped);
        self.ready += u64::from(looked.script.state().is_ready() && !is_stopped);
        match looked.decision.verdict {
            Verdict::Cleared => self.eligible += 1,
            Verdict::HeldUntil(until) => {
                self.held += 1;
                self.earliest_release = Some(self.earliest_release.map_or(until, |e| e.min(until)));
            }
            Verdict::Blocked => self.blocked += 1,
        }
        // A block explains more than a hold beside it.
        let mut obstacles = looked.decision.obstacles();
        let block = looked.decision.obstacles().find(|f| f.effect == Effect::Blocks);
        if let Some(finding) = block.or_else(|| obstacles.next()) {
            let obstacle = self.obstacles.entry(finding.rule.clone()).or_default();
            obstacle.contacts += 1;
            if let Verdict::HeldUntil(until) = looked.decision.verdict {
                obstacle.earliest_release = Some(obstacle.earliest_release.map_or(until, |e| e.min(until)));
            }
        }
    }
}

/// Approved scripts that the lint stops as the organization is set now: what was right when it was approved may name an old number.
async fn stopped(
    ports: &Ports,
    permit: &Permit,
    linter: &Linter,
    looked: &[Looked],
) -> Result<HashSet<ScriptId>, CommandError> {
    let approved: Vec<_> = looked
        .iter()
        .map(|one| one.script.state())
        .filter(|s| s.is_ready())
        .filter_map(|s| {
            Some((
                ScriptId::of(s.campaign?, s.contact?),
                s.contact?,
                s.text.as_ref()?,
            ))
        })
        .collect();
    let sealed: Vec<_> = approved
        .iter()
        .map(|(_, contact, text)| (*contact, *text))
        .collect();
    let opened = ports.keys.open_many(permit.organization(), &sealed).await?;
    // A name that sounds like a swear word was let pass when its contact was at hand.
    let counts = |rule: LintRule| rule != LintRule::Profanity;
    let stopped = approved.iter().zip(opened).filter(|(_, text)| match text {
        Ok(text) => linter.check(text, &[]).blocking().any(|f| counts(f.rule)),
        Err(_) => false,
    });
    Ok(stopped.map(|((id, ..), _)| *id).collect())
}

/// Gives the campaign to the dispatcher, once nothing at the carrier or here keeps it from being sent.
pub async fn submit(
    ports: &Ports,
    context: &CommandContext,
    id: CampaignId,
) -> Result<Option<Position>, CommandError> {
    let submit = CampaignCommand::Submit {
        listening_reported: ports.carrier.reports_listening(),
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, id).await?;
    require_ready(ports, context.organization, campaign.state(), submit.clone()).await?;
    execute::<Campaign>(ports, context, id, submit).await
}

/// Approves the campaign on what the scripts, the dry run and the carrier say at this moment.
pub async fn approve(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    id: CampaignId,
) -> Result<(Precheck, Option<Position>), CommandError> {
    let found = precheck(ports, permit, id).await?;
    let approve = CampaignCommand::Approve {
        by: permit.user(),
        readiness: Readiness {
            ready: found.ready,
            blocked: found.blocked,
            prechecked: found.contacts,
            cost_estimate: found.cost_estimate,
        },
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, id).await?;
    require_ready(ports, context.organization, campaign.state(), approve.clone()).await?;
    let position = execute::<Campaign>(ports, context, id, approve).await?;
    Ok((found, position))
}

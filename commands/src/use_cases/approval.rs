//! Approving a campaign: every script counted, every contact run through the same compliance decision as a real hand-off.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, MicroDollars, Position, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus, Readiness},
    compliance::{Effect, Verdict},
    contact::Contact,
    organization::Organization,
    script::{
        Script,
        lint::{LintRule, Linter},
    },
};

use crate::{
    authorization::Permit,
    compliance::{Submission, decide_submission},
    context::{CommandContext, Ports},
    error::{CommandError, Refusal},
    execute::execute,
    scripts::linter_for,
    stream::{Loaded, load, load_many},
    suppression::standings,
};

/// Contacts looked at together.
const CHUNK: usize = 1_000;

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
    /// How often each rule stands in the way, by rule id: first obstacle of each contact.
    pub obstacles: BTreeMap<String, u64>,
    /// The earliest release of a hold.
    pub earliest_release: Option<DateTime<Utc>>,
    /// What sending is estimated to cost: delivery of all that are not blocked.
    pub cost_estimate: MicroDollars,
}

/// Runs the dry run over the whole campaign.
pub async fn precheck(ports: &Ports, permit: &Permit, id: CampaignId) -> Result<Precheck, CommandError> {
    let organization_id = permit.organization();
    let campaign: Loaded<Campaign> = load(ports, organization_id, id).await?;
    let organization: Loaded<Organization> = load(ports, organization_id, organization_id).await?;
    let members: Vec<ContactId> = campaign.state().contacts.iter().copied().collect();
    let mut found = Precheck::default();
    let linter = linter_for(ports, organization_id, &organization.state().settings).await?;
    for chunk in members.chunks(CHUNK) {
        check_chunk(
            ports,
            permit,
            campaign.state(),
            organization.state(),
            &linter,
            chunk,
            &mut found,
        )
        .await?;
    }
    let delivery = organization.state().settings.rate_card.delivery;
    found.cost_estimate = delivery.times((found.eligible + found.held).cast_signed());
    Ok(found)
}

async fn check_chunk(
    ports: &Ports,
    permit: &Permit,
    campaign: &Campaign,
    organization: &Organization,
    linter: &Linter,
    members: &[ContactId],
    found: &mut Precheck,
) -> Result<(), CommandError> {
    let Some(campaign_id) = campaign.id else {
        return Ok(());
    };
    let script_ids: Vec<ScriptId> = members.iter().map(|c| ScriptId::of(campaign_id, *c)).collect();
    let scripts: Vec<Loaded<Script>> = load_many(ports, permit.organization(), &script_ids).await?;
    let contacts: Vec<Loaded<Contact>> = load_many(ports, permit.organization(), members).await?;
    let indexes: Vec<_> = contacts.iter().map(|c| c.state().phone_index.clone()).collect();
    let known: Vec<_> = indexes.iter().flatten().cloned().collect();
    let mut lists = standings(ports, permit.organization(), &known).await?.into_iter();
    let stopped = stopped(ports, permit, linter, &scripts).await?;
    let now = ports.clock.now();
    for ((contact, index), (script, id)) in contacts.iter().zip(&indexes).zip(scripts.iter().zip(script_ids))
    {
        let on = if index.is_some() {
            lists.next().unwrap_or_default()
        } else {
            vec![]
        };
        let submission = Submission {
            id,
            script: script.state(),
            contact: contact.state(),
            campaign,
            organization,
            lists: &on,
        };
        let decision = decide_submission(now, &submission);
        found.contacts += 1;
        let is_stopped = stopped.contains(&id);
        found.stopped += u64::from(is_stopped);
        found.ready += u64::from(script.state().is_ready() && !is_stopped);
        match decision.verdict {
            Verdict::Cleared => found.eligible += 1,
            Verdict::HeldUntil(until) => {
                found.held += 1;
                found.earliest_release = Some(found.earliest_release.map_or(until, |e| e.min(until)));
            }
            Verdict::Blocked => found.blocked += 1,
        }
        // A block explains more than a hold beside it.
        let obstacle = decision
            .obstacles()
            .find(|f| f.effect == Effect::Blocks)
            .or_else(|| decision.obstacles().next());
        if let Some(finding) = obstacle {
            *found.obstacles.entry(finding.rule.clone()).or_default() += 1;
        }
    }
    Ok(())
}

/// Approved scripts that the lint stops as the organization is set now: what was right when it was approved may name an old number.
async fn stopped(
    ports: &Ports,
    permit: &Permit,
    linter: &Linter,
    scripts: &[Loaded<Script>],
) -> Result<HashSet<ScriptId>, CommandError> {
    let approved: Vec<_> = scripts
        .iter()
        .map(Loaded::state)
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

/// Gives the campaign to the dispatcher, once the carrier says that it could send it: credentials, funds and a line to send
/// from. A carrier that can't be asked takes no campaign.
pub async fn submit(
    ports: &Ports,
    context: &CommandContext,
    id: CampaignId,
) -> Result<Option<Position>, CommandError> {
    let campaign: Loaded<Campaign> = load(ports, context.organization, id).await?;
    if campaign.state().status == CampaignStatus::Approved {
        let readiness = ports.carrier.readiness().await?;
        if !readiness.ready {
            return Err(Refusal::CarrierNotReady(readiness.problems).into());
        }
    }
    let submit = CampaignCommand::Submit {
        listening_reported: ports.carrier.reports_listening(),
    };
    execute::<Campaign>(ports, context, id, submit).await
}

/// Approves the campaign on what the scripts and the dry run say at this moment.
pub async fn approve(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    id: CampaignId,
) -> Result<(Precheck, Option<Position>), CommandError> {
    let found = precheck(ports, permit, id).await?;
    let readiness = Readiness {
        ready: found.ready,
        blocked: found.blocked,
        prechecked: found.contacts,
        cost_estimate: found.cost_estimate,
    };
    let position = execute::<Campaign>(
        ports,
        context,
        id,
        CampaignCommand::Approve {
            by: permit.user(),
            readiness,
        },
    )
    .await?;
    Ok((found, position))
}

//! Approving a campaign: every script counted, every contact run through the same compliance decision as a real hand-off.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, MicroDollars, Position, ScriptId,
    campaign::{Campaign, CampaignCommand, Readiness},
    compliance::{Effect, Verdict},
    contact::Contact,
    organization::Organization,
    script::Script,
};

use crate::{
    authorization::Permit,
    compliance::decide_submission,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    stream::{Loaded, load, load_many},
};

/// Contacts looked at together.
const CHUNK: usize = 1_000;

/// What a dry run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precheck {
    /// Contacts that it looked at.
    pub contacts: u64,
    /// Of these, with an approved script and finished audio.
    pub ready: u64,
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
    for chunk in members.chunks(CHUNK) {
        check_chunk(
            ports,
            permit,
            campaign.state(),
            organization.state(),
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
    let mut lists = ports
        .suppressions
        .lists_of(permit.organization(), &known)
        .await?
        .into_iter();
    let now = ports.clock.now();
    for ((contact, index), (script, id)) in contacts.iter().zip(&indexes).zip(scripts.iter().zip(script_ids))
    {
        let on = if index.is_some() {
            lists.next().unwrap_or_default()
        } else {
            vec![]
        };
        let decision = decide_submission(now, id, contact.state(), campaign, organization, &on);
        found.contacts += 1;
        found.ready += u64::from(script.state().is_ready());
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

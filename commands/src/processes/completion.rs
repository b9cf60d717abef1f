//! Ends: a campaign whose scripts have all settled, a hand-off that the carrier never reported on, work that was given up.

use domain::{
    AttemptId, CampaignId, ContactId, CorrelationId, EventId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignTotals},
    script::{AttemptState, DeliveryStatus, Script, ScriptCommand},
};
use serde::Deserialize;

use super::{contact_import, notifications, planner::Kind};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{PlannedWork, Safety, WorkEnd, WorkItem},
    stream::{Loaded, load, load_many},
};

/// Scripts counted at once.
const CHUNK: usize = 1_000;

/// Plans the closing of campaigns whose scripts have all settled.
pub(super) async fn plan(
    ports: &Ports,
    complete: Vec<(domain::OrganizationId, CampaignId)>,
) -> Result<(), CommandError> {
    if complete.is_empty() {
        return Ok(());
    }
    let now = ports.clock.now();
    let work = complete
        .into_iter()
        .map(|(organization, campaign)| PlannedWork {
            organization,
            campaign: Some(campaign),
            kind: Kind::Completion.as_str(),
            dedup_key: campaign.to_string(),
            cause: EventId::from_uuid(campaign.as_uuid()),
            request: "{}".to_owned(),
            safety: Safety::Idempotent,
            not_before: now,
        })
        .collect();
    Ok(ports.queue.plan(work, now).await?)
}

/// Counts the scripts themselves and closes the campaign.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let Some(campaign_id) = item.campaign else {
        return Ok(WorkEnd::Done);
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign_id).await?;
    if campaign.state().status.is_final() {
        ports.processes.close(campaign_id).await?;
        return Ok(WorkEnd::Done);
    }
    let members: Vec<ContactId> = campaign.state().contacts.iter().copied().collect();
    let mut totals = CampaignTotals::default();
    for chunk in members.chunks(CHUNK) {
        let ids = chunk.iter().map(|id| ScriptId::of(campaign_id, *id));
        let scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
        for script in &scripts {
            match script.state().delivery {
                DeliveryStatus::Delivered | DeliveryStatus::Listened => totals.delivered += 1,
                DeliveryStatus::Failed => totals.failed += 1,
                DeliveryStatus::Blocked => totals.blocked += 1,
                DeliveryStatus::Lapsed => totals.held += 1,
                DeliveryStatus::InDoubt => totals.in_doubt += 1,
                unsettled @ (DeliveryStatus::NotSent
                | DeliveryStatus::Held
                | DeliveryStatus::Queued
                | DeliveryStatus::Sent) => {
                    return Err(CommandError::Journal(format!(
                        "a script that was counted as settled is {unsettled}"
                    )));
                }
            }
        }
    }
    execute::<Campaign>(ports, context, campaign_id, CampaignCommand::Complete { totals }).await?;
    ports.processes.close(campaign_id).await?;
    Ok(WorkEnd::Done)
}

#[derive(Debug, Deserialize)]
struct Check {
    script: ScriptId,
    attempt: AttemptId,
}

/// The time for a report is over: without one, nobody knows what became of it, and nothing is sent again.
pub(super) async fn check_report(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let check: Check =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let script: Loaded<Script> = load(ports, context.organization, check.script).await?;
    if script.state().delivery == DeliveryStatus::Queued {
        let reason = "the carrier took it, but has not reported within 24 hours".to_owned();
        let doubt = ScriptCommand::DoubtSubmission {
            attempt: check.attempt,
            reason,
        };
        execute::<Script>(ports, context, check.script, doubt).await?;
    }
    Ok(WorkEnd::Done)
}

/// Work was given up: what waits for it must not wait for ever. What produces for all contacts of a campaign takes the campaign
/// along; an import ends; a single drop settles.
pub(super) async fn give_up(ports: &Ports, item: &WorkItem, error: &str) -> Result<(), CommandError> {
    let context = CommandContext::system(
        item.organization,
        &item.kind,
        CorrelationId::from_uuid(item.cause.as_uuid()),
        Some(item.cause),
    );
    let is = |kind: Kind| kind.as_str() == item.kind;
    let outcome = if is(Kind::Import) {
        contact_import::fail(ports, &context, &item.dedup_key, error.to_owned())
            .await
            .map(|_| ())
    } else if is(Kind::Webhook) || is(Kind::Mail) {
        notifications::give_up(ports, item, error).await
    } else if is(Kind::Drop) {
        settle_drop(ports, &context, item, error).await
    } else if is(Kind::ScriptGeneration) || is(Kind::AudioRendering) {
        let Some(campaign) = item.campaign else {
            return Ok(());
        };
        // What is made stays, and the agent can mend what is wrong and begin again.
        let stop = CampaignCommand::StopProduction {
            reason: error.to_owned(),
        };
        execute::<Campaign>(ports, &context, campaign, stop)
            .await
            .map(|_| ())
    } else if is(Kind::Dispatch) {
        let Some(campaign) = item.campaign else {
            return Ok(());
        };
        let fail = CampaignCommand::Fail {
            reason: error.to_owned(),
        };
        execute::<Campaign>(ports, &context, campaign, fail)
            .await
            .map(|_| ())
    } else {
        Ok(())
    };
    match outcome {
        Err(CommandError::Refused(_)) => Ok(()),
        other => other,
    }
}

/// Nothing more is tried: a call that was begun may have been taken, so it is in doubt; else the script lapses.
async fn settle_drop(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    error: &str,
) -> Result<(), CommandError> {
    let script: Loaded<Script> = load(ports, context.organization, &item.dedup_key).await?;
    let reason = error.to_owned();
    let command = match &script.state().attempt {
        Some(attempt) if attempt.state == AttemptState::Calling => ScriptCommand::DoubtSubmission {
            attempt: attempt.id,
            reason,
        },
        _ => ScriptCommand::Lapse { reason },
    };
    execute::<Script>(ports, context, &item.dedup_key, command)
        .await
        .map(|_| ())
}

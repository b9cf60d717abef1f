//! Ends: a campaign whose scripts have all settled, a hand-off that the carrier never reported on, work that was given up.

use chrono::Duration;
use domain::{
    CampaignId, ContactId, CorrelationId, EventId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignTotals},
    script::{AttemptState, DeliveryStatus, Script, ScriptCommand},
};
use serde::Deserialize;

use super::{contact_import, notifications, planner::Kind, reconciliation, script_batch};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{PlannedWork, Safety, WorkEnd, WorkItem},
    stream::{Loaded, load, load_many},
};

/// Scripts counted at once.
const CHUNK: usize = 1_000;
/// Hours until a campaign is counted again of which a hand-off is no longer in doubt, but not at its end.
const LIFTED_RECHECK_HOURS: i64 = 1;

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
                // On its way, and settled all the same: the time for its report is over.
                DeliveryStatus::InDoubt | DeliveryStatus::Sent => totals.in_doubt += 1,
                // A late answer has lifted the doubt that settled it: its report is waited for once more.
                DeliveryStatus::Queued => {
                    let not_before = ports.clock.now() + Duration::hours(LIFTED_RECHECK_HOURS);
                    return Ok(WorkEnd::Reschedule { not_before });
                }
                unsettled @ (DeliveryStatus::NotSent | DeliveryStatus::Held) => {
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
}

/// The time for a report is over: without one, nobody knows what became of it, and nothing is sent again.
pub(super) async fn check_report(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let check: Check =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    reconciliation::doubt(ports, context, check.script).await?;
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
    } else if is(Kind::ScriptBatch) {
        script_batch::give_up(ports, &context, item).await
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

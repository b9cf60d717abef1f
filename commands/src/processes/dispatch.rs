//! A submitted campaign becomes one drop per script in the outbox, spaced by the campaign's rate.

use chrono::Duration;
use domain::{ContactId, ScriptId, campaign::Campaign};

use super::planner::Kind;
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{PlannedWork, Safety, WorkEnd, WorkItem},
    stream::{Loaded, load},
};

/// Drops planned in one transaction.
const CHUNK: usize = 1_000;

/// Plans the drops; planning them again changes nothing.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let Some(campaign_id) = item.campaign else {
        return Ok(WorkEnd::Done);
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign_id).await?;
    let state = campaign.state();
    let mut members: Vec<ContactId> = state.contacts.iter().copied().collect();
    members.sort_unstable();
    let now = ports.clock.now();
    let start = state.schedule.start.map_or(now, |s| s.max(now));
    let spacing = state.schedule.per_minute.map_or(Duration::zero(), |n| {
        Duration::minutes(1) / n.max(1).cast_signed()
    });
    let mut due = start;
    for chunk in members.chunks(CHUNK) {
        let drops = chunk
            .iter()
            .map(|contact| {
                let not_before = due;
                due += spacing;
                PlannedWork {
                    organization: context.organization,
                    campaign: Some(campaign_id),
                    kind: Kind::Drop.as_str(),
                    dedup_key: ScriptId::of(campaign_id, *contact).to_string(),
                    cause: item.cause,
                    request: "{}".to_owned(),
                    // The carrier honours our key for 24 hours; the drop itself keeps to that.
                    safety: Safety::Idempotent,
                    not_before,
                }
            })
            .collect();
        ports.queue.plan(drops, now).await?;
    }
    Ok(WorkEnd::Done)
}

/// Makes the waiting drops of a campaign due: it was resumed, or cancelled and they are to lapse.
pub(super) async fn hasten(ports: &Ports, item: &WorkItem) -> Result<WorkEnd, CommandError> {
    if let Some(campaign) = item.campaign {
        ports
            .queue
            .hasten(campaign, Kind::Drop.as_str(), ports.clock.now())
            .await?;
    }
    Ok(WorkEnd::Done)
}

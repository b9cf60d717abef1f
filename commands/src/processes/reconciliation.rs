//! What was handed over and has no end. The carrier has no route by which it could be asked for one drop, so what it has not reported
//! in a day is in doubt: it is said, it settles, and nothing is sent again. A late report or a person ends the doubt. Doing all of this
//! twice, or in two processes at once, is doing it once.

use chrono::Duration;
use domain::{
    CorrelationId, OrganizationId, ScriptId,
    campaign::{Campaign, CampaignCommand},
    script::{AttemptState, DeliveryStatus, Script, ScriptCommand},
};

use super::planner::{Kind, REPORT_PATIENCE_HOURS};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::OpenCampaign,
    stream::{Loaded, load},
};

/// Campaigns looked at in one read.
const CAMPAIGNS: u32 = 200;
/// Scripts looked at in one read.
const SCRIPTS: u32 = 500;
/// Pieces of work looked at in one read.
const DOUBTS: usize = 200;
/// Hours beyond the patience of a single hand-off's own look, which comes first.
const GRACE_HOURS: i64 = 1;

/// What a look over everything that is open came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Hand-offs that are in doubt from now on.
    pub doubted: u64,
    /// Campaigns that said another figure than before.
    pub told: u64,
}

/// Records the doubts about calls whose maker died, where the carrier can't be called again: the sweep of expired leases found them.
pub(super) async fn record_doubts(ports: &Ports) -> Result<u64, CommandError> {
    let mut recorded = 0;
    loop {
        let doubts = ports.queue.unrecorded_doubts(Kind::Drop.as_str(), DOUBTS).await?;
        if doubts.is_empty() {
            return Ok(recorded);
        }
        for item in &doubts {
            let correlation = CorrelationId::from_uuid(item.cause.as_uuid());
            let context = CommandContext::system(item.organization, "doubts", correlation, Some(item.cause));
            let script: Loaded<Script> = load(ports, item.organization, &item.dedup_key).await?;
            let calling = script.state().attempt.as_ref();
            let calling = calling.filter(|attempt| attempt.state == AttemptState::Calling);
            if let Some(attempt) = calling {
                let doubt = ScriptCommand::DoubtSubmission {
                    attempt: attempt.id,
                    reason: "whoever called the carrier died before the answer, and it can't be called again"
                        .to_owned(),
                };
                execute::<Script>(ports, &context, &item.dedup_key, doubt).await?;
                recorded += 1;
            }
            ports.queue.doubt_is_recorded(item, ports.clock.now()).await?;
        }
    }
}

/// Looks over everything that is open.
pub(super) async fn step(ports: &Ports) -> Result<Reconciled, CommandError> {
    let mut reconciled = Reconciled {
        doubted: record_doubts(ports).await?,
        told: 0,
    };
    let mut after = None;
    loop {
        let campaigns = ports.open.campaigns(after, CAMPAIGNS).await?;
        let Some(last) = campaigns.last() else {
            return Ok(reconciled);
        };
        after = Some(last.campaign);
        for open in campaigns {
            let context = context(ports, open.organization);
            let doubted = doubt_overdue(ports, &context, open).await?;
            reconciled.doubted += doubted;
            let tell = CampaignCommand::TellDoubts {
                hand_offs: open.in_doubt + doubted,
            };
            let told = execute::<Campaign>(ports, &context, open.campaign, tell).await?;
            reconciled.told += u64::from(told.is_some());
        }
    }
}

fn context(ports: &Ports, organization: OrganizationId) -> CommandContext {
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    CommandContext::system(organization, "reconciliation", correlation, None)
}

/// Marks what the carrier has had for longer than a report takes; answers how much. What the read models know is only where to look:
/// the script itself says whether it is so.
async fn doubt_overdue(
    ports: &Ports,
    context: &CommandContext,
    open: OpenCampaign,
) -> Result<u64, CommandError> {
    if open.waiting == 0 {
        return Ok(0);
    }
    let before = ports.clock.now() - Duration::hours(REPORT_PATIENCE_HOURS + GRACE_HOURS);
    let (mut doubted, mut after) = (0, None);
    loop {
        let scripts = ports.open.overdue(open, before, after, SCRIPTS).await?;
        after = scripts.last().copied();
        if after.is_none() {
            return Ok(doubted);
        }
        for id in scripts {
            doubted += u64::from(doubt(ports, context, id).await?);
        }
    }
}

/// The time for a report is over; whether it was news that nobody knows. A call that is still being made is its worker's to end.
pub(super) async fn doubt(
    ports: &Ports,
    context: &CommandContext,
    id: ScriptId,
) -> Result<bool, CommandError> {
    let script: Loaded<Script> = load(ports, context.organization, id).await?;
    let state = script.state();
    let Some(attempt) = &state.attempt else {
        return Ok(false);
    };
    let reason = match (state.delivery, &attempt.state) {
        (DeliveryStatus::Queued, AttemptState::Taken { .. }) => {
            "the carrier took it, but has not reported within 24 hours"
        }
        (DeliveryStatus::Sent, AttemptState::Reported) => {
            "the carrier said that it is on its way, but not within 24 hours what became of it"
        }
        _ => return Ok(false),
    };
    let doubt = ScriptCommand::DoubtSubmission {
        attempt: attempt.id,
        reason: reason.to_owned(),
    };
    let recorded = execute::<Script>(ports, context, id, doubt).await?;
    Ok(recorded.is_some())
}

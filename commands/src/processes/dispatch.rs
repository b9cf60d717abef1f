//! A submitted campaign becomes one drop per script in the outbox, spaced by the campaign's rate. One whose start went by while nothing
//! ran is paused: whether it still may be sent is for a person to say.

use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, ContactId, OrganizationId, ScriptId,
    campaign::{Campaign, CampaignCommand},
};
use serde::{Deserialize, Serialize};

use super::planner::Kind;
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{Pace, PlannedWork, Safety, WorkEnd, WorkItem},
    stream::{Loaded, load},
};

/// Drops planned in one transaction.
const CHUNK: usize = 1_000;
/// How late a campaign may begin without a person being asked: a restart is no reason to ask.
const MISSED_AFTER_MINUTES: i64 = 60;

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
    let submitted: Submitted =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let start = state.schedule.start.map_or(now, |s| s.max(now));
    if let (Some(start), Some(submitted_at)) = (state.schedule.start, submitted.submitted_at)
        && submitted_at < start
        && is_missed(start, now)
        && !state.resumed
    {
        ask_before_late(ports, context, campaign_id, start, now).await?;
    }
    let pace = Pace::of(&state.schedule);
    // Where the carrier honours our key, the drop itself keeps to its time.
    let safety = match ports.carrier.remembers_keys() {
        Some(_) => Safety::Idempotent,
        None => Safety::Unsafe,
    };
    let mut place = 0;
    for chunk in members.chunks(CHUNK) {
        let drops = chunk
            .iter()
            .map(|contact| {
                let not_before = start + planned_wait(pace, place);
                place += 1;
                let request = Planned {
                    planned_for: (start > now).then_some(not_before),
                };
                PlannedWork {
                    organization: context.organization,
                    campaign: Some(campaign_id),
                    kind: Kind::Drop.as_str(),
                    dedup_key: ScriptId::of(campaign_id, *contact).to_string(),
                    cause: item.cause,
                    request: serde_json::to_string(&request).unwrap_or_else(|_| "{}".to_owned()),
                    safety,
                    not_before,
                }
            })
            .collect();
        ports.queue.plan(drops, now).await?;
    }
    Ok(WorkEnd::Done)
}

/// When the campaign was submitted; work of before does not say.
#[derive(Deserialize)]
struct Submitted {
    #[serde(default)]
    submitted_at: Option<DateTime<Utc>>,
}

/// For when a drop was planned, where that was later than its planning.
#[derive(Serialize, Deserialize)]
struct Planned {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned_for: Option<DateTime<Utc>>,
}

/// How long after the start the drop of this place is looked at first. Its real place is given when it is handed over.
fn planned_wait(pace: Option<Pace>, place: i32) -> Duration {
    let Some(pace) = pace else {
        return Duration::zero();
    };
    let days = pace
        .per_day
        .and_then(|cap| place.checked_div(cap.cast_signed()))
        .map_or(Duration::zero(), |days| Duration::days(i64::from(days)));
    (pace.spacing * place).max(days)
}

/// Whether something that was to begin then begins so late that a person is asked first.
fn is_missed(planned: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - planned > Duration::minutes(MISSED_AFTER_MINUTES)
}

/// For when a drop was planned, if it comes to be looked at for the first time so late that a person is asked first.
pub(super) fn missed(item: &WorkItem, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let planned: Planned = serde_json::from_str(&item.request).ok()?;
    planned.planned_for.filter(|planned| is_missed(*planned, now))
}

/// Pauses a campaign that nobody ran at its time.
pub(super) async fn ask_before_late(
    ports: &Ports,
    context: &CommandContext,
    campaign: CampaignId,
    planned: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let reason = format!(
        "it was to be sent from {} on, and nothing ran then; it is {} now. Resume it to send it all the same",
        planned.format("%d %b %Y %H:%M UTC"),
        now.format("%d %b %Y %H:%M UTC")
    );
    match execute::<Campaign>(ports, context, campaign, CampaignCommand::Pause { reason }).await {
        Ok(_) | Err(CommandError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Of which kinds waiting work is made due, and of which people alone; what was planned by an older program does not say, and meant
/// everybody's drops.
#[derive(Deserialize)]
struct Hasten {
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    contacts: Vec<ContactId>,
}

/// Makes waiting work due: the drops of a campaign that was resumed, or was cancelled so that they are to lapse, or of the whole
/// organization when all sending is allowed again; those of people who want none any more, so that they are blocked now; what waits for
/// a batch of scripts, or for whom nobody waits any more.
pub(super) async fn hasten(ports: &Ports, item: &WorkItem) -> Result<WorkEnd, CommandError> {
    let asked: Hasten =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    if !asked.contacts.is_empty() {
        return hasten_drops_to(ports, item.organization, &asked.contacts).await;
    }
    let now = ports.clock.now();
    let drops = [Kind::Drop.as_str().to_owned()];
    let kinds = if asked.kinds.is_empty() {
        &drops[..]
    } else {
        &asked.kinds[..]
    };
    for kind in kinds {
        match item.campaign {
            Some(campaign) => ports.queue.hasten(campaign, kind, now).await?,
            None => ports.queue.hasten_all(item.organization, kind, now).await?,
        };
    }
    Ok(WorkEnd::Done)
}

/// Makes the waiting drops to these people due, in every campaign that is being sent.
async fn hasten_drops_to(
    ports: &Ports,
    organization: OrganizationId,
    contacts: &[ContactId],
) -> Result<WorkEnd, CommandError> {
    let now = ports.clock.now();
    for campaign in ports.processes.submitted(organization).await? {
        for chunk in contacts.chunks(CHUNK) {
            let drop_to = |contact: &ContactId| ScriptId::of(campaign, *contact).to_string();
            let drops: Vec<String> = chunk.iter().map(drop_to).collect();
            ports
                .queue
                .hasten_those(organization, Kind::Drop.as_str(), &drops, now)
                .await?;
        }
    }
    Ok(WorkEnd::Done)
}

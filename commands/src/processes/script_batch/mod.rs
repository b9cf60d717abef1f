//! Scripts by a provider's batches: for less money, some time within a day. A generation plans batches and waits; each batch is a piece
//! of work of its own ([`following`]), which hands it over once, looks at it now and then, and records what came of it. What batches
//! could not write is put into another, a handful is asked for one by one, and nothing beyond that is bought at the whole price.

mod following;
mod results;

use chrono::Duration;
use domain::{
    ContactId, ScriptBatchId, ScriptId,
    campaign::{CONTACTS_PER_EVENT_MAX, CampaignCommand, SCRIPT_BATCH_TRIES_MAX},
    script::Script,
};

pub(super) use following::{Patience, give_up, run};

use super::{
    production::{Outcome, Stretch, Tally},
    script_generation::{ByModel, Desk, wanted},
};
use crate::{
    error::CommandError,
    ports::WorkEnd,
    stream::{Loaded, load_many},
};

/// Scripts of a batch. Far below what the providers take (Groq 50,000 lines and 100 MB, Anthropic 100,000 requests and 256 MB): at the
/// longest prompt 64 MB go out and are held in memory once.
const REQUESTS_MAX: usize = CONTACTS_PER_EVENT_MAX;
/// Batches of a campaign that are planned or with the provider at once; the next is planned when one has ended.
const OPEN_MAX: usize = 20;
/// So many scripts that no batch wrote are asked for one by one, at the whole price: it is cents, and saves another day.
const ONE_BY_ONE_MAX: usize = 100;
/// When the generation is looked at again unless the end of a batch makes it due before.
const LOOK_MINUTES: i64 = 30;
/// Scripts that are looked up together.
const LOOK_UP: usize = 1_000;

/// Takes a generation one step further: plans what can be planned, waits for what is with the provider, or brings it to an end.
pub(super) async fn write(
    desk: &Desk<'_>,
    stretch: &Stretch<'_>,
    by_model: &ByModel<'_>,
    members: &[ContactId],
    at_once: usize,
) -> Result<Outcome, CommandError> {
    let batching = desk.campaign.batching();
    let taken = batching.contacts();
    let untried =
        |id: &ContactId| !taken.contains(id) && batching.tries(*id) == 0 && !batching.is_unwritable(*id);
    let free = OPEN_MAX.saturating_sub(batching.open().len());
    let next = lacking(desk, members.iter().copied().filter(untried), free * REQUESTS_MAX).await?;
    if plan(desk, stretch, &next).await? || batching.open().len() > 0 {
        return Ok(later(desk));
    }
    let lacking = lacking(desk, members.iter().copied(), usize::MAX).await?;
    let there = (members.len() - lacking.len()) as u64;
    let (unwritable, rest): (Vec<ContactId>, Vec<ContactId>) =
        lacking.into_iter().partition(|id| batching.is_unwritable(*id));
    let mut tally = Tally {
        made: there,
        failed: unwritable.len() as u64,
    };
    if rest.len() <= ONE_BY_ONE_MAX {
        let outcome = stretch.produce(by_model, rest, at_once).await?;
        return Ok(match outcome {
            Outcome::Through(more) => Outcome::Through(tally.and(more)),
            other => other,
        });
    }
    let again = |id: &ContactId| batching.tries(*id) < SCRIPT_BATCH_TRIES_MAX;
    let again: Vec<ContactId> = rest
        .iter()
        .copied()
        .filter(again)
        .take(OPEN_MAX * REQUESTS_MAX)
        .collect();
    if plan(desk, stretch, &again).await? {
        return Ok(later(desk));
    }
    tally.failed += rest.len() as u64;
    Ok(Outcome::Through(tally))
}

/// The generation waits for its batches.
fn later(desk: &Desk<'_>) -> Outcome {
    Outcome::Waits(WorkEnd::Reschedule {
        not_before: desk.ports.clock.now() + Duration::minutes(LOOK_MINUTES),
    })
}

/// Those whose script is to be written, at most so many.
async fn lacking(
    desk: &Desk<'_>,
    members: impl Iterator<Item = ContactId>,
    most: usize,
) -> Result<Vec<ContactId>, CommandError> {
    let Some(campaign) = desk.campaign.id else {
        return Ok(vec![]);
    };
    let (mut lacking, mut members) = (Vec::new(), members.peekable());
    while lacking.len() < most && members.peek().is_some() {
        let chunk: Vec<ContactId> = members.by_ref().take(LOOK_UP).collect();
        let ids = chunk.iter().map(|id| ScriptId::of(campaign, *id));
        let scripts: Vec<Loaded<Script>> = load_many(desk.ports, desk.context.organization, ids).await?;
        let all = chunk.into_iter().zip(scripts);
        lacking.extend(all.filter(|(_, script)| wanted(script.state())).map(|(id, _)| id));
    }
    lacking.truncate(most);
    Ok(lacking)
}

/// Plans batches for these; whether there is anything to wait for now.
async fn plan(desk: &Desk<'_>, stretch: &Stretch<'_>, contacts: &[ContactId]) -> Result<bool, CommandError> {
    if contacts.is_empty() {
        return Ok(false);
    }
    let batches = contacts
        .chunks(REQUESTS_MAX)
        .map(|chunk| {
            let id = ScriptBatchId::from_uuid(desk.ports.ids.next());
            (id, chunk.to_vec())
        })
        .collect();
    let plan = CampaignCommand::PlanScriptBatches {
        run: stretch.run,
        batches,
    };
    stretch.note(plan).await?;
    Ok(true)
}

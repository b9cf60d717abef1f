//! One batch, from its plan to its end. Order: (1) the plan is in the journal; (2) the row becomes `calling`; (3) the provider is called,
//! once; (4) what it calls the batch is an event; (5) it is looked at with growing pauses, the lease given back in between; (6) results
//! are recorded, then its end. Killed between 2 and 4, the batch is looked for by our key and handed over again only when the provider
//! certainly never got it. Whoever halts the generation has it cancelled, and what was written by then is recorded: it is paid for.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, ContactId, ScriptBatchId,
    campaign::{Campaign, CampaignCommand, ScriptBatch, ScriptBatchOutcome},
    organization::Organization,
};
use uuid::Uuid;

use super::{
    super::{production::Stretch, script_generation::Desk},
    results::{self, Recorded},
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{
        BatchKey, BatchSearch, BatchStanding, PortError, PortErrorKind, ScriptBatches, ScriptPrompt, WorkEnd,
        WorkItem,
    },
    scripts::{linter_for, prompt_for},
    stream::{Loaded, load},
};

/// First and later pauses between looks for a batch whose submission had no answer, seconds.
const LOOK_FOR_SECONDS: i64 = 60;
const LOOK_FOR_LATER_SECONDS: i64 = 600;
/// When a batch that can't be found is given up: its provider has worked on it for a day at most.
const GIVEN_UP_HOURS: i64 = 48;
/// When one is given up about which its provider can't be asked: Anthropic keeps results for 29 days, Groq files for 30.
const KEPT_DAYS: i64 = 29;
/// Longest pause between two looks at a batch.
const POLL_SECONDS_MAX: i64 = 1_800;
/// A batch is looked at again after this part of the time that it has taken so far.
const POLL_SHARE: i32 = 4;
/// Wait after trouble with a batch that nobody waits for any more.
const TROUBLE_SECONDS: i64 = 300;

/// How long is waited with batches.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Patience {
    /// First pause between two looks; they grow with the time that a batch takes, up to [`POLL_SECONDS_MAX`].
    pub(in super::super) first_pause: Duration,
    /// Longest that a call which was begun may still reach the provider.
    pub(in super::super) settles: Duration,
}

/// Does what can be done for one batch now.
pub(in super::super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    owner: Uuid,
    patience: Patience,
) -> Result<WorkEnd, CommandError> {
    let (id, Some(campaign_id)) = (batch_of(item)?, item.campaign) else {
        return Ok(WorkEnd::Done);
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign_id).await?;
    let state = campaign.state();
    let Some(batch) = state.batching().get(id) else {
        return Ok(WorkEnd::Done);
    };
    let following = Following {
        ports,
        context,
        item,
        owner,
        patience,
        campaign: campaign_id,
        state,
        id,
        batch,
    };
    let provider = match ports.writers.get(&batch.provider) {
        Ok(writer) => writer
            .batches()
            .ok_or_else(|| format!("{} takes no batches", batch.provider)),
        Err(missing) => Err(missing.to_string()),
    };
    match (provider, &batch.reference) {
        // What it has written is still to be had once it is set up again.
        (Err(missing), _) => {
            following
                .wait_out(&PortError::new(PortErrorKind::Unauthorised, missing))
                .await
        }
        (Ok(provider), None) => following.hand_over(provider).await,
        (Ok(provider), Some(reference)) => following.follow(provider, reference).await,
    }
}

/// Work on a batch was given up: the generation must not wait for it for ever.
pub(in super::super) async fn give_up(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<(), CommandError> {
    let (id, Some(campaign)) = (batch_of(item)?, item.campaign) else {
        return Ok(());
    };
    let lost = end(id, ScriptBatchOutcome::Lost, Recorded::default());
    execute::<Campaign>(ports, context, campaign, lost)
        .await
        .map(drop)
}

fn batch_of(item: &WorkItem) -> Result<ScriptBatchId, CommandError> {
    let parsed = item.dedup_key.parse();
    parsed.map_err(|e: domain::InvalidId| CommandError::Unreadable(e.to_string()))
}

fn end(batch: ScriptBatchId, outcome: ScriptBatchOutcome, recorded: Recorded) -> CampaignCommand {
    CampaignCommand::EndScriptBatch {
        batch,
        outcome,
        written: recorded.written,
        unwritable: recorded.unwritable,
        unused_cost: recorded.unused_cost,
    }
}

/// A batch in hand.
struct Following<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    item: &'a WorkItem,
    owner: Uuid,
    patience: Patience,
    campaign: CampaignId,
    state: &'a Campaign,
    id: ScriptBatchId,
    batch: &'a ScriptBatch,
}

impl Following<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    const fn key(&self) -> BatchKey {
        BatchKey::of(self.id)
    }

    fn after(&self, seconds: i64) -> WorkEnd {
        WorkEnd::Reschedule {
            not_before: self.now() + Duration::seconds(seconds),
        }
    }

    async fn note(&self, command: CampaignCommand) -> Result<(), CommandError> {
        execute::<Campaign>(self.ports, self.context, self.campaign, command)
            .await
            .map(drop)
    }

    /// The generation that waits for it; nothing when it is over or halted.
    fn stretch(&self) -> Option<Stretch<'_>> {
        let run = self.state.production()?.run;
        let stretch = Stretch::of(self.ports, self.context, self.state, run);
        stretch
            .map(|(stretch, _)| stretch)
            .filter(|_| self.state.wants(self.batch))
    }

    /// Notes why the generation waits, and says until when.
    async fn trouble(&self, error: &PortError) -> Result<DateTime<Utc>, CommandError> {
        let patience = self.now() + Duration::seconds(TROUBLE_SECONDS);
        let Some(stretch) = self.stretch() else {
            tracing::warn!(campaign = %self.campaign, "a batch of scripts waits: {error}");
            return Ok(patience);
        };
        Ok(match stretch.hold(error).await? {
            WorkEnd::Reschedule { not_before } => not_before,
            _ => patience,
        })
    }

    async fn wait_out(&self, error: &PortError) -> Result<WorkEnd, CommandError> {
        let not_before = self.trouble(error).await?;
        Ok(WorkEnd::Reschedule { not_before })
    }

    /// The same for a batch that the provider has, until that has forgotten it.
    async fn wait_or_give_up(&self, error: &PortError) -> Result<WorkEnd, CommandError> {
        let begun = self.item.called_at.unwrap_or_else(|| self.now());
        if self.now() - begun < Duration::days(KEPT_DAYS) {
            return self.wait_out(error).await;
        }
        tracing::error!(campaign = %self.campaign, batch = %self.id, "what came of a batch of scripts can't be had: {error}");
        self.end(ScriptBatchOutcome::Lost, Recorded::default()).await
    }

    /// The provider answers.
    async fn is_well(&self) -> Result<(), CommandError> {
        match self.stretch() {
            Some(stretch) => stretch.release().await,
            None => Ok(()),
        }
    }

    async fn end(&self, outcome: ScriptBatchOutcome, recorded: Recorded) -> Result<WorkEnd, CommandError> {
        self.note(end(self.id, outcome, recorded)).await?;
        Ok(WorkEnd::Done)
    }

    async fn organization(&self) -> Result<Loaded<Organization>, CommandError> {
        load(self.ports, self.context.organization, self.context.organization).await
    }

    async fn desk<'d>(&'d self, organization: &'d Organization) -> Result<Desk<'d>, CommandError> {
        let settings = &organization.settings;
        Ok(Desk {
            ports: self.ports,
            context: self.context,
            campaign: self.state,
            organization,
            linter: linter_for(self.ports, self.context.organization, settings).await?,
        })
    }

    /// The provider has not taken it, as far as we know.
    async fn hand_over(&self, provider: &dyn ScriptBatches) -> Result<WorkEnd, CommandError> {
        if let Some(called_at) = self.item.called_at {
            return self.look_for(provider, called_at).await;
        }
        if !self.state.wants(self.batch) {
            return self
                .end(ScriptBatchOutcome::NotSubmitted, Recorded::default())
                .await;
        }
        let (prompts, unwritable) = self.prompts().await?;
        if prompts.is_empty() {
            let nothing = Recorded {
                unwritable,
                ..Recorded::default()
            };
            return self.end(ScriptBatchOutcome::NotSubmitted, nothing).await;
        }
        if !self
            .ports
            .queue
            .start_calling(self.item, self.owner, self.now())
            .await?
        {
            // Another worker has it: what is said of it here counts for nothing.
            return Ok(self.after(LOOK_FOR_SECONDS));
        }
        match provider.submit(self.key(), &prompts).await {
            Ok(reference) => self.confirm(reference).await,
            Err(error) if error.kind == PortErrorKind::Permanent => {
                tracing::warn!(campaign = %self.campaign, batch = %self.id, "a batch of scripts was refused: {error}");
                self.end(ScriptBatchOutcome::Refused, Recorded::default()).await
            }
            Err(error) if error.certainly_not_done() => Ok(WorkEnd::Retry {
                not_before: self.trouble(&error).await?,
                error: error.to_string(),
            }),
            // It may have been taken: it is looked for.
            Err(_) => Ok(self.after(LOOK_FOR_SECONDS)),
        }
    }

    /// What the provider is asked for, and who can't be asked for: their details can't be read.
    async fn prompts(&self) -> Result<(Vec<(usize, ScriptPrompt)>, Vec<ContactId>), CommandError> {
        let organization = self.organization().await?;
        let desk = self.desk(organization.state()).await?;
        let (sitters, _) = desk.sitters(&self.batch.contacts).await?;
        let places: HashMap<ContactId, usize> = self
            .batch
            .contacts
            .iter()
            .enumerate()
            .map(|(place, id)| (*id, place))
            .collect();
        let (own, model) = (self.batch.prompt.as_deref(), self.batch.model.as_deref());
        let (mut prompts, mut unwritable) = (Vec::with_capacity(sitters.len()), Vec::new());
        for sitter in sitters {
            let person = sitter.person;
            match (&person.details, places.get(&person.id)) {
                (Ok(details), Some(place)) => {
                    let variables = desk.variables(&person, details);
                    prompts.push((*place, prompt_for(&variables, own, model)));
                }
                _ => unwritable.push(person.id),
            }
        }
        Ok((prompts, unwritable))
    }

    async fn confirm(&self, reference: String) -> Result<WorkEnd, CommandError> {
        let batch = self.id;
        self.note(CampaignCommand::ConfirmScriptBatch { batch, reference })
            .await?;
        self.is_well().await?;
        Ok(WorkEnd::Reschedule {
            not_before: self.now() + self.patience.first_pause,
        })
    }

    /// The provider was called and did not answer, or nobody was there to hear it.
    async fn look_for(
        &self,
        provider: &dyn ScriptBatches,
        called_at: DateTime<Utc>,
    ) -> Result<WorkEnd, CommandError> {
        let others = self.state.batching().open();
        let known: Vec<String> = others.filter_map(|(_, b)| b.reference.clone()).collect();
        let since = self.now() - called_at;
        match provider.find(self.key(), called_at, &known).await {
            Ok(BatchSearch::Found(reference)) => self.confirm(reference).await,
            Ok(BatchSearch::Absent) if since >= self.patience.settles => Ok(WorkEnd::Retry {
                not_before: self.now(),
                error: "the provider never got it".to_owned(),
            }),
            Ok(BatchSearch::Absent) => {
                let settled = called_at + self.patience.settles;
                let soon = self.now() + Duration::seconds(LOOK_FOR_SECONDS);
                Ok(WorkEnd::Reschedule {
                    not_before: soon.min(settled),
                })
            }
            Ok(BatchSearch::Undecided) | Err(_) if since >= Duration::hours(GIVEN_UP_HOURS) => {
                tracing::error!(campaign = %self.campaign, batch = %self.id, "a batch of scripts was not found; look through the provider's bill");
                self.end(ScriptBatchOutcome::Lost, Recorded::default()).await
            }
            Ok(BatchSearch::Undecided) => Ok(self.after(LOOK_FOR_LATER_SECONDS)),
            Err(error) => self.wait_out(&error).await,
        }
    }

    /// The provider has it.
    async fn follow(&self, provider: &dyn ScriptBatches, reference: &str) -> Result<WorkEnd, CommandError> {
        let standing = match provider.standing(reference).await {
            Ok(standing) => standing,
            Err(error) => return self.wait_or_give_up(&error).await,
        };
        self.is_well().await?;
        match standing {
            BatchStanding::Over(outcome) => self.collect(provider, reference, outcome).await,
            BatchStanding::Running { cancelling, .. } if !self.state.wants(self.batch) => {
                if !cancelling && let Err(error) = provider.cancel(reference).await {
                    return self.wait_out(&error).await;
                }
                Ok(WorkEnd::Reschedule {
                    not_before: self.now() + self.patience.first_pause,
                })
            }
            BatchStanding::Running { processed, .. } => {
                let batch = self.id;
                self.note(CampaignCommand::NoteScriptBatchProgress { batch, processed })
                    .await?;
                Ok(WorkEnd::Reschedule {
                    not_before: self.now() + self.pause(),
                })
            }
        }
    }

    /// The longer it takes, the longer the pauses.
    fn pause(&self) -> Duration {
        let taken = self.item.called_at.map_or(Duration::zero(), |at| self.now() - at);
        let longest = Duration::seconds(POLL_SECONDS_MAX).max(self.patience.first_pause);
        (taken / POLL_SHARE).clamp(self.patience.first_pause, longest)
    }

    /// Records what came of it.
    async fn collect(
        &self,
        provider: &dyn ScriptBatches,
        reference: &str,
        outcome: ScriptBatchOutcome,
    ) -> Result<WorkEnd, CommandError> {
        let nothing_there = matches!(outcome, ScriptBatchOutcome::Refused | ScriptBatchOutcome::Lost);
        let results = if nothing_there {
            Ok(vec![])
        } else {
            provider.results(self.key(), reference).await
        };
        let results = match results {
            Ok(results) => results,
            Err(error) => return self.wait_or_give_up(&error).await,
        };
        if nothing_there {
            tracing::warn!(campaign = %self.campaign, batch = %self.id, ?outcome, "a batch of scripts came to nothing");
        }
        let organization = self.organization().await?;
        let desk = self.desk(organization.state()).await?;
        let recorded = results::record(&desk, self.id, self.batch, results).await?;
        let ended = self.end(outcome, recorded).await?;
        // What it keeps of people is of no more use. Where that fails it stays until the provider's own time for it is over.
        if outcome != ScriptBatchOutcome::Lost
            && let Err(error) = provider.forget(reference).await
        {
            tracing::warn!(campaign = %self.campaign, batch = %self.id, "a batch of scripts stays with its provider: {error}");
        }
        Ok(ended)
    }
}

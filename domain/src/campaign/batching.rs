//! Scripts that a provider writes by the batch: cheaper, and some time within a day. A batch is planned before the provider is
//! asked, and open until what came of it is recorded, also when the generation was ended meanwhile: it is paid for. Refuses nothing
//! but lists that are too long; what comes twice or too late changes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    Campaign, CampaignCommand, CampaignEvent, ProductionOrder, ProductionStep, ScriptBatchOutcome,
    ScriptEngine,
    decide::{Decided, chosen, once},
};
use crate::{ContactId, ScriptBatchId};

/// Times that a contact's script is put into a batch in one generation. A provider that twice had no time for it within a day has
/// none.
pub const SCRIPT_BATCH_TRIES_MAX: u8 = 2;

/// A batch that is planned or with its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptBatch {
    /// Of which generation.
    pub run: u32,
    /// Provider's name.
    pub provider: String,
    /// The provider's model id; nothing for the configured one.
    pub model: Option<String>,
    /// The agent's own instructions to the model.
    pub prompt: Option<String>,
    /// For whom, each at the place by which the provider's answers are told apart.
    pub contacts: Vec<ContactId>,
    /// What the provider calls it, once it has taken it.
    pub reference: Option<String>,
    /// Requests that the provider says it is through with.
    pub processed: u64,
}

/// The open batches of a campaign, and what the batches of its running generation have come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptBatching {
    open: BTreeMap<ScriptBatchId, ScriptBatch>,
    /// Batches that came to an end without a script of this contact.
    tries: HashMap<ContactId, u8>,
    /// Contacts for whom the provider can't write one from this prompt.
    unwritable: HashSet<ContactId>,
}

impl ScriptBatching {
    /// The batches that are planned or with their providers, of whichever generation.
    pub fn open(&self) -> impl ExactSizeIterator<Item = (ScriptBatchId, &ScriptBatch)> {
        self.open.iter().map(|(id, batch)| (*id, batch))
    }

    /// An open batch.
    pub fn get(&self, id: ScriptBatchId) -> Option<&ScriptBatch> {
        self.open.get(&id)
    }

    /// Everybody in an open batch.
    pub fn contacts(&self) -> HashSet<ContactId> {
        self.open
            .values()
            .flat_map(|batch| batch.contacts.iter().copied())
            .collect()
    }

    /// In how many batches of this generation a contact was that have ended.
    pub fn tries(&self, contact: ContactId) -> u8 {
        self.tries.get(&contact).copied().unwrap_or_default()
    }

    /// Whether the provider can't write this contact's script from this generation's prompt.
    pub fn is_unwritable(&self, contact: ContactId) -> bool {
        self.unwritable.contains(&contact)
    }

    /// A new generation tries everybody anew.
    pub(super) fn begin_run(&mut self) {
        self.tries.clear();
        self.unwritable.clear();
    }
}

impl Campaign {
    /// What providers are writing by the batch.
    pub const fn batching(&self) -> &ScriptBatching {
        &self.batching
    }

    /// Whether the generation that a batch belongs to is under way and not halted: else its provider is to stop.
    pub fn wants(&self, batch: &ScriptBatch) -> bool {
        self.production()
            .is_some_and(|p| p.run.step == ProductionStep::Scripts && p.run.run == batch.run && !p.is_paused)
    }

    pub(super) fn batch(&self, command: CampaignCommand) -> Decided {
        use CampaignCommand as C;
        let open = |id| self.batching.get(id);
        match command {
            C::PlanScriptBatches { run, batches } => {
                let Some(ProductionOrder::Scripts {
                    engine:
                        ScriptEngine::Model {
                            provider,
                            model,
                            batch: true,
                        },
                    ..
                }) = self.order(run)
                else {
                    return Ok(vec![]);
                };
                self.plan_batches(run.run, provider, model.as_ref(), batches)
            }
            C::ConfirmScriptBatch { batch, reference } => {
                let news = open(batch).is_some_and(|b| b.reference.is_none());
                let batch_id = batch;
                Ok(once(
                    news,
                    CampaignEvent::ScriptBatchSubmitted { batch_id, reference },
                ))
            }
            C::NoteScriptBatchProgress { batch, processed } => {
                let news = open(batch).is_some_and(|b| b.processed < processed);
                let batch_id = batch;
                Ok(once(
                    news,
                    CampaignEvent::ScriptBatchProgressed { batch_id, processed },
                ))
            }
            C::EndScriptBatch {
                batch,
                outcome,
                written,
                unwritable,
                unused_cost,
            } => Ok(once(
                open(batch).is_some(),
                CampaignEvent::ScriptBatchEnded {
                    batch_id: batch,
                    outcome,
                    written,
                    unwritable: chosen(unwritable, |_| true)?,
                    unused_cost,
                },
            )),
            _ => Ok(vec![]),
        }
    }

    fn plan_batches(
        &self,
        run: u32,
        provider: &str,
        model: Option<&String>,
        batches: Vec<(ScriptBatchId, Vec<ContactId>)>,
    ) -> Decided {
        let mut taken = self.batching.contacts();
        let mut planned = Vec::with_capacity(batches.len());
        for (batch_id, contacts) in batches {
            let contact_ids = chosen(contacts, |id| self.contacts.contains(id) && !taken.contains(id))?;
            if contact_ids.is_empty() || self.batching.get(batch_id).is_some() {
                continue;
            }
            taken.extend(contact_ids.iter().copied());
            planned.push(CampaignEvent::ScriptBatchPlanned {
                run,
                batch_id,
                provider: provider.to_owned(),
                model: model.cloned(),
                contact_ids,
            });
        }
        Ok(planned)
    }

    pub(super) fn take_in_batch(&mut self, event: &CampaignEvent) {
        match event {
            CampaignEvent::ScriptBatchPlanned {
                run,
                batch_id,
                provider,
                model,
                contact_ids,
            } => {
                let prompt = match self.production().map(|p| &p.order) {
                    Some(ProductionOrder::Scripts { prompt, .. }) => prompt.clone(),
                    _ => None,
                };
                let batch = ScriptBatch {
                    run: *run,
                    provider: provider.clone(),
                    model: model.clone(),
                    prompt,
                    contacts: contact_ids.clone(),
                    reference: None,
                    processed: 0,
                };
                self.batching.open.insert(*batch_id, batch);
            }
            CampaignEvent::ScriptBatchSubmitted { batch_id, reference } => {
                if let Some(batch) = self.batching.open.get_mut(batch_id) {
                    batch.reference = Some(reference.clone());
                }
            }
            CampaignEvent::ScriptBatchProgressed { batch_id, processed } => {
                if let Some(batch) = self.batching.open.get_mut(batch_id) {
                    batch.processed = *processed;
                }
            }
            CampaignEvent::ScriptBatchEnded {
                batch_id,
                outcome,
                unwritable,
                ..
            } => self.end_batch(*batch_id, *outcome, unwritable),
            _ => {}
        }
    }

    fn end_batch(&mut self, id: ScriptBatchId, outcome: ScriptBatchOutcome, unwritable: &[ContactId]) {
        let Some(batch) = self.batching.open.remove(&id) else {
            return;
        };
        // What an earlier generation came to says nothing of this one, whose prompt may be another.
        if batch.run != self.generation_run {
            return;
        }
        let tried = match outcome {
            ScriptBatchOutcome::Completed | ScriptBatchOutcome::Expired | ScriptBatchOutcome::Lost => 1,
            // It would be refused again.
            ScriptBatchOutcome::Refused => SCRIPT_BATCH_TRIES_MAX,
            ScriptBatchOutcome::Cancelled | ScriptBatchOutcome::NotSubmitted => 0,
        };
        self.batching.unwritable.extend(unwritable.iter().copied());
        if tried > 0 {
            for contact in batch.contacts {
                let tries = self.batching.tries.entry(contact).or_default();
                *tries = tries.saturating_add(tried).min(SCRIPT_BATCH_TRIES_MAX);
            }
        }
    }
}

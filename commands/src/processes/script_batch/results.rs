//! What a batch wrote becomes scripts, each checked by the lint and once. Recording it again after a sudden end records what is missing;
//! a text that nobody wants any more is no script, but what it cost is not forgotten.

use std::collections::HashSet;

use domain::{
    CampaignId, ContactId, MicroDollars, ScriptBatchId, ScriptId, Sealed,
    campaign::ScriptBatch,
    script::{Author, GeneratedText, Script, ScriptCommand},
};
use sha2::{Digest, Sha256};

use super::super::script_generation::{Desk, wanted};
use crate::{
    error::CommandError,
    execute::retrying,
    people::load_people,
    ports::{BatchResult, BatchedScript, WrittenScript},
    scripts::{instructions, names_of},
    stream::{Batch, Loaded, load_many},
};

/// Scripts that are recorded in one request.
const RECORDED_TOGETHER: usize = 250;

/// What a batch came to.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// Scripts that it wrote.
    pub(super) written: u64,
    /// For whom the provider can't write one.
    pub(super) unwritable: Vec<ContactId>,
    /// What was billed for texts that are no script.
    pub(super) unused_cost: MicroDollars,
}

impl Recorded {
    fn waste(&mut self, cost: MicroDollars) {
        self.unused_cost = sum(self.unused_cost, cost);
    }
}

/// No bill is higher than the largest amount.
fn sum(a: MicroDollars, b: MicroDollars) -> MicroDollars {
    a.plus(b).unwrap_or(MicroDollars::from_micros(i64::MAX))
}

/// Records the results of a batch.
pub(super) async fn record(
    desk: &Desk<'_>,
    id: ScriptBatchId,
    batch: &ScriptBatch,
    results: Vec<BatchResult>,
) -> Result<Recorded, CommandError> {
    let mut recorded = Recorded::default();
    let Some(campaign) = desk.campaign.id else {
        return Ok(recorded);
    };
    let (mut seen, mut written) = (HashSet::new(), Vec::new());
    for result in results {
        let Some(contact) = batch.contacts.get(result.place).copied() else {
            continue;
        };
        if !seen.insert(contact) {
            continue;
        }
        match result.script {
            BatchedScript::Written(script) => written.push((contact, script)),
            BatchedScript::Unwritable { cost } => {
                recorded.waste(cost);
                recorded.unwritable.push(contact);
            }
            BatchedScript::Missed => {}
        }
    }
    let clerk = Clerk {
        desk,
        campaign,
        id,
        prompt_sha256: hex::encode(Sha256::digest(instructions(batch.prompt.as_deref()).as_bytes())),
    };
    for chunk in written.chunks(RECORDED_TOGETHER) {
        clerk.record(chunk, &mut recorded).await?;
    }
    Ok(recorded)
}

struct Clerk<'a> {
    desk: &'a Desk<'a>,
    campaign: CampaignId,
    id: ScriptBatchId,
    prompt_sha256: String,
}

impl Clerk<'_> {
    async fn record(
        &self,
        chunk: &[(ContactId, WrittenScript)],
        recorded: &mut Recorded,
    ) -> Result<(), CommandError> {
        let texts = self.texts(chunk, recorded).await?;
        let (written, unused) = retrying(|| self.commit(&texts)).await?;
        recorded.written += written;
        recorded.waste(unused);
        Ok(())
    }

    /// The texts, checked and sealed. One about somebody who was erased meanwhile can't be sealed and is none.
    async fn texts(
        &self,
        chunk: &[(ContactId, WrittenScript)],
        recorded: &mut Recorded,
    ) -> Result<Vec<(ContactId, GeneratedText)>, CommandError> {
        let (ports, context) = (self.desk.ports, self.desk.context);
        let ids: Vec<ContactId> = chunk.iter().map(|(id, _)| *id).collect();
        let people = load_people(ports, context, &ids).await?;
        let mut checked = Vec::with_capacity(chunk.len());
        for ((contact, script), person) in chunk.iter().zip(&people) {
            let (Ok(details), Some(envelope)) = (&person.details, &person.contact.state().envelope) else {
                recorded.waste(script.cost);
                recorded.unwritable.push(*contact);
                continue;
            };
            let lint = self.desk.linter.check(&script.text, &names_of(details));
            checked.push((*contact, envelope, script, lint));
        }
        let to_seal: Vec<_> = checked
            .iter()
            .map(|(contact, envelope, script, _)| (*contact, *envelope, script.text.as_str()))
            .collect();
        let sealed: Vec<Sealed> = ports.keys.seal_many(context.organization, &to_seal).await?;
        let texts = checked.into_iter().zip(sealed);
        Ok(texts
            .map(|((contact, _, script, lint), text)| {
                let text = GeneratedText {
                    text,
                    characters: script.text.chars().count() as u32,
                    by: Author::Ai,
                    model: Some(script.model.clone()),
                    prompt_sha256: Some(self.prompt_sha256.clone()),
                    tokens: Some(script.tokens),
                    cost: script.cost,
                    lint,
                    batch: Some(self.id),
                };
                (contact, text)
            })
            .collect())
    }

    /// Records them in one request; how many scripts are this batch's now, and what the others cost.
    async fn commit(
        &self,
        texts: &[(ContactId, GeneratedText)],
    ) -> Result<(u64, MicroDollars), CommandError> {
        let (ports, context) = (self.desk.ports, self.desk.context);
        let ids = texts
            .iter()
            .map(|(contact, _)| ScriptId::of(self.campaign, *contact));
        let scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
        let mut batch = Batch::new(ports, context);
        let (mut written, mut unused) = (0, MicroDollars::ZERO);
        for (mut script, (contact, text)) in scripts.into_iter().zip(texts) {
            if script.state().batch == Some(self.id) {
                written += 1;
                continue;
            }
            let generate = ScriptCommand::Generate {
                campaign: self.campaign,
                contact: *contact,
                text: text.clone(),
            };
            if wanted(script.state()) && script.decide(generate).is_ok() {
                written += 1;
                batch.add(script)?;
            } else {
                unused = sum(unused, text.cost);
            }
        }
        batch.commit().await?;
        Ok((written, unused))
    }
}

//! Every contact of a campaign gets a script: from the template, or from a model. Resumable: who has one of this run keeps it;
//! one that can't be written never stops the rest. Each is checked by the lint before it is recorded.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    CampaignId, ContactId, MicroDollars, PersonalDetails, ScriptId, Sealed, Subject,
    campaign::{Campaign, CampaignCommand, ProductionOrder, ProductionRun, ProductionStep, ScriptEngine},
    organization::Organization,
    script::{
        Author, GeneratedText, Review, Script, ScriptCommand,
        lint::{Lint, Linter},
    },
};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::{
    production::{Craft, Outcome, Request, Stretch, Tally, Trouble},
    script_batch,
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{Person, load_people},
    ports::{PortError, ScriptPrompt, ScriptWriter, WorkEnd, WorkItem, WrittenScript},
    scripts::{Template, Variables, linter_for, names_of, prompt_for, template_of},
    stream::{Batch, CommonMetadata, Loaded, load, load_many},
};

/// Contacts whose scripts are rendered and recorded together.
const TEMPLATE_CHUNK: usize = 500;
/// Chunks that are under way at once.
const CHUNKS_AT_ONCE: usize = 4;

/// Runs one generation to its end.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    at_once: usize,
) -> Result<WorkEnd, CommandError> {
    let request = Request::of(item)?;
    let Some(campaign_id) = item.campaign else {
        return Ok(WorkEnd::Done);
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign_id).await?;
    let state = campaign.state();
    let run = ProductionRun {
        step: ProductionStep::Scripts,
        run: request.run,
        resumption: request.resumption,
    };
    let Some((stretch, ProductionOrder::Scripts { engine, prompt })) =
        Stretch::of(ports, context, state, run)
    else {
        return Ok(WorkEnd::Done);
    };
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let settings = &organization.state().settings;
    let desk = Desk {
        ports,
        context,
        campaign: state,
        organization: organization.state(),
        linter: linter_for(ports, context.organization, settings).await?,
    };
    let members = members_of(state);
    let outcome = match engine {
        ScriptEngine::Template => {
            let template = template_of(ports, context.organization, state).await?;
            desk.by_template(&stretch, template, &members).await?
        }
        ScriptEngine::Model {
            provider,
            model,
            batch,
        } => {
            let writer = ports
                .writers
                .get(&provider)
                .map_err(|e| CommandError::invalid(e.to_string()))?;
            let by_model = ByModel {
                desk: &desk,
                campaign: campaign_id,
                writer: writer.as_ref(),
                model: model.as_deref(),
                prompt: prompt.as_deref(),
                run: request.run,
            };
            let at_once = at_once.min(writer.at_once());
            if batch {
                script_batch::write(&desk, &stretch, &by_model, &members, at_once).await?
            } else {
                stretch.produce(&by_model, members, at_once).await?
            }
        }
    };
    let tally = match outcome {
        Outcome::Through(tally) => tally,
        Outcome::Halted => return Ok(WorkEnd::Done),
        Outcome::Waits(end) => return Ok(end),
    };
    let finish = CampaignCommand::FinishScriptGeneration {
        run: request.run,
        generated: tally.made,
        failed: tally.failed,
    };
    execute::<Campaign>(ports, context, campaign_id, finish).await?;
    Ok(WorkEnd::Done)
}

/// Who is in the campaign, in the order of their ids.
fn members_of(campaign: &Campaign) -> Vec<ContactId> {
    let mut members: Vec<ContactId> = campaign.contacts.iter().copied().collect();
    members.sort_unstable();
    members
}

/// A script that is to be written: none yet, or one that a reviewer sent back.
pub(super) fn wanted(script: &Script) -> bool {
    script.version == 0 || matches!(script.review, Some(Review::Rejected | Review::NeedsRevision))
}

/// What all scripts of one run are written with.
pub(super) struct Desk<'a> {
    pub(super) ports: &'a Ports,
    pub(super) context: &'a CommandContext,
    pub(super) campaign: &'a Campaign,
    pub(super) organization: &'a Organization,
    pub(super) linter: Linter,
}

/// A contact whose script is to be written, with what it is written from; nothing where that can't be had.
pub(super) struct Sitter {
    script: Loaded<Script>,
    pub(super) person: Person,
}

/// A text with where it comes from and what the lint says of it.
struct Written {
    contact: ContactId,
    envelope: Sealed,
    text: String,
    lint: Lint,
    by: Author,
    model: Option<String>,
    prompt_sha256: Option<String>,
    tokens: Option<u64>,
    cost: MicroDollars,
}

impl Written {
    fn generated(&self, text: Sealed) -> GeneratedText {
        GeneratedText {
            text,
            characters: self.text.chars().count() as u32,
            by: self.by,
            model: self.model.clone(),
            prompt_sha256: self.prompt_sha256.clone(),
            tokens: self.tokens,
            cost: self.cost,
            lint: self.lint.clone(),
            batch: None,
        }
    }
}

impl Desk<'_> {
    pub(super) fn variables(&self, person: &Person, details: &PersonalDetails) -> Variables {
        let contact = person.contact.state();
        Variables::of(
            details,
            &contact.location,
            contact.listing_status.as_deref(),
            self.campaign,
            &self.organization.settings.agent,
        )
    }

    /// Those of the contacts whose script is to be written, and how many have one.
    pub(super) async fn sitters(&self, members: &[ContactId]) -> Result<(Vec<Sitter>, u64), CommandError> {
        let Some(campaign) = self.campaign.id else {
            return Ok((vec![], 0));
        };
        let ids = members.iter().map(|id| ScriptId::of(campaign, *id));
        let scripts: Vec<Loaded<Script>> = load_many(self.ports, self.context.organization, ids).await?;
        let (open, scripts): (Vec<ContactId>, Vec<_>) = members
            .iter()
            .copied()
            .zip(scripts)
            .filter(|(_, script)| wanted(script.state()))
            .unzip();
        let people = load_people(self.ports, self.context, &open).await?;
        let there = (members.len() - open.len()) as u64;
        let sitters = scripts.into_iter().zip(people);
        Ok((
            sitters
                .map(|(script, person)| Sitter { script, person })
                .collect(),
            there,
        ))
    }

    /// Renders and records chunk beside chunk, each a task of its own so that every core has some: while one is being made durable, others
    /// are rendered, and what is ready together is made durable together.
    async fn by_template(
        &self,
        stretch: &Stretch<'_>,
        template: Template,
        members: &[ContactId],
    ) -> Result<Outcome, CommandError> {
        let with = Arc::new(TemplateDesk::of(self, template));
        let mut chunks = members.chunks(TEMPLATE_CHUNK);
        // Dropped, it ends what is under way.
        let mut under_way = JoinSet::new();
        let (mut tally, mut is_halted) = (Tally::default(), false);
        loop {
            while !is_halted && under_way.len() < CHUNKS_AT_ONCE {
                let Some(chunk) = chunks.next() else { break };
                let (with, chunk) = (Arc::clone(&with), chunk.to_vec());
                under_way.spawn(async move { with.desk().chunk(&with.template, &chunk).await });
            }
            let Some(done) = under_way.join_next().await else {
                break;
            };
            let done = done.map_err(|e| CommandError::Journal(e.to_string()))??;
            tally.made += done.made;
            tally.failed += done.failed;
            is_halted = is_halted || stretch.is_over().await?;
        }
        Ok(if is_halted {
            Outcome::Halted
        } else {
            Outcome::Through(tally)
        })
    }

    /// Renders and records a chunk; again when somebody was faster with one of its scripts.
    async fn chunk(&self, template: &Template, members: &[ContactId]) -> Result<Tally, CommandError> {
        retrying(|| async {
            let rendered = self.render(template, members).await?;
            let made = self.commit(rendered.written).await?;
            Ok(Tally {
                made: made + rendered.there,
                failed: rendered.failed,
            })
        })
        .await
    }

    /// Renders, checks and seals the scripts of a chunk.
    async fn render(&self, template: &Template, members: &[ContactId]) -> Result<Rendered, CommandError> {
        let (sitters, there) = self.sitters(members).await?;
        let wanted = sitters.len() as u64;
        let mut written = Vec::with_capacity(sitters.len());
        for Sitter { script, person } in sitters {
            let (Ok(details), Some(envelope)) = (&person.details, &person.contact.state().envelope) else {
                continue;
            };
            let Ok(text) = template.render(&self.variables(&person, details)) else {
                continue;
            };
            let lint = self.linter.check(&text, &names_of(details));
            written.push((
                script,
                Written {
                    contact: person.id,
                    envelope: envelope.clone(),
                    text,
                    lint,
                    by: Author::Template,
                    model: None,
                    prompt_sha256: None,
                    tokens: None,
                    cost: MicroDollars::ZERO,
                },
            ));
        }
        let sealed = self.seal(written.iter().map(|(_, w)| w)).await?;
        Ok(Rendered {
            failed: wanted - sealed.len() as u64,
            written: written
                .into_iter()
                .zip(sealed)
                .map(|((script, w), text)| (script, w.contact, w.generated(text)))
                .collect(),
            there,
        })
    }

    async fn seal<'w>(
        &self,
        written: impl Iterator<Item = &'w Written>,
    ) -> Result<Vec<Sealed>, CommandError> {
        let texts: Vec<_> = written
            .map(|w| (w.contact, &w.envelope, w.text.as_str()))
            .collect();
        Ok(self
            .ports
            .keys
            .seal_many(self.context.organization, &texts)
            .await?)
    }

    /// Records scripts in one request; answers how many there are now. One that the rules refuse, such as one that is too long, is
    /// one that could not be written.
    async fn commit(
        &self,
        written: Vec<(Loaded<Script>, ContactId, GeneratedText)>,
    ) -> Result<u64, CommandError> {
        let Some(campaign) = self.campaign.id else {
            return Ok(0);
        };
        let mut batch = Batch::new(self.ports, self.context);
        let common = CommonMetadata::new(self.ports, self.context)?;
        let mut recorded = 0;
        for (script, contact, text) in written {
            if !wanted(script.state()) {
                recorded += 1;
                continue;
            }
            let generate = ScriptCommand::Generate {
                campaign,
                contact,
                text,
            };
            let about = Subject {
                campaign: Some(campaign),
                contact: Some(contact),
            };
            match script.conclude([generate], about, (self.ports, &common)) {
                Ok(append) => {
                    recorded += 1;
                    batch.extend(append);
                }
                Err(CommandError::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        batch.commit().await?;
        Ok(recorded)
    }
}

/// A desk that tasks of their own share, and the template on it.
struct TemplateDesk {
    ports: Ports,
    context: CommandContext,
    campaign: Campaign,
    organization: Organization,
    linter: Linter,
    template: Template,
}

impl TemplateDesk {
    fn of(desk: &Desk<'_>, template: Template) -> Self {
        Self {
            ports: desk.ports.clone(),
            context: desk.context.clone(),
            campaign: desk.campaign.clone(),
            organization: desk.organization.clone(),
            linter: desk.linter.clone(),
            template,
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            ports: &self.ports,
            context: &self.context,
            campaign: &self.campaign,
            organization: &self.organization,
            linter: self.linter.clone(),
        }
    }
}

/// A chunk that is ready to be recorded.
struct Rendered {
    written: Vec<(Loaded<Script>, ContactId, GeneratedText)>,
    /// Contacts that have a script already.
    there: u64,
    /// Contacts for whom none could be rendered.
    failed: u64,
}

/// Scripts by a language model.
pub(super) struct ByModel<'a> {
    desk: &'a Desk<'a>,
    campaign: CampaignId,
    writer: &'a dyn ScriptWriter,
    model: Option<&'a str>,
    prompt: Option<&'a str>,
    /// Which generation.
    run: u32,
}

/// What a model is asked for.
pub(super) struct Asked {
    contact: ContactId,
    /// The prompt, the envelope of the contact and its names; nothing where its details can't be had.
    about: Option<(ScriptPrompt, Sealed, Vec<String>)>,
}

#[async_trait]
impl Craft for ByModel<'_> {
    type Job = Asked;
    type Made = (WrittenScript, String);

    async fn jobs(&self, members: &[ContactId]) -> Result<(Vec<Asked>, u64), CommandError> {
        let (sitters, there) = self.desk.sitters(members).await?;
        let asked = sitters.into_iter().map(|Sitter { person, .. }| {
            let about = person.details.as_ref().ok().and_then(|details| {
                let variables = self.desk.variables(&person, details);
                let names = names_of(details).into_iter().map(str::to_owned).collect();
                let envelope = person.contact.state().envelope.clone()?;
                Some((prompt_for(&variables, self.prompt, self.model), envelope, names))
            });
            Asked {
                contact: person.id,
                about,
            }
        });
        Ok((asked.collect(), there))
    }

    fn member(job: &Asked) -> ContactId {
        job.contact
    }

    async fn make(&self, job: &Asked) -> Result<Self::Made, Trouble> {
        let Some((prompt, ..)) = &job.about else {
            let erased = "the contact's details can't be read";
            return Err(PortError::new(crate::ports::PortErrorKind::Permanent, erased).into());
        };
        let sha256 = hex::encode(Sha256::digest(prompt.instructions.as_bytes()));
        Ok((self.writer.write(prompt.clone()).await?, sha256))
    }

    async fn record(&self, made: &[(Asked, Result<Self::Made, PortError>)]) -> Result<u64, CommandError> {
        let written: Vec<Written> = made
            .iter()
            .filter_map(|(asked, script)| {
                let (script, sha256) = script.as_ref().ok()?;
                let (_, envelope, names) = asked.about.as_ref()?;
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Some(Written {
                    contact: asked.contact,
                    envelope: envelope.clone(),
                    lint: self.desk.linter.check(&script.text, &names),
                    text: script.text.clone(),
                    by: Author::Ai,
                    model: Some(script.model.clone()),
                    prompt_sha256: Some(sha256.clone()),
                    tokens: Some(script.tokens),
                    cost: script.cost,
                })
            })
            .collect();
        let sealed = self.desk.seal(written.iter()).await?;
        let (recorded, unwanted) = retrying(|| async {
            let ids = written.iter().map(|w| ScriptId::of(self.campaign, w.contact));
            let scripts: Vec<Loaded<Script>> =
                load_many(self.desk.ports, self.desk.context.organization, ids).await?;
            let texts = written.iter().zip(&sealed);
            let texts = texts.map(|(w, text)| (w.contact, w.generated(text.clone())));
            let unwanted: Vec<MicroDollars> = scripts
                .iter()
                .zip(&written)
                .filter(|(script, _)| !wanted(script.state()))
                .map(|(_, w)| w.cost)
                .collect();
            let all = scripts.into_iter().zip(texts);
            let recorded = self
                .desk
                .commit(
                    all.map(|(script, (contact, text))| (script, contact, text))
                        .collect(),
                )
                .await?;
            Ok((recorded, unwanted))
        })
        .await?;
        let unusable = made.iter().filter_map(|(_, script)| script.as_ref().err());
        self.note_waste(unusable.map(|error| error.cost).chain(unwanted))
            .await?;
        Ok(recorded)
    }
}

impl ByModel<'_> {
    /// Records what was billed for texts that became no script.
    async fn note_waste(&self, costs: impl Iterator<Item = MicroDollars>) -> Result<(), CommandError> {
        let (mut texts, mut cost) = (0, MicroDollars::ZERO);
        for billed in costs.filter(|cost| *cost > MicroDollars::ZERO) {
            texts += 1;
            cost = cost.plus(billed).unwrap_or(MicroDollars::from_micros(i64::MAX));
        }
        if texts == 0 {
            return Ok(());
        }
        let run = self.run;
        let note = CampaignCommand::NoteWaste { run, texts, cost };
        execute::<Campaign>(self.desk.ports, self.desk.context, self.campaign, note)
            .await
            .map(drop)
    }
}

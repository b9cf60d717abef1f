//! Every contact of a campaign gets a script: from the template, or from a model. Resumable: who has one of this run keeps it;
//! one that can't be written never stops the rest.

use domain::{
    ContactId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus, ScriptEngine},
    organization::Organization,
    script::{Author, GeneratedText, Review, Script, ScriptCommand},
};
use futures::{FutureExt, StreamExt};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{load_people, seal_about},
    ports::{PortError, PortErrorKind, WorkEnd, WorkItem},
    scripts::{Template, Variables, prompt_for, template_of},
    stream::{Batch, Loaded, load, load_many},
};

/// Contacts whose scripts are written and recorded together.
const TEMPLATE_CHUNK: usize = 500;
/// The same for a model: a crash may cost a chunk of paid answers, so it is small.
const MODEL_CHUNK: usize = 32;

#[derive(Debug, Deserialize)]
struct Request {
    run: u32,
    engine: ScriptEngine,
    prompt: Option<String>,
}

/// What writes the scripts of one run.
enum Writer {
    Template(Template),
    Model {
        model: Option<String>,
        prompt: Option<String>,
        at_once: usize,
    },
}

/// Runs one generation to its end.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    at_once: usize,
) -> Result<WorkEnd, CommandError> {
    let request: Request =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let Some(campaign_id) = item.campaign else {
        return Ok(WorkEnd::Done);
    };
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign_id).await?;
    let state = campaign.state();
    if state.status != CampaignStatus::GeneratingScripts || state.generation_run() != request.run {
        return Ok(WorkEnd::Done);
    }
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let writer = match request.engine {
        ScriptEngine::Template => Writer::Template(template_of(state)?),
        ScriptEngine::Model { model, .. } => Writer::Model {
            model,
            prompt: request.prompt,
            at_once,
        },
    };
    let mut members: Vec<ContactId> = state.contacts.iter().copied().collect();
    members.sort_unstable();
    let size = if matches!(writer, Writer::Template(_)) {
        TEMPLATE_CHUNK
    } else {
        MODEL_CHUNK
    };
    let (mut generated, mut failed) = (0, 0);
    for chunk in members.chunks(size) {
        let (g, f) = write_chunk(ports, context, state, organization.state(), &writer, chunk).await?;
        generated += g;
        failed += f;
    }
    let finish = CampaignCommand::FinishScriptGeneration {
        run: request.run,
        generated,
        failed,
    };
    execute::<Campaign>(ports, context, campaign_id, finish).await?;
    Ok(WorkEnd::Done)
}

/// A script that is to be written: none yet, or one that a reviewer sent back.
fn wanted(script: &Script) -> bool {
    script.version == 0 || matches!(script.review, Some(Review::Rejected | Review::NeedsRevision))
}

async fn write_chunk(
    ports: &Ports,
    context: &CommandContext,
    campaign: &Campaign,
    organization: &Organization,
    writer: &Writer,
    members: &[ContactId],
) -> Result<(u64, u64), CommandError> {
    let Some(campaign_id) = campaign.id else {
        return Ok((0, 0));
    };
    let scripts = load_scripts(ports, context, campaign_id, members).await?;
    let open: Vec<ContactId> = members
        .iter()
        .zip(&scripts)
        .filter(|(_, s)| wanted(s.state()))
        .map(|(id, _)| *id)
        .collect();
    let people = load_people(ports, context, &open).await?;
    let variables: Vec<Option<Variables>> = people
        .iter()
        .map(|p| {
            let contact = p.contact.state();
            let listing = contact.listing_status.as_deref();
            let details = p.details.as_ref().ok()?;
            Some(Variables::of(
                details,
                &contact.location,
                listing,
                campaign,
                &organization.settings.agent,
            ))
        })
        .collect();
    let texts = write(ports, writer, &variables).await?;
    let written: Vec<(ContactId, &Written)> = open
        .iter()
        .zip(&texts)
        .filter_map(|(id, w)| Some((*id, w.as_ref()?)))
        .collect();
    let recorded = retrying(|| record(ports, context, campaign_id, &written)).await?;
    let kept = (members.len() - open.len()) as u64;
    Ok((kept + recorded, (open.len() as u64).saturating_sub(recorded)))
}

async fn load_scripts(
    ports: &Ports,
    context: &CommandContext,
    campaign: domain::CampaignId,
    members: &[ContactId],
) -> Result<Vec<Loaded<Script>>, CommandError> {
    load_many(
        ports,
        context.organization,
        members.iter().map(|id| ScriptId::of(campaign, *id)),
    )
    .await
}

/// A text with where it comes from.
struct Written {
    text: String,
    by: Author,
    model: Option<String>,
    prompt_sha256: Option<String>,
    tokens: Option<u64>,
    cost: domain::MicroDollars,
}

/// Writes a text for each; nothing where it can't be written for this contact. Trouble that concerns all of them, such as
/// a refused key, ends the chunk.
async fn write(
    ports: &Ports,
    writer: &Writer,
    variables: &[Option<Variables>],
) -> Result<Vec<Option<Written>>, CommandError> {
    match writer {
        Writer::Template(template) => Ok(variables
            .iter()
            .map(|v| {
                let text = template.render(v.as_ref()?).ok()?;
                Some(Written {
                    text,
                    by: Author::Template,
                    model: None,
                    prompt_sha256: None,
                    tokens: None,
                    cost: domain::MicroDollars::ZERO,
                })
            })
            .collect()),
        Writer::Model {
            model,
            prompt,
            at_once,
        } => {
            let asked: Vec<_> = variables
                .iter()
                .map(|v| ask(ports, v.as_ref(), prompt.as_deref(), model.as_deref()).boxed())
                .collect();
            let answers: Vec<_> = futures::stream::iter(asked).buffered(*at_once).collect().await;
            answers
                .into_iter()
                .collect::<Result<_, PortError>>()
                .map_err(CommandError::from)
        }
    }
}

async fn ask(
    ports: &Ports,
    variables: Option<&Variables>,
    own: Option<&str>,
    model: Option<&str>,
) -> Result<Option<Written>, PortError> {
    let Some(variables) = variables else {
        return Ok(None);
    };
    let prompt = prompt_for(variables, own, model);
    let prompt_sha256 = hex::encode(Sha256::digest(prompt.instructions.as_bytes()));
    match ports.writer.write(prompt).await {
        Ok(script) => Ok(Some(Written {
            text: script.text,
            by: Author::Ai,
            model: Some(script.model),
            prompt_sha256: Some(prompt_sha256),
            tokens: Some(script.tokens),
            cost: script.cost,
        })),
        // The provider refuses this one; the others may do.
        Err(e) if e.kind == PortErrorKind::Permanent => Ok(None),
        Err(e) => Err(e),
    }
}

async fn record(
    ports: &Ports,
    context: &CommandContext,
    campaign: domain::CampaignId,
    written: &[(ContactId, &Written)],
) -> Result<u64, CommandError> {
    let members: Vec<ContactId> = written.iter().map(|(id, _)| *id).collect();
    let scripts = load_scripts(ports, context, campaign, &members).await?;
    let to_seal: Vec<(ContactId, &str)> = written.iter().map(|(id, w)| (*id, w.text.as_str())).collect();
    let sealed = seal_about(ports, context, &to_seal).await?;
    let mut batch = Batch::new(ports, context);
    let mut recorded = 0;
    for (((contact, w), mut script), text) in written.iter().zip(scripts).zip(sealed) {
        if !wanted(script.state()) {
            recorded += 1;
            continue;
        }
        let text = GeneratedText {
            text,
            characters: w.text.chars().count() as u32,
            by: w.by,
            model: w.model.clone(),
            prompt_sha256: w.prompt_sha256.clone(),
            tokens: w.tokens,
            cost: w.cost,
        };
        // A text that is too long is one that could not be written.
        if script
            .decide(ScriptCommand::Generate {
                campaign,
                contact: *contact,
                text,
            })
            .is_ok()
        {
            recorded += 1;
            batch.add(script)?;
        }
    }
    batch.commit().await?;
    Ok(recorded)
}

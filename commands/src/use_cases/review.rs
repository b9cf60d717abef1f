//! Reviewing: one script or many at once, taking that back, editing, and having one written again.

use domain::{
    CampaignId, ContactId, OrganizationId, Position, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignRefusal, CampaignStatus, ScriptEngine},
    organization::{Organization, spoken},
    script::{Author, GeneratedText, Review, Script, ScriptCommand, ScriptRefusal, lint::Lint},
};
use sha2::{Digest, Sha256};

use crate::{
    authorization::Permit,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{details_of, load_people, seal_about},
    ports::{Speech, SpeechRequest, unpriced_model},
    scripts::{Variables, instructions, linter_for, names_of, prompt_for, template_of},
    stream::{Batch, Loaded, load, load_many},
};

/// Scripts reviewed in one request.
const CHUNK: usize = 500;
/// Most scripts in one bulk review.
pub const BULK_REVIEW_MAX: usize = 100_000;

/// What a bulk review came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkReview {
    /// Scripts whose review changed.
    pub reviewed: u64,
    /// Scripts that could not be, with the reason.
    pub refused: Vec<(ScriptId, ScriptRefusal)>,
    /// Where it was recorded.
    pub position: Option<Position>,
}

/// Says the same of many scripts, in their newest version. One that refuses does not stop the rest.
pub async fn review_scripts(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    scripts: &[ScriptId],
    review: Review,
    notes: Option<&str>,
) -> Result<BulkReview, CommandError> {
    if scripts.len() > BULK_REVIEW_MAX {
        return Err(CommandError::invalid("at most 100,000 scripts at a time"));
    }
    let mut outcome = BulkReview::default();
    for chunk in scripts.chunks(CHUNK) {
        let part = retrying(|| review_chunk(ports, permit, context, chunk, review, notes)).await?;
        outcome.reviewed += part.reviewed;
        outcome.refused.extend(part.refused);
        outcome.position = part.position.or(outcome.position);
    }
    Ok(outcome)
}

async fn review_chunk(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    ids: &[ScriptId],
    review: Review,
    notes: Option<&str>,
) -> Result<BulkReview, CommandError> {
    let scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
    let mut batch = Batch::new(ports, context);
    let mut outcome = BulkReview::default();
    for (id, mut script) in ids.iter().zip(scripts) {
        let command = ScriptCommand::Review {
            version: script.state().version,
            review,
            notes: notes.map(str::to_owned),
            by: permit.user(),
        };
        match script.decide(command) {
            Ok(()) => {
                outcome.reviewed += u64::from(script.is_changed());
                batch.add(script)?;
            }
            Err(refusal) => outcome.refused.push((*id, refusal)),
        }
    }
    outcome.position = batch.commit().await?;
    Ok(outcome)
}

/// A review that is to be taken back, as the read side knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewToUndo {
    /// The script.
    pub script: ScriptId,
    /// The version that it was said of.
    pub version: u32,
    /// What was said.
    pub said: Review,
    /// What held before.
    pub before: Option<Review>,
}

/// Takes reviews back: what was said before holds again. One of which something else was said since is left as it is, and said so.
pub async fn undo_reviews(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    reviews: &[ReviewToUndo],
) -> Result<BulkReview, CommandError> {
    let mut outcome = BulkReview::default();
    for chunk in reviews.chunks(CHUNK) {
        let part = retrying(|| undo_chunk(ports, permit, context, chunk)).await?;
        outcome.reviewed += part.reviewed;
        outcome.refused.extend(part.refused);
        outcome.position = part.position.or(outcome.position);
    }
    Ok(outcome)
}

async fn undo_chunk(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    reviews: &[ReviewToUndo],
) -> Result<BulkReview, CommandError> {
    let ids = reviews.iter().map(|r| r.script);
    let scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
    let mut batch = Batch::new(ports, context);
    let mut outcome = BulkReview::default();
    for (review, mut script) in reviews.iter().zip(scripts) {
        let command = ScriptCommand::UndoReview {
            version: review.version,
            said: review.said,
            before: review.before,
            by: permit.user(),
        };
        match script.decide(command) {
            Ok(()) => {
                outcome.reviewed += u64::from(script.is_changed());
                batch.add(script)?;
            }
            Err(refusal) => outcome.refused.push((review.script, refusal)),
        }
    }
    outcome.position = batch.commit().await?;
    Ok(outcome)
}

/// The scripts of a campaign that nobody has reviewed yet.
pub async fn unreviewed(
    ports: &Ports,
    permit: &Permit,
    campaign: CampaignId,
) -> Result<Vec<ScriptId>, CommandError> {
    let loaded: Loaded<Campaign> = load(ports, permit.organization(), campaign).await?;
    let mut ids: Vec<ScriptId> = loaded
        .state()
        .contacts
        .iter()
        .map(|c| ScriptId::of(campaign, *c))
        .collect();
    ids.sort_unstable();
    let mut open = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let scripts: Vec<Loaded<Script>> = load_many(ports, permit.organization(), chunk).await?;
        let pending = |s: &Loaded<Script>| s.exists() && s.state().review.is_none();
        open.extend(
            chunk
                .iter()
                .zip(&scripts)
                .filter(|(_, s)| pending(s))
                .map(|(id, _)| *id),
        );
    }
    Ok(open)
}

/// Changes the words by hand. The version that was read must be the newest.
pub async fn edit_script(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    id: ScriptId,
    version: u32,
    text: &str,
) -> Result<Option<Position>, CommandError> {
    let script: Loaded<Script> = load(ports, context.organization, id).await?;
    let newest = script.state().version;
    if version != newest {
        return Err(ScriptRefusal::StaleVersion {
            given: version,
            newest,
        }
        .into());
    }
    in_review(ports, context, script.state()).await?;
    let contact = script.state().contact.ok_or(ScriptRefusal::NotFound)?;
    let text = text.trim();
    let lint = lint_of(ports, context, contact, text).await?;
    let sealed = seal_about(ports, context, &[(contact, text)]).await?.pop();
    let sealed = sealed.ok_or_else(|| CommandError::Journal("nothing was sealed".into()))?;
    let characters = text.chars().count() as u32;
    let edit = ScriptCommand::Edit {
        text: sealed,
        characters,
        by: permit.user(),
        lint,
    };
    execute::<Script>(ports, context, id, edit).await
}

/// What the lint says of a text for a contact.
async fn lint_of(
    ports: &Ports,
    context: &CommandContext,
    contact: ContactId,
    text: &str,
) -> Result<Lint, CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let linter = linter_for(ports, context.organization, &organization.state().settings).await?;
    let details = details_of(ports, context.organization, &[contact]).await?.pop();
    let names = details.as_ref().and_then(|d| d.as_ref().ok()).map(names_of);
    Ok(linter.check(text, &names.unwrap_or_default()))
}

/// Words change only while the campaign is in review: what was approved is what is sent.
async fn in_review(ports: &Ports, context: &CommandContext, script: &Script) -> Result<(), CommandError> {
    const NEEDS: &[CampaignStatus] = &[CampaignStatus::Review];
    let campaign = script.campaign.ok_or(ScriptRefusal::NotFound)?;
    let campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
    let found = campaign.state().status;
    if found == CampaignStatus::Review {
        Ok(())
    } else {
        Err(CampaignRefusal::WrongStatus {
            step: "changing a script",
            found,
            needs: NEEDS,
        }
        .into())
    }
}

/// Who writes a script again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewriter<'a> {
    /// The campaign's template.
    Template,
    /// A model.
    Model {
        /// The provider's name; nothing for the first that is set up.
        provider: Option<&'a str>,
        /// The provider's model id; nothing for the configured one.
        model: Option<&'a str>,
        /// The agent's own instructions.
        prompt: Option<&'a str>,
    },
}

/// Has one script written again. Keeps the older versions.
pub async fn regenerate_script(
    ports: &Ports,
    context: &CommandContext,
    id: ScriptId,
    by: Rewriter<'_>,
) -> Result<Option<Position>, CommandError> {
    let script: Loaded<Script> = load(ports, context.organization, id).await?;
    in_review(ports, context, script.state()).await?;
    let (Some(campaign), Some(contact)) = (script.state().campaign, script.state().contact) else {
        return Err(ScriptRefusal::NotFound.into());
    };
    let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let settings = &organization.state().settings;
    let person = load_people(ports, context, &[contact]).await?.pop();
    let person = person.ok_or(ScriptRefusal::NotFound)?;
    let details = person.details?;
    let state = person.contact.state();
    let variables = Variables::of(
        &details,
        &state.location,
        state.listing_status.as_deref(),
        loaded.state(),
        &settings.agent,
    );
    let (words, text) = rewrite(ports, context, loaded.state(), &variables, by).await?;
    let cost = text.cost;
    let recorded = async {
        let linter = linter_for(ports, context.organization, settings).await?;
        let lint = linter.check(&words, &names_of(&details));
        let sealed = seal_about(ports, context, &[(contact, &words)]).await?.pop();
        let sealed = sealed.ok_or_else(|| CommandError::invalid("nothing was sealed; try again"))?;
        let generate = ScriptCommand::Generate {
            campaign,
            contact,
            text: GeneratedText {
                text: sealed,
                lint,
                ..text
            },
        };
        execute::<Script>(ports, context, id, generate).await
    };
    match recorded.await {
        // Whether the journal has it is not known: what it has is in the bill with its cost.
        Err(unknown @ CommandError::Journal(_)) => Err(unknown),
        Err(error) => Err(noted(ports, context, loaded.state(), cost, error).await),
        done => done,
    }
}

/// The words, and where they come from; not sealed and not checked yet.
async fn rewrite(
    ports: &Ports,
    context: &CommandContext,
    campaign: &Campaign,
    variables: &Variables,
    by: Rewriter<'_>,
) -> Result<(String, GeneratedText), CommandError> {
    let invalid = |e: &dyn std::fmt::Display| CommandError::invalid(e.to_string());
    let blank = |text: &str, by| GeneratedText {
        text: domain::Sealed::from_ciphertext(String::new()),
        characters: text.chars().count() as u32,
        by,
        model: None,
        prompt_sha256: None,
        tokens: None,
        cost: domain::MicroDollars::ZERO,
        lint: Lint::default(),
        batch: None,
    };
    let Rewriter::Model {
        provider,
        model,
        prompt,
    } = by
    else {
        let text = template_of(ports, context.organization, campaign)
            .await?
            .render(variables)
            .map_err(|e| invalid(&e))?;
        let blank = blank(&text, Author::Template);
        return Ok((text, blank));
    };
    let writer = match provider {
        Some(name) => ports.writers.get(name),
        None => ports.writers.first(),
    };
    let asked = prompt_for(variables, prompt, model);
    let prompt_sha256 = hex::encode(Sha256::digest(asked.instructions.as_bytes()));
    let written = match writer.map_err(|e| invalid(&e))?.write(asked).await {
        Ok(written) => written,
        Err(error) => return Err(noted(ports, context, campaign, error.cost, error.into()).await),
    };
    let text = GeneratedText {
        model: Some(written.model),
        prompt_sha256: Some(prompt_sha256),
        tokens: Some(written.tokens),
        cost: written.cost,
        ..blank(&written.text, Author::Ai)
    };
    Ok((written.text, text))
}

/// Records what a text cost that can't be used or recorded; answers why there is none.
async fn noted(
    ports: &Ports,
    context: &CommandContext,
    campaign: &Campaign,
    cost: domain::MicroDollars,
    error: CommandError,
) -> CommandError {
    let Some(id) = campaign.id.filter(|_| cost > domain::MicroDollars::ZERO) else {
        return error;
    };
    let note = CampaignCommand::NoteWaste {
        run: campaign.generation_run(),
        texts: 1,
        cost,
    };
    match execute::<Campaign>(ports, context, id, note).await {
        Ok(_) => error,
        Err(unrecorded) => unrecorded,
    }
}

/// Has the scripts of a campaign written, if whoever is to write them can.
pub async fn start_generation(
    ports: &Ports,
    context: &CommandContext,
    campaign: CampaignId,
    engine: ScriptEngine,
    prompt: Option<String>,
) -> Result<Option<Position>, CommandError> {
    match &engine {
        ScriptEngine::Template => {
            let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            template_of(ports, context.organization, loaded.state()).await?;
        }
        ScriptEngine::Model {
            provider,
            model,
            batch,
        } => {
            let known = ports.writers.get(provider);
            let writer = known.map_err(|e| CommandError::invalid(e.to_string()))?;
            if let Some(model) = model
                && !writer.knows_prices_of(model)
            {
                return Err(CommandError::invalid(unpriced_model(provider, model)));
            }
            if *batch && writer.batches().is_none() {
                let none = format!("{provider} takes no batches; leave batch out or choose another writer");
                return Err(CommandError::invalid(none));
            }
        }
    }
    let prompt_sha256 = match &engine {
        ScriptEngine::Template => None,
        ScriptEngine::Model { .. } => {
            let told = instructions(prompt.as_deref());
            Some(hex::encode(Sha256::digest(told.as_bytes())))
        }
    };
    let start = CampaignCommand::StartScriptGeneration {
        engine,
        prompt,
        prompt_sha256,
    };
    execute::<Campaign>(ports, context, campaign, start).await
}

/// A script as it would be for a contact, and what the lint says of it. Nothing is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptPreview {
    /// The words.
    pub text: String,
    /// What the lint says.
    pub lint: Lint,
}

/// Renders a template for a contact, in the campaign or not: the campaign's template, or another one that is being tried. That the caller
/// may see the contact is theirs to have made sure of.
pub async fn preview_script(
    ports: &Ports,
    context: &CommandContext,
    campaign: CampaignId,
    contact: ContactId,
    template: Option<&str>,
) -> Result<ScriptPreview, CommandError> {
    let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
    let mut state = loaded.state().clone();
    if let Some(template) = template {
        state.script_template = Some(template.to_owned());
    }
    let template = template_of(ports, context.organization, &state).await?;
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let settings = &organization.state().settings;
    let person = load_people(ports, context, &[contact]).await?.pop();
    let person = person.ok_or(ScriptRefusal::NotFound)?;
    let details = person.details?;
    let about = person.contact.state();
    let variables = Variables::of(
        &details,
        &about.location,
        about.listing_status.as_deref(),
        &state,
        &settings.agent,
    );
    let text = template
        .render(&variables)
        .map_err(|e| CommandError::invalid(e.to_string()))?;
    let linter = linter_for(ports, context.organization, settings).await?;
    let lint = linter.check(&text, &names_of(&details));
    Ok(ScriptPreview { text, lint })
}

/// The newest words of a script in the computer's own voice. Nothing is recorded and nothing is kept.
pub async fn speak_draft(
    ports: &Ports,
    organization: OrganizationId,
    id: ScriptId,
) -> Result<Speech, CommandError> {
    let voice = ports.draft_voice.as_ref();
    let voice = voice
        .ok_or_else(|| CommandError::invalid("this machine has no voice for drafts; install espeak-ng"))?;
    let script: Loaded<Script> = load(ports, organization, id).await?;
    let (Some(contact), Some(text)) = (script.state().contact, &script.state().text) else {
        return Err(ScriptRefusal::NotFound.into());
    };
    let opened = ports
        .keys
        .open_many(organization, &[(contact, text)])
        .await?
        .pop();
    let words = opened.ok_or(ScriptRefusal::NotFound)??;
    let settings: Loaded<Organization> = load(ports, organization, organization).await?;
    let settings = &settings.state().settings;
    let request = SpeechRequest {
        text: spoken(&words, &settings.pronunciations),
        voice: String::new(),
        settings: settings.voice_settings,
    };
    Ok(voice.speak(request).await?)
}

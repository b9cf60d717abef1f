//! Reviewing: one script or many at once, editing, and having one written again.

use domain::{
    CampaignId, Position, ScriptId,
    campaign::{Campaign, CampaignRefusal, CampaignStatus},
    organization::Organization,
    script::{Author, GeneratedText, Review, Script, ScriptCommand, ScriptRefusal},
};

use crate::{
    authorization::Permit,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{load_people, seal_about},
    scripts::{Variables, prompt_for, template_of},
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
    let sealed = seal_about(ports, context, &[(contact, text)]).await?.pop();
    let sealed = sealed.ok_or_else(|| CommandError::Journal("nothing was sealed".into()))?;
    let characters = text.chars().count() as u32;
    let edit = ScriptCommand::Edit {
        text: sealed,
        characters,
        by: permit.user(),
    };
    execute::<Script>(ports, context, id, edit).await
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

/// Has one script written again: by the template, or by the model when `prompt` is given. Keeps the older versions.
pub async fn regenerate_script(
    ports: &Ports,
    context: &CommandContext,
    id: ScriptId,
    prompt: Option<&str>,
) -> Result<Option<Position>, CommandError> {
    let script: Loaded<Script> = load(ports, context.organization, id).await?;
    in_review(ports, context, script.state()).await?;
    let (Some(campaign), Some(contact)) = (script.state().campaign, script.state().contact) else {
        return Err(ScriptRefusal::NotFound.into());
    };
    let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let person = load_people(ports, context, &[contact]).await?.pop();
    let person = person.ok_or(ScriptRefusal::NotFound)?;
    let details = person.details?;
    let state = person.contact.state();
    let agent = &organization.state().settings.agent;
    let variables = Variables::of(
        &details,
        &state.location,
        state.listing_status.as_deref(),
        loaded.state(),
        agent,
    );
    let (text, by, written) = match prompt {
        None => {
            let template = template_of(loaded.state())?;
            let text = template
                .render(&variables)
                .map_err(|e| CommandError::invalid(e.to_string()))?;
            (text, Author::Template, None)
        }
        Some(own) => {
            let script = ports
                .writer
                .write(prompt_for(&variables, Some(own), None))
                .await?;
            (script.text.clone(), Author::Ai, Some(script))
        }
    };
    let sealed = seal_about(ports, context, &[(contact, &text)]).await?.pop();
    let sealed = sealed.ok_or_else(|| CommandError::Journal("nothing was sealed".into()))?;
    let text = GeneratedText {
        text: sealed,
        characters: text.chars().count() as u32,
        by,
        model: written.as_ref().map(|w| w.model.clone()),
        prompt_sha256: None,
        tokens: written.as_ref().map(|w| w.tokens),
        cost: written.map_or(domain::MicroDollars::ZERO, |w| w.cost),
    };
    execute::<Script>(
        ports,
        context,
        id,
        ScriptCommand::Generate {
            campaign,
            contact,
            text,
        },
    )
    .await
}

//! Every approved script of a campaign gets its audio. The same words in the same voice are bought once; a failing script
//! never stops the rest.

use bytes::Bytes;
use chrono::Duration;
use domain::{
    CampaignId, ContactId, MicroDollars, OrganizationId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus},
    organization::Organization,
    script::{Audio, Review, Script, ScriptCommand, VoiceSettings},
};
use futures::{FutureExt, StreamExt};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    ports::{Clip, ClipClaim, PortError, PortErrorKind, SpeechRequest, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load, load_many},
};

/// Scripts that are spoken and recorded together.
const CHUNK: usize = 64;
/// A purchase older than this belongs to a worker that died.
const CLAIM_MINUTES: i64 = 5;
/// Looks at a clip that somebody else is buying before the script is left for later.
const CLIP_WAITS_MAX: u32 = 12;
/// Wait between two such looks.
const CLIP_WAIT: std::time::Duration = std::time::Duration::from_millis(250);
/// Seconds until scripts that were left for later are looked at again.
const LEFT_SECONDS: i64 = 30;

#[derive(Debug, Deserialize)]
struct Request {
    run: u32,
    voice: String,
}

/// Runs one rendering to its end.
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
    if state.status != CampaignStatus::GeneratingAudio || state.rendering_run() != request.run {
        return Ok(WorkEnd::Done);
    }
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let settings = organization.state().settings.voice_settings;
    let mut members: Vec<ContactId> = state.contacts.iter().copied().collect();
    members.sort_unstable();
    let (mut rendered, mut failed) = (0, 0);
    for chunk in members.chunks(CHUNK) {
        let voice = Voice {
            id: &request.voice,
            settings,
        };
        match render_chunk(ports, context, campaign_id, chunk, &voice, at_once).await? {
            Chunk::Settled { made, unmade } => {
                rendered += made;
                failed += unmade;
            }
            // Not a failed attempt: a worker that died leaves its claims, and they must not use the attempts up.
            Chunk::Left => {
                let not_before = ports.clock.now() + Duration::seconds(LEFT_SECONDS);
                return Ok(WorkEnd::Reschedule { not_before });
            }
        }
    }
    let finish = CampaignCommand::FinishAudioRendering {
        run: request.run,
        rendered,
        failed,
    };
    execute::<Campaign>(ports, context, campaign_id, finish).await?;
    Ok(WorkEnd::Done)
}

/// What came of some scripts.
enum Chunk {
    /// Each has its audio or its failure.
    Settled { made: u64, unmade: u64 },
    /// Somebody else is buying audio that one of them needs.
    Left,
}

/// Why a script has no audio.
enum Trouble {
    /// A provider or a store.
    Port(PortError),
    /// Somebody else is buying it.
    BeingBought,
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

struct Voice<'a> {
    id: &'a str,
    settings: VoiceSettings,
}

async fn render_chunk(
    ports: &Ports,
    context: &CommandContext,
    campaign: CampaignId,
    members: &[ContactId],
    voice: &Voice<'_>,
    at_once: usize,
) -> Result<Chunk, CommandError> {
    let ids: Vec<ScriptId> = members.iter().map(|id| ScriptId::of(campaign, *id)).collect();
    let scripts = retrying(|| request(ports, context, &ids, voice)).await?;
    let already = scripts
        .iter()
        .filter(|s| matches!(s.audio, Audio::Rendered { .. }))
        .count() as u64;
    let waiting: Vec<&Script> = scripts
        .iter()
        .filter(|s| matches!(s.audio, Audio::Requested { .. }))
        .collect();
    let texts = open_texts(ports, context.organization, &waiting).await?;
    let speaking: Vec<_> = waiting
        .into_iter()
        .zip(texts)
        .map(|(script, text)| speak_script(ports, context.organization, voice, script, text).boxed())
        .collect();
    let spoken: Vec<_> = futures::stream::iter(speaking).buffered(at_once).collect().await;
    record(ports, context, &spoken).await?;
    let mut left = false;
    for (_, outcome) in &spoken {
        match outcome {
            Err(Trouble::Port(error)) if concerns_all(error) => return Err(error.clone().into()),
            Err(Trouble::BeingBought) => left = true,
            Ok(_) | Err(Trouble::Port(_)) => {}
        }
    }
    if left {
        return Ok(Chunk::Left);
    }
    let made = spoken.iter().filter(|(_, o)| o.is_ok()).count() as u64;
    Ok(Chunk::Settled {
        made: already + made,
        unmade: spoken.len() as u64 - made,
    })
}

/// Trouble that the next script would have, too: the work is tried again later from where it stands.
const fn concerns_all(error: &PortError) -> bool {
    !matches!(error.kind, PortErrorKind::Permanent)
}

/// Asks for audio of every approved script that has none; returns the scripts as they are then.
async fn request(
    ports: &Ports,
    context: &CommandContext,
    ids: &[ScriptId],
    voice: &Voice<'_>,
) -> Result<Vec<Script>, CommandError> {
    let mut scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
    let mut batch = Batch::new(ports, context);
    let mut states = Vec::with_capacity(scripts.len());
    for mut script in scripts.drain(..) {
        let state = script.state();
        let lacks = matches!(state.audio, Audio::None | Audio::Failed { .. });
        if state.review == Some(Review::Approved) && lacks && !state.is_handed_over() {
            script.decide(ScriptCommand::RequestAudio {
                voice: voice.id.to_owned(),
                settings: voice.settings,
            })?;
        }
        states.push(script.state().clone());
        batch.add(script)?;
    }
    batch.commit().await?;
    Ok(states)
}

async fn open_texts(
    ports: &Ports,
    organization: OrganizationId,
    scripts: &[&Script],
) -> Result<Vec<Option<String>>, CommandError> {
    let sealed: Vec<_> = scripts
        .iter()
        .filter_map(|s| Some((s.contact?, s.text.as_ref()?)))
        .collect();
    let opened = ports.keys.open_many(organization, &sealed).await?;
    // Every script with a version has a contact and words, so the two lists run in step.
    Ok(opened.into_iter().map(Result::ok).collect())
}

/// What identifies a clip: who else says the same words in the same way needs no second purchase.
fn content_hash(fingerprint: &str, voice: &Voice<'_>, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [fingerprint, voice.id, text] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update([voice.settings.stability, voice.settings.similarity]);
    hex::encode(hash.finalize())
}

/// A clip, and what it cost this time.
struct Spoken {
    clip: Clip,
    cost: MicroDollars,
    characters: u64,
}

async fn speak_script<'a>(
    ports: &Ports,
    organization: OrganizationId,
    voice: &Voice<'_>,
    script: &'a Script,
    text: Option<String>,
) -> (&'a Script, Result<Spoken, Trouble>) {
    let outcome = match text {
        Some(text) => speak(ports, organization, voice, text).await,
        None => Err(PortError::new(PortErrorKind::Permanent, "the words can't be opened").into()),
    };
    (script, outcome)
}

async fn speak(
    ports: &Ports,
    organization: OrganizationId,
    voice: &Voice<'_>,
    text: String,
) -> Result<Spoken, Trouble> {
    let hash = content_hash(&ports.voice.fingerprint(), voice, &text);
    for _ in 0..CLIP_WAITS_MAX {
        let now = ports.clock.now();
        match ports
            .clips
            .claim(organization, &hash, now, now - Duration::minutes(CLAIM_MINUTES))
            .await?
        {
            ClipClaim::Ready(clip) => {
                return Ok(Spoken {
                    clip,
                    cost: MicroDollars::ZERO,
                    characters: 0,
                });
            }
            ClipClaim::Claimed => return Ok(buy(ports, organization, voice, text, &hash).await?),
            ClipClaim::InProgress => tokio::time::sleep(CLIP_WAIT).await,
        }
    }
    Err(Trouble::BeingBought)
}

async fn buy(
    ports: &Ports,
    organization: OrganizationId,
    voice: &Voice<'_>,
    text: String,
    hash: &str,
) -> Result<Spoken, PortError> {
    let request = SpeechRequest {
        text,
        voice: voice.id.to_owned(),
        settings: voice.settings,
    };
    let bought = match ports.voice.speak(request).await {
        Ok(speech) => store(ports, organization, hash, speech).await,
        Err(error) => Err(error),
    };
    if bought.is_err() {
        ports.clips.abandon(organization, hash).await?;
    }
    bought
}

/// Stores what was bought before anything else is done with it.
async fn store(
    ports: &Ports,
    organization: OrganizationId,
    hash: &str,
    speech: crate::ports::Speech,
) -> Result<Spoken, PortError> {
    let audio: Bytes = speech.audio;
    let extension = if speech.media_type == "audio/mpeg" {
        "mp3"
    } else {
        "wav"
    };
    let storage_key = format!("voicemails/{organization}/{hash}.{extension}");
    let sha256 = hex::encode(Sha256::digest(&audio));
    ports.blobs.put(&storage_key, audio).await?;
    let clip = Clip {
        storage_key,
        sha256,
        media_type: speech.media_type,
        duration_ms: speech.duration_ms,
        characters: speech.characters,
        cost: speech.cost,
        provider_id: speech.provider_id,
    };
    ports.clips.complete(organization, hash, clip.clone()).await?;
    Ok(Spoken {
        cost: clip.cost,
        characters: clip.characters,
        clip,
    })
}

/// Records every outcome in one request; a script that was edited meanwhile keeps its edit.
async fn record(
    ports: &Ports,
    context: &CommandContext,
    spoken: &[(&Script, Result<Spoken, Trouble>)],
) -> Result<(), CommandError> {
    let known: Vec<_> = spoken
        .iter()
        .filter_map(|(s, o)| Some((ScriptId::of(s.campaign?, s.contact?), s.version, o)))
        .collect();
    retrying(|| async {
        let scripts: Vec<Loaded<Script>> =
            load_many(ports, context.organization, known.iter().map(|(id, ..)| *id)).await?;
        let mut batch = Batch::new(ports, context);
        for ((_, version, outcome), mut script) in known.iter().zip(scripts) {
            let command = match outcome {
                Ok(s) => ScriptCommand::RecordAudio {
                    version: *version,
                    storage_key: s.clip.storage_key.clone(),
                    sha256: s.clip.sha256.clone(),
                    duration_ms: s.clip.duration_ms,
                    characters: s.characters,
                    provider_id: s.clip.provider_id.clone(),
                    cost: s.cost,
                },
                Err(Trouble::BeingBought) => continue,
                Err(Trouble::Port(e)) if concerns_all(e) => continue,
                Err(Trouble::Port(e)) => ScriptCommand::RecordAudioFailure {
                    version: *version,
                    error: e.message.clone(),
                    retryable: false,
                },
            };
            if script.decide(command).is_ok() {
                batch.add(script)?;
            }
        }
        batch.commit().await?;
        Ok(())
    })
    .await
}

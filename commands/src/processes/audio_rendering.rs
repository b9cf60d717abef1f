//! Every approved script of a campaign gets its audio. The same words in the same voice are bought once, also when an answer is lost:
//! the provider is asked for what it made before it is asked to make it again. A failing script never stops the rest.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, ContactId, MicroDollars, OrganizationId, ScriptId, UserId,
    campaign::{Campaign, CampaignCommand, ProductionOrder, ProductionRun, ProductionStep},
    organization::{Organization, Pronunciation, spoken},
    script::{Audio, Review, Script, ScriptCommand, VoiceSettings},
};
use sha2::{Digest, Sha256};

use super::production::{Craft, Outcome, Request, Stretch, Trouble};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    ports::{Clip, ClipClaim, PortError, PortErrorKind, Speech, SpeechRequest, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load, load_many},
};

/// A purchase older than this belongs to a worker that died.
const CLAIM_MINUTES: i64 = 5;
/// Looks at a clip that somebody else is buying before the script is left for later.
const CLIP_WAITS_MAX: u32 = 60;
/// Wait between two such looks.
const CLIP_WAIT: std::time::Duration = std::time::Duration::from_millis(50);

/// Runs one rendering to its end.
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
        step: ProductionStep::Audio,
        run: request.run,
        resumption: request.resumption,
    };
    let (Some((stretch, ProductionOrder::Audio { voice })), Some(owner)) =
        (Stretch::of(ports, context, state, run), state.owner)
    else {
        return Ok(WorkEnd::Done);
    };
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let settings = &organization.state().settings;
    let studio = Studio {
        ports,
        context,
        campaign: campaign_id,
        owner,
        voice: Voice {
            id: &voice,
            settings: settings.voice_settings,
        },
        pronunciations: &settings.pronunciations,
    };
    let mut members: Vec<ContactId> = state.contacts.iter().copied().collect();
    members.sort_unstable();
    let tally = match stretch.produce(&studio, members, at_once).await? {
        Outcome::Through(tally) => tally,
        Outcome::Halted => return Ok(WorkEnd::Done),
        Outcome::Waits(end) => return Ok(end),
    };
    let finish = CampaignCommand::FinishAudioRendering {
        run: request.run,
        rendered: tally.made,
        failed: tally.failed,
    };
    execute::<Campaign>(ports, context, campaign_id, finish).await?;
    Ok(WorkEnd::Done)
}

/// A voice and how it is set.
struct Voice<'a> {
    id: &'a str,
    settings: VoiceSettings,
}

/// What all audio of one run is made with.
struct Studio<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    campaign: CampaignId,
    owner: UserId,
    voice: Voice<'a>,
    pronunciations: &'a [Pronunciation],
}

/// A script that is to be spoken.
struct ToSpeak {
    contact: ContactId,
    script: ScriptId,
    version: u32,
    /// The words as they are to be pronounced; nothing where they can't be opened.
    words: Option<String>,
}

/// A clip, and what it cost this time.
struct Spoken {
    clip: Clip,
    cost: MicroDollars,
    characters: u64,
    /// Why nobody should be sent it.
    unusable: Option<String>,
}

#[async_trait]
impl Craft for Studio<'_> {
    type Job = ToSpeak;
    type Made = Spoken;

    async fn jobs(&self, members: &[ContactId]) -> Result<(Vec<ToSpeak>, u64), CommandError> {
        let ids: Vec<ScriptId> = members
            .iter()
            .map(|id| ScriptId::of(self.campaign, *id))
            .collect();
        let scripts = retrying(|| self.request(&ids)).await?;
        let there = scripts
            .iter()
            .filter(|s| matches!(s.audio, Audio::Rendered { .. }));
        let there = there.count() as u64;
        let waiting: Vec<_> = scripts
            .iter()
            .filter(|s| matches!(s.audio, Audio::Requested { .. }))
            .filter_map(|s| Some((s.contact?, s.version, s.text.as_ref()?)))
            .collect();
        let sealed: Vec<_> = waiting
            .iter()
            .map(|(contact, _, text)| (*contact, *text))
            .collect();
        let opened = self
            .ports
            .keys
            .open_many(self.context.organization, &sealed)
            .await?;
        let jobs = waiting
            .into_iter()
            .zip(opened)
            .map(|((contact, version, _), words)| ToSpeak {
                contact,
                script: ScriptId::of(self.campaign, contact),
                version,
                words: words.ok().map(|text| spoken(&text, self.pronunciations)),
            });
        Ok((jobs.collect(), there))
    }

    fn member(job: &ToSpeak) -> ContactId {
        job.contact
    }

    async fn make(&self, job: &ToSpeak) -> Result<Spoken, Trouble> {
        let Some(words) = &job.words else {
            return Err(PortError::new(PortErrorKind::Permanent, "the words can't be opened").into());
        };
        let request = SpeechRequest {
            text: words.clone(),
            voice: self.voice.id.to_owned(),
            settings: self.voice.settings,
        };
        let hash = content_hash(&self.ports.voice.fingerprint(), &request);
        let (organization, clips) = (self.context.organization, &self.ports.clips);
        for _ in 0..CLIP_WAITS_MAX {
            let now = self.ports.clock.now();
            let stale_before = now - Duration::minutes(CLAIM_MINUTES);
            match clips.claim(organization, &hash, now, stale_before).await? {
                ClipClaim::Ready(clip) => match self.copy(job.script, &clip).await? {
                    Some(clip) => {
                        return Ok(Spoken {
                            clip,
                            cost: MicroDollars::ZERO,
                            characters: 0,
                            unusable: None,
                        });
                    }
                    // Its file was deleted after its time: it is bought anew.
                    None => clips.forget(organization, &hash, &clip.storage_key).await?,
                },
                ClipClaim::Claimed { lost_since } => {
                    return Ok(self.buy(job.script, request, &hash, lost_since).await?);
                }
                ClipClaim::InProgress => tokio::time::sleep(CLIP_WAIT).await,
            }
        }
        Err(Trouble::UnderWay)
    }

    async fn record(&self, made: &[(ToSpeak, Result<Spoken, PortError>)]) -> Result<u64, CommandError> {
        retrying(|| async {
            let ids = made.iter().map(|(job, _)| job.script);
            let scripts: Vec<Loaded<Script>> = load_many(self.ports, self.context.organization, ids).await?;
            let mut batch = Batch::new(self.ports, self.context);
            for ((job, outcome), mut script) in made.iter().zip(scripts) {
                // A script that was edited meanwhile keeps its edit.
                if script.decide(noted(job.version, outcome)).is_ok() {
                    batch.add(script)?;
                }
            }
            batch.commit().await?;
            let usable = |spoken: &Spoken| spoken.unusable.is_none();
            Ok(made
                .iter()
                .filter(|(_, outcome)| outcome.as_ref().is_ok_and(usable))
                .count() as u64)
        })
        .await
    }
}

/// What is recorded of an outcome.
fn noted(version: u32, outcome: &Result<Spoken, PortError>) -> ScriptCommand {
    match outcome {
        Ok(Spoken {
            unusable: Some(why),
            cost,
            characters,
            ..
        }) => ScriptCommand::RecordAudioFailure {
            version,
            error: why.clone(),
            retryable: true,
            cost: *cost,
            characters: *characters,
        },
        Ok(spoken) => ScriptCommand::RecordAudio {
            version,
            storage_key: spoken.clip.storage_key.clone(),
            sha256: spoken.clip.sha256.clone(),
            duration_ms: spoken.clip.duration_ms,
            characters: spoken.characters,
            provider_id: spoken.clip.provider_id.clone(),
            cost: spoken.cost,
        },
        Err(error) => ScriptCommand::RecordAudioFailure {
            version,
            error: error.message.clone(),
            retryable: false,
            cost: MicroDollars::ZERO,
            characters: 0,
        },
    }
}

impl Studio<'_> {
    /// Asks for audio of every approved script that has none; returns the scripts as they are then.
    async fn request(&self, ids: &[ScriptId]) -> Result<Vec<Script>, CommandError> {
        let scripts: Vec<Loaded<Script>> = load_many(self.ports, self.context.organization, ids).await?;
        let mut batch = Batch::new(self.ports, self.context);
        let mut states = Vec::with_capacity(scripts.len());
        for mut script in scripts {
            let state = script.state();
            let lacks = matches!(state.audio, Audio::None | Audio::Failed { .. });
            if state.review == Some(Review::Approved) && lacks && !state.is_handed_over() {
                script.decide(ScriptCommand::RequestAudio {
                    voice: self.voice.id.to_owned(),
                    settings: self.voice.settings,
                })?;
            }
            states.push(script.state().clone());
            batch.add(script)?;
        }
        batch.commit().await?;
        Ok(states)
    }

    /// Where the audio of a script lies: the specification's layout.
    fn key(&self, script: ScriptId, media_type: &str) -> String {
        let extension = if media_type == "audio/mpeg" { "mp3" } else { "wav" };
        format!("voicemails/{}/{}/{script}.{extension}", self.owner, self.campaign)
    }

    /// A clip that is there, as this script's own file; nothing when its file is gone or is another one now.
    async fn copy(&self, script: ScriptId, clip: &Clip) -> Result<Option<Clip>, PortError> {
        let key = self.key(script, &clip.media_type);
        let Some(audio) = self.ports.blobs.get(&clip.storage_key).await? else {
            return Ok(None);
        };
        if hex::encode(Sha256::digest(&audio)) != clip.sha256 {
            return Ok(None);
        }
        if key != clip.storage_key {
            self.ports.blobs.put(&key, audio).await?;
        }
        Ok(Some(Clip {
            storage_key: key,
            ..clip.clone()
        }))
    }

    /// Buys a clip, unless it was bought already and its answer was lost.
    async fn buy(
        &self,
        script: ScriptId,
        request: SpeechRequest,
        hash: &str,
        lost_since: Option<DateTime<Utc>>,
    ) -> Result<Spoken, PortError> {
        let (organization, clips) = (self.context.organization, &self.ports.clips);
        let begun = self.ports.clock.now();
        let bought = self.order(request, lost_since, begun).await;
        match bought {
            Ok(speech) => self.store(organization, script, hash, speech).await,
            Err(error) if error.certainly_not_done() => {
                clips.abandon(organization, hash).await?;
                Err(error)
            }
            Err(error) => {
                clips.doubt(organization, hash).await?;
                Err(error)
            }
        }
    }

    /// A speech: the one that was ordered before, if there is one, else a new one. A lost answer is looked for at once.
    async fn order(
        &self,
        request: SpeechRequest,
        lost_since: Option<DateTime<Utc>>,
        begun: DateTime<Utc>,
    ) -> Result<Speech, PortError> {
        let voice = &self.ports.voice;
        // An order whose outcome can't be learned now stays in doubt, whatever the reason.
        let unknown = |error: PortError| PortError {
            kind: PortErrorKind::Unknown,
            ..error
        };
        if let Some(since) = lost_since
            && let Some(speech) = voice.recall(&request, since).await.map_err(unknown)?
        {
            return Ok(speech);
        }
        match voice.speak(request.clone()).await {
            Err(error) if !error.certainly_not_done() => {
                match voice.recall(&request, begun).await.map_err(unknown)? {
                    Some(speech) => Ok(speech),
                    None => Err(error),
                }
            }
            outcome => outcome,
        }
    }

    /// Stores what was bought before anything else is done with it.
    async fn store(
        &self,
        organization: OrganizationId,
        script: ScriptId,
        hash: &str,
        speech: Speech,
    ) -> Result<Spoken, PortError> {
        let audio: Bytes = speech.audio;
        let storage_key = self.key(script, &speech.media_type);
        let sha256 = hex::encode(Sha256::digest(&audio));
        self.ports.blobs.put(&storage_key, audio).await?;
        let clip = Clip {
            storage_key,
            sha256,
            media_type: speech.media_type,
            duration_ms: speech.duration_ms,
            characters: speech.characters,
            cost: speech.cost,
            provider_id: speech.provider_id,
        };
        let clips = &self.ports.clips;
        if speech.unusable.is_some() {
            // Whoever wants these words next has them made again.
            clips.abandon(organization, hash).await?;
        } else {
            clips.complete(organization, hash, clip.clone()).await?;
        }
        Ok(Spoken {
            cost: clip.cost,
            characters: clip.characters,
            clip,
            unusable: speech.unusable,
        })
    }
}

/// What identifies a clip: who else says the same words in the same way needs no second purchase.
fn content_hash(fingerprint: &str, request: &SpeechRequest) -> String {
    let mut hash = Sha256::new();
    for part in [fingerprint, &request.voice, &request.text] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update([request.settings.stability, request.settings.similarity]);
    hex::encode(hash.finalize())
}

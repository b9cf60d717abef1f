//! Every approved script of a campaign gets its audio. The same words in the same voice are bought once, also when an answer is lost:
//! the provider is asked for what it made before it is asked to make it again. A failing script never stops the rest. Words that nobody
//! approves any more are not bought, and what is spoken by another voice, or pronounced otherwise, is spoken anew.

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

/// Where clips lie, whoever's words they say. Agents' folders are named by their ids, so none is called that.
pub(super) const CLIPS_FOLDER: &str = "voicemails/clips/";
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
        run: request.run,
    };
    // Of those whose worker died before it said that they are in the bill.
    studio
        .settle(state.wasted_clips.iter().cloned().collect())
        .await?;
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
    run: u32,
}

/// A script that is to be spoken.
struct ToSpeak {
    contact: ContactId,
    script: ScriptId,
    version: u32,
    /// What is to be spoken how; nothing where the words can't be opened.
    speech: Option<ToSay>,
}

/// What came of a script.
struct Spoken {
    result: Result<Clip, Unusable>,
    cost: MicroDollars,
    characters: u64,
}

/// Why nobody should be sent what was bought. It is nowhere kept.
struct Unusable(String);

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
        let there = scripts.iter().filter_map(|(s, _)| match &s.audio {
            Audio::Rendered { content_hash, .. } => Some(content_hash.clone()),
            Audio::None | Audio::Requested { .. } | Audio::Failed { .. } | Audio::Removed { .. } => None,
        });
        let there: Vec<Option<String>> = there.collect();
        let count = there.len() as u64;
        // Of those that a worker recorded and then died.
        self.settle(there.into_iter().flatten().collect()).await?;
        let jobs = scripts
            .into_iter()
            .filter(|(s, _)| is_wanted(s, s.version) && matches!(s.audio, Audio::Requested { .. }))
            .filter_map(|(s, speech)| {
                let contact = s.contact?;
                Some(ToSpeak {
                    contact,
                    script: ScriptId::of(self.campaign, contact),
                    version: s.version,
                    speech,
                })
            });
        Ok((jobs.collect(), count))
    }

    fn member(job: &ToSpeak) -> ContactId {
        job.contact
    }

    async fn make(&self, job: &ToSpeak) -> Result<Spoken, Trouble> {
        let Some((request, hash)) = &job.speech else {
            return Err(PortError::new(PortErrorKind::Permanent, "the words can't be opened").into());
        };
        let (organization, clips) = (self.context.organization, &self.ports.clips);
        for _ in 0..CLIP_WAITS_MAX {
            let now = self.ports.clock.now();
            let stale_before = now - Duration::minutes(CLAIM_MINUTES);
            match clips.claim(organization, hash, now, stale_before).await? {
                ClipClaim::Ready(clip) => match self.copy(job.script, &clip).await? {
                    Some(clip) => return Ok(Self::taken(job.script, clip)),
                    // Its file was deleted after its time: it is bought anew.
                    None => clips.forget(organization, hash, &clip.storage_key).await?,
                },
                ClipClaim::Claimed { lost_since } => {
                    // What may have been bought is fetched whatever somebody says of it meanwhile: it is in the bill.
                    if lost_since.is_none() && !self.is_still_wanted(job).await? {
                        clips.abandon(organization, hash).await?;
                        return Err(Trouble::Unwanted);
                    }
                    return Ok(self.buy(job.script, request, hash, lost_since).await?);
                }
                ClipClaim::InProgress => tokio::time::sleep(CLIP_WAIT).await,
            }
        }
        Err(Trouble::UnderWay)
    }

    async fn record(&self, made: &[(ToSpeak, Result<Spoken, PortError>)]) -> Result<u64, CommandError> {
        let (mut paid, wasted) = retrying(|| async {
            let ids = made.iter().map(|(job, _)| job.script);
            let scripts: Vec<Loaded<Script>> = load_many(self.ports, self.context.organization, ids).await?;
            let mut batch = Batch::new(self.ports, self.context);
            let (mut paid, mut wasted) = (vec![], vec![]);
            for ((job, outcome), mut script) in made.iter().zip(scripts) {
                let billed = outcome.as_ref().ok().filter(|s| s.cost > MicroDollars::ZERO);
                let hash = job.speech.as_ref().map(|(_, hash)| hash.clone());
                // A script that was edited meanwhile keeps its edit.
                if script.decide(noted(job, outcome)).is_ok() {
                    batch.add(script)?;
                    paid.extend(hash.filter(|_| billed.is_some()));
                } else if let Some(billed) = billed {
                    wasted.push((billed, hash));
                }
            }
            batch.commit().await?;
            Ok((paid, wasted))
        })
        .await?;
        paid.extend(self.note_waste(&wasted).await?);
        self.settle(paid).await?;
        let usable = |spoken: &Spoken| spoken.result.is_ok();
        Ok(made
            .iter()
            .filter(|(_, outcome)| outcome.as_ref().is_ok_and(usable))
            .count() as u64)
    }
}

/// Somebody approves the words, they are the newest, and they have not left.
fn is_wanted(script: &Script, version: u32) -> bool {
    script.version == version && script.review == Some(Review::Approved) && !script.is_handed_over()
}

/// What is recorded of an outcome.
fn noted(job: &ToSpeak, outcome: &Result<Spoken, PortError>) -> ScriptCommand {
    let version = job.version;
    let (clip, spoken) = match outcome {
        Ok(spoken) => (&spoken.result, spoken),
        Err(error) => {
            return ScriptCommand::RecordAudioFailure {
                version,
                error: error.message.clone(),
                retryable: false,
                cost: MicroDollars::ZERO,
                characters: 0,
            };
        }
    };
    match clip {
        Ok(clip) => ScriptCommand::RecordAudio {
            version,
            storage_key: clip.storage_key.clone(),
            sha256: clip.sha256.clone(),
            duration_ms: clip.duration_ms,
            characters: spoken.characters,
            provider_id: clip.provider_id.clone(),
            cost: spoken.cost,
            content_hash: job.speech.as_ref().map(|(_, hash)| hash.clone()),
        },
        Err(Unusable(why)) => ScriptCommand::RecordAudioFailure {
            version,
            error: why.clone(),
            retryable: true,
            cost: spoken.cost,
            characters: spoken.characters,
        },
    }
}

/// What is to be spoken how, with its content hash.
type ToSay = (SpeechRequest, String);

impl Studio<'_> {
    /// Asks for audio of every approved script that has none, or another one than is wanted now; answers the scripts as they are then.
    async fn request(&self, ids: &[ScriptId]) -> Result<Vec<(Script, Option<ToSay>)>, CommandError> {
        let scripts: Vec<Loaded<Script>> = load_many(self.ports, self.context.organization, ids).await?;
        let speeches = self.speeches(scripts.iter().map(Loaded::state)).await?;
        let mut batch = Batch::new(self.ports, self.context);
        let mut states = Vec::with_capacity(scripts.len());
        for (mut script, speech) in scripts.into_iter().zip(speeches) {
            let state = script.state();
            if is_wanted(state, state.version) && !matches!(state.audio, Audio::Removed { .. }) {
                script.decide(ScriptCommand::RequestAudio {
                    voice: self.voice.id.to_owned(),
                    settings: self.voice.settings,
                    content_hash: speech.as_ref().map(|(_, hash)| hash.clone()),
                })?;
            }
            states.push((script.state().clone(), speech));
            batch.add(script)?;
        }
        batch.commit().await?;
        Ok(states)
    }

    /// What every approved script would have spoken how; nothing for the others, and where the words can't be opened.
    async fn speeches(
        &self,
        scripts: impl Iterator<Item = &Script> + Clone,
    ) -> Result<Vec<Option<ToSay>>, CommandError> {
        let sealed_of = |script: &Script| {
            let sealed = script.contact.zip(script.text.clone());
            sealed.filter(|_| is_wanted(script, script.version))
        };
        let sealed: Vec<_> = scripts.map(sealed_of).collect();
        let there: Vec<_> = sealed.iter().flatten().map(|(of, text)| (*of, text)).collect();
        let opened = self
            .ports
            .keys
            .open_many(self.context.organization, &there)
            .await?;
        let (mut opened, fingerprint) = (opened.into_iter(), self.ports.voice.fingerprint());
        let speech = |words: &str| {
            let request = SpeechRequest {
                text: spoken(words, self.pronunciations),
                voice: self.voice.id.to_owned(),
                settings: self.voice.settings,
            };
            let hash = content_hash(&fingerprint, &request);
            (request, hash)
        };
        let speeches = sealed.iter().map(|sealed| {
            let words = sealed.as_ref().and_then(|_| opened.next())?;
            words.ok().map(|words| speech(&words))
        });
        Ok(speeches.collect())
    }

    /// Looked at right before it is bought: minutes may have passed since it was asked for.
    async fn is_still_wanted(&self, job: &ToSpeak) -> Result<bool, PortError> {
        let script: Result<Loaded<Script>, _> = load(self.ports, self.context.organization, job.script).await;
        let script = script.map_err(|error| PortError::new(PortErrorKind::Retryable, error.to_string()))?;
        Ok(is_wanted(script.state(), job.version))
    }

    /// A clip that was there, as a recording: free, but for the script that it was bought for when its worker died before that was recorded.
    fn taken(script: ScriptId, clip: Clip) -> Spoken {
        let is_owed = clip.owed_by == Some(script);
        let (cost, characters) = if is_owed {
            (clip.cost, clip.characters)
        } else {
            (MicroDollars::ZERO, 0)
        };
        Spoken {
            result: Ok(clip),
            cost,
            characters,
        }
    }

    /// Records what was billed for recordings of words that were edited meanwhile; answers which of these are kept.
    async fn note_waste(&self, wasted: &[(&Spoken, Option<String>)]) -> Result<Vec<String>, CommandError> {
        let cost = wasted.iter().fold(MicroDollars::ZERO, |sum, (spoken, _)| {
            sum.plus(spoken.cost)
                .unwrap_or(MicroDollars::from_micros(i64::MAX))
        });
        let kept = wasted
            .iter()
            .filter(|(spoken, _)| spoken.result.is_ok())
            .filter_map(|(_, hash)| hash.clone());
        let kept: Vec<String> = kept.collect();
        if !wasted.is_empty() {
            let note = CampaignCommand::NoteSpeakingWaste {
                run: self.run,
                recordings: wasted.len() as u64,
                content_hashes: kept.clone(),
                characters: wasted.iter().map(|(spoken, _)| spoken.characters).sum(),
                cost,
            };
            execute::<Campaign>(self.ports, self.context, self.campaign, note).await?;
        }
        Ok(kept)
    }

    /// What these clips cost stands in events.
    async fn settle(&self, content_hashes: Vec<String>) -> Result<(), CommandError> {
        let clips = &self.ports.clips;
        Ok(clips.settle(self.context.organization, content_hashes).await?)
    }

    fn key(&self, script: ScriptId, media_type: &str) -> String {
        audio_key(self.owner, self.campaign, script, extension(media_type))
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
        request: &SpeechRequest,
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
        request: &SpeechRequest,
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
            && let Some(speech) = voice.recall(request, since).await.map_err(unknown)?
        {
            return Ok(speech);
        }
        match voice.speak(request.clone()).await {
            Err(error) if !error.certainly_not_done() => {
                match voice.recall(request, begun).await.map_err(unknown)? {
                    Some(speech) => Ok(speech),
                    None => Err(error),
                }
            }
            outcome => outcome,
        }
    }

    /// Stores what was bought before anything else is done with it: as a clip of the organization, which stays when this script says
    /// something else, and as the script's own file.
    async fn store(
        &self,
        organization: OrganizationId,
        script: ScriptId,
        hash: &str,
        speech: Speech,
    ) -> Result<Spoken, PortError> {
        let clips = &self.ports.clips;
        let (cost, characters) = (speech.cost, speech.characters);
        if let Some(why) = speech.unusable {
            // Whoever wants these words next has them made again.
            clips.abandon(organization, hash).await?;
            return Ok(Spoken {
                result: Err(Unusable(why)),
                cost,
                characters,
            });
        }
        let audio: Bytes = speech.audio;
        let own = self.key(script, &speech.media_type);
        let clip = Clip {
            storage_key: clip_key(organization, hash, &speech.media_type),
            sha256: hex::encode(Sha256::digest(&audio)),
            media_type: speech.media_type,
            duration_ms: speech.duration_ms,
            characters,
            cost,
            provider_id: speech.provider_id,
            owed_by: Some(script),
        };
        let blobs = &self.ports.blobs;
        futures::try_join!(
            blobs.put(&clip.storage_key, audio.clone()),
            blobs.put(&own, audio)
        )?;
        clips.complete(organization, hash, clip.clone()).await?;
        Ok(Spoken {
            result: Ok(Clip {
                storage_key: own,
                ..clip
            }),
            cost,
            characters,
        })
    }
}

/// Where the audio of a script lies: the specification's layout.
pub(super) fn audio_key(owner: UserId, campaign: CampaignId, script: ScriptId, extension: &str) -> String {
    format!("voicemails/{owner}/{campaign}/{script}.{extension}")
}

/// Where a clip of an organization lies.
fn clip_key(organization: OrganizationId, hash: &str, media_type: &str) -> String {
    format!("{CLIPS_FOLDER}{organization}/{hash}.{}", extension(media_type))
}

fn extension(media_type: &str) -> &'static str {
    if media_type == "audio/mpeg" { "mp3" } else { "wav" }
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

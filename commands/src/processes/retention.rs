//! Audio is deleted when its campaign ended longer ago than the organization keeps it. The file goes first and the deletion is recorded
//! after it, so that a crash between the two leaves nothing lying: the next look deletes once more, which is no failure, and records.
//! What was bought for any campaign goes when no recording says it any more, and not before the same time has passed since.

use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, CorrelationId, OrganizationId, ScriptId,
    campaign::Campaign,
    script::{Audio, Script, ScriptCommand},
};

use super::audio_rendering::{CLIPS_FOLDER, audio_key};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    stream::{Batch, Loaded, load, load_many},
};

/// Scripts whose audio is deleted and recorded together.
const CHUNK: u32 = 200;
/// Clips that are looked at together.
const CLIPS: u32 = 200;
/// What is recorded as the reason.
const REASON: &str = "the campaign ended longer ago than audio is kept";

/// Days for which requests that were refused at the carrier's door are kept.
const REJECTED_DAYS: i64 = 30;
/// Most of them.
const REJECTED_MAX: u64 = 50_000;

/// Deletes what was refused at the carrier's door and has been kept long enough; answers how many requests.
pub(super) async fn forget_rejected(ports: &Ports) -> Result<u64, CommandError> {
    let before = ports.clock.now() - Duration::days(REJECTED_DAYS);
    Ok(ports.inbox.forget_rejected(before, REJECTED_MAX).await?)
}

/// Deletes what has outlived its time; answers how many recordings.
pub(super) async fn step(ports: &Ports) -> Result<u64, CommandError> {
    let mut deleted = 0;
    for (organization, campaign) in ports.retention.expired(ports.clock.now()).await? {
        deleted += delete(ports, organization, campaign).await?;
    }
    for (organization, kept_for) in ports.retention.terms().await? {
        delete_clips(ports, organization, ports.clock.now() - kept_for).await?;
    }
    Ok(deleted)
}

/// Deletes what was bought before then and no recording says any more. The file goes first: a clip without one is bought anew.
async fn delete_clips(
    ports: &Ports,
    organization: OrganizationId,
    before: DateTime<Utc>,
) -> Result<(), CommandError> {
    let mut after = String::new();
    loop {
        let clips = ports
            .clips
            .bought_before(organization, before, &after, CLIPS)
            .await?;
        let Some(last) = clips.last() else {
            return Ok(());
        };
        after.clone_from(&last.content_hash);
        let files: Vec<String> = clips.iter().map(|clip| clip.sha256.clone()).collect();
        let kept = ports.retention.kept(organization, &files).await?;
        for clip in clips.iter().filter(|clip| !kept.contains(&clip.sha256)) {
            // Before clips had files of their own they were a script's, which says something else by now or went with its campaign.
            if clip.storage_key.starts_with(CLIPS_FOLDER) {
                ports.blobs.delete(&clip.storage_key).await?;
            }
            ports
                .clips
                .forget(organization, &clip.content_hash, &clip.storage_key)
                .await?;
        }
    }
}

async fn delete(
    ports: &Ports,
    organization: OrganizationId,
    campaign: CampaignId,
) -> Result<u64, CommandError> {
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    let context = CommandContext::system(organization, "audio_retention", correlation, None);
    delete_left_over(ports, organization, campaign).await?;
    let (mut deleted, mut after) = (0, None);
    loop {
        let scripts = ports
            .retention
            .with_audio(organization, campaign, after, CHUNK)
            .await?;
        after = scripts.last().copied();
        if after.is_none() {
            return Ok(deleted);
        }
        deleted += retrying(|| delete_chunk(ports, &context, &scripts)).await?;
    }
}

/// Deletes files of scripts that were edited after they were spoken: no event names them any more, but they lie where a script's audio
/// lies. Nothing is recorded of that; the next look deletes once more, which is no failure.
async fn delete_left_over(
    ports: &Ports,
    organization: OrganizationId,
    campaign: CampaignId,
) -> Result<(), CommandError> {
    let state: Loaded<Campaign> = load(ports, organization, campaign).await?;
    let Some(owner) = state.state().owner else {
        return Ok(());
    };
    let mut after = None;
    loop {
        let scripts = ports
            .retention
            .once_spoken(organization, campaign, after, CHUNK)
            .await?;
        after = scripts.last().copied();
        if after.is_none() {
            return Ok(());
        }
        for script in scripts {
            for extension in ["mp3", "wav"] {
                let key = audio_key(owner, campaign, script, extension);
                ports.blobs.delete(&key).await?;
            }
        }
    }
}

async fn delete_chunk(
    ports: &Ports,
    context: &CommandContext,
    ids: &[ScriptId],
) -> Result<u64, CommandError> {
    let scripts: Vec<Loaded<Script>> = load_many(ports, context.organization, ids).await?;
    let mut batch = Batch::new(ports, context);
    let mut deleted = 0;
    for mut script in scripts {
        if let Audio::Rendered { storage_key, .. } = &script.state().audio {
            ports.blobs.delete(storage_key).await?;
            deleted += 1;
        }
        let reason = REASON.to_owned();
        script.decide(ScriptCommand::RemoveAudio { reason })?;
        batch.add(script)?;
    }
    batch.commit().await?;
    Ok(deleted)
}

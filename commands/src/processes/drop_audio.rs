//! The recording of a script on its way to the carrier: uploaded once a file, or fetched by the carrier from an address that nobody can
//! guess. What is played is what was approved and recorded, byte for byte.

use chrono::Duration;
use domain::{
    OrganizationId, ScriptId,
    script::{Audio, Script, ScriptRefusal},
};
use sha2::{Digest, Sha256};

use crate::{
    audio_link,
    context::Ports,
    error::CommandError,
    ports::{DropAudio, PortError, PortErrorKind},
};

/// For how long a carrier can fetch a recording: it may hold a drop overnight, and over a weekend.
const FETCHABLE_HOURS: i64 = 96;

/// What the carrier is given of the script's audio.
pub(super) async fn audio_of(
    ports: &Ports,
    organization: OrganizationId,
    id: ScriptId,
    script: &Script,
) -> Result<DropAudio, CommandError> {
    let Audio::Rendered {
        storage_key, sha256, ..
    } = &script.audio
    else {
        return Err(ScriptRefusal::NoAudio.into());
    };
    if ports.carrier.takes_uploads() {
        return upload(ports, organization, storage_key, sha256).await;
    }
    unchanged(ports, storage_key, sha256).await?;
    let media_type = media_type(storage_key).to_owned();
    let lifetime = Duration::hours(FETCHABLE_HOURS);
    let for_that_long = lifetime.to_std().unwrap_or_default();
    Ok(match ports.blobs.link(storage_key, for_that_long).await? {
        Some(address) => DropAudio::Address { address, media_type },
        None => DropAudio::Path {
            path: audio_link::signed_path(
                ports.keys.as_ref(),
                organization,
                id,
                (ports.clock.now() + lifetime).timestamp(),
            ),
            media_type,
        },
    })
}

async fn upload(
    ports: &Ports,
    organization: OrganizationId,
    storage_key: &str,
    sha256: &str,
) -> Result<DropAudio, CommandError> {
    if let Some(media_id) = ports.clips.carrier_media(organization, sha256).await? {
        return Ok(DropAudio::Media(media_id));
    }
    let audio = unchanged(ports, storage_key, sha256).await?;
    let name = &sha256[..sha256.len().min(16)];
    let media_id = ports.carrier.upload(name, audio, media_type(storage_key)).await?;
    ports
        .clips
        .set_carrier_media(organization, sha256, &media_id)
        .await?;
    Ok(DropAudio::Media(media_id))
}

/// The file, if it is the one that was recorded.
async fn unchanged(ports: &Ports, storage_key: &str, sha256: &str) -> Result<bytes::Bytes, CommandError> {
    let gone = |what: &str| PortError::new(PortErrorKind::Permanent, format!("{what}; render it again"));
    let Some(audio) = ports.blobs.get(storage_key).await? else {
        return Err(gone("the audio file is gone").into());
    };
    if hex::encode(Sha256::digest(&audio)) != sha256 {
        return Err(gone("the audio file is not the one that was rendered").into());
    }
    Ok(audio)
}

fn media_type(storage_key: &str) -> &'static str {
    let is_mp3 = std::path::Path::new(storage_key)
        .extension()
        .is_some_and(|e| e == "mp3");
    if is_mp3 { "audio/mpeg" } else { "audio/wav" }
}

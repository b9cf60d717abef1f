//! Links to the audio of a script through this server, for who can send no header: a player, a carrier that fetches recordings. They are
//! signed and expire.

use domain::{OrganizationId, ScriptId};

use crate::ports::KeyRing;

/// Keeps these signatures apart from others.
const PURPOSE: &str = "audio-link";

fn message(organization: OrganizationId, script: ScriptId, expires: i64) -> String {
    format!("{organization}/{script}/{expires}")
}

/// The path of a script's audio, good until `expires`, seconds since 1970 UTC.
pub fn signed_path(
    keys: &dyn KeyRing,
    organization: OrganizationId,
    script: ScriptId,
    expires: i64,
) -> String {
    let signature = keys.sign(PURPOSE, &message(organization, script, expires));
    format!("/audio/{script}?organization={organization}&expires={expires}&signature={signature}")
}

/// Whether such a path was made here. Whether it has expired is the clock's to say.
pub fn is_genuine(
    keys: &dyn KeyRing,
    organization: OrganizationId,
    script: ScriptId,
    expires: i64,
    signature: &str,
) -> bool {
    keys.verify(PURPOSE, &message(organization, script, expires), signature)
}

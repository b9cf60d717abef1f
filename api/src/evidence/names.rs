//! The files of a bundle, and what its events look like, for those who write one and those who check one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use commands::transparency::{Hash, RecordProof};
use domain::{Decider, contact::Contact, script::Script};
use serde::{Deserialize, Serialize};

/// What the screen shows, with the words and the recordings that are mentioned.
pub(super) const HISTORY: &str = "history.json";
/// Every event as it lies in the journal, a line each, with its place in the tree.
pub(super) const EVENTS: &str = "events.ndjson";
/// The signed checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint.txt";
/// The key that checks the signatures.
pub(super) const KEY: &str = "key.txt";
/// The compliance rules in force when the bundle was made.
pub(super) const RULES: &str = "rules.json";
/// How to check it.
pub(super) const READ_ME: &str = "READ-ME.txt";
/// Fingerprints of all other files, signed.
pub(super) const MANIFEST: &str = "manifest.txt";
/// Before the names of recordings.
pub(super) const AUDIO: &str = "audio/";

/// Kinds of streams that are one contact's alone, and lie in a bundle whole.
pub(super) const WHOLE_KINDS: [&str; 2] = [Contact::KIND, Script::KIND];

/// The event that names a recording by its fingerprint.
pub(super) const RENDERED: &str = "AudioRendered";

/// A line of [`EVENTS`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EventLine {
    /// The text that is hashed.
    pub(super) leaf: String,
    /// Its place in the tree; nothing when it is newer than the checkpoint.
    pub(super) index: Option<u64>,
    /// The hashes beside its way to the root, from below, in base64.
    pub(super) path: Option<Vec<String>>,
}

pub(super) fn written(path: &RecordProof) -> Vec<String> {
    path.iter().map(|hash| STANDARD.encode(hash.0)).collect()
}

/// The path as it can be checked; nothing when it is none.
pub(super) fn read(path: &[String]) -> Option<RecordProof> {
    path.iter().map(|hash| Hash::parse_hash(hash).ok()).collect()
}

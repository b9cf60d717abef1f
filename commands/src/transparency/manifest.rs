//! The table of contents of a bundle of evidence: the fingerprint of every file in it, signed by the installation. Words that lie in the
//! journal as ciphertext can't be proven by the tree; that they are what the installation read is what this signature says.

use std::collections::BTreeMap;

use super::checkpoint::{CheckpointError, NoteKey, signed};
use crate::ports::NoteSigner;

/// The first line: keeps this signature apart from those of checkpoints, which begin with the name of a log.
const FIRST_LINE: &str = "voicedrop evidence 1";

/// Fingerprints (SHA-256, hex) by the name of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<String, String>);

/// Why a manifest can't be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The note.
    #[error(
        "the manifest's signature is not that of this key, or the manifest was changed after it was signed"
    )]
    Signature,
    /// What it says.
    #[error("the manifest can't be read")]
    Malformed,
}

impl From<CheckpointError> for ManifestError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Signature => Self::Signature,
            CheckpointError::Malformed | CheckpointError::Key => Self::Malformed,
        }
    }
}

impl Manifest {
    /// The signed note.
    pub fn signed(&self, signer: &dyn NoteSigner) -> Result<String, ManifestError> {
        let lines = self.0.iter().map(|(name, sha256)| format!("{sha256} {name}\n"));
        Ok(signed(
            signer,
            &format!("{FIRST_LINE}\n{}", lines.collect::<String>()),
        )?)
    }

    /// What a note says that this key has signed.
    pub fn open(note: &str, key: &NoteKey) -> Result<Self, ManifestError> {
        let text = key.opened(note)?;
        let lines = text
            .strip_prefix(FIRST_LINE)
            .and_then(|rest| rest.strip_prefix('\n'));
        let files = lines.ok_or(ManifestError::Malformed)?.lines().map(|line| {
            let (sha256, name) = line.split_once(' ')?;
            Some((name.to_owned(), sha256.to_owned()))
        });
        files
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(ManifestError::Malformed)
    }
}

//! The installation's signature that strangers can check. The key follows from the master key, so that it is there again when an
//! installation is restored, and no backup has to keep it.

use commands::ports::NoteSigner;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::stored::KeyRingError;

/// Bytes of a public key.
const PUBLIC_BYTES: usize = 32;

/// Signs the notes of a log. Prints nothing of its secret.
pub struct NoteKeyPair {
    name: String,
    pair: Ed25519KeyPair,
    public: [u8; PUBLIC_BYTES],
}

impl std::fmt::Debug for NoteKeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoteKeyPair({})", self.name)
    }
}

impl NoteKeyPair {
    pub(super) fn of(name: &str, seed: &[u8]) -> Result<Self, KeyRingError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyRingError::Cipher)?;
        let public = pair.public_key().as_ref().try_into();
        Ok(Self {
            name: name.to_owned(),
            public: public.map_err(|_| KeyRingError::Cipher)?,
            pair,
        })
    }
}

impl NoteSigner for NoteKeyPair {
    fn name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        self.public
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.pair.sign(text).as_ref().to_vec()
    }
}

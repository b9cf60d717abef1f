//! The master key: a file that only its owner may read, made on first run, or a secret handed in. Refuses a short secret
//! and a damaged file, because either would be noticed only when nothing can be opened any more.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use hmac::Mac;

use super::{
    cipher::{self, DoesNotOpen, Key, Randomness},
    note_key::NoteKeyPair,
    stored::KeyRingError,
};

/// Fewest characters of a secret that is handed in.
pub const SECRET_CHARS_MIN: usize = 32;

/// Wraps the keys of all organizations. Prints nothing of itself.
#[derive(Debug, Clone)]
pub struct MasterKey(pub(super) Key);

impl MasterKey {
    /// Reads the key file, or makes it (readable by its owner only) when there is none.
    pub fn from_file(path: &Path) -> Result<Self, KeyRingError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::from_hex(&text).ok_or_else(|| KeyRingError::DamagedFile(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(KeyRingError::File(path.to_owned(), error)),
        }
    }

    /// Derives the key from a secret of the environment.
    pub fn from_secret(secret: &SecretString) -> Result<Self, KeyRingError> {
        let secret = secret.expose_secret();
        if secret.chars().count() < SECRET_CHARS_MIN {
            return Err(KeyRingError::ShortSecret);
        }
        let digest = Sha256::new()
            .chain_update(b"voicedrop master key 1\0")
            .chain_update(secret)
            .finalize();
        Key::from_bytes(&digest)
            .map(Self)
            .ok_or(KeyRingError::ShortSecret)
    }

    /// The key that files are sealed under.
    pub fn blob_key(&self) -> BlobKey {
        let derived = self.0.mac(&[b"voicedrop files 1"]).finalize().into_bytes();
        BlobKey {
            key: Key::from_array(derived.into()),
            randomness: Randomness::from_system(),
        }
    }

    /// The key that notes of a log are signed by; `name` is the log's.
    pub fn note_key(&self, name: &str) -> Result<NoteKeyPair, KeyRingError> {
        let seed = self.0.mac(&[b"voicedrop notes 1"]).finalize().into_bytes();
        NoteKeyPair::of(name, &seed)
    }

    fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text.trim())
            .ok()
            .and_then(|bytes| Key::from_bytes(&bytes))
            .map(Self)
    }

    fn create(path: &Path) -> Result<Self, KeyRingError> {
        let refused = |error| KeyRingError::File(path.to_owned(), error);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(refused)?;
        }
        let key = Randomness::from_system().key();
        let mut options = OpenOptions::new();
        // Never over another's: two processes on their first run must end up with one key.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Self::from_file(path),
            opened => opened.map_err(refused)?,
        };
        file.write_all(hex::encode(key.as_bytes()).as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(refused)?;
        Ok(Self(key))
    }
}

/// Seals files; follows from the master key. Prints nothing of itself.
#[derive(Debug)]
pub struct BlobKey {
    key: Key,
    randomness: Randomness,
}

impl BlobKey {
    /// Encrypts: nonce, then ciphertext and tag.
    pub fn seal(&self, associated: &[u8], clear: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        self.randomness.seal(&self.key, associated, clear)
    }

    /// Decrypts what was sealed with the same associated bytes.
    pub fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        cipher::open(&self.key, associated, sealed)
    }
}

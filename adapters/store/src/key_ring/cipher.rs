//! AES-256-GCM and HMAC-SHA256 as the key ring uses them. Every ciphertext is bound to what it is for by associated data,
//! so that an envelope moved to another contact, or a key wrapped for another purpose, does not open.

use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, Mac};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// Bytes of every key.
pub const KEY_BYTES: usize = 32;

/// Bytes of the nonce that precedes each ciphertext.
const NONCE_BYTES: usize = 12;

/// A symmetric key. Prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; KEY_BYTES]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[key]")
    }
}

impl Key {
    /// A key of these bytes; nothing when their number is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A key of these bytes.
    pub const fn from_array(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes, for wrapping.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn aead(&self) -> Result<LessSafeKey, DoesNotOpen> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| DoesNotOpen)?;
        Ok(LessSafeKey::new(key))
    }

    /// HMAC-SHA256 of the parts, one after the other.
    pub fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut block = [0_u8; 64];
        block[..KEY_BYTES].copy_from_slice(&self.0);
        // A key shorter than the hash's block is padded with zeros by definition (RFC 2104), so this is the same MAC.
        let mut mac = <Hmac<Sha256> as Mac>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

/// The ciphertext does not open with this key for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ciphertext does not open")]
pub struct DoesNotOpen;

/// Draws keys and nonces from a generator seeded once by the operating system: a system call a nonce is slow in bulk.
pub struct Randomness {
    generator: Mutex<StdRng>,
}

impl std::fmt::Debug for Randomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Randomness")
    }
}

impl Randomness {
    pub fn from_system() -> Self {
        Self {
            generator: Mutex::new(StdRng::from_entropy()),
        }
    }

    /// Fills with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.generator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }

    /// A new key.
    pub fn key(&self) -> Key {
        let mut bytes = [0; KEY_BYTES];
        self.fill(&mut bytes);
        Key(bytes)
    }

    /// Encrypts: nonce, then ciphertext and tag.
    pub fn seal(&self, key: &Key, associated: &[u8], clear: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let mut nonce = [0; NONCE_BYTES];
        self.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_BYTES + clear.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(clear);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let body = sealed.get_mut(NONCE_BYTES..).unwrap_or_default();
        let tag = key
            .aead()?
            .seal_in_place_separate_tag(nonce, Aad::from(associated), body)
            .map_err(|_| DoesNotOpen)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }
}

/// Decrypts what [`Randomness::seal`] made.
pub fn open(key: &Key, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let (nonce, body) = sealed.split_at_checked(NONCE_BYTES).ok_or(DoesNotOpen)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| DoesNotOpen)?;
    let mut body = body.to_vec();
    let opened = key
        .aead()?
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut body,
        )
        .map_err(|_| DoesNotOpen)?;
    let length = opened.len();
    body.truncate(length);
    Ok(body)
}

/// Decrypts a wrapped key.
pub fn unwrap_key(key: &Key, associated: &[u8], wrapped: &[u8]) -> Result<Key, DoesNotOpen> {
    Key::from_bytes(&open(key, associated, wrapped)?).ok_or(DoesNotOpen)
}

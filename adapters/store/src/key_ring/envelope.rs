//! An envelope of a contact in its text form: which key it is under, then the ciphertext. Refuses what has another form.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Sealed;
use uuid::Uuid;

/// What every envelope of a contact begins with. Form 1 had a key a row, in versions that were never released.
const FORM: &str = "2.";

/// Bytes before the ciphertext: the page, and the place on it.
const PLACE_BYTES: usize = 18;

/// A page of keys. Time-ordered, so that pages made together lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(Uuid);

impl PageId {
    /// A new one. No logic depends on it: it is a name that nothing else has.
    #[expect(clippy::disallowed_methods, reason = "a key's name is as random as the key")]
    pub fn now_v7() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for PageId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

/// Where a contact's key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPlace {
    /// The page.
    pub page: PageId,
    /// The place on it, from 0.
    pub slot: u16,
}

/// An envelope, taken apart.
#[derive(Debug)]
pub struct Envelope {
    /// The key that it is under.
    pub place: KeyPlace,
    /// Nonce, ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

impl Envelope {
    /// The text form.
    pub fn written(place: KeyPlace, ciphertext: &[u8]) -> Sealed {
        let mut bytes = Vec::with_capacity(PLACE_BYTES + ciphertext.len());
        bytes.extend_from_slice(place.page.0.as_bytes());
        bytes.extend_from_slice(&place.slot.to_be_bytes());
        bytes.extend_from_slice(ciphertext);
        let mut text = String::with_capacity(FORM.len() + bytes.len().div_ceil(3) * 4);
        text.push_str(FORM);
        URL_SAFE_NO_PAD.encode_string(&bytes, &mut text);
        Sealed::from_ciphertext(text)
    }

    /// The parts; nothing when the text is no envelope of a contact.
    pub fn read(sealed: &Sealed) -> Option<Self> {
        let body = sealed.ciphertext().strip_prefix(FORM)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (place, ciphertext) = bytes.split_at_checked(PLACE_BYTES)?;
        let (page, slot) = place.split_at_checked(16)?;
        Some(Self {
            place: KeyPlace {
                page: PageId(Uuid::from_slice(page).ok()?),
                slot: u16::from_be_bytes(slot.try_into().ok()?),
            },
            ciphertext: ciphertext.to_vec(),
        })
    }
}

//! Keys of contacts that came together, side by side, wrapped as one. A destroyed key is zeros: no key is ever that.

use super::cipher::{self, DoesNotOpen, KEY_BYTES, Key, Randomness};

/// Most keys of a page. A page is read whole, so not many; a row each is what makes writing slow, so not few.
pub const PAGE_KEYS: usize = 128;

/// What lies at a place.
#[derive(Debug)]
pub enum Slot {
    /// A key.
    Held(Key),
    /// It was destroyed.
    Destroyed,
    /// The page is shorter.
    Absent,
}

/// Keys in the clear. Prints nothing of them.
pub struct KeyPage(Vec<u8>);

impl std::fmt::Debug for KeyPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[keys]")
    }
}

impl KeyPage {
    /// New keys.
    pub fn drawn(randomness: &Randomness, count: usize) -> Self {
        let mut bytes = vec![0; count.min(PAGE_KEYS) * KEY_BYTES];
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// The keys of a wrapped page.
    pub fn unwrap(wrapping: &Key, associated: &[u8], wrapped: &[u8]) -> Result<Self, DoesNotOpen> {
        cipher::open(wrapping, associated, wrapped).map(Self)
    }

    /// The page, wrapped.
    pub fn wrapped(
        &self,
        randomness: &Randomness,
        wrapping: &Key,
        associated: &[u8],
    ) -> Result<Vec<u8>, DoesNotOpen> {
        randomness.seal(wrapping, associated, &self.0)
    }

    /// What lies at a place.
    pub fn key(&self, slot: u16) -> Slot {
        let from = usize::from(slot) * KEY_BYTES;
        match self.0.get(from..from + KEY_BYTES) {
            Some(bytes) if bytes.iter().all(|b| *b == 0) => Slot::Destroyed,
            Some(bytes) => Key::from_bytes(bytes).map_or(Slot::Absent, Slot::Held),
            None => Slot::Absent,
        }
    }

    /// Writes zeros over a key.
    pub fn destroy(&mut self, slot: u16) {
        let from = usize::from(slot) * KEY_BYTES;
        if let Some(bytes) = self.0.get_mut(from..from + KEY_BYTES) {
            bytes.fill(0);
        }
    }
}

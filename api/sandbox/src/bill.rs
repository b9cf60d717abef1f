//! What the sandbox's services would have cost: characters, tokens and delivered drops. Kept in `usage.jsonl`, so that a
//! restart forgets nothing. Prices are examples of the providers' public lists, never a quote.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    config::SandboxError,
    json_lines::{JsonLines, state_file},
};

/// Millionths of a dollar a character of speech: $0.10 a thousand.
const MICROS_PER_CHARACTER: u64 = 100;
/// Billionths of a dollar a token read and written by gpt-oss-120b: $0.15 and $0.60 a million.
const NANOS_PER_LARGE_TOKEN: (u64, u64) = (150, 600);
/// The same by gpt-oss-20b: $0.075 and $0.30 a million.
const NANOS_PER_SMALL_TOKEN: (u64, u64) = (75, 300);
/// Billionths of a dollar a token read by Claude: $1 a million.
const NANOS_PER_CLAUDE_TOKEN_READ: u64 = 1_000;
/// Billionths of a dollar a token written by Claude: $5 a million.
const NANOS_PER_CLAUDE_TOKEN_WRITTEN: u64 = 5_000;
/// Millionths of a dollar a delivered voicemail: the example of the vendor's callback.
pub(crate) const MICROS_PER_DELIVERY: u64 = 40_000;

/// One line of `usage.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Usage {
    Speech {
        characters: u64,
    },
    Completion {
        read: u64,
        written: u64,
        /// By the smaller model, at half the price.
        #[serde(default)]
        small: bool,
        /// In a batch, at half the price.
        #[serde(default)]
        batched: bool,
    },
    Message {
        read: u64,
        written: u64,
        /// In a batch, at half the price.
        #[serde(default)]
        batched: bool,
    },
}

impl Usage {
    /// Tokens read and written.
    pub(crate) const fn tokens(&self) -> (u64, u64) {
        match self {
            Self::Speech { .. } => (0, 0),
            Self::Completion { read, written, .. } | Self::Message { read, written, .. } => (*read, *written),
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    speeches: u64,
    characters: u64,
    completions: u64,
    /// What completions and messages cost, billionths of a dollar.
    nanos: u64,
    read: u64,
    written: u64,
    messages: u64,
    claude_read: u64,
    claude_written: u64,
    /// Of completions and messages, those of batches.
    batched: u64,
}

impl Sums {
    fn add(&mut self, usage: &Usage) {
        match usage {
            Usage::Speech { characters } => {
                self.speeches += 1;
                self.characters = self.characters.saturating_add(*characters);
            }
            Usage::Completion {
                read,
                written,
                small,
                batched,
            } => {
                let (per_read, per_written) = if *small {
                    NANOS_PER_SMALL_TOKEN
                } else {
                    NANOS_PER_LARGE_TOKEN
                };
                let nanos = read
                    .saturating_mul(per_read)
                    .saturating_add(written.saturating_mul(per_written));
                self.charge(nanos, *batched);
                self.completions += 1;
                self.read = self.read.saturating_add(*read);
                self.written = self.written.saturating_add(*written);
            }
            Usage::Message {
                read,
                written,
                batched,
            } => {
                let nanos = read * NANOS_PER_CLAUDE_TOKEN_READ + written * NANOS_PER_CLAUDE_TOKEN_WRITTEN;
                self.charge(nanos, *batched);
                self.messages += 1;
                self.claude_read = self.claude_read.saturating_add(*read);
                self.claude_written = self.claude_written.saturating_add(*written);
            }
        }
    }

    /// In a batch all costs half.
    fn charge(&mut self, nanos: u64, batched: bool) {
        let charged = if batched { nanos.div_ceil(2) } else { nanos };
        self.nanos = self.nanos.saturating_add(charged);
        self.batched += u64::from(batched);
    }
}

#[derive(Debug)]
pub(crate) struct Bill {
    inner: Mutex<(JsonLines<Usage>, Sums)>,
}

impl Bill {
    pub(crate) fn open(dir: &Path) -> Result<Self, SandboxError> {
        let mut sums = Sums::default();
        let lines = JsonLines::open(&state_file(dir, "usage.jsonl")?, |usage| sums.add(&usage))?;
        Ok(Self {
            inner: Mutex::new((lines, sums)),
        })
    }

    /// Books usage before it is answered for.
    pub(crate) fn book(&self, usage: &Usage) -> std::io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.append(usage)?;
        inner.1.add(usage);
        Ok(())
    }

    /// Characters spoken so far.
    pub(crate) fn characters(&self) -> u64 {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .characters
    }

    /// The bill; amounts in millionths of a dollar.
    pub(crate) fn total(&self, drops_made: u64, drops_delivered: u64) -> Value {
        let sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner).1;
        let speech = sums.characters * MICROS_PER_CHARACTER;
        let scripts = sums.nanos / 1000;
        let delivery = drops_delivered * MICROS_PER_DELIVERY;
        json!({
            "characters": sums.characters,
            "speech_requests": sums.speeches,
            "completions": sums.completions,
            "tokens": { "read": sums.read, "written": sums.written },
            "claude": { "messages": sums.messages, "tokens": { "read": sums.claude_read, "written": sums.claude_written } },
            "batched": sums.batched,
            "drops": { "made": drops_made, "delivered": drops_delivered },
            "micro_dollars": { "speech": speech, "scripts": scripts, "delivery": delivery, "total": speech + scripts + delivery },
        })
    }

    pub(crate) fn close(&self) {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .close();
    }
}

//! Whoever speaks a script.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::MicroDollars;
pub use domain::script::VoiceSettings;

use super::PortError;

/// What is to be spoken.
#[derive(Clone, PartialEq, Eq)]
pub struct SpeechRequest {
    /// The words. Personal.
    pub text: String,
    /// Voice id of the provider.
    pub voice: String,
    /// How the voice is set.
    pub settings: VoiceSettings,
}

impl std::fmt::Debug for SpeechRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpeechRequest")
            .field("voice", &self.voice)
            .finish_non_exhaustive()
    }
}

/// Spoken audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// The file.
    pub audio: Bytes,
    /// Its media type, `audio/mpeg` or `audio/wav`.
    pub media_type: String,
    /// Length in milliseconds, measured from the file.
    pub duration_ms: u64,
    /// What the provider billed, in its characters.
    pub characters: u64,
    /// What that cost by the configured price.
    pub cost: MicroDollars,
    /// The provider's reference for the generation.
    pub provider_id: String,
    /// Why nobody should be sent it, such as that it is silent: it was made and billed all the same.
    pub unusable: Option<String>,
}

/// A voice that can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voice {
    /// Voice id of the provider.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Address of a sample, if the provider has one.
    pub preview_url: Option<String>,
    /// What kind of voice it is to the provider: `premade`, `cloned`, `professional`.
    pub category: Option<String>,
    /// What the provider says of it, by name: `accent`, `gender`, `use_case`, `description`.
    pub labels: Vec<(String, String)>,
}

/// A text-to-speech provider. A repeat is billed again: callers look in the cache first.
#[async_trait]
pub trait SpeechSynthesizer: Send + Sync + std::fmt::Debug {
    /// Speaks the text. Limits of the provider are kept inside.
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, PortError>;

    /// A speech of these words that was ordered since then and whose answer was lost; nothing when the provider has made none. What it
    /// finds is not billed again.
    async fn recall(
        &self,
        request: &SpeechRequest,
        since: DateTime<Utc>,
    ) -> Result<Option<Speech>, PortError>;

    /// Whether the key is good and the configured model exists; learns what the plan allows.
    async fn check(&self) -> Result<(), PortError>;

    /// The voices of the account, at most 500.
    async fn voices(&self) -> Result<Vec<Voice>, PortError>;

    /// Model and output format, part of the cache key: the same text by another model is other audio.
    fn fingerprint(&self) -> String;
}

//! The vendor's JSON, as far as it is used.

use chrono::DateTime;
use commands::ports::{SpeechRequest, Voice};
use serde::Deserialize;
use serde_json::{Value, json};

use super::VoicePlan;

/// Labels that are passed on, with the names they have at the vendor: older voices spell one with a space.
const LABELS: [(&str, &[&str]); 3] = [
    ("accent", &["accent"]),
    ("gender", &["gender"]),
    ("use_case", &["use_case", "use case"]),
];
/// Longest label that is passed on, characters; a description may be an essay.
const LABEL_CHARS_MAX: usize = 300;

/// Body of a text to speech. Settings are shares of one at the vendor. No neighbouring text: `eleven_v3` refuses it.
pub(super) fn speech_request(request: &SpeechRequest, model: &str) -> Value {
    let share = |hundredths: u8| f64::from(hundredths) / 100.0;
    json!({
        "text": request.text,
        "model_id": model,
        "voice_settings": {
            "stability": share(request.settings.stability),
            "similarity_boost": share(request.settings.similarity),
        },
    })
}

#[derive(Deserialize)]
pub(super) struct VoicePage {
    #[serde(default)]
    pub(super) voices: Vec<WireVoice>,
    #[serde(default)]
    pub(super) has_more: bool,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct WireVoice {
    voice_id: String,
    name: Option<String>,
    preview_url: Option<String>,
    category: Option<String>,
    description: Option<String>,
    /// Texts by name, mostly; anybody can put anything there.
    #[serde(default)]
    labels: Value,
}

impl WireVoice {
    fn labels(&self) -> Vec<(String, String)> {
        let label = |names: &[&str]| names.iter().find_map(|name| self.labels.get(name)?.as_str());
        let named = LABELS.iter().map(|(name, names)| (*name, label(names)));
        named
            .chain([("description", self.description.as_deref())])
            .filter_map(|(name, text)| {
                let text: String = text?.trim().chars().take(LABEL_CHARS_MAX).collect();
                (!text.is_empty()).then(|| (name.to_owned(), text))
            })
            .collect()
    }
}

impl From<WireVoice> for Voice {
    fn from(voice: WireVoice) -> Self {
        Self {
            labels: voice.labels(),
            name: voice.name.unwrap_or_else(|| voice.voice_id.clone()),
            id: voice.voice_id,
            preview_url: voice.preview_url,
            category: voice.category,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Subscription {
    pub(super) tier: String,
    pub(super) status: Option<String>,
    character_count: u64,
    character_limit: u64,
    next_character_count_reset_unix: Option<i64>,
}

impl Subscription {
    /// What the account may do, with so many requests at once.
    pub(super) fn plan(self, concurrency: usize) -> VoicePlan {
        VoicePlan {
            // More than the limit may be used where the account pays for it.
            characters_left: self.character_limit.saturating_sub(self.character_count),
            concurrency,
            resets_at: self
                .next_character_count_reset_unix
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            tier: self.tier,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Model {
    #[serde(rename = "model_id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) can_do_text_to_speech: bool,
    pub(super) maximum_text_length_per_request: Option<usize>,
}

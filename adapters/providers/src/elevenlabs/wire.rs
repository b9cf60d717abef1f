//! The vendor's JSON, as far as it is used.

use commands::ports::{SpeechRequest, Voice};
use serde::Deserialize;
use serde_json::{Value, json};

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
}

impl From<WireVoice> for Voice {
    fn from(voice: WireVoice) -> Self {
        Self {
            name: voice.name.unwrap_or_else(|| voice.voice_id.clone()),
            id: voice.voice_id,
            preview_url: voice.preview_url,
        }
    }
}

//! ElevenLabs as a voice. Wire: `POST /v1/text-to-speech/{voice_id}` answers raw audio; what was billed stands in the headers, not in
//! the text's length. There is no idempotency key, so a call whose answer was lost is never repeated here.

use async_trait::async_trait;
use commands::ports::{PortError, PortErrorKind, Speech, SpeechRequest, SpeechSynthesizer, Voice};
use reqwest::{Method, header::HeaderMap};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    audio_duration::{audio_kind, duration_ms},
    config::ElevenLabsConfig,
    http::{Answer, HttpClient, InvalidProvider, Repeat, json as parse},
};

const PROVIDER: &str = "elevenlabs";
/// Voices a page, the vendor's maximum.
const VOICES_PER_PAGE: u32 = 100;
/// Most pages that are read.
const VOICE_PAGES_MAX: u32 = 5;

/// ElevenLabs, by its API key.
#[derive(Debug)]
pub struct ElevenLabs {
    http: HttpClient,
    config: ElevenLabsConfig,
}

#[derive(Deserialize)]
struct VoicePage {
    #[serde(default)]
    voices: Vec<WireVoice>,
    #[serde(default)]
    has_more: bool,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct WireVoice {
    voice_id: String,
    name: Option<String>,
    preview_url: Option<String>,
}

impl ElevenLabs {
    /// Prepares the client; calls nothing.
    pub fn new(config: ElevenLabsConfig) -> Result<Self, InvalidProvider> {
        let http = HttpClient::new(PROVIDER, &config.base_url, config.concurrency, config.time_out)?;
        Ok(Self { http, config })
    }

    fn speech(&self, answer: Answer, characters: usize) -> Result<Speech, PortError> {
        // The bytes were paid for; what is no audio is still not handed to anyone.
        let broken = || {
            PortError::new(
                PortErrorKind::Permanent,
                "elevenlabs answered something that is no audio",
            )
        };
        let kind = audio_kind(&answer.body).ok_or_else(broken)?;
        let duration_ms = duration_ms(&answer.body)
            .filter(|ms| *ms > 0)
            .ok_or_else(broken)?;
        let billed = header(&answer.headers, "character-cost")
            .and_then(|c| c.parse().ok())
            .unwrap_or(characters as u64);
        let provider_id = header(&answer.headers, "history-item-id")
            .or_else(|| header(&answer.headers, "request-id"))
            .unwrap_or_default()
            .to_owned();
        let cost = self
            .config
            .thousand_characters
            .times(billed.cast_signed())
            .micros()
            / 1_000;
        Ok(Speech {
            audio: answer.body,
            media_type: kind.media_type().to_owned(),
            duration_ms,
            characters: billed,
            cost: domain::MicroDollars::from_micros(cost),
            provider_id,
        })
    }
}

#[async_trait]
impl SpeechSynthesizer for ElevenLabs {
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, PortError> {
        let hundredths = |n: u8| f64::from(n) / 100.0;
        let body = json!({
            "text": request.text,
            "model_id": self.config.model,
            "voice_settings": {
                "stability": hundredths(request.settings.stability),
                "similarity_boost": hundredths(request.settings.similarity),
            },
        });
        let call = self
            .http
            .request(
                Method::POST,
                &format!("v1/text-to-speech/{}", path_segment(&request.voice)?),
            )
            .query(&[("output_format", &self.config.output_format)])
            .header("xi-api-key", self.config.api_key.expose_secret())
            .json(&body);
        let answer = self.http.send("text to speech", call, Repeat::Matters).await?;
        refused(&answer)?;
        self.speech(answer, request.text.chars().count())
    }

    async fn voices(&self) -> Result<Vec<Voice>, PortError> {
        let (mut voices, mut token) = (Vec::new(), None);
        for _ in 0..VOICE_PAGES_MAX {
            let mut call = self
                .http
                .request(Method::GET, "v2/voices")
                .query(&[("page_size", VOICES_PER_PAGE)])
                .header("xi-api-key", self.config.api_key.expose_secret());
            if let Some(token) = &token {
                call = call.query(&[("next_page_token", token)]);
            }
            let answer = self.http.send("voices", call, Repeat::Harmless).await?;
            refused(&answer)?;
            let page: VoicePage = parse(PROVIDER, "voices", &answer)?;
            voices.extend(page.voices.into_iter().map(|v| Voice {
                name: v.name.unwrap_or_else(|| v.voice_id.clone()),
                id: v.voice_id,
                preview_url: v.preview_url,
            }));
            token = page.next_page_token;
            if !page.has_more || token.is_none() {
                break;
            }
        }
        Ok(voices)
    }

    fn fingerprint(&self) -> String {
        format!("{PROVIDER}/{}/{}", self.config.model, self.config.output_format)
    }
}

/// A voice id is letters and digits; anything else would change the route.
fn path_segment(voice: &str) -> Result<&str, PortError> {
    let fine = !voice.is_empty()
        && voice.len() <= 64
        && voice
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fine {
        Ok(voice)
    } else {
        Err(PortError::new(
            PortErrorKind::Permanent,
            "not a voice id; choose one of the voices",
        ))
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Statuses other than success. `detail` comes as an object, a list or a text.
fn refused(answer: &Answer) -> Result<(), PortError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let detail = body
        .pointer("/detail/status")
        .or_else(|| body.pointer("/detail/0/type"))
        .or_else(|| body.get("detail"));
    let code = detail
        .and_then(Value::as_str)
        .filter(|c| c.len() < 64)
        .unwrap_or("no code");
    let (kind, advice) = match code {
        // It comes as 401, not as 402 or 429.
        "quota_exceeded" => (PortErrorKind::Exhausted, "the plan's characters are used up"),
        "invalid_api_key" => (PortErrorKind::Unauthorised, "check providers.elevenlabs.api_key"),
        "voice_not_found" => (PortErrorKind::Unauthorised, "choose another voice"),
        _ if matches!(answer.status.as_u16(), 401..=403) => {
            (PortErrorKind::Unauthorised, "check providers.elevenlabs.api_key")
        }
        _ => (PortErrorKind::Permanent, "the request was refused"),
    };
    Err(PortError::new(
        kind,
        format!(
            "elevenlabs answered {} ({code}): {advice}",
            answer.status.as_u16()
        ),
    ))
}

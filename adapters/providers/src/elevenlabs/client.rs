//! ElevenLabs as a voice. `POST /v1/text-to-speech/{voice_id}` answers raw audio; what was billed stands in the headers, not in the
//! text's length. There is no idempotency key, so a call whose answer was lost is never repeated here. Refuses a text that is longer
//! than the model takes.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{PortError, PortErrorKind, Speech, SpeechRequest, SpeechSynthesizer, Voice};
use domain::MicroDollars;
use reqwest::Method;

use super::{
    PROVIDER, error, history,
    plan::{self, VoicePlan},
    wire::{self, Model, Subscription, VoicePage},
};
use crate::{
    audio::{audio_kind, duration_ms, measure},
    config::ElevenLabsConfig,
    http::{
        AUDIO_BYTES_MAX, Answer, HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, Repeat, Route,
        credentials, path_segment,
    },
};

/// Voices a page, the vendor's maximum.
const VOICES_PER_PAGE: u32 = 100;
/// Most pages that are read. The first may hold more than a page's voices, a later one fewer.
const VOICE_PAGES_MAX: usize = 10;
/// Most voices that are returned, by the port's contract.
const VOICES_MAX: usize = 500;
/// Longest text as long as the model's own limit is not known, characters: what the most patient model takes.
const TEXT_CHARS_MAX: usize = 40_000;
/// Where the vendor says how many requests at once it allows.
const MOST_AT_ONCE: &str = "maximum-concurrent-requests";

/// Billed by character, and nothing tells a repeat from a new order.
const SPEECH: Route = Route {
    name: "text to speech",
    repeat: Repeat::Matters,
    answer_bytes_max: AUDIO_BYTES_MAX,
    refusal: error::refusal,
    understood: &[],
};
const VOICES: Route = Route {
    name: "voices",
    repeat: Repeat::Harmless,
    answer_bytes_max: JSON_BYTES_MAX,
    refusal: error::refusal,
    understood: &[],
};

const SUBSCRIPTION: Route = Route {
    name: "subscription",
    ..VOICES
};
const MODELS: Route = Route {
    name: "models",
    ..VOICES
};

pub(super) const HISTORY: Route = Route {
    name: "history",
    ..VOICES
};
pub(super) const HISTORY_AUDIO: Route = Route {
    name: "audio of the history",
    answer_bytes_max: AUDIO_BYTES_MAX,
    ..VOICES
};

/// Looks for a speech whose answer was lost: it appears in the history when it is done, which may be after the line broke.
const RECALLS: u32 = 3;

/// ElevenLabs, by its API key.
#[derive(Debug)]
pub struct ElevenLabs {
    call: ProviderCall,
    config: ElevenLabsConfig,
    /// Longest text that the model takes, characters; learnt by [`Self::check`].
    text_chars_max: AtomicUsize,
}

impl ElevenLabs {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: ElevenLabsConfig) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(client: &HttpClient, config: ElevenLabsConfig) -> Result<Self, InvalidProvider> {
        let credentials = credentials(PROVIDER, &[("xi-api-key", config.api_key.clone())])?;
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, credentials, config.limits())?;
        Ok(Self {
            call: call.heeding(MOST_AT_ONCE),
            config,
            text_chars_max: AtomicUsize::new(TEXT_CHARS_MAX),
        })
    }

    /// Whether the key is good, the account may speak and the configured model can; what the plan allows. From then on no more
    /// requests are made at once than the plan allows or are configured, whichever is less, and no longer text is sent than
    /// the model takes.
    pub async fn check(&self) -> Result<VoicePlan, PortError> {
        let request = self.call.request(Method::GET, "v1/user/subscription");
        let subscription: Subscription = self.call.send(&SUBSCRIPTION, request).await?.json()?;
        let request = self.call.request(Method::GET, "v1/models");
        let models: Vec<Model> = self.call.send(&MODELS, request).await?.json()?;
        let model = models
            .iter()
            .find(|model| model.id == self.config.model && model.can_do_text_to_speech)
            .ok_or_else(|| error::no_such_model(&self.config.model))?;
        if subscription.status.as_deref().is_some_and(plan::is_stopped) {
            return Err(error::unpaid());
        }
        let longest = model.maximum_text_length_per_request.filter(|most| *most > 0);
        self.text_chars_max
            .store(longest.unwrap_or(TEXT_CHARS_MAX), Ordering::Relaxed);
        let by_tier = plan::concurrency(&subscription.tier, &self.config.model);
        let concurrency = by_tier.unwrap_or(self.config.concurrency);
        self.call.allow_at_once(concurrency);
        Ok(subscription.plan(concurrency))
    }

    async fn spoken(&self, answer: Answer, characters: usize) -> Result<Speech, PortError> {
        let billed = answer
            .header("character-cost")
            .and_then(|c| c.parse::<u64>().ok());
        let provider_id = answer
            .header("history-item-id")
            .or_else(|| answer.header("request-id"))
            .unwrap_or_default()
            .to_owned();
        let characters = billed.unwrap_or(characters as u64);
        self.speech(answer, billed.is_some(), provider_id, characters)
            .await
    }

    /// What was answered as a speech, measured: one that can't be used says why.
    async fn speech(
        &self,
        answer: Answer,
        is_billed: bool,
        provider_id: String,
        characters: u64,
    ) -> Result<Speech, PortError> {
        let found = audio_kind(&answer.body).zip(duration_ms(&answer.body).filter(|ms| *ms > 0));
        let thousandths = self.config.thousand_characters.times(characters.cast_signed());
        let cost = MicroDollars::from_micros(thousandths.micros() / 1_000);
        let Some((kind, duration_ms)) = found else {
            // Once billed, a repeat would only be billed again; otherwise something else than the vendor answered.
            return if is_billed {
                Ok(Speech {
                    media_type: "audio/mpeg".to_owned(),
                    duration_ms: 0,
                    characters,
                    cost,
                    provider_id,
                    audio: answer.body,
                    unusable: Some(error::BILLED_NO_AUDIO.to_owned()),
                })
            } else {
                Err(error::no_audio())
            };
        };
        let audio = answer.body.clone();
        let measured = tokio::task::spawn_blocking(move || measure(&audio)).await;
        let (duration_ms, unusable) = match measured {
            Ok(Ok(measures)) => (measures.duration_ms, None),
            Ok(Err(fault)) => (duration_ms, Some(format!("{PROVIDER}: {fault}"))),
            // The runtime is being shut down; the speech counts as lost.
            Err(_) => return Err(error::interrupted()),
        };
        Ok(Speech {
            media_type: kind.media_type().to_owned(),
            duration_ms,
            characters,
            cost,
            provider_id,
            audio: answer.body,
            unusable,
        })
    }
}

#[async_trait]
impl SpeechSynthesizer for ElevenLabs {
    async fn check(&self) -> Result<(), PortError> {
        Self::check(self).await.map(drop)
    }

    async fn speak(&self, request: SpeechRequest) -> Result<Speech, PortError> {
        let voice = path_segment(&request.voice).ok_or_else(|| {
            let message = "not a voice id of elevenlabs; choose one of the voices";
            PortError::new(PortErrorKind::Permanent, message)
        })?;
        let (characters, most) = (
            request.text.chars().count(),
            self.text_chars_max.load(Ordering::Relaxed),
        );
        if characters > most {
            return Err(error::too_long(most));
        }
        let call = self
            .call
            .request(Method::POST, &format!("v1/text-to-speech/{voice}"))
            .query(&[("output_format", &self.config.output_format)])
            .json(&wire::speech_request(&request, &self.config.model));
        let answer = self.call.send(&SPEECH, call).await?;
        self.spoken(answer, characters).await
    }

    async fn recall(
        &self,
        request: &SpeechRequest,
        since: DateTime<Utc>,
    ) -> Result<Option<Speech>, PortError> {
        for look in 0..RECALLS {
            let found = history::recall(&self.call, request, &self.config.model, since).await?;
            if let Some(found) = found {
                return self
                    .speech(found.audio, true, found.id, found.characters)
                    .await
                    .map(Some);
            }
            if look + 1 < RECALLS {
                tokio::time::sleep(self.config.retry_wait).await;
            }
        }
        Ok(None)
    }

    async fn voices(&self) -> Result<Vec<Voice>, PortError> {
        let (mut voices, mut token) = (Vec::new(), None::<String>);
        for _ in 0..VOICE_PAGES_MAX {
            let mut call = self
                .call
                .request(Method::GET, "v2/voices")
                .query(&[("page_size", VOICES_PER_PAGE)]);
            if let Some(token) = &token {
                call = call.query(&[("next_page_token", token)]);
            }
            let page: VoicePage = self.call.send(&VOICES, call).await?.json()?;
            voices.extend(page.voices.into_iter().map(Voice::from));
            token = page.next_page_token.filter(|_| page.has_more);
            if token.is_none() || voices.len() >= VOICES_MAX {
                break;
            }
        }
        voices.truncate(VOICES_MAX);
        Ok(voices)
    }

    fn fingerprint(&self) -> String {
        format!("{PROVIDER}/{}/{}", self.config.model, self.config.output_format)
    }
}

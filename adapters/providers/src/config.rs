//! What each provider needs to know. Base addresses default to the vendors' own; the composition root points them at the sandbox.

use std::time::Duration;

use domain::MicroDollars;
use secrecy::SecretString;

/// Groq's chat completions.
#[derive(Debug, Clone)]
pub struct GroqConfig {
    /// Where it is; default `https://api.groq.com`.
    pub base_url: String,
    /// `Authorization: Bearer`.
    pub api_key: SecretString,
    /// Model id; checked by [`crate::Groq::check`].
    pub model: String,
    /// Requests at once.
    pub concurrency: usize,
    /// Longest wait for an answer.
    pub time_out: Duration,
    /// Price of a million tokens read.
    pub million_tokens_in: MicroDollars,
    /// Price of a million tokens written.
    pub million_tokens_out: MicroDollars,
}

impl GroqConfig {
    /// The vendor's address, gpt-oss-20b's prices of August 2026 ($0.075 and $0.30 per million tokens).
    pub fn new(api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            base_url: "https://api.groq.com".into(),
            api_key,
            model: model.into(),
            concurrency: 16,
            time_out: Duration::from_mins(1),
            million_tokens_in: MicroDollars::from_micros(75_000),
            million_tokens_out: MicroDollars::from_micros(300_000),
        }
    }
}

/// ElevenLabs' text to speech.
#[derive(Debug, Clone)]
pub struct ElevenLabsConfig {
    /// Where it is; default `https://api.elevenlabs.io`.
    pub base_url: String,
    /// `xi-api-key`.
    pub api_key: SecretString,
    /// Model id.
    pub model: String,
    /// Output format, as the vendor names it.
    pub output_format: String,
    /// Requests at once that the plan allows.
    pub concurrency: usize,
    /// Longest wait for an answer.
    pub time_out: Duration,
    /// Price of a thousand billed characters.
    pub thousand_characters: MicroDollars,
}

impl ElevenLabsConfig {
    /// The vendor's address, `mp3_44100_128`, $0.10 per 1,000 characters (June 2026 list).
    pub fn new(api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            base_url: "https://api.elevenlabs.io".into(),
            api_key,
            model: model.into(),
            output_format: "mp3_44100_128".into(),
            concurrency: 5,
            time_out: Duration::from_mins(2),
            thousand_characters: MicroDollars::from_micros(100_000),
        }
    }
}

/// Drop Cowboy's API v2.
#[derive(Debug, Clone)]
pub struct DropCowboyConfig {
    /// Where it is; default `https://api-v2.dropcowboy.com`.
    pub base_url: String,
    /// `x-key`.
    pub key: SecretString,
    /// `x-secret`.
    pub secret: SecretString,
    /// The line to send from; nothing for the account's default.
    pub phone_line_id: Option<String>,
    /// Signing secrets of the registered webhooks; any of them counts.
    pub webhook_secrets: Vec<SecretString>,
    /// Requests at once; the vendor asks for fewer than 100.
    pub concurrency: usize,
    /// Longest wait for an answer.
    pub time_out: Duration,
}

impl DropCowboyConfig {
    /// The vendor's address.
    pub fn new(key: SecretString, secret: SecretString) -> Self {
        Self {
            base_url: "https://api-v2.dropcowboy.com".into(),
            key,
            secret,
            phone_line_id: None,
            webhook_secrets: vec![],
            concurrency: 32,
            time_out: Duration::from_secs(30),
        }
    }
}

//! What each provider needs to know, with the defaults of all limits. Base addresses default to the vendors' own; the composition
//! root points them at the sandbox. Refuses settings that are not known.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use domain::MicroDollars;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::http::CallLimits;

/// First wait between tries of a repeatable call; doubles.
const RETRY_WAIT: Duration = Duration::from_millis(200);
/// Requests a minute of Groq's developer plan (console.groq.com/docs/rate-limits); a larger plan sets its own.
const GROQ_REQUESTS_PER_MINUTE: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// Requests a minute of Anthropic's second usage tier; another tier sets its own.
const ANTHROPIC_REQUESTS_PER_MINUTE: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// Batches are at half the price at both writers (platform.claude.com/docs/en/build-with-claude/batch-processing; Groq's older page says
/// a quarter off, so look at your own price list).
const BATCH_PRICE_PERCENT: u8 = 50;
/// A careful pace where no limit is known: a list of 30,000 leads takes a minute.
const MOJO_REQUESTS_PER_MINUTE: Option<NonZeroU32> = NonZeroU32::new(60);

/// What tokens of a model cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPrices {
    /// Price of a million tokens read.
    pub million_tokens_in: MicroDollars,
    /// Price of a million tokens written.
    pub million_tokens_out: MicroDollars,
}

/// The prices of a model by its id, or by its id without the date that a provider adds.
fn prices_of(
    model: &str,
    (configured, own): (&str, TokenPrices),
    others: &BTreeMap<String, TokenPrices>,
) -> Option<TokenPrices> {
    let is = |name: &str| {
        let rest = model.strip_prefix(name);
        rest.is_some_and(|rest| {
            let date = rest.strip_prefix('-').unwrap_or(rest);
            rest.is_empty() || (date.len() == DATE_DIGITS && date.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    if is(configured) {
        return Some(own);
    }
    let other = others.iter().find(|(name, _)| is(name));
    other.map(|(_, prices)| *prices)
}

/// Digits of the date in a model's id.
const DATE_DIGITS: usize = 8;

/// Groq's chat completions.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroqConfig {
    /// Where it is; default `https://api.groq.com`.
    pub base_url: String,
    /// `Authorization: Bearer`.
    pub api_key: SecretString,
    /// Model id; checked by [`crate::Groq::check`].
    pub model: String,
    /// Requests at once.
    pub concurrency: usize,
    /// Requests a minute that the plan allows; nothing for no limit on our side.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
    /// Price of a million tokens read.
    pub million_tokens_in: MicroDollars,
    /// Price of a million tokens written.
    pub million_tokens_out: MicroDollars,
    /// Prices of the other models that may be asked for. Nothing is ordered of one without prices: nobody would know what it costs.
    pub models: BTreeMap<String, TokenPrices>,
    /// What the same tokens cost in a batch, in hundredths of these prices; 1 to 100.
    pub batch_price_percent: u8,
}

impl Default for GroqConfig {
    /// The vendor's address, gpt-oss-20b and its prices of August 2026 ($0.075 and $0.30 per million tokens).
    fn default() -> Self {
        Self {
            base_url: "https://api.groq.com".into(),
            api_key: SecretString::from(""),
            model: "openai/gpt-oss-20b".into(),
            concurrency: 16,
            requests_per_minute: GROQ_REQUESTS_PER_MINUTE,
            time_out: Duration::from_mins(1),
            retry_wait: RETRY_WAIT,
            million_tokens_in: MicroDollars::from_micros(75_000),
            million_tokens_out: MicroDollars::from_micros(300_000),
            models: BTreeMap::new(),
            batch_price_percent: BATCH_PRICE_PERCENT,
        }
    }
}

impl GroqConfig {
    /// The defaults with this key and model. The prices stay those of the default model.
    pub fn new(api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            api_key,
            model: model.into(),
            ..Self::default()
        }
    }

    /// What tokens of a model cost; nothing where nobody has said.
    pub(crate) fn prices(&self, model: &str) -> Option<TokenPrices> {
        let own = TokenPrices {
            million_tokens_in: self.million_tokens_in,
            million_tokens_out: self.million_tokens_out,
        };
        prices_of(model, (&self.model, own), &self.models)
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// Anthropic's messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnthropicConfig {
    /// Where it is; default `https://api.anthropic.com`.
    pub base_url: String,
    /// `x-api-key`.
    pub api_key: SecretString,
    /// Model id, or its name without the date; checked by [`crate::Anthropic::check`].
    pub model: String,
    /// Requests at once.
    pub concurrency: usize,
    /// Requests a minute that the account's tier allows; nothing for no limit on our side.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
    /// Price of a million tokens read. Those written to or read from the prompt cache cost their usual share of it.
    pub million_tokens_in: MicroDollars,
    /// Price of a million tokens written.
    pub million_tokens_out: MicroDollars,
    /// Prices of the other models that may be asked for. Nothing is ordered of one without prices: nobody would know what it costs.
    pub models: BTreeMap<String, TokenPrices>,
    /// What the same tokens cost in a batch, in hundredths of these prices; 1 to 100.
    pub batch_price_percent: u8,
}

impl Default for AnthropicConfig {
    /// The vendor's address, Claude Haiku 4.5 and its prices ($1 and $5 per million tokens).
    fn default() -> Self {
        Self {
            base_url: "https://api.anthropic.com".into(),
            api_key: SecretString::from(""),
            model: "claude-haiku-4-5".into(),
            concurrency: 8,
            requests_per_minute: ANTHROPIC_REQUESTS_PER_MINUTE,
            time_out: Duration::from_mins(2),
            retry_wait: RETRY_WAIT,
            million_tokens_in: MicroDollars::from_micros(1_000_000),
            million_tokens_out: MicroDollars::from_micros(5_000_000),
            models: BTreeMap::new(),
            batch_price_percent: BATCH_PRICE_PERCENT,
        }
    }
}

impl AnthropicConfig {
    /// The defaults with this key and model. The prices stay those of the default model.
    pub fn new(api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            api_key,
            model: model.into(),
            ..Self::default()
        }
    }

    /// What tokens of a model cost; nothing where nobody has said.
    pub(crate) fn prices(&self, model: &str) -> Option<TokenPrices> {
        let own = TokenPrices {
            million_tokens_in: self.million_tokens_in,
            million_tokens_out: self.million_tokens_out,
        };
        prices_of(model, (&self.model, own), &self.models)
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// ElevenLabs' text to speech.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElevenLabsConfig {
    /// Where it is; default `https://api.elevenlabs.io`.
    pub base_url: String,
    /// `xi-api-key`.
    pub api_key: SecretString,
    /// Model id.
    pub model: String,
    /// Output format, as the vendor names it.
    pub output_format: String,
    /// Requests at once that the plan allows; the vendor limits these, not a rate.
    pub concurrency: usize,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
    /// Price of a thousand billed characters.
    pub thousand_characters: MicroDollars,
}

impl Default for ElevenLabsConfig {
    /// The vendor's address, `mp3_44100_128`, the Creator plan's concurrency, $0.10 per 1,000 characters (June 2026 list).
    fn default() -> Self {
        Self {
            base_url: "https://api.elevenlabs.io".into(),
            api_key: SecretString::from(""),
            model: "eleven_multilingual_v2".into(),
            output_format: "mp3_44100_128".into(),
            concurrency: 5,
            time_out: Duration::from_mins(2),
            retry_wait: RETRY_WAIT,
            thousand_characters: MicroDollars::from_micros(100_000),
        }
    }
}

impl ElevenLabsConfig {
    /// The defaults with this key and model.
    pub fn new(api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            api_key,
            model: model.into(),
            ..Self::default()
        }
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: None,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// Drop Cowboy's API v2.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropCowboyConfig {
    /// Where it is; default `https://api-v2.dropcowboy.com`.
    pub base_url: String,
    /// `x-key`.
    pub key: SecretString,
    /// `x-secret`.
    pub secret: SecretString,
    /// The line to send from; nothing for the account's default.
    pub phone_line_id: Option<String>,
    /// The registered brand; nothing unless the account requires one.
    pub brand_id: Option<String>,
    /// Whether it reports who listened. Version 2 of the vendor's API does not; a carrier behind the same port may.
    pub reports_listening: bool,
    /// Signing secrets of the registered webhooks; any of them counts.
    pub webhook_secrets: Vec<SecretString>,
    /// Requests at once; the vendor asks for fewer than 100.
    pub concurrency: usize,
    /// Requests a minute; nothing for no limit on our side, as the vendor states none for v2.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
}

impl Default for DropCowboyConfig {
    /// The vendor's address and the account's default line.
    fn default() -> Self {
        Self {
            base_url: "https://api-v2.dropcowboy.com".into(),
            key: SecretString::from(""),
            secret: SecretString::from(""),
            phone_line_id: None,
            brand_id: None,
            reports_listening: false,
            webhook_secrets: vec![],
            concurrency: 32,
            requests_per_minute: None,
            time_out: Duration::from_secs(30),
            retry_wait: RETRY_WAIT,
        }
    }
}

impl DropCowboyConfig {
    /// The defaults with these credentials.
    pub fn new(key: SecretString, secret: SecretString) -> Self {
        Self {
            key,
            secret,
            ..Self::default()
        }
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// Drop Cowboy's API v1.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropCowboyV1Config {
    /// Where it is; default `https://api.dropcowboy.com/v1`.
    pub base_url: String,
    /// The team's id; goes with the secret in headers and bodies.
    pub team_id: SecretString,
    /// The team's secret.
    pub secret: SecretString,
    /// The brand that it is sent for.
    pub brand_id: String,
    /// The pool of numbers to send from; nothing for the shared one.
    pub pool_id: Option<String>,
    /// Where calls back go; nothing for the campaign's caller id.
    pub forwarding_number: Option<String>,
    /// Whether it reports who listened; the vendor's does not.
    pub reports_listening: bool,
    /// Requests at once; the vendor asks for fewer than 100.
    pub concurrency: usize,
    /// Requests a minute; nothing for no limit on our side: the vendor's own is far beyond ours.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
}

impl Default for DropCowboyV1Config {
    /// The vendor's address and the shared pool.
    fn default() -> Self {
        Self {
            base_url: "https://api.dropcowboy.com/v1".into(),
            team_id: SecretString::from(""),
            secret: SecretString::from(""),
            brand_id: String::new(),
            pool_id: None,
            forwarding_number: None,
            reports_listening: false,
            concurrency: 32,
            requests_per_minute: None,
            time_out: Duration::from_secs(30),
            retry_wait: RETRY_WAIT,
        }
    }
}

impl DropCowboyV1Config {
    /// The defaults with these credentials, for this brand.
    pub fn new(team_id: SecretString, secret: SecretString, brand_id: impl Into<String>) -> Self {
        Self {
            team_id,
            secret,
            brand_id: brand_id.into(),
            ..Self::default()
        }
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// Google's People API and its OAuth.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoogleConfig {
    /// Where users agree; default `https://accounts.google.com`.
    pub accounts_url: String,
    /// Where codes become tokens; default `https://oauth2.googleapis.com`.
    pub token_url: String,
    /// Where people are; default `https://people.googleapis.com`.
    pub people_url: String,
    /// The OAuth client of this installation.
    pub client_id: String,
    /// Its secret; the vendor wants it from web clients even with PKCE.
    pub client_secret: SecretString,
    /// Requests at once.
    pub concurrency: usize,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
}

impl Default for GoogleConfig {
    /// The vendor's addresses. It states no number of calls at once.
    fn default() -> Self {
        Self {
            accounts_url: "https://accounts.google.com".into(),
            token_url: "https://oauth2.googleapis.com".into(),
            people_url: "https://people.googleapis.com".into(),
            client_id: String::new(),
            client_secret: SecretString::from(""),
            concurrency: 4,
            time_out: Duration::from_mins(1),
            retry_wait: RETRY_WAIT,
        }
    }
}

impl GoogleConfig {
    /// The defaults with this client.
    pub fn new(client_id: impl Into<String>, client_secret: SecretString) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret,
            ..Self::default()
        }
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: None,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

/// Mojo Dialer's lists and leads. The vendor publishes no reference: everything about the shape can be set, and the defaults are
/// those that the product's first specification names.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MojoConfig {
    /// Where it is; there is no default.
    pub base_url: String,
    /// Path of the lists.
    pub lists_path: String,
    /// Path of the leads of one list; `{list}` is its id.
    pub leads_path: String,
    /// Query parameter for the user's id, when a connected account has one; empty: it is not sent.
    pub account_parameter: String,
    /// Query parameter for the page, counted from 1; empty: there is one page.
    pub page_parameter: String,
    /// Query parameter for the length of a page; empty: it is not sent.
    pub page_size_parameter: String,
    /// Leads of a page.
    pub page_size: usize,
    /// JSON pointer to the array in an answer; empty: the answer itself, or the array found under a usual name.
    pub items_at: String,
    /// Requests at once.
    pub concurrency: usize,
    /// Requests a minute; the vendor states none.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Longest wait for an answer; in files `time_out_seconds`.
    #[serde(rename = "time_out_seconds", deserialize_with = "seconds")]
    pub time_out: Duration,
    /// First wait between tries of a repeatable call; in files `retry_wait_seconds`.
    #[serde(rename = "retry_wait_seconds", deserialize_with = "seconds")]
    pub retry_wait: Duration,
}

impl Default for MojoConfig {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            lists_path: "api/v1/lists".into(),
            leads_path: "api/v1/lists/{list}/leads".into(),
            account_parameter: "user_id".into(),
            page_parameter: "page".into(),
            page_size_parameter: "page_size".into(),
            page_size: 500,
            items_at: String::new(),
            concurrency: 2,
            requests_per_minute: MOJO_REQUESTS_PER_MINUTE,
            time_out: Duration::from_mins(1),
            retry_wait: RETRY_WAIT,
        }
    }
}

impl MojoConfig {
    /// The defaults at this address.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            ..Self::default()
        }
    }

    pub(crate) const fn limits(&self) -> CallLimits {
        CallLimits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            time_out: self.time_out,
            retry_wait: self.retry_wait,
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_not_set_keeps_its_default() {
        let config: ElevenLabsConfig =
            serde_json::from_str(r#"{"api_key":"k","concurrency":10,"time_out_seconds":1.5}"#).unwrap();
        assert_eq!(config.api_key.expose_secret(), "k");
        assert_eq!(
            (config.concurrency, config.time_out),
            (10, Duration::from_millis(1_500))
        );
        assert_eq!(config.base_url, "https://api.elevenlabs.io");
    }

    #[test]
    fn settings_that_are_not_known_or_mean_nothing_are_refused() {
        for json in [
            r#"{"speed":1}"#,
            r#"{"time_out_seconds":-1}"#,
            r#"{"requests_per_minute":0}"#,
        ] {
            assert!(serde_json::from_str::<GroqConfig>(json).is_err(), "{json}");
            assert!(serde_json::from_str::<AnthropicConfig>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn keys_do_not_print_themselves() {
        let config = DropCowboyConfig::new("key-1".into(), "secret-1".into());
        let shown = format!("{config:?}");
        assert!(!shown.contains("key-1") && !shown.contains("secret-1"), "{shown}");
    }
}

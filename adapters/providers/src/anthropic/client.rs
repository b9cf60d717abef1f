//! Anthropic's messages as a script writer: `POST /v1/messages` with structured output. Facts go in a message of their own, as JSON,
//! so that a name or an address is never read as an instruction. Refuses a script that is refused, cut off or empty.

use async_trait::async_trait;
use commands::ports::{PortError, ScriptBatches, ScriptPrompt, ScriptWriter, WrittenScript};
use domain::MicroDollars;
use reqwest::{Method, RequestBuilder};

use super::{
    PROVIDER, error,
    wire::{self, Message, Models, Usage},
};
use crate::{
    config::AnthropicConfig,
    http::{
        HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, QuotaHeaders, Repeat, ResetForm, Route,
        credentials,
    },
    script,
};

/// The version of the API that is spoken.
const VERSION: &str = "2023-06-01";
/// Models a page, and most pages that are read: far more than there are.
const MODELS_PER_PAGE: u32 = 100;
const MODEL_PAGES_MAX: usize = 10;
/// What a token costs, in hundredths of one that is read: written to the cache for five minutes or an hour, and read from it.
const CACHED_5_MINUTES: u8 = 125;
const CACHED_1_HOUR: u8 = 200;
const READ_FROM_CACHE: u8 = 10;

/// All are counted by minute; each is told with its limit, too.
const QUOTA: QuotaHeaders = QuotaHeaders {
    rates: &[
        (
            "anthropic-ratelimit-requests-remaining",
            "anthropic-ratelimit-requests-reset",
        ),
        (
            "anthropic-ratelimit-tokens-remaining",
            "anthropic-ratelimit-tokens-reset",
        ),
        (
            "anthropic-ratelimit-input-tokens-remaining",
            "anthropic-ratelimit-input-tokens-reset",
        ),
        (
            "anthropic-ratelimit-output-tokens-remaining",
            "anthropic-ratelimit-output-tokens-reset",
        ),
    ],
    form: ResetForm::Instant,
};

pub(super) const MODELS: Route = Route {
    name: "models",
    repeat: Repeat::Harmless,
    answer_bytes_max: JSON_BYTES_MAX,
    refusal: error::refusal,
    understood: &[],
};
/// A repeat writes another script and costs a fraction of a cent; a lost answer has no other effect.
const MESSAGES: Route = Route {
    name: "messages",
    ..MODELS
};

/// Anthropic, by its API key.
#[derive(Debug)]
pub struct Anthropic {
    pub(super) call: ProviderCall,
    pub(super) config: AnthropicConfig,
}

impl Anthropic {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: AnthropicConfig) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(client: &HttpClient, config: AnthropicConfig) -> Result<Self, InvalidProvider> {
        let credentials = credentials(PROVIDER, &[("x-api-key", config.api_key.clone())])?;
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, credentials, config.limits())?;
        Ok(Self {
            call: call.told_by(&QUOTA),
            config,
        })
    }

    /// Whether the key is good and the configured model exists: models are retired at short notice.
    pub async fn check(&self) -> Result<(), PortError> {
        let mut after = None::<String>;
        for _ in 0..MODEL_PAGES_MAX {
            let mut request = self
                .request(Method::GET, "v1/models")
                .query(&[("limit", MODELS_PER_PAGE)]);
            if let Some(after) = &after {
                request = request.query(&[("after_id", after)]);
            }
            let models: Models = self.call.send(&MODELS, request).await?.json()?;
            if models.list(&self.config.model) {
                return Ok(());
            }
            after = models.next();
            if after.is_none() {
                break;
            }
        }
        Err(error::no_such_model(&self.config.model))
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.call
            .request(method, path)
            .header("anthropic-version", VERSION)
    }

    /// What an answer cost, at so many hundredths of the prices of its model. One that nobody asked for is taken for the configured one.
    pub(super) fn cost(&self, hundredths: u8, model: Option<&str>, usage: &Usage) -> MicroDollars {
        let count = Option::unwrap_or_default;
        let (read, written) = model.and_then(|model| self.config.prices(model)).map_or(
            (self.config.million_tokens_in, self.config.million_tokens_out),
            |prices| (prices.million_tokens_in, prices.million_tokens_out),
        );
        let for_an_hour = usage.cached_for_an_hour();
        let for_minutes = count(usage.cache_creation_input_tokens).saturating_sub(for_an_hour);
        let parts = [
            (count(usage.input_tokens), script::WHOLE, read),
            (for_minutes, CACHED_5_MINUTES, read),
            (for_an_hour, CACHED_1_HOUR, read),
            (count(usage.cache_read_input_tokens), READ_FROM_CACHE, read),
            (count(usage.output_tokens), script::WHOLE, written),
        ];
        script::cost(hundredths, &parts)
    }
}

#[async_trait]
impl ScriptWriter for Anthropic {
    async fn check(&self) -> Result<(), PortError> {
        Self::check(self).await
    }

    fn model(&self) -> &str {
        &self.config.model
    }

    fn knows_prices_of(&self, model: &str) -> bool {
        self.config.prices(model).is_some()
    }

    fn at_once(&self) -> usize {
        self.config.concurrency
    }

    async fn write(&self, prompt: ScriptPrompt) -> Result<WrittenScript, PortError> {
        let asked = prompt.model.as_deref().unwrap_or(&self.config.model);
        if !self.knows_prices_of(asked) {
            return Err(script::unpriced(PROVIDER, asked));
        }
        let body = wire::request(asked, &prompt);
        script::check_length(PROVIDER, &body)?;
        let request = self.request(Method::POST, "v1/messages").json(&body);
        let answer = self.call.send(&MESSAGES, request).await?;
        let message: Message = answer.json()?;
        let usage = message.usage.as_ref().unwrap_or(&Usage::NONE);
        let (tokens, cost) = (usage.tokens(), self.cost(script::WHOLE, Some(asked), usage));
        let cost = script::with_lost(cost, answer.lost);
        Ok(WrittenScript {
            text: message.script().map_err(|error| error.billed(cost))?,
            tokens,
            cost,
            model: message.model.unwrap_or_else(|| asked.to_owned()),
        })
    }

    fn batches(&self) -> Option<&dyn ScriptBatches> {
        Some(self)
    }
}

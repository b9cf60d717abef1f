//! Groq's chat completions as a script writer: `POST /openai/v1/chat/completions` with structured output. Facts go in a message of
//! their own, as JSON, so that a name or an address is never read as an instruction. Refuses a script that is cut off or empty.

use async_trait::async_trait;
use commands::ports::{PortError, ScriptBatches, ScriptPrompt, ScriptWriter, WrittenScript};
use domain::MicroDollars;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

use super::{
    PROVIDER, error,
    wire::{self, Completion, Models, Usage},
};
use crate::{
    config::GroqConfig,
    http::{
        HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, QuotaHeaders, Repeat, ResetForm, Route,
        credentials,
    },
    script,
};

/// Requests are counted by day, tokens by minute.
const QUOTA: QuotaHeaders = QuotaHeaders {
    rates: &[
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ],
    form: ResetForm::Duration,
};

pub(super) const MODELS: Route = Route {
    name: "models",
    repeat: Repeat::Harmless,
    answer_bytes_max: JSON_BYTES_MAX,
    refusal: error::refusal,
    understood: &[],
};
/// A repeat writes another script and costs a fraction of a cent; a lost answer has no other effect.
const COMPLETIONS: Route = Route {
    name: "chat completions",
    ..MODELS
};

/// Groq, by its API key.
#[derive(Debug)]
pub struct Groq {
    pub(super) call: ProviderCall,
    pub(super) config: GroqConfig,
}

impl Groq {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: GroqConfig) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(client: &HttpClient, config: GroqConfig) -> Result<Self, InvalidProvider> {
        let bearer = SecretString::from(format!("Bearer {}", config.api_key.expose_secret()));
        let credentials = credentials(PROVIDER, &[("authorization", bearer)])?;
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, credentials, config.limits())?;
        Ok(Self {
            call: call.told_by(&QUOTA),
            config,
        })
    }

    /// Whether the key is good and the configured model exists: models are retired at short notice.
    pub async fn check(&self) -> Result<(), PortError> {
        let request = self.call.request(Method::GET, "openai/v1/models");
        let models: Models = self.call.send(&MODELS, request).await?.json()?;
        if models.data.iter().any(|m| m.id == self.config.model) {
            Ok(())
        } else {
            Err(error::no_such_model(&self.config.model))
        }
    }

    /// What an answer cost, at so many hundredths of the prices of its model. One that nobody asked for is taken for the configured one.
    pub(super) fn cost(&self, hundredths: u8, model: Option<&str>, usage: &Usage) -> MicroDollars {
        let (read, written) = model.and_then(|model| self.config.prices(model)).map_or(
            (self.config.million_tokens_in, self.config.million_tokens_out),
            |prices| (prices.million_tokens_in, prices.million_tokens_out),
        );
        let parts = [
            (usage.prompt_tokens, script::WHOLE, read),
            (usage.completion_tokens, script::WHOLE, written),
        ];
        script::cost(hundredths, &parts)
    }
}

#[async_trait]
impl ScriptWriter for Groq {
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
        let request = self
            .call
            .request(Method::POST, "openai/v1/chat/completions")
            .json(&body);
        let answer = self.call.send(&COMPLETIONS, request).await?;
        let completion: Completion = answer.json()?;
        let usage = completion.usage.as_ref().unwrap_or(&Usage::NONE);
        let (tokens, cost) = (usage.tokens(), self.cost(script::WHOLE, Some(asked), usage));
        let cost = script::with_lost(cost, answer.lost);
        let text = completion
            .script()
            .map_err(|why| error::unusable(why).billed(cost))?;
        Ok(WrittenScript {
            text,
            model: completion.model.unwrap_or_else(|| asked.to_owned()),
            tokens,
            cost,
        })
    }

    fn batches(&self) -> Option<&dyn ScriptBatches> {
        Some(self)
    }
}

//! Whoever writes a script from a prompt: a language model. Templates need no port, they are rendered in place.

use std::sync::Arc;

use async_trait::async_trait;
use domain::MicroDollars;

use super::{PortError, ScriptBatches};

/// What a script is to be written from. Contact fields are data, never instructions: adapters must keep the two apart.
#[derive(Clone, PartialEq, Eq)]
pub struct ScriptPrompt {
    /// The instructions, ours and the agent's.
    pub instructions: String,
    /// Facts about agent, contact and property by name, untrusted.
    pub facts: Vec<(String, String)>,
    /// Model id of the provider; nothing for the configured one.
    pub model: Option<String>,
}

impl std::fmt::Debug for ScriptPrompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptPrompt")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// A script as the model wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrittenScript {
    /// The words to be spoken.
    pub text: String,
    /// Model id that answered.
    pub model: String,
    /// Tokens read and written.
    pub tokens: u64,
    /// What it cost by the configured price.
    pub cost: MicroDollars,
}

impl std::fmt::Debug for WrittenScript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenScript")
            .field("model", &self.model)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

/// A language model that writes scripts.
#[async_trait]
pub trait ScriptWriter: Send + Sync + std::fmt::Debug {
    /// Writes one script. Limits of the provider (concurrency, rate, retries of certain failures) are kept inside.
    async fn write(&self, prompt: ScriptPrompt) -> Result<WrittenScript, PortError>;

    /// Whether the key is good and the configured model exists: models are retired at short notice.
    async fn check(&self) -> Result<(), PortError>;

    /// The model that is asked unless another one is named.
    fn model(&self) -> &str;

    /// Whether it is known what a model costs; no other is asked.
    fn knows_prices_of(&self, model: &str) -> bool;

    /// Calls at once that the provider is sent.
    fn at_once(&self) -> usize;

    /// Its batches, where it takes any.
    fn batches(&self) -> Option<&dyn ScriptBatches> {
        None
    }
}

/// Why a model is not asked, and what to do.
pub fn unpriced_model(provider: &str, model: &str) -> String {
    format!(
        "nobody has said what the model {model} of {provider} costs; set providers.{provider}.models.\"{model}\" with \
         million_tokens_in and million_tokens_out, or leave the model out"
    )
}

/// The writers that are set up, by the provider's name, the preferred one first.
#[derive(Debug, Clone, Default)]
pub struct ScriptWriters(Vec<(&'static str, Arc<dyn ScriptWriter>)>);

/// No writer of this name is set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no writer {name} is set up; there are: {}", .known.join(", "))]
pub struct UnknownWriter {
    name: String,
    known: Vec<&'static str>,
}

impl ScriptWriters {
    /// These.
    pub const fn new(writers: Vec<(&'static str, Arc<dyn ScriptWriter>)>) -> Self {
        Self(writers)
    }

    fn unknown(&self, name: &str) -> UnknownWriter {
        UnknownWriter {
            name: name.to_owned(),
            known: self.0.iter().map(|(known, _)| *known).collect(),
        }
    }

    /// One by its provider's name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn ScriptWriter>, UnknownWriter> {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map(|(_, writer)| writer).ok_or_else(|| self.unknown(name))
    }

    /// The one that is asked when none is named: the first.
    pub fn first(&self) -> Result<&Arc<dyn ScriptWriter>, UnknownWriter> {
        let first = self.iter().next();
        first
            .map(|(_, writer)| writer)
            .ok_or_else(|| self.unknown("at all"))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Arc<dyn ScriptWriter>)> {
        self.0.iter().map(|(name, writer)| (*name, writer))
    }
}

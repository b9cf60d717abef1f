//! Whoever writes a script from a prompt: a language model. Templates need no port, they are rendered in place.

use async_trait::async_trait;
use domain::MicroDollars;

use super::PortError;

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
}

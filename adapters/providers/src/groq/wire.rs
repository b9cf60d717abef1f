//! The vendor's JSON, as far as it is used.

use commands::ports::ScriptPrompt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::script;

/// Room for a script of 45 seconds and the model's own reasoning, which counts.
const COMPLETION_TOKENS_MAX: u32 = 2_048;

/// Body of a chat completion. `strict` makes the vendor keep to the schema; reasoning is low, as a voicemail needs little, and hidden.
pub(super) fn request(model: &str, prompt: &ScriptPrompt) -> Value {
    json!({
        "model": model,
        "messages": [
            { "role": "system", "content": script::instructions(prompt) },
            { "role": "user", "content": script::facts(prompt) },
        ],
        "max_completion_tokens": COMPLETION_TOKENS_MAX,
        "reasoning_effort": "low",
        "include_reasoning": false,
        "response_format": { "type": "json_schema", "json_schema": {
            "name": "voicemail_script",
            "strict": true,
            "schema": script::schema(),
        }},
    })
}

#[derive(Deserialize)]
pub(super) struct Completion {
    pub(super) model: Option<String>,
    choices: Vec<Choice>,
    pub(super) usage: Option<Usage>,
}

impl Completion {
    /// The words of the script, or why there are none.
    pub(super) fn script(&self) -> Result<String, &'static str> {
        let choice = self.choices.first().ok_or("it has no choice")?;
        if choice.finish_reason.as_deref() == Some("length") {
            return Err("it was cut off");
        }
        script::words(choice.message.content.as_deref().unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    pub(super) prompt_tokens: u64,
    /// With the tokens of the reasoning.
    #[serde(default)]
    pub(super) completion_tokens: u64,
}

impl Usage {
    /// Where the answer does not say.
    pub(super) const NONE: Self = Self {
        prompt_tokens: 0,
        completion_tokens: 0,
    };

    pub(super) const fn tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }
}

#[derive(Deserialize)]
pub(super) struct Models {
    pub(super) data: Vec<Model>,
}

#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
}

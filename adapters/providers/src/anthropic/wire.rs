//! The vendor's JSON, as far as it is used.

use commands::ports::{PortError, ScriptPrompt};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error;
use crate::script;

/// Room for a script of 45 seconds and for what a model that thinks unasked thinks before, which counts.
const TOKENS_MAX: u32 = 4_096;
/// Digits of the date at the end of a model's id.
const DATE_DIGITS: usize = 8;

/// Body of a message. The schema is kept to by the vendor; neither a beginning of the answer nor a temperature is given, as newer
/// models refuse both.
pub(super) fn request(model: &str, prompt: &ScriptPrompt) -> Value {
    json!({
        "model": model,
        "max_tokens": TOKENS_MAX,
        "system": script::instructions(prompt),
        "messages": [{ "role": "user", "content": script::facts(prompt) }],
        "output_config": { "format": { "type": "json_schema", "schema": script::schema() } },
    })
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) model: Option<String>,
    #[serde(default)]
    content: Vec<Block>,
    stop_reason: Option<String>,
    pub(super) usage: Option<Usage>,
}

/// Of text, of thinking or of something newer.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
}

impl Message {
    /// The words of the script, or why there are none.
    pub(super) fn script(&self) -> Result<String, PortError> {
        let stop_reason = self.stop_reason.as_deref().unwrap_or_default();
        match error::stopped_early(stop_reason) {
            Some(early) => Err(early),
            None => script::words(&self.text()).map_err(error::unusable),
        }
    }

    /// What is said in it, without what was thought.
    fn text(&self) -> String {
        self.content
            .iter()
            .filter(|block| block.kind == "text")
            .map(|block| block.text.as_str())
            .collect()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Usage {
    /// Without those of the cache.
    pub(super) input_tokens: Option<u64>,
    /// With the tokens of the thinking.
    pub(super) output_tokens: Option<u64>,
    pub(super) cache_creation_input_tokens: Option<u64>,
    pub(super) cache_read_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CacheCreation {
    ephemeral_1h_input_tokens: Option<u64>,
}

impl Usage {
    /// Where the answer does not say.
    pub(super) const NONE: Self = Self {
        input_tokens: None,
        output_tokens: None,
        cache_creation_input_tokens: None,
        cache_read_input_tokens: None,
        cache_creation: None,
    };

    pub(super) fn tokens(&self) -> u64 {
        [
            self.input_tokens,
            self.output_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
        ]
        .into_iter()
        .flatten()
        .fold(0, u64::saturating_add)
    }

    /// Tokens that were written to the cache for an hour: part of all that were written to it.
    pub(super) fn cached_for_an_hour(&self) -> u64 {
        let told = self.cache_creation.as_ref();
        told.and_then(|c| c.ephemeral_1h_input_tokens)
            .unwrap_or_default()
            .min(self.cache_creation_input_tokens.unwrap_or_default())
    }
}

/// A page of the list of models.
#[derive(Deserialize)]
pub(super) struct Models {
    data: Vec<Model>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

impl Models {
    /// Whether it lists a model by its id, or by its id without the date: the vendor takes both and lists the first.
    pub(super) fn list(&self, model: &str) -> bool {
        let is_date = |rest: &str| {
            rest.strip_prefix('-')
                .is_some_and(|date| date.len() == DATE_DIGITS && date.bytes().all(|b| b.is_ascii_digit()))
        };
        self.data.iter().any(|listed| {
            let rest = listed.id.strip_prefix(model);
            rest.is_some_and(|rest| rest.is_empty() || is_date(rest))
        })
    }

    /// After which model the next page begins.
    pub(super) fn next(self) -> Option<String> {
        self.last_id.filter(|_| self.has_more)
    }
}

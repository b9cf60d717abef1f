//! Groq's chat completions as a script writer. Wire: `POST /openai/v1/chat/completions` with structured output; facts go in a
//! message of their own, as JSON, so that a name or an address is never read as an instruction.

use async_trait::async_trait;
use commands::ports::{PortError, PortErrorKind, ScriptPrompt, ScriptWriter, WrittenScript};
use domain::MicroDollars;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    config::GroqConfig,
    http::{Answer, HttpClient, InvalidProvider, Repeat, json as parse},
};

const PROVIDER: &str = "groq";
/// Room for a script of 45 seconds and the model's own reasoning, which counts.
const COMPLETION_TOKENS_MAX: u32 = 2_048;
/// Longest script that is taken, characters.
const SCRIPT_CHARS_MAX: usize = 5_000;

/// Groq, by its API key.
#[derive(Debug)]
pub struct Groq {
    http: HttpClient,
    config: GroqConfig,
}

#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Usage>,
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

#[derive(Deserialize, Default)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

#[derive(Deserialize)]
struct Script {
    script: String,
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

impl Groq {
    /// Prepares the client; calls nothing.
    pub fn new(config: GroqConfig) -> Result<Self, InvalidProvider> {
        let http = HttpClient::new(PROVIDER, &config.base_url, config.concurrency, config.time_out)?;
        Ok(Self { http, config })
    }

    /// Whether the key is good and the configured model exists: models are retired at short notice.
    pub async fn check(&self) -> Result<(), PortError> {
        let request = self
            .http
            .request(Method::GET, "openai/v1/models")
            .bearer_auth(self.config.api_key.expose_secret());
        let answer = self.http.send("models", request, Repeat::Harmless).await?;
        refused(&answer)?;
        let models: Models = parse(PROVIDER, "models", &answer)?;
        if models.data.iter().any(|m| m.id == self.config.model) {
            Ok(())
        } else {
            let message = format!(
                "groq has no model {}; set providers.groq.model to one it lists",
                self.config.model
            );
            Err(PortError::new(PortErrorKind::Permanent, message))
        }
    }

    fn body(&self, prompt: &ScriptPrompt) -> Value {
        let facts: Map<String, Value> = prompt
            .facts
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect();
        json!({
            "model": prompt.model.as_deref().unwrap_or(&self.config.model),
            "messages": [
                { "role": "system", "content": prompt.instructions },
                { "role": "user", "content": Value::Object(facts).to_string() },
            ],
            "max_completion_tokens": COMPLETION_TOKENS_MAX,
            "reasoning_effort": "low",
            "include_reasoning": false,
            "response_format": { "type": "json_schema", "json_schema": {
                "name": "voicemail_script",
                "strict": true,
                "schema": {
                    "type": "object",
                    "properties": { "script": { "type": "string" } },
                    "required": ["script"],
                    "additionalProperties": false,
                },
            }},
        })
    }

    fn cost(&self, usage: &Usage) -> MicroDollars {
        let part =
            |tokens: u64, million: MicroDollars| million.times(tokens.cast_signed()).micros() / 1_000_000;
        MicroDollars::from_micros(
            part(usage.prompt_tokens, self.config.million_tokens_in)
                + part(usage.completion_tokens, self.config.million_tokens_out),
        )
    }
}

#[async_trait]
impl ScriptWriter for Groq {
    async fn write(&self, prompt: ScriptPrompt) -> Result<WrittenScript, PortError> {
        let request = self
            .http
            .request(Method::POST, "openai/v1/chat/completions")
            .bearer_auth(self.config.api_key.expose_secret())
            .json(&self.body(&prompt));
        // A second answer costs a fraction of a cent and sends nothing to anyone.
        let answer = self
            .http
            .send("chat completions", request, Repeat::Harmless)
            .await?;
        refused(&answer)?;
        let completion: Completion = parse(PROVIDER, "chat completions", &answer)?;
        let unusable = |what: &str| {
            PortError::new(
                PortErrorKind::Permanent,
                format!("groq wrote no usable script: {what}"),
            )
        };
        let choice = completion
            .choices
            .into_iter()
            .next()
            .ok_or_else(|| unusable("no choice"))?;
        if choice.finish_reason.as_deref() == Some("length") {
            return Err(unusable("it was cut off"));
        }
        let content = choice.message.content.unwrap_or_default();
        let script: Script =
            serde_json::from_str(&content).map_err(|_| unusable("it is not in the shape asked for"))?;
        let text = script.script.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().count() > SCRIPT_CHARS_MAX {
            return Err(unusable("it is empty or too long"));
        }
        let usage = completion.usage.unwrap_or_default();
        Ok(WrittenScript {
            text,
            model: completion.model.unwrap_or_else(|| self.config.model.clone()),
            tokens: usage.prompt_tokens + usage.completion_tokens,
            cost: self.cost(&usage),
        })
    }
}

/// Statuses other than success, by what can be done about them. 429 and 5xx never get here.
fn refused(answer: &Answer) -> Result<(), PortError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body
        .pointer("/error/code")
        .or_else(|| body.pointer("/error/type"))
        .and_then(Value::as_str);
    let code = code.filter(|c| c.len() < 64).unwrap_or("no code");
    let (kind, advice) = match (answer.status, code) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
            (PortErrorKind::Unauthorised, "check providers.groq.api_key")
        }
        (_, "model_not_found") => (
            PortErrorKind::Unauthorised,
            "set providers.groq.model to a model that exists",
        ),
        _ if answer.status.as_u16() == 498 => (PortErrorKind::Limited { after: None }, "no capacity"),
        _ => (PortErrorKind::Permanent, "the request was refused"),
    };
    Err(PortError::new(
        kind,
        format!("groq answered {} ({code}): {advice}", answer.status.as_u16()),
    ))
}

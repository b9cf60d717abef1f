//! The vendor's JSON of files and batches, as far as it is used, and the form by which a file goes up.

use commands::ports::{BatchKey, BatchStanding, ScriptPrompt};
use domain::campaign::ScriptBatchOutcome;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{self, Completion};
use crate::script;

/// What a batch's requests are made to.
pub(super) const ENDPOINT: &str = "/v1/chat/completions";
/// The shortest time that can be asked for.
const COMPLETION_WINDOW: &str = "24h";
/// Where our key stands in what a batch is marked with.
const MARK: &str = "voicedrop_batch";

/// The file of a batch: a request a line. A prompt that would not be sent by itself is left out.
pub(super) fn lines(model: &str, key: BatchKey, prompts: &[(usize, ScriptPrompt)]) -> String {
    let mut lines = String::new();
    for (place, prompt) in prompts {
        let body = wire::request(prompt.model.as_deref().unwrap_or(model), prompt);
        if !script::is_of_usual_length(&body) {
            continue;
        }
        let line =
            json!({ "custom_id": key.request(*place), "method": "POST", "url": ENDPOINT, "body": body });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

/// A form with the file in it, and its media type. Written out here because a request must be repeatable, which a form of the client's
/// own is not. The boundary is the key, which stands in no prompt.
pub(super) fn form(key: BatchKey, lines: &str) -> (String, String) {
    let body = format!(
        "--{key}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
         --{key}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"voicedrop-{key}.jsonl\"\r\n\
         Content-Type: application/jsonl\r\n\r\n{lines}\r\n--{key}--\r\n"
    );
    (format!("multipart/form-data; boundary={key}"), body)
}

/// What a batch is made of: an uploaded file, marked with our key so that it is found again.
pub(super) fn batch(key: BatchKey, file: &str) -> Value {
    json!({
        "input_file_id": file,
        "endpoint": ENDPOINT,
        "completion_window": COMPLETION_WINDOW,
        "metadata": { MARK: key.to_string() },
    })
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) id: String,
}

/// A page of the account's batches.
#[derive(Deserialize)]
pub(super) struct Batches {
    pub(super) data: Vec<Batch>,
}

#[derive(Deserialize)]
pub(super) struct Batch {
    pub(super) id: String,
    status: String,
    /// Unix seconds.
    #[serde(default)]
    pub(super) created_at: i64,
    #[serde(default)]
    metadata: Value,
    request_counts: Option<Counts>,
    input_file_id: Option<String>,
    output_file_id: Option<String>,
    error_file_id: Option<String>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    completed: u64,
    #[serde(default)]
    failed: u64,
}

impl Batch {
    /// Whether it is marked with our key.
    pub(super) fn is_of(&self, key: BatchKey) -> bool {
        let mark = self.metadata.get(MARK).and_then(Value::as_str);
        mark == Some(key.to_string().as_str())
    }

    /// Files of what became of its requests: those that were answered, and those that were not.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let files = [&self.output_file_id, &self.error_file_id];
        files
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|id| !id.is_empty())
    }

    /// The file of its requests.
    pub(super) fn input(&self) -> Option<&str> {
        self.input_file_id.as_deref().filter(|id| !id.is_empty())
    }

    /// A status that is not known is one of a batch that is still being worked on: it is looked at again.
    pub(super) fn standing(&self) -> BatchStanding {
        let over = BatchStanding::Over;
        match self.status.as_str() {
            "completed" => over(ScriptBatchOutcome::Completed),
            "expired" => over(ScriptBatchOutcome::Expired),
            "cancelled" => over(ScriptBatchOutcome::Cancelled),
            "failed" => over(ScriptBatchOutcome::Refused),
            other => BatchStanding::Running {
                processed: self
                    .request_counts
                    .as_ref()
                    .map_or(0, |c| c.completed.saturating_add(c.failed)),
                cancelling: other == "cancelling",
            },
        }
    }
}

/// A line of a file of results.
#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) custom_id: String,
    pub(super) response: Option<Response>,
}

#[derive(Deserialize)]
pub(super) struct Response {
    pub(super) status_code: u16,
    #[serde(default)]
    body: Value,
}

impl Response {
    /// What was completed; nothing for a refusal.
    pub(super) fn completion(self) -> Option<Completion> {
        serde_json::from_value(self.body).ok()
    }

    /// Whether the request itself was refused, so that it would be again. What the model wrote outside of its schema is not.
    pub(super) fn is_final(&self) -> bool {
        let code = self.body.pointer("/error/code").and_then(Value::as_str);
        matches!(self.status_code, 400 | 413 | 422) && code != Some("json_validate_failed")
    }
}

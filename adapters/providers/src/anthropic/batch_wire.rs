//! The vendor's JSON of message batches, as far as it is used.

use chrono::{DateTime, Utc};
use commands::ports::{BatchKey, BatchStanding, ScriptPrompt};
use domain::campaign::ScriptBatchOutcome;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{self, Message};
use crate::script;

/// A batch of messages. A prompt that would not be sent by itself is left out.
pub(super) fn batch(model: &str, key: BatchKey, prompts: &[(usize, ScriptPrompt)]) -> Value {
    let requests: Vec<Value> = prompts
        .iter()
        .map(|(place, prompt)| {
            let asked = prompt.model.as_deref().unwrap_or(model);
            (place, wire::request(asked, prompt))
        })
        .filter(|(_, params)| script::is_of_usual_length(params))
        .map(|(place, params)| json!({ "custom_id": key.request(*place), "params": params }))
        .collect();
    json!({ "requests": requests })
}

/// A page of the workspace's batches, the newest first.
#[derive(Deserialize)]
pub(super) struct Batches {
    pub(super) data: Vec<Batch>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

impl Batches {
    /// After which batch the next page begins.
    pub(super) fn next(self) -> Option<String> {
        self.last_id.filter(|_| self.has_more)
    }
}

#[derive(Deserialize)]
pub(super) struct Batch {
    pub(super) id: String,
    processing_status: String,
    pub(super) created_at: DateTime<Utc>,
    cancel_initiated_at: Option<DateTime<Utc>>,
    #[serde(default)]
    request_counts: Counts,
    /// There once it has ended.
    pub(super) results_url: Option<String>,
}

/// All but `processing` stay at nothing until the whole batch has ended.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    succeeded: u64,
    errored: u64,
    canceled: u64,
    expired: u64,
}

impl Batch {
    pub(super) fn is_over(&self) -> bool {
        self.processing_status == "ended"
    }

    /// A status that is not known is one of a batch that is still being worked on: it is looked at again.
    pub(super) fn standing(&self) -> BatchStanding {
        let counts = &self.request_counts;
        if !self.is_over() {
            return BatchStanding::Running {
                processed: counts.succeeded.saturating_add(counts.errored),
                cancelling: self.processing_status == "canceling",
            };
        }
        BatchStanding::Over(if self.cancel_initiated_at.is_some() || counts.canceled > 0 {
            ScriptBatchOutcome::Cancelled
        } else if counts.expired > 0 {
            ScriptBatchOutcome::Expired
        } else {
            ScriptBatchOutcome::Completed
        })
    }
}

/// A line of the results.
#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) custom_id: String,
    pub(super) result: Outcome,
}

/// What became of a request.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outcome {
    Succeeded {
        message: Message,
    },
    Errored {
        #[serde(default)]
        error: Value,
    },
    /// Cancelled, expired, or something newer: not written and not billed.
    #[serde(other)]
    NotBegun,
}

/// Whether the request itself was refused, so that it would be again. The vendor wraps the error in an answer like that of a single call.
pub(super) fn is_final(error: &Value) -> bool {
    let kind = error.pointer("/error/type").or_else(|| error.get("type"));
    matches!(
        kind.and_then(Value::as_str),
        Some("invalid_request_error" | "request_too_large")
    )
}

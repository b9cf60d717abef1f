//! What the vendor's refusals mean: `{"type": "error", "error": {"type", "message", …}}`. The message is never quoted, it may repeat
//! the prompt.

use commands::ports::{PortError, PortErrorKind};
use serde_json::Value;

use super::PROVIDER;
use crate::{
    http::{Answer, Refusal, code_at},
    script,
};

const SET_MODEL: &str = "set providers.anthropic.model to a model that exists";
const TOP_UP: &str = "top up the account or raise its limit";
/// A 429 that no wait helps: it lasts until the next month.
const SPEND_LIMIT: &str = "enforced_spend_limit_reached";
/// How the message begins where an account without money is refused as a bad request; it has no type of its own there.
const MONEY_IS_OUT: [&str; 2] = [
    "Your credit balance is too low",
    "You have reached your specified API usage limits",
];

pub(super) fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let kind = code_at(&body, &["/error/type"]);
    let code = code_at(&body, &["/error/details/error_code", "/error/type"]);
    match (answer.status.as_u16(), kind) {
        (401 | 403, _) => Refusal::new(
            PortErrorKind::Unauthorised,
            code,
            "check providers.anthropic.api_key",
        ),
        // Every script would meet it: someone must act.
        (404, "not_found_error") => Refusal::new(PortErrorKind::Unauthorised, code, SET_MODEL),
        (402, _) => Refusal::new(PortErrorKind::Exhausted, code, TOP_UP),
        (400, _) if is_out_of_money(&body) => Refusal::new(PortErrorKind::Exhausted, code, TOP_UP),
        (429, _) if code == SPEND_LIMIT => Refusal::new(PortErrorKind::Exhausted, code, TOP_UP),
        (413, _) => Refusal::new(PortErrorKind::Permanent, code, "shorten the instructions"),
        // The vendor's own status for "everybody asks too much at the moment".
        (529, _) | (_, "overloaded_error") => Refusal::new(
            PortErrorKind::Limited {
                after: answer.retry_after(),
            },
            code,
            "no capacity at the moment",
        ),
        _ => Refusal::by_status(answer, code),
    }
}

fn is_out_of_money(body: &Value) -> bool {
    let message = body.pointer("/error/message").and_then(Value::as_str);
    message.is_some_and(|m| MONEY_IS_OUT.iter().any(|begins| m.starts_with(begins)))
}

/// The account does not list the configured model.
pub(super) fn no_such_model(model: &str) -> PortError {
    PortError::new(
        PortErrorKind::Unauthorised,
        format!("anthropic lists no model {model}; {SET_MODEL}"),
    )
}

/// Why the model stopped, where that leaves no whole script.
pub(super) fn stopped_early(reason: &str) -> Option<PortError> {
    let why = match reason {
        "refusal" => "the model refused to write it; change the instructions",
        "max_tokens" => "it was cut off",
        "model_context_window_exceeded" => "the prompt fills the model's context; shorten the instructions",
        _ => return None,
    };
    Some(unusable(why))
}

/// A message that no script can be had from.
pub(super) fn unusable(why: &str) -> PortError {
    script::unusable(PROVIDER, why)
}

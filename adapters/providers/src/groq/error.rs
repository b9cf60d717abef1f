//! What the vendor's refusals mean: `{"error": {"message", "type", "code", …}}`. The message is never quoted, it may repeat the prompt.

use commands::ports::{PortError, PortErrorKind};

use super::PROVIDER;
use crate::{
    http::{Answer, Refusal, code_at},
    script,
};

const SET_MODEL: &str = "set providers.groq.model to a model that exists";

pub(super) fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(&body, &["/error/code", "/error/type"]);
    match (answer.status.as_u16(), code) {
        // 404, and every script would meet it: someone must act.
        (_, "model_not_found" | "model_decommissioned") => {
            Refusal::new(PortErrorKind::Unauthorised, code, SET_MODEL)
        }
        (401 | 403, _) => Refusal::new(PortErrorKind::Unauthorised, code, "check providers.groq.api_key"),
        // The model left the schema: nothing was delivered, and the next attempt may keep to it.
        (400, "json_validate_failed") => Refusal::new(
            PortErrorKind::Retryable,
            code,
            "the model wrote something that is no script",
        ),
        // The vendor's own status for "no capacity in this service tier".
        (498, _) => Refusal::new(
            PortErrorKind::Limited {
                after: answer.retry_after(),
            },
            code,
            "no capacity at the moment",
        ),
        _ => Refusal::by_status(answer, code),
    }
}

/// The account does not list the configured model.
pub(super) fn no_such_model(model: &str) -> PortError {
    PortError::new(
        PortErrorKind::Unauthorised,
        format!("groq lists no model {model}; {SET_MODEL}"),
    )
}

/// A completion that no script can be had from.
pub(super) fn unusable(why: &str) -> PortError {
    script::unusable(PROVIDER, why)
}

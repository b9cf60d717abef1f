//! What the vendor's refusals mean. `detail` comes as `{"status", "message"}`, as a list (validation) or as a text; only a code in it is
//! quoted, the rest may repeat the words that were to be spoken.

use commands::ports::{PortError, PortErrorKind};

use crate::http::{Answer, Refusal, code_at};

const CHECK_KEY: &str = "check providers.elevenlabs.api_key and its rights";
const SET_MODEL: &str = "set providers.elevenlabs.model to one that speaks";

pub(super) fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(
        &body,
        &["/detail/status", "/detail/code", "/detail/0/type", "/detail"],
    );
    match (answer.status.as_u16(), code) {
        // It comes as 401, not as 402 or 429.
        (_, "quota_exceeded") => Refusal::new(
            PortErrorKind::Exhausted,
            code,
            "the plan's characters are used up",
        ),
        // Every script of the campaign would meet it: someone must act.
        (_, "voice_not_found") => Refusal::new(PortErrorKind::Unauthorised, code, "choose another voice"),
        (_, "too_many_concurrent_requests" | "concurrent_limit_exceeded") => Refusal::new(
            PortErrorKind::Limited {
                after: answer.retry_after(),
            },
            code,
            "more requests at once than the plan allows; lower providers.elevenlabs.concurrency",
        ),
        (401 | 403, _) | (_, "invalid_api_key") => Refusal::new(PortErrorKind::Unauthorised, code, CHECK_KEY),
        _ => Refusal::by_status(answer, code),
    }
}

/// Why a recording that was billed can't be used, where it is none.
pub(super) const BILLED_NO_AUDIO: &str =
    "elevenlabs billed something that is no audio; try another output format";

/// A success that is no audio and that nobody billed: something else than the vendor answered.
pub(super) fn no_audio() -> PortError {
    PortError::new(
        PortErrorKind::Unknown,
        "elevenlabs text to speech: the answer is no audio; check its base address",
    )
}

/// The account does not list the configured model, or that does something else.
pub(super) fn no_such_model(model: &str) -> PortError {
    PortError::new(
        PortErrorKind::Unauthorised,
        format!("elevenlabs lists no model {model} for text to speech; {SET_MODEL}"),
    )
}

/// The account can't speak until somebody has paid.
pub(super) fn unpaid() -> PortError {
    PortError::new(
        PortErrorKind::Exhausted,
        "elevenlabs has stopped the subscription; see its billing",
    )
}

/// More words than the model takes at once.
pub(super) fn too_long(characters_max: usize) -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        format!(
            "elevenlabs speaks at most {characters_max} characters at once by this model; shorten the text"
        ),
    )
}

/// This program is being stopped while the speech is looked at.
pub(super) fn interrupted() -> PortError {
    PortError::new(PortErrorKind::Unknown, "elevenlabs text to speech: interrupted")
}

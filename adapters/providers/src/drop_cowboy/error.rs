//! What the vendor's refusals mean. The error's code stands in one of several places; `detail` and `message` are never quoted, they
//! may repeat a number.

use commands::ports::{PortError, PortErrorKind};

use crate::http::{Answer, Refusal, code_at};

use super::PROVIDER;

/// A send route answers 401 only when no key came at all; a wrong key is taken with 202 and reported as 3007.
pub(super) fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(&body, &["/details/code", "/detail/code", "/code", "/error"]);
    match (answer.status.as_u16(), code) {
        (402, _) | (400..=499, "insufficient_balance") => {
            Refusal::new(PortErrorKind::Exhausted, code, "top up the carrier account")
        }
        (401 | 403, _) => Refusal::new(
            PortErrorKind::Unauthorised,
            code,
            "check providers.drop_cowboy.key, its secret, its scopes and the account's plan",
        ),
        _ => Refusal::by_status(answer, code),
    }
}

/// The storage behind the signed address has its own bodies, which are not read. 403: the address expired or the media type is
/// another than the one that was signed.
pub(super) fn upload_refusal(answer: &Answer) -> Refusal {
    match answer.status.as_u16() {
        300..=399 | 401..=403 => Refusal::new(
            PortErrorKind::Permanent,
            "no code",
            "the upload address was not accepted",
        ),
        _ => Refusal::by_status(answer, "no code"),
    }
}

/// An upload that was refused can't go on from where it is, but a fresh one, with a fresh address, may do.
pub(super) fn begin_anew(error: PortError) -> PortError {
    match error.kind {
        PortErrorKind::Permanent => PortError::new(PortErrorKind::Retryable, error.message),
        _ => error,
    }
}

pub(super) fn not_as_documented(route: &str, what: &str) -> PortError {
    PortError::new(
        PortErrorKind::Unknown,
        format!("{PROVIDER} {route}: the answer is not as documented: {what}"),
    )
}

pub(super) fn wrong_media_type() -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        format!("{PROVIDER} takes audio/mpeg and audio/wav only; set another output format"),
    )
}

/// Without it the result would never come back.
pub(super) fn no_callback_address() -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("{PROVIDER} rvm: not sent, the server's public address is not known yet"),
    )
}

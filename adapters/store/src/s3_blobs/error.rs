//! What the service's refusals mean. Codes are quoted, texts are not: they may repeat a key or a signature.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use commands::ports::{PortError, PortErrorKind};

/// Longest code that is quoted.
const CODE_CHARS_MAX: usize = 64;

/// The failure of a request.
pub(super) fn failed<E: ProvideErrorMetadata>(what: &str, error: &SdkError<E>) -> PortError {
    let (kind, why) = match error {
        SdkError::ServiceError(refused) => {
            let code = refused.err().code().unwrap_or_default();
            of_status(refused.raw().status().as_u16(), code)
        }
        SdkError::TimeoutError(_) => (PortErrorKind::Retryable, "it did not answer in time".to_owned()),
        SdkError::DispatchFailure(_) => (PortErrorKind::Retryable, "it can't be reached".to_owned()),
        SdkError::ResponseError(_) => (PortErrorKind::Retryable, "its answer broke off".to_owned()),
        _ => (PortErrorKind::Permanent, "the request can't be made".to_owned()),
    };
    PortError::new(kind, format!("the bucket: {what}: {why}"))
}

fn of_status(status: u16, code: &str) -> (PortErrorKind, String) {
    let code: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CODE_CHARS_MAX)
        .collect();
    let (kind, advice) = match (status, code.as_str()) {
        (_, "NoSuchBucket") => (
            PortErrorKind::Unauthorised,
            "set storage.s3.bucket to one that exists",
        ),
        (_, "SlowDown") | (429 | 503, _) => (PortErrorKind::Limited { after: None }, "asked too often"),
        (301 | 307, _) => (
            PortErrorKind::Unauthorised,
            "set storage.s3.region to the bucket's",
        ),
        (401 | 403, _) => (
            PortErrorKind::Unauthorised,
            "check storage.s3.access_key, its secret and its rights",
        ),
        (408 | 500..=599, _) => (PortErrorKind::Retryable, "it is in trouble"),
        _ => (PortErrorKind::Permanent, "it was refused"),
    };
    (kind, format!("answered {status} ({code}); {advice}"))
}

/// Whether there is no such object.
pub(super) fn is_absent<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("NoSuchKey" | "NotFound"))
}

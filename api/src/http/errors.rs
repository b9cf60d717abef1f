//! Errors of the plain routes: a status, a code, and what to do. Faults are logged and answered without internals.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use commands::{CommandError, authorization::Denied, ports::PortError};
use serde_json::json;

use crate::auth::{AuthError, SignInError};

/// Why a plain request was not answered as hoped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// HTTP status.
    pub status: StatusCode,
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl HttpError {
    /// The client's to mend.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            code,
            message,
        }
    }

    /// Not there, or not theirs.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("there is no such {what}"),
        )
    }

    /// Something failed; `what` goes to the log alone.
    pub fn unavailable(what: impl std::fmt::Display) -> Self {
        tracing::error!("a request failed: {what}");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "not available at this moment; try again shortly",
        )
    }

    /// A signed link that was changed, has expired, or is of somebody who has left.
    pub fn link_void() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "LINK_VOID",
            "this link has expired; load the page again",
        )
    }

    /// Too much at once.
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "BUSY",
            "too many requests at once; try again shortly",
        )
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        (
            self.status,
            Json(json!({"error": {"code": self.code, "message": self.message}})),
        )
            .into_response()
    }
}

impl From<AuthError> for HttpError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::InvalidToken => {
                Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", error.to_string())
            }
            AuthError::CrossSite => Self::new(StatusCode::FORBIDDEN, "CROSS_SITE", error.to_string()),
            AuthError::Port(_) | AuthError::Command(_) => Self::unavailable(error),
        }
    }
}

impl From<SignInError> for HttpError {
    fn from(error: SignInError) -> Self {
        let status = match error {
            SignInError::Wrong | SignInError::LinkVoid => StatusCode::UNAUTHORIZED,
            SignInError::TooMany => StatusCode::TOO_MANY_REQUESTS,
            SignInError::NoMembership => StatusCode::FORBIDDEN,
            SignInError::Port(_) | SignInError::Query(_) | SignInError::Journal(_) => {
                return Self::unavailable(error);
            }
        };
        Self::new(status, "NOT_SIGNED_IN", error.to_string())
    }
}

impl From<CommandError> for HttpError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Denied(Denied::SignedOut) => {
                Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", error.to_string())
            }
            CommandError::Denied(Denied::Role { .. }) => {
                Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", error.to_string())
            }
            CommandError::Denied(Denied::NotFound(what)) => Self::not_found(what),
            CommandError::Refused(refusal) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "REFUSED", refusal.to_string())
            }
            other => Self::unavailable(other),
        }
    }
}

impl From<PortError> for HttpError {
    fn from(error: PortError) -> Self {
        Self::unavailable(error)
    }
}

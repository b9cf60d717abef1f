//! Setting an installation up by plain HTTP, because it signs the first admin in. `GET /set-up/…` is the page's own address.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::HttpError;
use crate::{
    auth::{FirstAdmin, SetUpError, is_same_origin, open_session, set_up},
    state::AppState,
};

/// What the form sends.
#[derive(Deserialize)]
pub struct Given {
    secret: String,
    organization: String,
    name: String,
    email: String,
    password: String,
}

/// `POST /set-up`: JSON, from our own page or from a program without a browser.
pub async fn by_link(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(given): Json<Given>,
) -> Result<Response, HttpError> {
    if headers.contains_key("origin") && !is_same_origin(&headers) {
        return Err(HttpError::new(
            StatusCode::FORBIDDEN,
            "CROSS_SITE",
            "set it up from our own page",
        ));
    }
    let first = FirstAdmin {
        organization: given.organization,
        name: given.name,
        email: given.email,
        password: given.password,
    };
    let (organization, user) = set_up(&state, &given.secret, first, &peer.ip().to_string()).await?;
    let cookies = open_session(&state, organization, user).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

impl From<SetUpError> for HttpError {
    fn from(error: SetUpError) -> Self {
        let status = match error {
            SetUpError::WrongLink => StatusCode::UNAUTHORIZED,
            SetUpError::Done => StatusCode::CONFLICT,
            SetUpError::TooMany => StatusCode::TOO_MANY_REQUESTS,
            SetUpError::Name | SetUpError::Email | SetUpError::Password(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            SetUpError::Command(error) => return error.into(),
            SetUpError::Port(_) | SetUpError::Query(_) | SetUpError::Journal(_) => {
                return Self::unavailable(error);
            }
        };
        Self::new(status, "NOT_SET_UP", error.to_string())
    }
}

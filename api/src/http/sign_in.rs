//! Signing in and out by plain HTTP, because cookies come and go with it.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, Method, StatusCode, header::ACCEPT},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::HttpError;
use crate::{
    auth::{
        SignInError, clear_cookies, hash_of, identify_for_change, is_same_origin, open_session,
        session_token, sign_in_by_link, sign_in_by_password,
    },
    state::AppState,
};

/// What the sign-in form sends.
#[derive(Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
}

/// `POST /sign-in`: JSON, from our own page or from a program without a browser.
pub async fn by_password(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Result<Response, HttpError> {
    if headers.contains_key("origin") && !is_same_origin(&headers) {
        return Err(HttpError::new(
            StatusCode::FORBIDDEN,
            "CROSS_SITE",
            "sign in from our own page",
        ));
    }
    let address = peer.ip().to_string();
    let (organization, user) = sign_in_by_password(&state, &given.email, given.password, &address).await?;
    let cookies = open_session(&state, organization, user).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// `GET /sign-in/{token}`: uses a one-time link up.
pub async fn by_link(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    // A HEAD request, as link previews make it, must not use the link up.
    if method != Method::GET {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (organization, user) = match sign_in_by_link(&state, &token, &peer.ip().to_string()).await {
        // A person is led to the sign-in page, which says what to do; a program gets the error.
        Err(SignInError::LinkVoid) if wants_a_page(&headers) => {
            return Ok(Redirect::to("/?link=void").into_response());
        }
        found => found?,
    };
    let cookies = open_session(&state, organization, user).await?;
    Ok((cookies, Redirect::to("/")).into_response())
}

/// Whether a browser asks, for somebody to read the answer.
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accepted.is_some_and(|accept| accept.contains("text/html"))
}

/// `POST /sign-out`.
pub async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, HttpError> {
    identify_for_change(&state, &headers).await?;
    if let Some(token) = session_token(&headers) {
        state.accounts.end_session(&hash_of(&token)).await?;
    }
    Ok((StatusCode::NO_CONTENT, clear_cookies(&state)).into_response())
}

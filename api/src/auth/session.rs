//! Sessions of browsers: a random token in a cookie that scripts can't read, and beside it a readable secret that a
//! state-changing request sends back.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use chrono::Duration;
use commands::ports::{PortError, Session};
use domain::{OrganizationId, UserId};

use super::{hash_of, new_secret};
use crate::state::AppState;

/// The cookie with the session's token.
pub const SESSION_COOKIE: &str = "vd_session";
/// The cookie with the secret for the `x-csrf-token` header.
pub const CSRF_COOKIE: &str = "vd_csrf";
/// How long a session lasts.
pub const SESSION_LENGTH: Duration = Duration::hours(12);

/// Opens a session and answers the cookies that carry it.
pub async fn open_session(
    state: &AppState,
    organization: OrganizationId,
    user: UserId,
) -> Result<HeaderMap, PortError> {
    let (token, csrf) = (new_secret(), new_secret());
    let now = state.now();
    let session = Session {
        user,
        organization,
        csrf: csrf.clone(),
        created_at: now,
        expires_at: now + SESSION_LENGTH,
    };
    state.accounts.open_session(&hash_of(&token), session).await?;
    let seconds = SESSION_LENGTH.num_seconds();
    let mut headers = HeaderMap::new();
    put(&mut headers, state, SESSION_COOKIE, &token, seconds, true);
    put(&mut headers, state, CSRF_COOKIE, &csrf, seconds, false);
    Ok(headers)
}

/// Cookies that end both.
pub fn clear_cookies(state: &AppState) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, state, SESSION_COOKIE, "", 0, true);
    put(&mut headers, state, CSRF_COOKIE, "", 0, false);
    headers
}

fn put(headers: &mut HeaderMap, state: &AppState, name: &str, value: &str, seconds: i64, hidden: bool) {
    let http_only = if hidden { "; HttpOnly" } else { "" };
    let secure = if state.settings.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{http_only}{secure}");
    // Every part is ASCII of our own making.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

/// The session's token, if the request carries one.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == SESSION_COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sessions_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static("theme=dark; vd_session=abc; x=y"),
        );
        assert_eq!(session_token(&headers).as_deref(), Some("abc"));
        headers.insert(COOKIE, HeaderValue::from_static("xvd_session=abc; vd_session="));
        assert_eq!(session_token(&headers), None);
    }
}

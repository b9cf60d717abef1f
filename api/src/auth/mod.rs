//! Who is asking: a session cookie, an API token, or nobody. What somebody may do is decided elsewhere
//! (`commands::authorization`), with the membership read afresh for each request.

mod csrf;
mod password;
mod rate_limit;
mod session;
mod set_up;
mod sign_in;
mod token;

use axum::http::{HeaderMap, header::AUTHORIZATION};
use commands::{CommandError, access, authorization::Principal, ports::PortError};
use domain::{ApiTokenId, OrganizationId, UserId};

use crate::state::AppState;

pub use csrf::{CSRF_HEADER, is_same_origin};
pub use password::{InvalidPassword, hash_password, verify_password};
pub use rate_limit::SignInLimits;
pub use session::{CSRF_COOKIE, SESSION_COOKIE, clear_cookies, open_session, session_token};
pub use set_up::{FirstAdmin, SetUpError, set_up, set_up_link};
pub use sign_in::{SignInError, email_index, make_sign_in_link, sign_in_by_link, sign_in_by_password};
pub use token::{Scope, TOKEN_PREFIX, hash_of, make_token, new_secret};

/// How somebody proved who they are.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// By a browser's session.
    Session {
        /// What state-changing requests must send along.
        csrf: String,
    },
    /// By an API token.
    Token {
        /// Which.
        id: ApiTokenId,
        /// What it may do.
        scope: Scope,
    },
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session { .. } => "Session",
            Self::Token { .. } => "Token",
        })
    }
}

/// Somebody who is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who, where, with which role at this moment.
    pub principal: Principal,
    /// How they proved it.
    pub proof: Proof,
}

/// Why a request is not taken as anybody's.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is unknown, expired or revoked.
    #[error("this API token is unknown, expired or revoked; make a new one")]
    InvalidToken,
    /// The request came with a cookie, but not from our own page.
    #[error("send the x-csrf-token header with the value of viewer.csrf")]
    CrossSite,
    /// Accounts can't be read.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The membership can't be read.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// Who asks, for a request that changes nothing. A session that has ended is nobody; a bad token is an error.
pub async fn identify(state: &AppState, headers: &HeaderMap) -> Result<Option<Identity>, AuthError> {
    if let Some(secret) = bearer(headers) {
        return identify_token(state, secret).await.map(Some);
    }
    let Some(token) = session_token(headers) else {
        return Ok(None);
    };
    let Some(session) = state.accounts.session(&hash_of(&token), state.now()).await? else {
        return Ok(None);
    };
    let proof = Proof::Session {
        csrf: session.csrf.clone(),
    };
    member(state, session.organization, session.user, proof).await
}

/// Who asks, for a request that may change something: a cookie alone is not enough.
pub async fn identify_for_change(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<Identity>, AuthError> {
    let identity = identify(state, headers).await?;
    match &identity {
        Some(Identity {
            proof: Proof::Session { csrf },
            ..
        }) if !csrf::is_intended(headers, csrf) => Err(AuthError::CrossSite),
        _ => Ok(identity),
    }
}

/// Whose token it is.
pub async fn identify_token(state: &AppState, secret: &str) -> Result<Identity, AuthError> {
    let known = state.accounts.token(&hash_of(secret), state.now()).await?;
    let token = known.ok_or(AuthError::InvalidToken)?;
    let scope = Scope::parse(&token.scope).ok_or(AuthError::InvalidToken)?;
    let proof = Proof::Token { id: token.id, scope };
    member(state, token.organization, token.user, proof)
        .await?
        .ok_or(AuthError::InvalidToken)
}

async fn member(
    state: &AppState,
    organization: OrganizationId,
    user: UserId,
    proof: Proof,
) -> Result<Option<Identity>, AuthError> {
    let principal = access::principal(&state.ports, organization, user).await?;
    Ok(principal.map(|principal| Identity { principal, proof }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

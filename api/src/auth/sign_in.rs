//! Signing in: by e-mail address and password, or once by a link that an admin or the server made.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use commands::ports::{JournalError, KeyRing, PortError};
use domain::{OrganizationId, UserId};
use projections::queries::QueryError;

use super::{hash_of, new_secret, verify_password};
use crate::state::AppState;

/// How long a one-time link can be used.
pub const LINK_LENGTH: Duration = Duration::hours(48);
/// How long the read models get to learn of a member who was let in a moment ago.
const MEMBERSHIP_WAIT: StdDuration = StdDuration::from_secs(2);
/// Keeps e-mail indexes apart from other keyed MACs.
const EMAIL_PURPOSE: &str = "email";

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address or password is wrong: which of the two is not said.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// The link was used, has expired, or never was.
    #[error("this link was used already or has expired; ask an admin for a new one")]
    LinkVoid,
    /// Too many attempts.
    #[error("too many attempts; wait a quarter of an hour")]
    TooMany,
    /// The person is in no organization any more.
    #[error("this account is in no organization; ask an admin to add it")]
    NoMembership,
    /// Accounts can't be read.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Memberships can't be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The keyed index of an e-mail address, in any case and with white space around it.
pub fn email_index(keys: &dyn KeyRing, email: &str) -> String {
    keys.sign(EMAIL_PURPOSE, &email.trim().to_lowercase())
}

/// Signs in by password. `address` is where the request comes from; attempts are counted by it and by account.
pub async fn sign_in_by_password(
    state: &AppState,
    email: &str,
    password: String,
    address: &str,
) -> Result<(OrganizationId, UserId), SignInError> {
    let index = email_index(state.ports.keys.as_ref(), email);
    let now = state.now();
    let admitted = [index.as_str(), address].map(|key| state.sign_ins.admit(key, now));
    if admitted.contains(&false) {
        return Err(SignInError::TooMany);
    }
    let account = state.accounts.user_by_email(&index).await?;
    let hash = match account {
        Some((_, user)) => state.accounts.password(user).await?,
        None => None,
    };
    let verified = verify_password(password, hash).await;
    match account {
        Some(account) if verified => {
            state.sign_ins.forget(&index);
            Ok(account)
        }
        _ => Err(SignInError::Wrong),
    }
}

/// Uses a one-time link up.
pub async fn sign_in_by_link(
    state: &AppState,
    secret: &str,
    address: &str,
) -> Result<(OrganizationId, UserId), SignInError> {
    if !state.sign_ins.admit(&format!("link {address}"), state.now()) {
        return Err(SignInError::TooMany);
    }
    // Before the link is used up, so that a member of a moment ago does not lose it to a read model that lags.
    let head = state.ports.journal.head().await?;
    state.queries.wait_for(head, MEMBERSHIP_WAIT).await;
    let used = state
        .accounts
        .consume_sign_in_link(&hash_of(secret), state.now())
        .await?;
    let user = used.ok_or(SignInError::LinkVoid)?;
    let memberships = state.queries.memberships(user).await?;
    let first = memberships.first().ok_or(SignInError::NoMembership)?;
    Ok((first.organization, user))
}

/// Makes a one-time link for a member. Returns its address and until when it can be used.
pub async fn make_sign_in_link(state: &AppState, user: UserId) -> Result<(String, DateTime<Utc>), PortError> {
    let secret = new_secret();
    let expires_at = state.now() + LINK_LENGTH;
    state
        .accounts
        .add_sign_in_link(&hash_of(&secret), user, expires_at)
        .await?;
    Ok((
        format!("{}/sign-in/{secret}", state.settings.public_base_url),
        expires_at,
    ))
}

//! How people prove who they are: passwords, sessions, API tokens, one-time sign-in links. Secrets come in hashed and an
//! e-mail address as a keyed index, so that the store never holds one that could be used.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, OrganizationId, Sealed, UserId};

use super::PortError;

/// A signed-in browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Of which organization.
    pub organization: OrganizationId,
    /// What a form must send along. Secret.
    pub csrf: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// It is void from here on.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("user", &self.user)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

/// A token for programs, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// Whose.
    pub user: UserId,
    /// Of which organization.
    pub organization: OrganizationId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do, such as `read`.
    pub scope: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// It is void from here on; nothing: until revoked.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What is known of how people sign in. Hashes are SHA-256 of the secret, hex, unless said otherwise.
#[async_trait]
pub trait Accounts: Send + Sync + std::fmt::Debug {
    /// Sets the password's hash (an argon2 string), replacing the one before.
    async fn set_password(&self, user: UserId, hash: &str, now: DateTime<Utc>) -> Result<(), PortError>;

    /// The password's hash, if there is one.
    async fn password(&self, user: UserId) -> Result<Option<String>, PortError>;

    /// Sets a user's e-mail address: its keyed index and the sealed text. False: another user has it.
    async fn set_email(
        &self,
        organization: OrganizationId,
        user: UserId,
        index: &str,
        sealed: &Sealed,
    ) -> Result<bool, PortError>;

    /// The user with this e-mail index.
    async fn user_by_email(&self, index: &str) -> Result<Option<(OrganizationId, UserId)>, PortError>;

    /// The sealed e-mail address of a user.
    async fn email(&self, user: UserId) -> Result<Option<Sealed>, PortError>;

    /// Opens a session under the hash of its token.
    async fn open_session(&self, token_hash: &str, session: Session) -> Result<(), PortError>;

    /// The session of this token, unless it has expired.
    async fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Session>, PortError>;

    /// Ends a session; that there is none is no failure.
    async fn end_session(&self, token_hash: &str) -> Result<(), PortError>;

    /// Ends every session of a user, after a change of password. Returns how many.
    async fn end_sessions(&self, user: UserId) -> Result<u64, PortError>;

    /// Makes a token known under its hash.
    async fn add_token(&self, token_hash: &str, token: ApiToken) -> Result<(), PortError>;

    /// The token with this hash, unless revoked or expired; notes that it was used.
    async fn token(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<ApiToken>, PortError>;

    /// Every token of a user, newest first, at most 200.
    async fn tokens(&self, organization: OrganizationId, user: UserId) -> Result<Vec<ApiToken>, PortError>;

    /// Revokes a token of the user. False: there is no such token, or it was revoked before.
    async fn revoke_token(
        &self,
        organization: OrganizationId,
        user: UserId,
        token: ApiTokenId,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError>;

    /// Makes a one-time sign-in link known under the hash of its secret.
    async fn add_sign_in_link(
        &self,
        link_hash: &str,
        user: UserId,
        expires_at: DateTime<Utc>,
    ) -> Result<(), PortError>;

    /// Uses a sign-in link up: of any number of callers only one is told the user, and only before it expires.
    async fn consume_sign_in_link(
        &self,
        link_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<UserId>, PortError>;

    /// Removes expired sessions and links. Returns how many.
    async fn purge_expired(&self, now: DateTime<Utc>) -> Result<u64, PortError>;
}

//! Accounts at other services that contacts are pulled from or pushed by, with their secrets. Secrets are sealed before they
//! are stored and never leave this register in the clear except to the adapter that calls the service.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, OrganizationId, UserId, import::ContactSource};
use secrecy::SecretString;

use super::PortError;

/// What an adapter needs to call the service as the user. Prints nothing.
#[derive(Debug, Clone)]
pub struct SourceTokens {
    /// OAuth access token, or the service's API key.
    pub access: SecretString,
    /// OAuth refresh token.
    pub refresh: Option<SecretString>,
    /// When the access token ends; nothing for a key that does not.
    pub expires_at: Option<DateTime<Utc>>,
    /// The user's id at the service, where it wants one (Mojo).
    pub account: Option<String>,
}

/// A connected account.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose.
    pub organization: OrganizationId,
    /// Who connected it; it is theirs alone.
    pub user: UserId,
    /// Which service.
    pub source: ContactSource,
    /// When it was connected.
    pub connected_at: DateTime<Utc>,
    /// Why it must be connected again (`invalid_grant`, key refused); nothing while it works.
    pub broken: Option<String>,
    /// Where the last complete pull ended (Google's sync token); opaque.
    pub sync_cursor: Option<String>,
}

/// The register of connected accounts.
#[async_trait]
pub trait Connections: Send + Sync + std::fmt::Debug {
    /// Registers an account, or replaces the secrets of one that is connected again; that heals a broken one.
    async fn save(&self, connection: Connection, tokens: SourceTokens) -> Result<(), PortError>;

    /// The organization's connection of this id.
    async fn find(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, PortError>;

    /// The accounts that a user connected, oldest first; at most 100.
    async fn of_user(&self, organization: OrganizationId, user: UserId)
    -> Result<Vec<Connection>, PortError>;

    /// The secrets; nothing when the connection is gone.
    async fn tokens(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<SourceTokens>, PortError>;

    /// Stores refreshed secrets.
    async fn renew(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        tokens: SourceTokens,
    ) -> Result<(), PortError>;

    /// Notes that the account must be connected again, and why.
    async fn mark_broken(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        reason: &str,
    ) -> Result<(), PortError>;

    /// Notes where the last complete pull ended; nothing to begin from the start next time.
    async fn set_sync_cursor(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        cursor: Option<String>,
    ) -> Result<(), PortError>;

    /// Destroys the connection and its secrets.
    async fn remove(&self, organization: OrganizationId, id: ConnectionId) -> Result<(), PortError>;
}

//! Consents that are being asked for: a user was sent to another service and has not come back. Each is found by the hash of its
//! state, once, and only for a while.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{OrganizationId, UserId, import::ContactSource};
use secrecy::SecretString;

use super::PortError;

/// A consent that is being asked for.
#[derive(Debug, Clone)]
pub struct PendingConsent {
    /// SHA-256 of the state that travels with the user, hex.
    pub state_hash: String,
    /// Whose.
    pub organization: OrganizationId,
    /// Who went to agree.
    pub user: UserId,
    /// To be read where.
    pub source: ContactSource,
    /// The PKCE code verifier; its challenge travelled with the user.
    pub verifier: SecretString,
    /// When the user was sent.
    pub created_at: DateTime<Utc>,
    /// It is void from here on.
    pub expires_at: DateTime<Utc>,
}

/// The register of consents that are being asked for.
#[async_trait]
pub trait Consents: Send + Sync + std::fmt::Debug {
    /// Registers one; of a user's earlier ones only the newest stay, `most` in all. Expired ones of everybody are removed.
    async fn begin(&self, consent: PendingConsent, most: u32) -> Result<(), PortError>;

    /// Uses one up: of any number of callers only one is told of it, and only before it expires.
    async fn take(&self, state_hash: &str, now: DateTime<Utc>) -> Result<Option<PendingConsent>, PortError>;
}

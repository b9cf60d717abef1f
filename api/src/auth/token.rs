//! Secrets of sessions, links and API tokens: 256 random bits. Only their SHA-256 is stored.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use commands::ports::{ApiToken, PortError};
use domain::{ApiTokenId, OrganizationId, UserId};
use rand::RngCore;
use sha2::{Digest, Sha256};

use crate::state::AppState;

/// What API tokens begin with, so that a leaked one can be found by a scanner.
pub const TOKEN_PREFIX: &str = "vd_";

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Ask.
    Read,
    /// Ask and change, as far as its owner may.
    Write,
}

impl Scope {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|s| s.as_str() == text)
    }
}

/// A new secret.
pub fn new_secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 of a secret, hex: what is stored of it.
pub fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Makes an API token. The answered secret is shown once and known nowhere else.
pub async fn make_token(
    state: &AppState,
    organization: OrganizationId,
    user: UserId,
    name: String,
    scope: Scope,
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<(String, ApiToken), PortError> {
    let secret = format!("{TOKEN_PREFIX}{}", new_secret());
    let token = ApiToken {
        id: ApiTokenId::from_uuid(state.ports.ids.next()),
        user,
        organization,
        name,
        scope: scope.as_str().to_owned(),
        created_at: state.now(),
        last_used_at: None,
        expires_at,
        revoked_at: None,
    };
    state.accounts.add_token(&hash_of(&secret), token.clone()).await?;
    Ok((secret, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_their_hash_is_stable() {
        let (a, b) = (new_secret(), new_secret());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert_eq!(hash_of(&a), hash_of(&a));
    }

    #[test]
    fn a_scope_comes_back_from_its_word() {
        assert_eq!(Scope::parse("write"), Some(Scope::Write));
        assert_eq!(Scope::parse("everything"), None);
    }
}

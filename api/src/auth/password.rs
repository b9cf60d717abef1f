//! Passwords: argon2id with its recommended cost, off the async threads, a few at once. Refuses short and huge ones.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use rand::RngCore;
use tokio::sync::Semaphore;

/// Shortest password, characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password, bytes: hashing takes time with length.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Hashes computed at once; each takes 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Why a password can't be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Out of bounds.
    #[error("a password needs 12 to 256 characters")]
    Length,
    /// Hashing failed.
    #[error("the password could not be hashed; try again")]
    Hashing,
}

/// Hashes a new password.
pub async fn hash_password(password: String) -> Result<String, InvalidPassword> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(InvalidPassword::Length);
    }
    let _place = AT_ONCE.acquire().await.map_err(|_| InvalidPassword::Hashing)?;
    let hash = tokio::task::spawn_blocking(move || {
        let mut salt = [0_u8; 16];
        rand::rngs::OsRng.fill_bytes(&mut salt);
        let salt = SaltString::encode_b64(&salt).ok()?;
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt).ok()?;
        Some(hash.to_string())
    });
    hash.await.ok().flatten().ok_or(InvalidPassword::Hashing)
}

/// Whether the password is the one of the hash. Without a hash it takes as long and says no, so that a caller can't tell.
pub async fn verify_password(password: String, hash: Option<String>) -> bool {
    /// Of a password that nobody knows.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let Ok(_place) = AT_ONCE.acquire().await else {
        return false;
    };
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    });
    verified.await.unwrap_or(false) && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_by_its_hash_alone() {
        let hash = hash_password("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse battery".into(), Some(hash.clone())).await);
        assert!(!verify_password("wrong horse battery".into(), Some(hash)).await);
        assert!(!verify_password("correct horse battery".into(), None).await);
    }

    #[tokio::test]
    async fn a_short_password_is_refused() {
        assert_eq!(hash_password("short".into()).await, Err(InvalidPassword::Length));
    }
}

//! Where uploaded files and audio lie.

use async_trait::async_trait;
use bytes::Bytes;

use super::PortError;

/// Whole objects by key. Keys are relative paths of letters, digits, `-`, `_`, `.` and `/`; anything else is refused.
#[async_trait]
pub trait BlobStore: Send + Sync + std::fmt::Debug {
    /// Writes the object durably, replacing what was there; when this returns, a crash does not lose it.
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError>;

    /// Reads the object, or nothing when there is none.
    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError>;

    /// Removes the object; that there is none is no failure.
    async fn delete(&self, key: &str) -> Result<(), PortError>;
}

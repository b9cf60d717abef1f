//! Where uploaded files and audio lie.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::{FileContent, PortError};

/// Whole objects by key. Keys are relative paths of letters, digits, `-`, `_`, `.` and `/`; anything else is refused.
#[async_trait]
pub trait BlobStore: Send + Sync + std::fmt::Debug {
    /// Writes the object durably, replacing what was there; when this returns, a crash does not lose it.
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError>;

    /// Reads the object, or nothing when there is none.
    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError>;

    /// Moves a local file of this process's into the store durably: what is too large to be held in memory. The file is gone
    /// afterwards, also after an error.
    async fn put_file(&self, key: &str, file: std::path::PathBuf) -> Result<(), PortError>;

    /// The object for reading in pieces, or nothing when there is none.
    async fn open(&self, key: &str) -> Result<Option<Box<dyn FileContent>>, PortError>;

    /// An address from which anybody can fetch the object until so much time has passed; nothing where the store has no addresses or
    /// keeps the object sealed. That the object is there is not looked for.
    async fn link(&self, key: &str, lifetime: Duration) -> Result<Option<String>, PortError>;

    /// Removes the object; that there is none is no failure.
    async fn delete(&self, key: &str) -> Result<(), PortError>;
}

//! Files that were uploaded and wait for an import.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{OrganizationId, Sealed, UploadId, UserId};

use super::PortError;

/// A file that lies in the blob store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose.
    pub organization: OrganizationId,
    /// Who sent it.
    pub user: UserId,
    /// Where it lies.
    pub blob_key: String,
    /// The name it had; people put names of people into it, so it is sealed under the organization's key.
    pub file_name: Sealed,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// When it was complete.
    pub created_at: DateTime<Utc>,
}

/// The register of uploaded files.
#[async_trait]
pub trait Uploads: Send + Sync + std::fmt::Debug {
    /// Registers a file. The same id again is passed over.
    async fn add(&self, upload: Upload) -> Result<(), PortError>;

    /// The organization's file of this id.
    async fn find(&self, organization: OrganizationId, id: UploadId) -> Result<Option<Upload>, PortError>;

    /// Files from before an instant, oldest first, at most `limit`: delete their blobs, then [`Uploads::remove`] them.
    async fn older_than(&self, instant: DateTime<Utc>, limit: usize) -> Result<Vec<Upload>, PortError>;

    /// Forgets a file.
    async fn remove(&self, organization: OrganizationId, id: UploadId) -> Result<(), PortError>;
}

//! Questions about imports.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{CampaignId, ImportBatchId, OrganizationId};

use super::{Page, PageRequest, QueryError, page::cursor};
use crate::models::{ImportBatchRow, RejectedRowRow};

cursor! {
    /// A place in the list of imports, newest first.
    pub struct ImportPlace of "imports" {
        /// When it began.
        started_at: DateTime<Utc>,
        /// The import.
        batch_id: ImportBatchId,
    }
}

/// Questions about imports.
#[async_trait]
pub trait ImportQueries: Send + Sync {
    /// A page of imports, newest first; of one campaign only when it is named.
    async fn imports(
        &self,
        organization: OrganizationId,
        campaign: Option<CampaignId>,
        page: PageRequest<ImportPlace>,
    ) -> Result<Page<ImportBatchRow, ImportPlace>, QueryError>;

    /// One import.
    async fn import(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
    ) -> Result<Option<ImportBatchRow>, QueryError>;

    /// An earlier import of the same file (by SHA-256, hex) that was not undone and did not fail.
    async fn import_of_file(
        &self,
        organization: OrganizationId,
        sha256: &str,
    ) -> Result<Option<ImportBatchRow>, QueryError>;

    /// A page of the rows that became no contact, in the file's order; the place is the row's number.
    async fn rejected_rows(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        page: PageRequest<i64>,
    ) -> Result<Page<RejectedRowRow, i64>, QueryError>;
}

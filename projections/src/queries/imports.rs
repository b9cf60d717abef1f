//! Questions about imports.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Actor, CampaignId, ContactId, ImportBatchId, OrganizationId, import::ImportStatus};

use super::{Page, PageRequest, QueryError, Visible, page::cursor};
use crate::models::{FoldedRowRow, ImportBatchRow, RejectedRowRow};

/// Which imports are wanted. Absent fields leave all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportFilter {
    /// Into this campaign.
    pub campaign: Option<CampaignId>,
    /// Standing at one of these; empty for all.
    pub statuses: Vec<ImportStatus>,
}

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
    /// A page of imports, newest first. Limited sight leaves those into a visible campaign or into the contact list alone.
    async fn imports(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ImportFilter,
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

    /// A page of the rows that folded into contacts that were there, in the file's order; the place is the row's number.
    async fn folded_rows(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        page: PageRequest<i64>,
    ) -> Result<Page<FoldedRowRow, i64>, QueryError>;

    /// Of these contacts, those that are there: made, and not taken out since. In no order; at most 1,000 at a time.
    async fn contacts_there(
        &self,
        organization: OrganizationId,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactId>, QueryError>;

    /// How columns were mapped by earlier imports that read their file, header text to field, newest first; of one actor, or
    /// of all.
    async fn import_mappings(
        &self,
        organization: OrganizationId,
        actor: Option<&Actor>,
        limit: usize,
    ) -> Result<Vec<BTreeMap<String, String>>, QueryError>;

    /// Contacts that an import made and that were not taken out since, by id after `after`; each with whether something else
    /// than the import has used it: another campaign or import, a review, an edit, a hand-over.
    async fn imported_contacts(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        after: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<(ContactId, bool)>, QueryError>;

    /// Whether the organization has any contact.
    async fn has_contacts(&self, organization: OrganizationId) -> Result<bool, QueryError>;
}

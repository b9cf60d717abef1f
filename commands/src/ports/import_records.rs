//! What the read models know of earlier imports: how columns were chosen before, and what an import made.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::{ContactId, ImportBatchId, OrganizationId, Position, UserId};

use super::PortError;

/// A contact that an import made and that was not taken out since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedContact {
    /// Which.
    pub contact: ContactId,
    /// It is in a campaign through something else than this import, or its script was edited, reviewed or sent.
    pub used: bool,
}

/// The read models, as the import asks them. They follow the journal; an answer may be a moment old.
#[async_trait]
pub trait ImportRecords: Send + Sync + std::fmt::Debug {
    /// Mappings of earlier imports, header text to field: the user's own, newest first, then the organization's, newest first;
    /// at most 40 in all.
    async fn mappings_chosen_before(
        &self,
        organization: OrganizationId,
        user: Option<UserId>,
    ) -> Result<Vec<BTreeMap<String, String>>, PortError>;

    /// What columns of earlier imports, at most 100 of them, were chosen as.
    async fn columns_kept(&self, organization: OrganizationId) -> Result<BTreeSet<String>, PortError>;

    /// Contacts that an import made, by id after `after`, at most `limit`. Waits, within reason, until the read models have
    /// taken in `at_least`.
    async fn contacts_of(
        &self,
        organization: OrganizationId,
        import: ImportBatchId,
        after: Option<ContactId>,
        limit: usize,
        at_least: Position,
    ) -> Result<Vec<ImportedContact>, PortError>;
}

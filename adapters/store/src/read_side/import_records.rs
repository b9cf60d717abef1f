//! What the read models know of earlier imports, for the import process.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use commands::ports::{ImportRecords, ImportedContact, PortError, PortErrorKind};
use domain::{Actor, ContactId, ImportBatchId, OrganizationId, Position, UserId};
use projections::queries::ImportQueries as _;

use super::{ReadSide, queries::Queries};

/// Mappings of each, the user's own and the organization's.
const MAPPINGS_EACH: usize = 20;

/// Imports whose columns templates may name.
const MAPPINGS_FOR_NAMES: usize = 100;

/// How long a question waits for the read models: an undo that follows on a large import.
const CATCH_UP_MAX: Duration = Duration::from_secs(30);

fn retryable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(PortErrorKind::Retryable, format!("earlier imports: {reason}"))
}

#[async_trait]
impl ImportRecords for ReadSide {
    async fn mappings_chosen_before(
        &self,
        organization: OrganizationId,
        user: Option<UserId>,
    ) -> Result<Vec<BTreeMap<String, String>>, PortError> {
        let queries = Queries::new(self.shared.clone());
        let mut mappings = Vec::new();
        if let Some(user) = user {
            let own = queries
                .import_mappings(organization, Some(&Actor::User(user)), MAPPINGS_EACH)
                .await;
            mappings.extend(own.map_err(retryable)?);
        }
        let all = queries.import_mappings(organization, None, MAPPINGS_EACH).await;
        mappings.extend(all.map_err(retryable)?);
        Ok(mappings)
    }

    async fn columns_kept(&self, organization: OrganizationId) -> Result<BTreeSet<String>, PortError> {
        let queries = Queries::new(self.shared.clone());
        let mappings = queries
            .import_mappings(organization, None, MAPPINGS_FOR_NAMES)
            .await;
        let mappings = mappings.map_err(retryable)?;
        Ok(mappings.into_iter().flat_map(BTreeMap::into_values).collect())
    }

    async fn contacts_of(
        &self,
        organization: OrganizationId,
        import: ImportBatchId,
        after: Option<ContactId>,
        limit: usize,
        at_least: Position,
    ) -> Result<Vec<ImportedContact>, PortError> {
        if !self.shared.wait_for(at_least, CATCH_UP_MAX).await {
            return Err(retryable(
                "the read models are behind the journal; try again shortly",
            ));
        }
        Queries::new(self.shared.clone())
            .imported_contacts(organization, import, after, limit)
            .await
            .map_err(retryable)
            .map(|found| {
                let imported = |(contact, used)| ImportedContact { contact, used };
                found.into_iter().map(imported).collect()
            })
    }
}

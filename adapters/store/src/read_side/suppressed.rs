//! Which numbers are on lists, for decisions about handing over. An answer that does not know of the latest suppressions could let
//! a voicemail through, so it waits for the read models to reach the journal's head, and refuses when they don't.

use std::time::Duration;

use async_trait::async_trait;
use commands::ports::{ListInForce, PortError, PortErrorKind, SuppressionLookup};
use domain::{OrganizationId, PhoneIndex, suppression::ListKind};
use projections::{models::SuppressionListRow, queries::ContactQueries as _};

use super::{ReadSide, queries::Queries};

/// How long an answer waits for the read models.
const CATCH_UP_MAX: Duration = Duration::from_secs(2);

fn retryable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("the suppression lists: {reason}"),
    )
}

#[async_trait]
impl SuppressionLookup for ReadSide {
    async fn lists_of(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError> {
        let head = self.shared.feed.head().await.map_err(retryable)?;
        if !self.shared.wait_for(head, CATCH_UP_MAX).await {
            return Err(retryable(
                "the read models are behind the journal; try again shortly",
            ));
        }
        self.lists_known(organization, indexes).await
    }

    async fn in_force(&self, organization: OrganizationId) -> Result<Vec<ListInForce>, PortError> {
        let lists = Queries::new(self.shared.clone())
            .suppression_lists(organization)
            .await
            .map_err(retryable)?;
        let in_force = |list: SuppressionListRow| ListInForce {
            kind: list.kind,
            state: list.state,
            version: list.version,
            obtained_at: list.obtained_at,
            load: list.load_id,
        };
        // A list that is being loaded for the first time is not in force yet.
        let is_there = |list: &SuppressionListRow| list.version.is_some() || list.kind == ListKind::Internal;
        Ok(lists.into_iter().filter(is_there).map(in_force).collect())
    }

    async fn lists_known(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError> {
        Queries::new(self.shared.clone())
            .suppressions_of(organization, indexes, self.shared.clock.now())
            .await
            .map_err(retryable)
    }
}

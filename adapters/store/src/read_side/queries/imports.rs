//! Imports.

use async_trait::async_trait;
use domain::{CampaignId, ImportBatchId, OrganizationId};
use projections::{
    Cell, ColumnValue,
    models::{ImportBatchRow, RejectedRowRow},
    queries::{ImportPlace, ImportQueries, Page, PageRequest, QueryError},
};

use super::{Queries, of_organization, select::Order};

#[async_trait]
impl ImportQueries for Queries {
    async fn imports(
        &self,
        organization: OrganizationId,
        campaign: Option<CampaignId>,
        page: PageRequest<ImportPlace>,
    ) -> Result<Page<ImportBatchRow, ImportPlace>, QueryError> {
        let mut select = of_organization::<ImportBatchRow>(organization);
        select.and_is("t.campaign_id", campaign.as_ref());
        select.page(&["t.started_at", "t.batch_id"], Order::Descending, &page);
        self.page(select, &page, |row: &ImportBatchRow| ImportPlace {
            started_at: row.started_at,
            batch_id: row.batch_id,
        })
        .await
    }

    async fn import(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
    ) -> Result<Option<ImportBatchRow>, QueryError> {
        self.row(&(organization, batch)).await
    }

    async fn import_of_file(
        &self,
        organization: OrganizationId,
        sha256: &str,
    ) -> Result<Option<ImportBatchRow>, QueryError> {
        let mut select = of_organization::<ImportBatchRow>(organization);
        select.and("t.sha256 = ?", [Cell::Text(sha256.to_owned())]);
        select.and("t.status IN ('running', 'completed')", []);
        select.add(" ORDER BY t.started_at DESC LIMIT 1", []);
        Ok(self.rows(select).await?.pop())
    }

    async fn rejected_rows(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        page: PageRequest<i64>,
    ) -> Result<Page<RejectedRowRow, i64>, QueryError> {
        let mut select = of_organization::<RejectedRowRow>(organization);
        select.and("t.batch_id = ?", [batch.to_cell()]);
        select.page(&["t.row_number"], Order::Ascending, &page);
        self.page(select, &page, |row: &RejectedRowRow| row.row_number)
            .await
    }
}

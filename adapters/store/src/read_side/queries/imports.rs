//! Imports.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{Actor, ContactId, ImportBatchId, OrganizationId};
use projections::{
    Cell, ColumnValue, Json,
    models::{FoldedRowRow, ImportBatchRow, RejectedRowRow},
    queries::{ImportFilter, ImportPlace, ImportQueries, Page, PageRequest, QueryError, Visible},
};

use super::{
    Queries, of_organization, seen,
    select::{Order, Select},
    value,
};

/// Most mappings of earlier imports in one answer.
const MAPPINGS_MAX: usize = 100;

/// Whether something else than its own import has used a contact.
const USED: &str = "CAST(CASE WHEN EXISTS (
      SELECT 1 FROM campaign_contacts AS m WHERE m.organization_id = t.organization_id AND m.contact_id = t.contact_id
         AND (m.batch_id IS NULL OR m.batch_id <> t.batch_id)
    ) OR EXISTS (
      SELECT 1 FROM scripts AS s WHERE s.organization_id = t.organization_id AND s.contact_id = t.contact_id
         AND (s.editor IS NOT NULL OR s.review <> 'pending' OR s.delivery <> 'not_sent')
    ) THEN 1 ELSE 0 END AS bigint)";

#[async_trait]
impl ImportQueries for Queries {
    async fn imports(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ImportFilter,
        page: PageRequest<ImportPlace>,
    ) -> Result<Page<ImportBatchRow, ImportPlace>, QueryError> {
        let mut select = of_organization::<ImportBatchRow>(organization);
        if let Some((condition, cells)) = seen("c", visible) {
            select.and(
                &format!(
                    "(t.campaign_id IS NULL OR EXISTS (SELECT 1 FROM campaigns AS c
                       WHERE c.organization_id = t.organization_id AND c.campaign_id = t.campaign_id AND {condition}))"
                ),
                cells,
            );
        }
        select.and_is("t.campaign_id", filter.campaign.as_ref());
        select.and_one_of("t.status", &filter.statuses);
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

    async fn folded_rows(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        page: PageRequest<i64>,
    ) -> Result<Page<FoldedRowRow, i64>, QueryError> {
        let mut select = of_organization::<FoldedRowRow>(organization);
        select.and("t.batch_id = ?", [batch.to_cell()]);
        select.page(&["t.row_number"], Order::Ascending, &page);
        self.page(select, &page, |row: &FoldedRowRow| row.row_number)
            .await
    }

    async fn contacts_there(
        &self,
        organization: OrganizationId,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactId>, QueryError> {
        if contacts.is_empty() {
            return Ok(vec![]);
        }
        let mut select = Select::new("SELECT t.contact_id FROM contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.removed = ?", [false.to_cell()]);
        select.and_one_of("t.contact_id", contacts);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| value(row.into_iter().next()))
            .collect()
    }

    async fn import_mappings(
        &self,
        organization: OrganizationId,
        actor: Option<&Actor>,
        limit: usize,
    ) -> Result<Vec<BTreeMap<String, String>>, QueryError> {
        let mut select = Select::new("SELECT t.mapping FROM import_batches AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.format IS NOT NULL", []);
        select.and_is("t.started_by", actor);
        select.add(
            " ORDER BY t.started_at DESC LIMIT ?",
            [Cell::Int(limit.min(MAPPINGS_MAX) as i64)],
        );
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| value::<Json<BTreeMap<String, String>>>(row.into_iter().next()).map(|json| json.0))
            .collect()
    }

    async fn imported_contacts(
        &self,
        organization: OrganizationId,
        batch: ImportBatchId,
        after: Option<ContactId>,
        limit: usize,
    ) -> Result<Vec<(ContactId, bool)>, QueryError> {
        let mut select = Select::new(&format!("SELECT t.contact_id, {USED} FROM contacts AS t"));
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.batch_id = ?", [batch.to_cell()]);
        select.and("t.removed = ?", [false.to_cell()]);
        if let Some(after) = after {
            select.and("t.contact_id > ?", [after.to_cell()]);
        }
        select.add(" ORDER BY t.contact_id LIMIT ?", [Cell::Int(limit as i64)]);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok((value(cells.next())?, value::<i64>(cells.next())? != 0))
            })
            .collect()
    }

    async fn has_contacts(&self, organization: OrganizationId) -> Result<bool, QueryError> {
        let mut select = Select::new("SELECT 1 FROM contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.add(" LIMIT 1", []);
        Ok(!self.cells(select).await?.is_empty())
    }
}

//! How campaigns went, and what happened lately.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{CampaignId, OrganizationId};
use projections::{
    Cell, ColumnValue,
    models::{ActivityRow, AnalyticsRow, DigestRow},
    queries::{
        ActivityPlace, AnalyticsQueries, FailureCount, ObstacleCount, Overview, Page, PageRequest,
        QueryError, TrendPoint, Visible,
    },
};

use super::{
    Queries, leave_visible, of_organization,
    select::{Order, Select},
    value,
};

/// Most kinds of failures or rules that are told apart.
const KINDS_MAX: i64 = 100;

/// The columns that an overview sums up, in the order of its fields.
const SUMMED: [&str; 11] = [
    "contacts",
    "attempted",
    "delivered + t.listened",
    "listened",
    "failed",
    "blocked",
    "held",
    "in_doubt",
    "writer_cost",
    "voice_cost",
    "carrier_cost",
];

#[async_trait]
impl AnalyticsQueries for Queries {
    async fn analytics(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
    ) -> Result<Vec<AnalyticsRow>, QueryError> {
        let mut select = of_organization::<AnalyticsRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        if let Some(from) = from {
            select.and("t.day >= ?", [from.to_cell()]);
        }
        if let Some(until) = until {
            select.and("t.day <= ?", [until.to_cell()]);
        }
        select.add(" ORDER BY t.day, t.hour, t.state, t.outcome", []);
        self.rows(select).await
    }

    async fn trend(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<TrendPoint>, QueryError> {
        let mut select = Select::new(
            "SELECT t.day, t.outcome, CAST(sum(t.count) AS bigint) FROM analytics AS t
               JOIN campaigns AS c ON c.organization_id = t.organization_id AND c.campaign_id = t.campaign_id",
        );
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.day >= ?", [from.to_cell()]);
        select.and("t.day <= ?", [until.to_cell()]);
        leave_visible(&mut select, "c", visible);
        select.add(" GROUP BY t.day, t.outcome ORDER BY t.day, t.outcome", []);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(TrendPoint {
                    day: value(cells.next())?,
                    outcome: value(cells.next())?,
                    count: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn failures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<FailureCount>, QueryError> {
        let mut select = Select::new(
            "SELECT t.failure_code, t.failure_class, t.failure_reason, count(*) FROM scripts AS t",
        );
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and("t.delivery = 'failed' AND t.failure_code IS NOT NULL", []);
        select.add(
            " GROUP BY t.failure_code, t.failure_class, t.failure_reason
              ORDER BY count(*) DESC, t.failure_code, coalesce(t.failure_reason, '') LIMIT ?",
            [Cell::Int(KINDS_MAX)],
        );
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(FailureCount {
                    code: value(cells.next())?,
                    class: value(cells.next())?,
                    reason: value(cells.next())?,
                    count: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn obstacles(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<ObstacleCount>, QueryError> {
        let mut select =
            Select::new("SELECT t.obstacle_rule, t.delivery, count(*) FROM campaign_contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and(
            "t.delivery IN ('held', 'blocked') AND t.obstacle_rule IS NOT NULL",
            [],
        );
        select.add(
            " GROUP BY t.obstacle_rule, t.delivery ORDER BY count(*) DESC, t.obstacle_rule, t.delivery LIMIT ?",
            [Cell::Int(KINDS_MAX)],
        );
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(ObstacleCount {
                    rule: value(cells.next())?,
                    status: value(cells.next())?,
                    count: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn overview(
        &self,
        organization: OrganizationId,
        visible: &Visible,
    ) -> Result<Overview, QueryError> {
        let sums: Vec<_> = SUMMED
            .iter()
            .map(|column| format!("CAST(coalesce(sum(t.{column}), 0) AS bigint)"))
            .collect();
        let mut select = Select::new(&format!(
            "SELECT count(*), CAST(coalesce(sum(CASE WHEN t.status IN ('submitted', 'active', 'paused') THEN 1 ELSE 0 END),
                    0) AS bigint), {} FROM campaigns AS t",
            sums.join(", ")
        ));
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.status <> 'absent'", []);
        leave_visible(&mut select, "t", visible);
        let row = self.cells(select).await?.pop().unwrap_or_default();
        let mut cells = row.into_iter();
        Ok(Overview {
            campaigns: value(cells.next())?,
            running: value(cells.next())?,
            contacts: value(cells.next())?,
            attempted: value(cells.next())?,
            delivered: value(cells.next())?,
            listened: value(cells.next())?,
            failed: value(cells.next())?,
            blocked: value(cells.next())?,
            held: value(cells.next())?,
            in_doubt: value(cells.next())?,
            writer_cost: value(cells.next())?,
            voice_cost: value(cells.next())?,
            carrier_cost: value(cells.next())?,
        })
    }

    async fn digest(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Option<DigestRow>, QueryError> {
        self.row(&(organization, campaign)).await
    }

    async fn activity(
        &self,
        organization: OrganizationId,
        campaign: Option<CampaignId>,
        page: PageRequest<ActivityPlace>,
    ) -> Result<Page<ActivityRow, ActivityPlace>, QueryError> {
        let mut select = of_organization::<ActivityRow>(organization);
        select.and_is("t.campaign_id", campaign.as_ref());
        select.page(&["t.position"], Order::Descending, &page);
        self.page(select, &page, |row: &ActivityRow| row.position).await
    }
}

//! Organizations and who is in them.

use async_trait::async_trait;
use domain::{OrganizationId, UserId};
use projections::{
    Cell, ColumnValue, ReadModel,
    models::{MemberRow, OrganizationRow, StateSwitchRow, TeamRow},
    queries::{Membership, OrganizationQueries, QueryError},
};

use super::{Queries, ROWS_MAX, of_organization, select::Select};

/// Most members that are listed.
const MEMBERS_MAX: i64 = 10_000;

#[async_trait]
impl OrganizationQueries for Queries {
    async fn organization(
        &self,
        organization: OrganizationId,
    ) -> Result<Option<OrganizationRow>, QueryError> {
        self.row(&(organization,)).await
    }

    async fn organizations(&self) -> Result<Vec<OrganizationRow>, QueryError> {
        let mut select = Select::rows_of(OrganizationRow::TABLE);
        select.add(
            " ORDER BY t.organization_id LIMIT ?",
            [Cell::Int(i64::from(ROWS_MAX))],
        );
        self.rows(select).await
    }

    async fn members(
        &self,
        organization: OrganizationId,
        with_former: bool,
    ) -> Result<Vec<MemberRow>, QueryError> {
        let mut select = of_organization::<MemberRow>(organization);
        if !with_former {
            select.and("t.removed_at IS NULL", []);
        }
        select.add(" ORDER BY t.user_id LIMIT ?", [Cell::Int(MEMBERS_MAX)]);
        self.rows(select).await
    }

    async fn member(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Option<MemberRow>, QueryError> {
        let member: Option<MemberRow> = self.row(&(organization, user)).await?;
        Ok(member.filter(|m| m.removed_at.is_none()))
    }

    async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, QueryError> {
        let mut select = Select::rows_of(MemberRow::TABLE);
        select.and("t.user_id = ?", [user.to_cell()]);
        select.and("t.removed_at IS NULL", []);
        select.add(
            " ORDER BY t.organization_id LIMIT ?",
            [Cell::Int(i64::from(ROWS_MAX))],
        );
        let rows: Vec<MemberRow> = self.rows(select).await?;
        Ok(rows
            .into_iter()
            .map(|row| Membership {
                organization: row.organization_id,
                role: row.role,
                teams: row.teams.0,
            })
            .collect())
    }

    async fn teams(&self, organization: OrganizationId) -> Result<Vec<TeamRow>, QueryError> {
        let mut select = of_organization::<TeamRow>(organization);
        select.add(" ORDER BY t.team_id LIMIT ?", [Cell::Int(MEMBERS_MAX)]);
        self.rows(select).await
    }

    async fn state_switches(&self, organization: OrganizationId) -> Result<Vec<StateSwitchRow>, QueryError> {
        let mut select = of_organization::<StateSwitchRow>(organization);
        select.add(" ORDER BY t.state LIMIT ?", [Cell::Int(i64::from(ROWS_MAX))]);
        self.rows(select).await
    }
}

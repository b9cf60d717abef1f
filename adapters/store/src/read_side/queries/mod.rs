//! The questions of `projections::queries`, as SQL that runs on both engines. Every statement of a tenant begins with its organization.

mod analytics;
mod campaigns;
mod contacts;
mod imports;
mod organizations;
mod scripts;
mod select;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use database::{DatabaseError, Sql};
use domain::{OrganizationId, Position};
use projections::{
    Cell, ColumnValue, ReadModel, WrongCell,
    queries::{Cursor, Page, PageRequest, QueryError, ReadModels, Visible},
};

use super::{
    columns::{columns_of, key_of},
    follow::Shared,
};
use select::Select;

/// Most rows of a list that is not paged.
const ROWS_MAX: u32 = 500;

/// Answers from the generation that this process follows.
#[derive(Debug)]
pub(super) struct Queries {
    shared: Arc<Shared>,
}

fn unavailable(error: DatabaseError) -> QueryError {
    QueryError::Unavailable(error.message)
}

fn unreadable(error: WrongCell) -> QueryError {
    QueryError::Unreadable(error.to_string())
}

/// The typed value of a cell that is no column of a row.
fn value<T: ColumnValue>(cell: Option<Cell>) -> Result<T, QueryError> {
    cell.and_then(T::from_cell)
        .ok_or_else(|| QueryError::Unreadable(format!("expected {}", T::EXPECTED)))
}

impl Queries {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    fn sql(&self) -> Result<Sql, QueryError> {
        Ok(self.shared.sql()?)
    }

    async fn cells(&self, select: Select) -> Result<Vec<Vec<Cell>>, QueryError> {
        let (sql, parameters) = select.into_parts();
        let rows = self.sql()?.query(&sql, parameters).await.map_err(unavailable)?;
        Ok(rows.into_iter().map(database::Row::into_cells).collect())
    }

    /// Whole rows; the statement selects all columns of `R` in order and nothing else.
    async fn rows<R: ReadModel>(&self, select: Select) -> Result<Vec<R>, QueryError> {
        let cells = self.cells(select).await?;
        cells
            .into_iter()
            .map(|row| R::from_cells(row).map_err(unreadable))
            .collect()
    }

    async fn row<R: ReadModel>(&self, key: &R::Key) -> Result<Option<R>, QueryError> {
        Ok(self.rows_by_key(std::slice::from_ref(key)).await?.pop())
    }

    /// Whole rows by key, in no order.
    async fn rows_by_key<R: ReadModel>(&self, keys: &[R::Key]) -> Result<Vec<R>, QueryError> {
        self.rows_by(&key_of(R::TABLE), keys.iter().map(R::key_cells).collect())
            .await
    }

    /// Whole rows by any columns, in no order.
    async fn rows_by<R: ReadModel>(
        &self,
        columns: &[database::Column],
        values: Vec<Vec<Cell>>,
    ) -> Result<Vec<R>, QueryError> {
        let rows = self
            .sql()?
            .bulk_select(R::TABLE.name, &columns_of(R::TABLE), columns, values)
            .await
            .map_err(unavailable)?;
        rows.into_iter()
            .map(|row| R::from_cells(row.into_cells()).map_err(unreadable))
            .collect()
    }

    /// A page of whole rows; `place` gives each its place.
    async fn page<R: ReadModel, C: Cursor>(
        &self,
        select: Select,
        request: &PageRequest<C>,
        place: impl Fn(&R) -> C,
    ) -> Result<Page<R, C>, QueryError> {
        let rows = self.rows::<R>(select).await?;
        let placed = rows.into_iter().map(|row| (place(&row), row)).collect();
        Ok(Page::of(placed, request.rows()))
    }
}

/// Begins a statement over all columns of a tenant's rows, called `t`.
fn of_organization<R: ReadModel>(organization: OrganizationId) -> Select {
    let mut select = Select::rows_of(R::TABLE);
    select.and("t.organization_id = ?", [organization.to_cell()]);
    select
}

/// Leaves campaigns, called by `alias`, that the person sees.
fn leave_visible(select: &mut Select, alias: &str, visible: &Visible) {
    if let Some((condition, cells)) = seen(alias, visible) {
        select.and(&condition, cells);
    }
}

/// The condition that a campaign is seen; none when all are.
fn seen(alias: &str, visible: &Visible) -> Option<(String, Vec<Cell>)> {
    let Visible::OwnedBy { user, teams } = visible else {
        return None;
    };
    let mut cells = vec![user.to_cell()];
    cells.extend(teams.iter().map(ColumnValue::to_cell));
    let condition = if teams.is_empty() {
        format!("{alias}.owner = ?")
    } else {
        format!(
            "({alias}.owner = ? OR {alias}.team IN ({}))",
            select::places(teams.len())
        )
    };
    Some((condition, cells))
}

#[async_trait]
impl ReadModels for Queries {
    async fn position(&self) -> Result<Position, QueryError> {
        Ok(self.shared.refresh_position().await?)
    }

    async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        self.shared.wait_for(position, timeout).await
    }
}

//! An import as clients see it.

use async_graphql::{Context, ID, Object, connection::Connection};
use chrono::{DateTime, Utc};
use commands::authorization::Action;
use projections::models::{ImportBatchRow, RejectedRowRow};

use super::super::{
    context::caller,
    enums::{ContactSource, ImportStatus},
    error::Problem,
    node_id::NodeKind,
    paging::{connection, cost, page},
};

/// One file of contacts on its way into a campaign.
#[derive(Debug, Clone)]
pub struct Import(pub ImportBatchRow);

#[Object]
impl Import {
    async fn id(&self) -> ID {
        self.0.batch_id.global()
    }
    async fn campaign_id(&self) -> Option<ID> {
        self.0.campaign_id.map(NodeKind::global)
    }
    async fn source(&self) -> ContactSource {
        self.0.source.into()
    }
    async fn status(&self) -> ImportStatus {
        self.0.status.into()
    }
    async fn file_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        match &self.0.file_name {
            Some(sealed) => Ok(Some(caller.opened(&permit, sealed).await?)),
            None => Ok(None),
        }
    }
    /// Rows read so far: the sum of the next three.
    async fn rows(&self) -> i64 {
        self.0.rows
    }
    async fn created(&self) -> i64 {
        self.0.created
    }
    /// Rows whose number was there already.
    async fn duplicates(&self) -> i64 {
        self.0.duplicates
    }
    async fn rejected(&self) -> i64 {
        self.0.rejected
    }
    /// Why it failed, and what to do.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
    /// Rows that became no contact, in the file's order.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn rejected_rows(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, RejectedRow>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let request = page::<i64>(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .rejected_rows(permit.organization(), self.0.batch_id, request)
            .await?;
        Ok(connection(found, started, RejectedRow))
    }
}

/// A row that became no contact.
#[derive(Debug, Clone)]
pub struct RejectedRow(RejectedRowRow);

#[Object]
impl RejectedRow {
    /// Number of the row in the file, from 1.
    async fn row(&self) -> i64 {
        self.0.row_number
    }
    async fn field(&self) -> &str {
        &self.0.field
    }
    /// Why, and what to do.
    async fn error(&self) -> &str {
        &self.0.error
    }
    /// The value at fault.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        match &self.0.value {
            Some(sealed) => Ok(Some(caller.opened(&permit, sealed).await?)),
            None => Ok(None),
        }
    }
}

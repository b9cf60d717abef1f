//! Questions about imports. An import into a campaign is there only for those who see the campaign.

use async_graphql::{Context, ID, Object, connection::Connection};
use commands::authorization::{Action, Denied};
use domain::{CampaignId, ImportBatchId};

use super::{
    super::{
        context::{Caller, caller},
        error::Problem,
        node_id::NodeKind,
        paging::{connection, cost, page},
        scalars::Position,
    },
    Import,
};

impl Caller<'_> {
    /// An import that the caller sees.
    pub(in crate::graphql) async fn import(&self, id: ImportBatchId) -> Result<Option<Import>, Problem> {
        let permit = self.permit(Action::Read)?;
        let row = self.state.queries.import(permit.organization(), id).await?;
        let Some(row) = row else { return Ok(None) };
        if let Some(campaign) = row.campaign_id {
            match self.campaign_row(campaign).await {
                Ok(_) => {}
                Err(problem) if problem == Problem::from(Denied::NotFound("campaign")) => return Ok(None),
                Err(problem) => return Err(problem),
            }
        }
        Ok(Some(Import(row)))
    }
}

/// Questions about imports.
#[derive(Debug, Default)]
pub struct ImportQuery;

#[Object]
impl ImportQuery {
    /// Imports into a campaign, newest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn imports(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        first: Option<i32>,
        after: Option<String>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Import>, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        caller.fresh(min_position).await;
        let (permit, _) = caller.campaign_row(id).await?;
        let request = page(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .imports(permit.organization(), Some(id), request)
            .await?;
        Ok(connection(found, started, Import))
    }

    /// One import; nothing when it is not there or not the caller's.
    #[graphql(name = "import")]
    async fn import_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Import>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        caller.import(ImportBatchId::parse(&id)?).await
    }
}

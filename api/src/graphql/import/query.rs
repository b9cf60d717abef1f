//! Questions about imports. An import into a campaign is there only for those who see the campaign.

use async_graphql::{Context, ID, Object, connection::Connection};
use commands::authorization::{Action, Denied};
use domain::{CampaignId, ImportBatchId};
use projections::queries::ImportFilter;

use super::{
    super::{
        context::{Caller, caller, visible},
        enums::ImportStatus,
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
    /// Imports that the caller sees, newest first; into one campaign, or of some statuses, when those are named.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn imports(
        &self,
        ctx: &Context<'_>,
        campaign_id: Option<ID>,
        statuses: Option<Vec<ImportStatus>>,
        first: Option<i32>,
        after: Option<String>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Import>, Problem> {
        let caller = caller(ctx)?;
        let campaign = campaign_id.as_ref().map(CampaignId::parse).transpose()?;
        caller.fresh(min_position).await;
        let permit = match campaign {
            Some(id) => caller.campaign_row(id).await?.0,
            None => caller.permit(Action::Read)?,
        };
        let filter = ImportFilter {
            campaign,
            statuses: statuses.unwrap_or_default().into_iter().map(Into::into).collect(),
        };
        let request = page(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .imports(permit.organization(), &visible(&permit), &filter, request)
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

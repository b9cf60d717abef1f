//! Questions about scripts.

use async_graphql::{Context, ID, Object};
use commands::authorization::Denied;
use domain::ScriptId;

use super::{
    super::{context::caller, error::Problem, node_id::NodeKind, scalars::Position},
    Script,
};

/// Questions about scripts.
#[derive(Debug, Default)]
pub struct ScriptQuery;

#[Object]
impl ScriptQuery {
    /// One script of a campaign that the caller sees.
    async fn script(
        &self,
        ctx: &Context<'_>,
        id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Script>, Problem> {
        let caller = caller(ctx)?;
        let id = ScriptId::parse(&id)?;
        caller.fresh(min_position).await;
        let row = caller.state.queries.script(caller.organization(), id).await?;
        let Some(row) = row else { return Ok(None) };
        // The script is there only if its campaign is the caller's.
        match caller.campaign_row(row.campaign_id).await {
            Ok((permit, _)) => {
                caller.looks_at(&permit, format!("script:{id}")).await?;
                Ok(Some(row.into()))
            }
            Err(problem) if problem == Problem::from(Denied::NotFound("campaign")) => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

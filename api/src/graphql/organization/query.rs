//! Questions about the organization.

use async_graphql::{Context, Object};
use commands::authorization::Action;

use super::{
    super::{context::caller, error::Problem, scalars::Position},
    object::{Member, Organization, StateSwitch, Team},
};

/// Questions about the organization.
#[derive(Debug, Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The caller's organization.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        min_position: Option<Position>,
    ) -> Result<Option<Organization>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let row = caller.state.queries.organization(permit.organization()).await?;
        Ok(row.map(Organization))
    }

    /// Everyone in it; those who left, too, when asked.
    #[graphql(complexity = "50 + child_complexity * 5")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] with_former: bool,
        min_position: Option<Position>,
    ) -> Result<Vec<Member>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let rows = caller
            .state
            .queries
            .members(permit.organization(), with_former)
            .await?;
        Ok(rows.into_iter().map(Member).collect())
    }

    /// Its teams.
    async fn teams(&self, ctx: &Context<'_>, min_position: Option<Position>) -> Result<Vec<Team>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let rows = caller.state.queries.teams(permit.organization()).await?;
        Ok(rows.into_iter().map(Team::from).collect())
    }

    /// Every state and whether voicemails may go there; a state that was never switched is off.
    #[graphql(complexity = "50 + child_complexity * 5")]
    async fn states(
        &self,
        ctx: &Context<'_>,
        min_position: Option<Position>,
    ) -> Result<Vec<StateSwitch>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let switched = caller.state.queries.state_switches(permit.organization()).await?;
        let of = |state| StateSwitch::of(state, switched.iter().find(|r| r.state == state));
        Ok(domain::UsState::all().map(of).collect())
    }
}

//! Live views: driven by the read models moving on, at most four times a second, each with the permission checked again.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, ID, Subscription as GraphqlSubscription};
use commands::authorization::Action;
use domain::{CampaignId, ImportBatchId, SuppressionListId};
use futures::Stream;
use projections::{models::CampaignRow, queries::PageRequest};
use tokio::sync::watch;

use super::{
    analytics::{Activity, Overview},
    campaign::Campaign,
    context::{Asking, caller, visible},
    error::Problem,
    import::Import,
    node_id::NodeKind,
    organization::SuppressionList,
};
use crate::state::AppState;

/// Least time between two answers of one subscription.
const PACE: Duration = Duration::from_millis(250);
/// Lines of one answer of the activity feed.
const LINES_MAX: u32 = 50;

/// What changes of an import as it goes on or is taken back.
const fn how_far(import: &Import) -> (i64, Option<i64>) {
    (import.0.sequence, import.0.undone_removed)
}

/// Live views.
#[derive(Debug, Clone, Copy)]
pub struct Subscription;

/// Waits until the read models have moved on; whether they still can.
async fn moved(position: &mut watch::Receiver<domain::Position>) -> bool {
    let changed = position.changed().await.is_ok();
    if changed {
        // What moves within the pace is told together.
        tokio::time::sleep(PACE).await;
        position.borrow_and_update();
    }
    changed
}

/// Reads the caller's membership again: a removed member's stream ends.
async fn still(state: &AppState, asking: &Asking) -> Result<Asking, Problem> {
    use commands::{access, authorization::Denied};
    let identity = asking.identity.as_ref().ok_or(Denied::SignedOut)?;
    let (organization, user) = (identity.principal.organization, identity.principal.user);
    let principal = access::principal(&state.ports, organization, user).await?;
    let principal = principal.ok_or(Denied::SignedOut)?;
    let identity = crate::auth::Identity {
        principal,
        proof: identity.proof.clone(),
    };
    Ok(Asking::of(state, Some(identity)))
}

#[GraphqlSubscription]
impl Subscription {
    /// A campaign, now and whenever it or a counter of it has moved.
    async fn campaign_progress(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<impl Stream<Item = Result<Campaign, Problem>> + use<>, Problem> {
        let first = caller(ctx)?;
        let id = CampaignId::parse(&id)?;
        first.campaign_row(id).await?;
        let state = first.state.clone();
        let asking = super::context::asking(ctx)?.fork(&state);
        let start = (state, asking, None::<Arc<CampaignRow>>);
        Ok(futures::stream::unfold(
            start,
            move |(state, asking, last)| async move {
                let mut position = state.position.clone();
                loop {
                    position.borrow_and_update();
                    let row = match still(&state, &asking).await {
                        Ok(now) => now.as_caller(&state)?.campaign_row(id).await,
                        Err(problem) => Err(problem),
                    };
                    match row {
                        // The counters move with the scripts, not with the campaign's own events.
                        Ok((_, row)) if last.as_deref() == Some(&row) => {}
                        Ok((_, row)) => {
                            let row = Arc::new(row);
                            return Some((Ok(Campaign(Arc::clone(&row))), (state, asking, Some(row))));
                        }
                        Err(problem) => {
                            tracing::debug!(code = problem.code, "a live view ends");
                            return None;
                        }
                    }
                    if !moved(&mut position).await {
                        return None;
                    }
                }
            },
        ))
    }

    /// Sums over the campaigns that the caller sees, now and whenever they have moved.
    async fn overview(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Overview, Problem>> + use<>, Problem> {
        let first = caller(ctx)?;
        first.permit(Action::Read)?;
        let state = first.state.clone();
        let asking = super::context::asking(ctx)?.fork(&state);
        Ok(futures::stream::unfold(
            (state, asking, None),
            move |(state, asking, last)| async move {
                let mut position = state.position.clone();
                loop {
                    position.borrow_and_update();
                    let now = still(&state, &asking).await.ok()?;
                    let permit = now.as_caller(&state)?.permit(Action::Read).ok()?;
                    let seen = visible(&permit);
                    let found = state.queries.overview(permit.organization(), &seen).await.ok()?;
                    if last.as_ref() != Some(&found) {
                        let sums = Some(found.clone());
                        return Some((Ok(found.into()), (state, asking, sums)));
                    }
                    if !moved(&mut position).await {
                        return None;
                    }
                }
            },
        ))
    }

    /// An import, now and whenever it has moved.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        import_id: ID,
    ) -> Result<impl Stream<Item = Result<Import, Problem>> + use<>, Problem> {
        let first = caller(ctx)?;
        first.permit(Action::Read)?;
        let id = ImportBatchId::parse(&import_id)?;
        let state = first.state.clone();
        let asking = super::context::asking(ctx)?.fork(&state);
        let start = (state, asking, None);
        Ok(futures::stream::unfold(
            start,
            move |(state, asking, last)| async move {
                let mut position = state.position.clone();
                loop {
                    position.borrow_and_update();
                    let found = match still(&state, &asking).await {
                        Ok(now) => now.as_caller(&state)?.import(id).await,
                        Err(problem) => Err(problem),
                    };
                    match found {
                        Ok(Some(import)) if Some(how_far(&import)) == last => {}
                        Ok(Some(import)) => {
                            let told = Some(how_far(&import));
                            return Some((Ok(import), (state, asking, told)));
                        }
                        // It may not have reached the read models yet.
                        Ok(None) if last.is_none() => {}
                        Ok(None) | Err(_) => return None,
                    }
                    if !moved(&mut position).await {
                        return None;
                    }
                }
            },
        ))
    }

    /// A suppression list, now and whenever its loading has moved on or something else has changed.
    async fn suppression_list_progress(
        &self,
        ctx: &Context<'_>,
        list_id: ID,
    ) -> Result<impl Stream<Item = Result<SuppressionList, Problem>> + use<>, Problem> {
        let first = caller(ctx)?;
        first.permit(Action::Read)?;
        let id = SuppressionListId::parse(&list_id)?;
        let state = first.state.clone();
        let asking = super::context::asking(ctx)?.fork(&state);
        let start = (state, asking, None::<SuppressionList>);
        Ok(futures::stream::unfold(
            start,
            move |(state, asking, last)| async move {
                let mut position = state.position.clone();
                loop {
                    position.borrow_and_update();
                    let now = still(&state, &asking).await.ok()?;
                    let lists = now.as_caller(&state)?.suppression_lists(Some(id)).await.ok()?;
                    let list = lists.into_iter().next();
                    let is_loading = list.as_ref().is_some_and(SuppressionList::is_loading);
                    match list {
                        Some(list) if last.as_ref() != Some(&list) => {
                            return Some((Ok(list.clone()), (state, asking, Some(list))));
                        }
                        // What is read and built is no event: it is looked for.
                        _ if is_loading => tokio::time::sleep(PACE * 2).await,
                        _ if !moved(&mut position).await => return None,
                        _ => {}
                    }
                }
            },
        ))
    }

    /// What happens from now on, newest first; of one campaign, or of all for those who see all. What happened together comes together:
    /// the newest 50 lines, the query of the same name has the others.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        campaign_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<Vec<Activity>, Problem>> + use<>, Problem> {
        let first = caller(ctx)?;
        let id = campaign_id.as_ref().map(CampaignId::parse).transpose()?;
        match id {
            Some(id) => first.campaign_row(id).await?.0,
            None => first.permit(Action::Audit)?,
        };
        let state = first.state.clone();
        let asking = super::context::asking(ctx)?.fork(&state);
        let seen = *state.position.borrow();
        Ok(futures::stream::unfold(
            (state, asking, seen),
            move |(state, asking, seen)| async move {
                let mut position = state.position.clone();
                loop {
                    let reached = *position.borrow_and_update();
                    let now = still(&state, &asking).await.ok()?;
                    let permit = match id {
                        Some(id) => now.as_caller(&state)?.campaign_row(id).await.ok()?.0,
                        None => now.as_caller(&state)?.permit(Action::Audit).ok()?,
                    };
                    let request = PageRequest::first(LINES_MAX);
                    let found = state
                        .queries
                        .activity(permit.organization(), id, request)
                        .await
                        .ok()?;
                    let mut rows = found.into_rows();
                    rows.retain(|row| row.position > seen);
                    // The read models may have moved on between the look at their position and the answer.
                    let told = rows.iter().map(|row| row.position).fold(reached, Ord::max);
                    if !rows.is_empty() {
                        let lines = rows.into_iter().map(Activity::from).collect();
                        return Some((Ok(lines), (state, asking, told)));
                    }
                    if !moved(&mut position).await {
                        return None;
                    }
                }
            },
        ))
    }
}

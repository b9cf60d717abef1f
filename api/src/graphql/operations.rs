//! How the installation is doing: lag of the read models, carrier reports by fate. For admins and auditors.

use async_graphql::{Context, Object, SimpleObject};
use commands::authorization::Action;

use super::{context::caller, error::Problem, scalars::Position};

/// How far the read models are behind.
#[derive(Debug, SimpleObject)]
pub struct ReadLag {
    /// Last change recorded.
    head: Position,
    /// Last change that the read models have.
    position: Position,
    /// Changes between the two; an upper bound.
    behind: u64,
}

/// Carrier reports by what became of them, of the whole installation.
#[derive(Debug, SimpleObject)]
pub struct WebhookCounts {
    waiting: u64,
    applied: u64,
    /// Without a drop of ours.
    unmatched: u64,
    unreadable: u64,
    /// Refused at the door: bad signature, stale, unknown token.
    rejected: u64,
}

/// How the installation is doing.
#[derive(Debug, Default)]
pub struct OperationsQuery;

#[Object]
impl OperationsQuery {
    /// How far the read models are behind.
    async fn lag(&self, ctx: &Context<'_>) -> Result<ReadLag, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Read)?;
        let position = caller.state.queries.position().await?;
        let head = caller.state.ports.journal.head().await?;
        Ok(ReadLag {
            head: head.into(),
            position: position.into(),
            behind: head.number().saturating_sub(position.number()),
        })
    }

    /// Carrier reports by what became of them.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<WebhookCounts, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Audit)?;
        let counts = caller.state.ports.inbox.counts().await?;
        Ok(WebhookCounts {
            waiting: counts.waiting,
            applied: counts.applied,
            unmatched: counts.unmatched,
            unreadable: counts.unreadable,
            rejected: counts.rejected,
        })
    }
}

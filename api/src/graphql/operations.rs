//! How the installation is doing: lag of the read models, carrier reports by fate. For admins and auditors.

use async_graphql::{
    Context, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use commands::{
    authorization::Action,
    ports::{FiledWebhook, WebhookStanding},
};
use projections::{
    Cell,
    queries::{Cursor, Page},
};
use uuid::Uuid;

use super::{
    context::caller,
    enums,
    error::Problem,
    paging::{connection, cost, page},
    scalars::Position,
};

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

/// A stored carrier report, without what it says: that holds a number.
#[derive(Debug, SimpleObject)]
pub struct CarrierReport {
    /// Its own id.
    id: ID,
    /// The carrier's own id of the event.
    event_id: Option<String>,
    /// It came on the callback of one drop; otherwise it is signed.
    is_callback: bool,
    /// When it came.
    received_at: DateTime<Utc>,
    /// Where it stands.
    standing: enums::WebhookStanding,
    /// Why it is not applied.
    reason: Option<String>,
}

impl From<FiledWebhook> for CarrierReport {
    fn from(filed: FiledWebhook) -> Self {
        Self {
            id: ID(filed.id.to_string()),
            event_id: filed.event_id,
            is_callback: filed.is_callback,
            received_at: filed.received_at,
            standing: filed.standing.into(),
            reason: filed.reason,
        }
    }
}

/// Place in the list of carrier reports.
struct ReportPlace {
    received_at: DateTime<Utc>,
    id: Uuid,
}

impl Cursor for ReportPlace {
    const LIST: &'static str = "reports";

    fn to_cells(&self) -> Vec<Cell> {
        vec![
            Cell::Int(self.received_at.timestamp_micros()),
            Cell::Text(self.id.to_string()),
        ]
    }

    fn from_cells(cells: Vec<Cell>) -> Option<Self> {
        let [Cell::Int(micros), Cell::Text(id)] = cells.as_slice() else {
            return None;
        };
        Some(Self {
            received_at: DateTime::from_timestamp_micros(*micros)?,
            id: Uuid::try_parse(id).ok()?,
        })
    }
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

    /// Stored carrier reports that stand here, the oldest first. They are of the whole installation: one that matches no drop belongs
    /// to nobody.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn carrier_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By default those that match no drop.")] standing: Option<enums::WebhookStanding>,
        #[graphql(desc = "1 to 200.")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, CarrierReport, EmptyFields, EmptyFields>, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Audit)?;
        let started = after.is_some();
        let request = page::<ReportPlace>(first, after)?;
        let limit = request.limit as usize;
        let standing = standing.map_or(WebhookStanding::Unmatched, Into::into);
        let after = request.after.map(|place| (place.received_at, place.id));
        let inbox = &caller.state.ports.inbox;
        let mut rows = inbox.filed(standing, after, limit + 1).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let rows = rows.into_iter().map(|filed| {
            let place = ReportPlace {
                received_at: filed.received_at,
                id: filed.id,
            };
            (place, filed)
        });
        let page = Page {
            rows: rows.collect(),
            has_more,
        };
        Ok(connection(page, started, CarrierReport::from))
    }
}

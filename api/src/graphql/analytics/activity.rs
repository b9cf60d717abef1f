//! A line of the activity feed.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use projections::models::ActivityRow;

use super::super::{node_id::NodeKind, scalars::Position};

/// Something that happened, in words without personal data.
#[derive(Debug, Clone, SimpleObject)]
pub struct Activity {
    position: Position,
    kind: String,
    line: String,
    /// `user:<id>`, `system:<process>` or `carrier`.
    actor: String,
    at: DateTime<Utc>,
    campaign_id: Option<ID>,
    contact_id: Option<ID>,
}

impl From<ActivityRow> for Activity {
    fn from(row: ActivityRow) -> Self {
        Self {
            position: row.position.into(),
            kind: row.kind,
            line: row.line,
            actor: row.actor.to_string(),
            at: row.at,
            campaign_id: row.campaign_id.map(NodeKind::global),
            contact_id: row.contact_id.map(NodeKind::global),
        }
    }
}

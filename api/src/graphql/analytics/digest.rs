//! The digest of a completed campaign: figures, and sentences made of them and nothing else.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use projections::models::DigestRow;

use super::super::{node_id::NodeKind, scalars::Money};
use crate::digest;

/// How a campaign went.
#[derive(Debug, Clone, SimpleObject)]
pub struct Digest {
    campaign_id: ID,
    name: String,
    completed_at: DateTime<Utc>,
    contacts: i64,
    attempted: i64,
    delivered: i64,
    listened: i64,
    failed: i64,
    blocked: i64,
    held: i64,
    in_doubt: i64,
    total_cost: Money,
    /// In words.
    sentences: Vec<String>,
}

impl From<DigestRow> for Digest {
    fn from(row: DigestRow) -> Self {
        let micros = digest::total_cost(&row).micros();
        Self {
            campaign_id: row.campaign_id.global(),
            sentences: digest::sentences(&row),
            name: row.name,
            completed_at: row.completed_at,
            contacts: row.contacts,
            attempted: row.attempted,
            delivered: row.delivered,
            listened: row.listened,
            failed: row.failed,
            blocked: row.blocked,
            held: row.held,
            in_doubt: row.in_doubt,
            total_cost: Money(micros),
        }
    }
}

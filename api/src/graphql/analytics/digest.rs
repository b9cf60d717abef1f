//! The digest of a campaign that has ended: figures, sentences made of them and of nothing else, and what to do differently.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ContactId;
use projections::{
    digest::{CampaignReport, Recommendation},
    models::{DigestRow, ScriptRow},
};

use super::{
    super::{
        contact::Contact, enums::CampaignType, error::Problem, loaders::rows, node_id::NodeKind,
        scalars::Position,
    },
    campaign::CampaignAnalytics,
};
use crate::http::DigestLinks;

/// Someone who listened long.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Listener {
    contact_id: ID,
    listened_at: Option<DateTime<Utc>>,
    listen_seconds: f64,
    #[graphql(skip)]
    id: ContactId,
}

#[ComplexObject]
impl Listener {
    /// Who; nothing when the contact is not there any more.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Problem> {
        Ok(rows(ctx)?.load_one(self.id).await?.map(Contact))
    }
}

impl From<ScriptRow> for Listener {
    fn from(row: ScriptRow) -> Self {
        Self {
            contact_id: row.contact_id.global(),
            listened_at: row.listened_at,
            listen_seconds: row.listen_ms.unwrap_or(0) as f64 / 1_000.0,
            id: row.contact_id,
        }
    }
}

/// What to do differently.
#[derive(Debug, Clone, SimpleObject)]
pub struct Advice {
    advice: String,
    /// The figures that it rests on.
    basis: String,
}

impl From<Recommendation> for Advice {
    fn from(r: Recommendation) -> Self {
        Self {
            advice: r.advice,
            basis: r.basis,
        }
    }
}

/// The figures at the moment when the campaign completed; what was reported later is not in them.
#[derive(Debug, Clone, SimpleObject)]
pub struct AtCompletion {
    completed_at: DateTime<Utc>,
    attempted: i64,
    delivered: i64,
    listened: i64,
    failed: i64,
    in_doubt: i64,
}

impl From<DigestRow> for AtCompletion {
    fn from(row: DigestRow) -> Self {
        Self {
            completed_at: row.completed_at,
            attempted: row.attempted,
            delivered: row.delivered,
            listened: row.listened,
            failed: row.failed,
            in_doubt: row.in_doubt,
        }
    }
}

/// How a campaign went, as it is known by now.
#[derive(Debug, Clone, SimpleObject)]
pub struct Digest {
    campaign_id: ID,
    name: String,
    #[graphql(name = "type")]
    kind: CampaignType,
    neighborhood: Option<String>,
    /// The recipients' first day on which something happened.
    from: Option<NaiveDate>,
    /// And the last.
    until: Option<NaiveDate>,
    ended_at: Option<DateTime<Utc>>,
    /// The digest says all that had happened by then.
    as_of: Position,
    contacts: i64,
    blocked: i64,
    held: i64,
    in_doubt: i64,
    /// In words.
    summary: Vec<String>,
    analytics: CampaignAnalytics,
    /// Those who listened longest; none where no length is known.
    top_listeners: Vec<Listener>,
    recommendations: Vec<Advice>,
    /// Nothing when the campaign did not complete.
    at_completion: Option<AtCompletion>,
    /// Where it can be fetched as a typeset document, on this server, for a while.
    pdf_url: String,
    /// Where it can be fetched as a page to print or send, for a while.
    html_url: String,
    /// From here on both links open nothing.
    links_expire_at: DateTime<Utc>,
}

impl Digest {
    pub(super) fn of(
        report: CampaignReport,
        as_of: Position,
        completed: Option<DigestRow>,
        links: DigestLinks,
    ) -> Self {
        let (summary, advice) = (report.summary(), report.recommendations());
        let days = report.figures().days;
        let c = &report.campaign;
        Self {
            campaign_id: c.campaign_id.global(),
            name: c.name.clone(),
            kind: c.kind.into(),
            neighborhood: c.neighborhood.clone(),
            from: days.map(|d| d.0),
            until: days.map(|d| d.1),
            ended_at: c.completed_at,
            as_of,
            contacts: c.contacts,
            blocked: c.blocked,
            held: c.held + c.lapsed,
            in_doubt: c.in_doubt,
            summary,
            pdf_url: links.pdf,
            html_url: links.html,
            links_expire_at: links.expire_at,
            top_listeners: report.listeners.iter().cloned().map(Into::into).collect(),
            recommendations: advice.into_iter().map(Into::into).collect(),
            at_completion: completed.map(Into::into),
            analytics: report.into(),
        }
    }
}

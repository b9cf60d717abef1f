//! The digest of a campaign for the terminal: the same words as everywhere.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::{CampaignId, OrganizationId};
use projections::{
    digest::{CampaignReport, DigestFigures},
    queries::{QueryError, ReadModels, Visible},
};
use serde::Serialize;

/// How a campaign went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// The campaign's name.
    pub name: String,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What it cost, micro-dollars.
    pub cost_micros: i64,
    /// How it went, in words.
    pub summary: Vec<String>,
    /// What to do differently, each with the figures that it rests on.
    pub recommendations: Vec<String>,
}

impl Digest {
    /// Reads it; nothing while the campaign has not ended.
    pub async fn of(
        queries: &dyn ReadModels,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Option<Self>, QueryError> {
        let row = queries.campaign(organization, &Visible::All, campaign).await?;
        let Some(row) = row.filter(DigestFigures::has_ended) else {
            return Ok(None);
        };
        let report = CampaignReport::gather(queries, organization, &Visible::All, row).await?;
        let recommendations = report.recommendations().into_iter();
        Ok(Some(Self {
            cost_micros: report.costs().total().micros(),
            summary: report.summary(),
            recommendations: recommendations
                .map(|r| format!("{} {}", r.advice, r.basis))
                .collect(),
            name: report.campaign.name,
            ended_at: report.campaign.completed_at,
        }))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        for sentence in &self.summary {
            writeln!(f, "  {sentence}")?;
        }
        for advice in &self.recommendations {
            writeln!(f, "  - {advice}")?;
        }
        Ok(())
    }
}

//! The digest of a campaign for the terminal and for paper: the same words as everywhere.

use std::fmt;

use chrono::{DateTime, Utc};
use commands::{CommandError, Ports, people::details_of};
use documents::{DigestDocument, Listener};
use domain::{CampaignId, OrganizationId, PersonalDetails};
use projections::{
    digest::{CampaignReport, DigestFigures},
    queries::{QueryError, ReadModels, Visible},
};
use serde::Serialize;

/// Most letters of a campaign's name that go into a file's name.
const FILE_NAME_CHARS: usize = 60;

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

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The read models can't be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Names can't be opened.
    #[error(transparent)]
    Names(#[from] CommandError),
}

/// What stands in the digest of a campaign that is seen, ready to be set; nothing while the campaign has not ended.
pub async fn on_paper(
    ports: &Ports,
    queries: &dyn ReadModels,
    organization: OrganizationId,
    visible: &Visible,
    campaign: CampaignId,
) -> Result<Option<DigestDocument>, DigestError> {
    let as_of = ports.clock.now();
    let row = queries.campaign(organization, visible, campaign).await?;
    let Some(row) = row.filter(DigestFigures::has_ended) else {
        return Ok(None);
    };
    let report = CampaignReport::gather(queries, organization, visible, row).await?;
    let ids: Vec<_> = report.listeners.iter().map(|script| script.contact_id).collect();
    let details = details_of(ports, organization, &ids).await?;
    let listeners: Vec<_> = report
        .listeners
        .iter()
        .zip(details)
        .filter_map(|(script, details)| {
            Some(Listener {
                name: paper_name(&details.ok()?)?,
                listen_ms: script.listen_ms?,
            })
        })
        .collect();
    let brokerage = queries.organization(organization).await?;
    let brokerage = brokerage.map_or_else(String::new, |row| row.name);
    Ok(Some(DigestDocument::of(&report, &brokerage, &listeners, as_of)))
}

/// A name as it may stand on paper that is handed on: the first one and a letter of the last; that of a company or a trust as it is.
fn paper_name(details: &PersonalDetails) -> Option<String> {
    let initial = details.last_name.chars().next();
    match (details.first_name.trim(), initial) {
        ("", _) => Some(details.name.trim().to_owned()).filter(|name| !name.is_empty()),
        (first, Some(initial)) => Some(format!("{first} {initial}.")),
        (first, None) => Some(first.to_owned()),
    }
}

/// The campaign's name as far as any file system takes it.
pub fn file_name(campaign: &str, ending: &str) -> String {
    let letters = campaign
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let plain: String = letters.take(FILE_NAME_CHARS).collect();
    let words: Vec<_> = plain.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        format!("digest.{ending}")
    } else {
        format!("{}-digest.{ending}", words.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_campaign_as_far_as_file_systems_go() {
        assert_eq!(file_name("Fall expireds", "pdf"), "Fall-expireds-digest.pdf");
        assert_eq!(file_name("../\"x\"\r\n: 1/2", "pdf"), "x-1-2-digest.pdf");
        assert_eq!(file_name("春", "html"), "digest.html");
    }
}

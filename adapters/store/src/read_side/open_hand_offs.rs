//! Hand-offs without an end, by the read models.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{OpenCampaign, OpenHandOffs, PortError, PortErrorKind};
use database::{DatabaseError, Row, int, text};
use domain::{CampaignId, ScriptId};

use super::ReadSide;

/// Most rows of one answer.
const ROWS_MAX: u32 = 1_000;

const CAMPAIGNS: &str = "SELECT organization_id, campaign_id, queued + sent, in_doubt FROM campaigns
     WHERE campaign_id > $1 AND (queued + sent > 0 OR in_doubt <> in_doubt_told) AND status <> 'absent'
     ORDER BY campaign_id LIMIT $2";

/// Those of contacts that were taken out of the campaign count as well: they were called.
const OVERDUE: &str = "SELECT script_id FROM scripts
     WHERE organization_id = $1 AND campaign_id = $2 AND script_id > $3 AND delivery IN ('queued', 'sent') AND attempted_at < $4
     ORDER BY script_id LIMIT $5";

fn retryable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(PortErrorKind::Retryable, format!("open hand-offs: {reason}"))
}

fn open(row: &Row) -> Result<OpenCampaign, DatabaseError> {
    Ok(OpenCampaign {
        organization: row.parsed(0)?,
        campaign: row.parsed(1)?,
        waiting: row.count(2)?,
        in_doubt: row.count(3)?,
    })
}

#[async_trait]
impl OpenHandOffs for ReadSide {
    async fn campaigns(&self, after: Option<CampaignId>, limit: u32) -> Result<Vec<OpenCampaign>, PortError> {
        let sql = self.shared.sql().map_err(retryable)?;
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let parameters = vec![text(after), int(i64::from(limit.min(ROWS_MAX)))];
        let rows = sql.query(CAMPAIGNS, parameters).await.map_err(retryable)?;
        rows.iter().map(|row| open(row).map_err(retryable)).collect()
    }

    async fn overdue(
        &self,
        of: OpenCampaign,
        before: DateTime<Utc>,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError> {
        let sql = self.shared.sql().map_err(retryable)?;
        let parameters = vec![
            text(of.organization.to_string()),
            text(of.campaign.to_string()),
            text(after.map(|id| id.to_string()).unwrap_or_default()),
            int(before.timestamp_micros()),
            int(i64::from(limit.min(ROWS_MAX))),
        ];
        let rows = sql.query(OVERDUE, parameters).await.map_err(retryable)?;
        rows.iter().map(|row| row.parsed(0).map_err(retryable)).collect()
    }
}

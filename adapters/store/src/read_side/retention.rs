//! Audio that has outlived the time that its organization keeps it, by the read models.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{AudioRetention, PortError, PortErrorKind};
use database::{DatabaseError, Row, int};
use domain::{CampaignId, OrganizationId, ScriptId};
use projections::queries::{ScriptCondition, ScriptQueries as _};

use super::{ReadSide, queries::Queries};

/// Every campaign that has ended and has audio, longest ended first, with how long its organization keeps it. What an organization
/// may set begins at a day.
const ENDED: &str = "SELECT c.organization_id, c.campaign_id, c.completed_at, o.settings
     FROM campaigns AS c JOIN organizations AS o ON o.organization_id = c.organization_id
     WHERE c.status IN ('completed', 'failed', 'cancelled') AND c.audio_rendered > 0 AND c.completed_at < $1
     ORDER BY c.completed_at LIMIT 500";

fn retryable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("the retention of audio: {reason}"),
    )
}

/// The campaign of a row, if its audio is to go by now.
fn expired(row: &Row, now: DateTime<Utc>) -> Result<Option<(OrganizationId, CampaignId)>, DatabaseError> {
    let ended = DateTime::from_timestamp_micros(row.int(2)?);
    let settings = serde_json::from_str::<domain::organization::Settings>(row.text(3)?);
    let (Some(ended), Ok(settings)) = (ended, settings) else {
        return Ok(None);
    };
    let keep = Duration::days(i64::from(settings.audio_retention_days));
    let ids = (row.text(0)?.parse(), row.text(1)?.parse());
    Ok(match ids {
        (Ok(organization), Ok(campaign)) if ended + keep <= now => Some((organization, campaign)),
        _ => None,
    })
}

#[async_trait]
impl AudioRetention for ReadSide {
    async fn expired(&self, now: DateTime<Utc>) -> Result<Vec<(OrganizationId, CampaignId)>, PortError> {
        let sql = self.shared.sql().map_err(retryable)?;
        let before = (now - Duration::days(1)).timestamp_micros();
        let rows = sql.query(ENDED, vec![int(before)]).await.map_err(retryable)?;
        let found: Result<Vec<_>, _> = rows.iter().map(|row| expired(row, now)).collect();
        Ok(found.map_err(retryable)?.into_iter().flatten().collect())
    }

    async fn with_audio(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError> {
        let found = Queries::new(self.shared.clone())
            .scripts_of(organization, campaign, ScriptCondition::WithAudio, after, limit)
            .await
            .map_err(retryable)?;
        Ok(found.into_iter().map(|(script, _)| script).collect())
    }
}

//! Audio that has outlived the time that its organization keeps it, by the read models.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{AudioRetention, PortError, PortErrorKind};
use database::{DatabaseError, Row, int, text};
use domain::{CampaignId, OrganizationId, ScriptId};
use projections::queries::{ScriptCondition, ScriptQueries as _};

use super::{ReadSide, queries::Queries};

/// Every campaign that has ended and has audio, longest ended first, with how long its organization keeps it. What an organization
/// may set begins at a day.
const ENDED: &str = "SELECT c.organization_id, c.campaign_id, c.completed_at, o.settings
     FROM campaigns AS c JOIN organizations AS o ON o.organization_id = c.organization_id
     WHERE c.status IN ('completed', 'failed', 'cancelled') AND c.audio_rendered > 0 AND c.completed_at < $1
     ORDER BY c.completed_at LIMIT 500";

/// How long every organization keeps audio.
const TERMS: &str = "SELECT organization_id, settings FROM organizations";

/// Which files are somebody's recording; what they are is put in.
const KEPT: &str = "SELECT DISTINCT audio_sha256 FROM scripts
     WHERE organization_id = $1 AND audio_key IS NOT NULL AND audio_sha256 IN ";

fn retryable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("the retention of audio: {reason}"),
    )
}

/// How long the organization of a row keeps audio; nothing where that can't be read.
fn term(row: &Row) -> Result<Option<(OrganizationId, Duration)>, DatabaseError> {
    let settings = serde_json::from_str::<domain::organization::Settings>(row.text(1)?);
    Ok(match (row.text(0)?.parse(), settings) {
        (Ok(organization), Ok(settings)) => {
            let days = i64::from(settings.audio_retention_days);
            Some((organization, Duration::days(days)))
        }
        _ => None,
    })
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

impl ReadSide {
    async fn scripts(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        condition: ScriptCondition,
        (after, limit): (Option<ScriptId>, u32),
    ) -> Result<Vec<ScriptId>, PortError> {
        let found = Queries::new(self.shared.clone())
            .scripts_of(organization, campaign, condition, after, limit)
            .await
            .map_err(retryable)?;
        Ok(found.into_iter().map(|(script, _)| script).collect())
    }
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
        self.scripts(organization, campaign, ScriptCondition::WithAudio, (after, limit))
            .await
    }

    async fn once_spoken(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<ScriptId>, PortError> {
        self.scripts(
            organization,
            campaign,
            ScriptCondition::OnceSpoken,
            (after, limit),
        )
        .await
    }

    async fn terms(&self) -> Result<Vec<(OrganizationId, Duration)>, PortError> {
        let sql = self.shared.sql().map_err(retryable)?;
        let rows = sql.query(TERMS, vec![]).await.map_err(retryable)?;
        let terms: Result<Vec<_>, _> = rows.iter().map(term).collect();
        Ok(terms.map_err(retryable)?.into_iter().flatten().collect())
    }

    async fn kept(
        &self,
        organization: OrganizationId,
        sha256: &[String],
    ) -> Result<HashSet<String>, PortError> {
        if sha256.is_empty() {
            return Ok(HashSet::new());
        }
        let sql = self.shared.sql().map_err(retryable)?;
        let places: Vec<_> = (2..sha256.len() + 2).map(|n| format!("${n}")).collect();
        let asked = format!("{KEPT}({})", places.join(", "));
        let parameters = std::iter::once(organization.to_string()).chain(sha256.iter().cloned());
        let rows = sql
            .query(&asked, parameters.map(text).collect())
            .await
            .map_err(retryable)?;
        let kept = rows.iter().map(|row| row.text(0).map(str::to_owned));
        kept.collect::<Result<_, _>>().map_err(retryable)
    }
}

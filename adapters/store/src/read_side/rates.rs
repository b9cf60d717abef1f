//! How fast a voice has spoken in an organization, measured from the audio that was made for its scripts.

use std::collections::HashMap;

use async_trait::async_trait;
use commands::ports::{PortError, PortErrorKind, SpeakingRates};
use database::{DatabaseError, Row, text};
use domain::{OrganizationId, script::lint::SpeakingRate};

use super::ReadSide;

/// Any so many clips say how fast a voice is; more would only take longer to add up.
const RATE: &str = "SELECT CAST(coalesce(sum(characters), 0) AS bigint), CAST(coalesce(sum(audio_duration_ms), 0) AS bigint) FROM (
       SELECT characters, audio_duration_ms FROM scripts
       WHERE organization_id = $1 AND voice = $2 AND audio = 'rendered' AND audio_duration_ms > 0
       LIMIT 500) AS clips";

/// The same of every voice.
const RATES: &str = "SELECT voice, CAST(sum(characters) AS bigint), CAST(sum(audio_duration_ms) AS bigint) FROM scripts
     WHERE organization_id = $1 AND voice IS NOT NULL AND audio = 'rendered' AND audio_duration_ms > 0 GROUP BY voice";

fn unreachable(reason: impl std::fmt::Display) -> PortError {
    PortError::new(
        PortErrorKind::Retryable,
        format!("how fast voices speak: {reason}"),
    )
}

fn measured(row: &Row, from: usize) -> Result<SpeakingRate, DatabaseError> {
    Ok(SpeakingRate::measured(row.count(from)?, row.count(from + 1)?))
}

#[async_trait]
impl SpeakingRates for ReadSide {
    async fn of_voice(&self, organization: OrganizationId, voice: &str) -> Result<SpeakingRate, PortError> {
        let sql = self.shared.sql().map_err(unreachable)?;
        let parameters = vec![text(organization.to_string()), text(voice)];
        let row = sql.query_opt(RATE, parameters).await.map_err(unreachable)?;
        let rate = row.as_ref().map(|row| measured(row, 0)).transpose();
        Ok(rate.map_err(unreachable)?.unwrap_or_default())
    }

    async fn of_all(&self, organization: OrganizationId) -> Result<HashMap<String, SpeakingRate>, PortError> {
        let sql = self.shared.sql().map_err(unreachable)?;
        let parameters = vec![text(organization.to_string())];
        let rows = sql.query(RATES, parameters).await.map_err(unreachable)?;
        let rates = rows
            .iter()
            .map(|row| Ok((row.text(0)?.to_owned(), measured(row, 1)?)));
        rates.collect::<Result<_, DatabaseError>>().map_err(unreachable)
    }
}

//! How fast a voice has spoken in an organization, measured from the audio that was made for its scripts.

use async_trait::async_trait;
use commands::ports::{PortError, PortErrorKind, SpeakingRates};
use database::{DatabaseError, text};
use domain::{OrganizationId, script::lint::SpeakingRate};

use super::ReadSide;

/// Any so many clips say how fast a voice is; more would only take longer to add up.
const RATE: &str = "SELECT CAST(coalesce(sum(characters), 0) AS bigint), CAST(coalesce(sum(audio_duration_ms), 0) AS bigint) FROM (
       SELECT characters, audio_duration_ms FROM scripts
       WHERE organization_id = $1 AND voice = $2 AND audio = 'rendered' AND audio_duration_ms > 0
       LIMIT 500) AS clips";

#[async_trait]
impl SpeakingRates for ReadSide {
    async fn of_voice(&self, organization: OrganizationId, voice: &str) -> Result<SpeakingRate, PortError> {
        let unreachable = |e: &dyn std::fmt::Display| {
            PortError::new(PortErrorKind::Retryable, format!("how fast voices speak: {e}"))
        };
        let sql = self.shared.sql().map_err(|e| unreachable(&e))?;
        let parameters = vec![text(organization.to_string()), text(voice)];
        let row = sql
            .query_opt(RATE, parameters)
            .await
            .map_err(|e| unreachable(&e))?;
        let measured = row.map_or(Ok((0, 0)), |row| {
            Ok::<_, DatabaseError>((row.count(0)?, row.count(1)?))
        });
        let (characters, milliseconds) = measured.map_err(|e| unreachable(&e))?;
        Ok(SpeakingRate::measured(characters, milliseconds))
    }
}

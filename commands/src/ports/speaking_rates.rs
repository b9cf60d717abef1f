//! How fast the voices of an organization have spoken so far.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{OrganizationId, script::lint::SpeakingRate};

use super::PortError;

/// Measured from the audio that was made.
#[async_trait]
pub trait SpeakingRates: Send + Sync + std::fmt::Debug {
    /// The rate of a voice; the default one for a voice that has not spoken yet.
    async fn of_voice(&self, organization: OrganizationId, voice: &str) -> Result<SpeakingRate, PortError>;

    /// The rates of every voice that has spoken, by the provider's voice id.
    async fn of_all(&self, organization: OrganizationId) -> Result<HashMap<String, SpeakingRate>, PortError>;
}

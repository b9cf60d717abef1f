//! What an organization sets for all its campaigns, with defaults that are safe.

use serde::{Deserialize, Serialize};

use crate::{MicroDollars, PhoneNumber, script::VoiceSettings};

/// A number that the organization is entitled to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerId {
    /// The number; the organization's, not a person's.
    pub number: PhoneNumber,
    /// What it is called.
    pub label: String,
}

/// What things cost, for estimates; actuals come from the providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateCard {
    /// One script by a model.
    pub script: MicroDollars,
    /// A thousand characters spoken.
    pub thousand_characters: MicroDollars,
    /// One delivered voicemail.
    pub delivery: MicroDollars,
}

impl Default for RateCard {
    /// The spec's figures: $0.001 a script, $0.30 per 1,000 characters, $0.10 a delivered voicemail.
    fn default() -> Self {
        Self {
            script: MicroDollars::from_micros(1_000),
            thousand_characters: MicroDollars::from_micros(300_000),
            delivery: MicroDollars::from_micros(100_000),
        }
    }
}

/// Who speaks in the scripts: the agent's public face, not a contact's data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The agent's name.
    pub name: String,
    /// The brokerage's licensed name.
    pub brokerage: String,
    /// Number for calling back, as spoken.
    pub phone: String,
    /// Toll-free number of the automated opt-out line, as spoken.
    pub opt_out_phone: String,
}

/// Settings of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Days between two voicemails to one person.
    pub min_interval_days: u32,
    /// Most campaigns made a day.
    pub campaigns_per_day_max: u32,
    /// Most contacts in a campaign.
    pub contacts_per_campaign_max: u32,
    /// Days that audio is kept after a campaign completed.
    pub audio_retention_days: u32,
    /// The provider's voice id that is offered first.
    pub default_voice: String,
    /// How the voice is set.
    pub voice_settings: VoiceSettings,
    /// Prices for estimates.
    pub rate_card: RateCard,
    /// Who speaks.
    pub agent: AgentProfile,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_interval_days: 14,
            campaigns_per_day_max: 20,
            contacts_per_campaign_max: 100_000,
            audio_retention_days: 90,
            // The spec's `professional_male`.
            default_voice: "21m00Tcm4TlvDq8ikWAM".to_owned(),
            voice_settings: VoiceSettings::default(),
            rate_card: RateCard::default(),
            agent: AgentProfile::default(),
        }
    }
}

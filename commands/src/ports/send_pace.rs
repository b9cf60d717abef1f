//! How fast a campaign may hand over: each hand-off takes a place of its own in time, so that what was held for hours does not go out
//! all at once when the window opens, and three processes together keep to one rate.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{CampaignId, ScriptId, campaign::Schedule};

use super::PortError;

/// The limits of a campaign's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// What must lie between two hand-offs.
    pub spacing: Duration,
    /// Most hand-offs in any 24 hours.
    pub per_day: Option<u32>,
}

impl Pace {
    /// What a schedule asks for; nothing when it sets no limit.
    pub fn of(schedule: &Schedule) -> Option<Self> {
        if schedule.per_minute.is_none() && schedule.per_day.is_none() {
            return None;
        }
        Some(Self {
            spacing: schedule.spacing(),
            per_day: schedule.per_day,
        })
    }
}

/// The places that hand-offs have taken.
#[async_trait]
pub trait SendPace: Send + Sync + std::fmt::Debug {
    /// When this script may be handed over: now, or the place that it is given. Asked again, it is the same one; a place that went by
    /// unused, because the script was held then, is given up for a new one.
    async fn place(
        &self,
        campaign: CampaignId,
        script: ScriptId,
        pace: Pace,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, PortError>;

    /// The newest places of a campaign after one instant and up to another, in order, at most `limit`.
    async fn taken(
        &self,
        campaign: CampaignId,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DateTime<Utc>>, PortError>;
}

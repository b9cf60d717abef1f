//! Outcomes by campaign, by the recipient's own day and hour, and by state. Each outcome of a script is counted once, where its
//! earliest report puts it; a still earlier one moves it.

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use domain::{CampaignId, OrganizationId, script::DeliveryStatus};

use super::ScriptRow;
use crate::{
    Outcome, Rows,
    model::{Tally, read_model},
};

/// The state of recipients of whom none is known.
const STATE_UNKNOWN: &str = "";

read_model! {
    /// How often an outcome happened in one hour of the recipients' day.
    pub struct AnalyticsRow in "analytics" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// The recipient's day.
            day: NaiveDate,
            /// The recipient's hour, 0 to 23.
            hour: u32,
            /// The recipient's state by postal code; empty when unknown.
            state: String,
            /// What happened.
            outcome: Outcome,
        }
        given {}
        /// How often.
        count: i64,
    }
}

impl Tally for AnalyticsRow {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// What a script contributes: each outcome at its instant. One that was left after all has not failed, and one that was played
/// was left, whatever was not reported: so the sums are those of the campaign.
fn outcomes(script: &ScriptRow) -> [(Outcome, Option<DateTime<Utc>>); 4] {
    let left = script.delivery >= DeliveryStatus::Delivered;
    [
        (Outcome::Attempted, script.attempted_at),
        (
            Outcome::Delivered,
            script.delivered_at.or(script.listened_at).filter(|_| left),
        ),
        (
            Outcome::Listened,
            script
                .listened_at
                .filter(|_| script.delivery == DeliveryStatus::Listened),
        ),
        (
            Outcome::Failed,
            script
                .failed_at
                .filter(|_| script.delivery == DeliveryStatus::Failed),
        ),
    ]
}

/// The recipient's time zone; UTC while none is known, so that everything is counted.
pub(super) fn zone_of(script: &ScriptRow) -> Tz {
    let known = script.zone.as_deref().and_then(|z| z.parse::<Tz>().ok());
    known.unwrap_or(Tz::UTC)
}

/// The recipient's state as it is counted.
pub(super) fn state_of(script: &ScriptRow) -> String {
    script
        .state
        .map_or_else(|| STATE_UNKNOWN.to_owned(), |s| s.code().to_owned())
}

type Bucket = (OrganizationId, CampaignId, NaiveDate, u32, String, Outcome);

fn buckets(script: &ScriptRow) -> impl Iterator<Item = Bucket> {
    let (zone, state) = (zone_of(script), state_of(script));
    let (organization, campaign) = (script.organization_id, script.campaign_id);
    outcomes(script).into_iter().filter_map(move |(outcome, at)| {
        let local = at?.with_timezone(&zone);
        Some((
            organization,
            campaign,
            local.date_naive(),
            local.hour(),
            state.clone(),
            outcome,
        ))
    })
}

/// Moves the script's outcomes from where they were counted to where they belong now.
pub(super) fn follow_script(rows: &mut Rows, before: Option<&ScriptRow>, after: &ScriptRow) {
    let old: Vec<Bucket> = before.into_iter().flat_map(buckets).collect();
    let new: Vec<Bucket> = buckets(after).collect();
    for bucket in old.iter().filter(|b| !new.contains(b)) {
        count(rows, bucket, -1);
    }
    for bucket in new.iter().filter(|b| !old.contains(b)) {
        count(rows, bucket, 1);
    }
}

fn count(rows: &mut Rows, bucket: &Bucket, by: i64) {
    let (organization, campaign, day, hour, state, outcome) = bucket.clone();
    let mut row = AnalyticsRow::blank(organization, campaign, day, hour, state, outcome);
    row.count = by;
    rows.analytics.count(row);
}

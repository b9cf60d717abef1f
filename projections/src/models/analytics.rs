//! Outcomes by campaign, by the recipient's own day and hour, and by state. Each outcome of a script is counted once, where its
//! earliest report puts it; a still earlier one moves it.

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use domain::{CampaignId, OrganizationId};

use super::ScriptRow;
use crate::{Outcome, Rows, model::read_model};

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

/// What a script contributes: each outcome at its instant.
fn outcomes(script: &ScriptRow) -> [(Outcome, Option<DateTime<Utc>>); 4] {
    [
        (Outcome::Attempted, script.attempted_at),
        (Outcome::Delivered, script.delivered_at),
        (Outcome::Listened, script.listened_at),
        (Outcome::Failed, script.failed_at),
    ]
}

type Bucket = (OrganizationId, CampaignId, NaiveDate, u32, String, Outcome);

fn buckets(script: &ScriptRow) -> impl Iterator<Item = Bucket> {
    // Without a known zone the hour is UTC's: the outcome is still counted, under the unknown state.
    let zone = script
        .zone
        .as_deref()
        .and_then(|z| z.parse::<Tz>().ok())
        .unwrap_or(Tz::UTC);
    let state = script
        .state
        .map_or_else(|| STATE_UNKNOWN.to_owned(), |s| s.code().to_owned());
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
    let count = rows.analytics.get(bucket).map_or(0, |row| row.count) + by;
    if count == 0 {
        // No row is the same as none counted: a rebuild must not depend on what was once there.
        rows.analytics.remove(bucket);
    } else {
        let (organization, campaign, day, hour, state, outcome) = bucket.clone();
        let mut row = AnalyticsRow::blank(organization, campaign, day, hour, state, outcome);
        row.count = count;
        rows.analytics.put(row);
    }
}

//! What came of voicemails, by when and where they were handed over and by what they said. Every script counts in one row, the one
//! of its hand-over, with all that became of it: so a rate never has a numerator from other voicemails than its denominator.

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::{
    CampaignId, OrganizationId,
    script::{Author, DeliveryStatus},
};

use super::{ScriptRow, analytics};
use crate::{Rows, model::read_model, rows::RowSet};

/// Lengths of voicemails are told apart in steps of so many seconds.
pub const LENGTH_STEP_SECONDS: u32 = 10;

read_model! {
    /// What came of the voicemails that were handed over in one hour of the recipients' week.
    pub struct HourResultRow in "hour_results" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// The recipient's day of the week, 1 for Monday to 7 for Sunday.
            weekday: u32,
            /// The recipient's hour, 0 to 23.
            hour: u32,
            /// The recipient's state by postal code; empty when unknown.
            state: String,
        }
        given {}
        /// Handed over.
        attempted: i64,
        /// Of these, left in the mailbox, played ones included.
        delivered: i64,
        /// Of these, played.
        listened: i64,
        /// Of the handed over, not left.
        failed: i64,
        /// Played ones of which it is known for how long.
        timed: i64,
        /// For how long together, milliseconds.
        listen_ms: i64,
    }
}

read_model! {
    /// What came of the voicemails of one writer and one length.
    pub struct ScriptResultRow in "script_results" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// Who wrote the words that were spoken.
            author: Author,
            /// The model that wrote them; empty when none did.
            model: String,
            /// How long the audio is, rounded down to a step of [`LENGTH_STEP_SECONDS`].
            seconds: u32,
        }
        given {}
        /// Handed over.
        attempted: i64,
        /// Of these, left in the mailbox, played ones included.
        delivered: i64,
        /// Of these, played.
        listened: i64,
        /// Of the handed over, not left.
        failed: i64,
        /// Played ones of which it is known for how long.
        timed: i64,
        /// For how long together, milliseconds.
        listen_ms: i64,
    }
}

/// What one script counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    delivered: bool,
    listened: bool,
    failed: bool,
    listen_ms: Option<i64>,
}

impl Share {
    fn of(script: &ScriptRow) -> Self {
        let listened = script.delivery == DeliveryStatus::Listened;
        Self {
            delivered: listened || script.delivery == DeliveryStatus::Delivered,
            listened,
            failed: script.delivery == DeliveryStatus::Failed,
            listen_ms: script.listen_ms.filter(|_| listened),
        }
    }
}

/// When it was handed over. A report of one that was thought not to have been is believed, and dated by itself.
fn handed_over(script: &ScriptRow) -> Option<DateTime<Utc>> {
    script.attempted_at.or_else(|| {
        let reports = [
            script.sent_at,
            script.delivered_at,
            script.listened_at,
            script.failed_at,
        ];
        reports.into_iter().flatten().min()
    })
}

macro_rules! counted {
    ($row:ty) => {
        impl $row {
            fn tally(&mut self, share: Share, by: i64) {
                self.attempted += by;
                self.delivered += by * i64::from(share.delivered);
                self.listened += by * i64::from(share.listened);
                self.failed += by * i64::from(share.failed);
                self.timed += by * i64::from(share.listen_ms.is_some());
                self.listen_ms += by * share.listen_ms.unwrap_or(0);
            }

            /// Takes a script from the row where it counted to the one where it counts now.
            fn move_share(
                set: &mut RowSet<Self>,
                before: Option<(Self, Share)>,
                after: Option<(Self, Share)>,
            ) {
                if before == after {
                    return;
                }
                let moves = before
                    .map(|b| (b, -1))
                    .into_iter()
                    .chain(after.map(|a| (a, 1)));
                for ((blank, share), by) in moves {
                    let key = crate::model::ReadModel::key(&blank);
                    let mut row = set.get(&key).cloned().unwrap_or(blank);
                    row.tally(share, by);
                    // No row is the same as none counted: a rebuild must not depend on what was once there.
                    if row.attempted == 0 {
                        set.remove(&key);
                    } else {
                        set.put(row);
                    }
                }
            }
        }
    };
}

counted!(HourResultRow);
counted!(ScriptResultRow);

fn in_hour(script: &ScriptRow) -> Option<(HourResultRow, Share)> {
    let local = handed_over(script)?.with_timezone(&analytics::zone_of(script));
    let row = HourResultRow::blank(
        script.organization_id,
        script.campaign_id,
        local.weekday().number_from_monday(),
        local.hour(),
        analytics::state_of(script),
    );
    Some((row, Share::of(script)))
}

fn of_words(script: &ScriptRow) -> Option<(ScriptResultRow, Share)> {
    handed_over(script)?;
    let seconds = script.audio_duration_ms.unwrap_or(0) / 1_000;
    let row = ScriptResultRow::blank(
        script.organization_id,
        script.campaign_id,
        script.author,
        script
            .model
            .clone()
            .filter(|_| script.author == Author::Ai)
            .unwrap_or_default(),
        seconds as u32 / LENGTH_STEP_SECONDS * LENGTH_STEP_SECONDS,
    );
    Some((row, Share::of(script)))
}

/// Counts what became of the script where it belongs now.
pub(super) fn follow_script(rows: &mut Rows, before: Option<&ScriptRow>, after: &ScriptRow) {
    HourResultRow::move_share(&mut rows.hour_results, before.and_then(in_hour), in_hour(after));
    ScriptResultRow::move_share(
        &mut rows.script_results,
        before.and_then(of_words),
        of_words(after),
    );
}

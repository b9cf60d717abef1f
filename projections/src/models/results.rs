//! What came of voicemails, by when and where they were handed over and by what they said. Every script counts in one row of each
//! table, that of its hand-over, with all that became of it: so a rate never has a numerator from other voicemails than its
//! denominator. Each table answers one question; one with all the keys of the others would have as many rows as there are scripts.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use domain::{
    CampaignId, OrganizationId,
    script::{Author, DeliveryStatus},
};

use super::{ScriptRow, analytics};
use crate::{
    Rows,
    model::{Tally, read_model},
    rows::RowSet,
};

/// Lengths of voicemails are told apart in steps of so many seconds.
pub const LENGTH_STEP_SECONDS: u32 = 10;

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

/// A row that counts what came of scripts.
trait Counted: Tally {
    /// The row in which a script counts, empty; nothing when it was not handed over or has no place in the table.
    fn place(script: &ScriptRow) -> Option<Self>;

    /// Counts a script in, or out.
    fn tally(&mut self, share: Share, by: i64);
}

macro_rules! counted {
    (
        $(#[$doc:meta])*
        pub struct $row:ident in $table:literal {
            $( $(#[$key_doc:meta])* $key:ident : $key_type:ty, )+
        }
        $place:expr
    ) => {
        read_model! {
            $(#[$doc])*
            pub struct $row in $table {
                key {
                    /// The tenant.
                    organization_id: OrganizationId,
                    /// The campaign.
                    campaign_id: CampaignId,
                    $( $(#[$key_doc])* $key: $key_type, )+
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

        impl Counted for $row {
            fn place(script: &ScriptRow) -> Option<Self> {
                let place: fn(&ScriptRow, DateTime<Utc>) -> Option<Self> = $place;
                handed_over(script).and_then(|at| place(script, at))
            }

            fn tally(&mut self, share: Share, by: i64) {
                self.attempted += by;
                self.delivered += by * i64::from(share.delivered);
                self.listened += by * i64::from(share.listened);
                self.failed += by * i64::from(share.failed);
                self.timed += by * i64::from(share.listen_ms.is_some());
                self.listen_ms += by * share.listen_ms.unwrap_or(0);
            }
        }

        impl Tally for $row {
            fn add(&mut self, other: &Self) {
                self.attempted += other.attempted;
                self.delivered += other.delivered;
                self.listened += other.listened;
                self.failed += other.failed;
                self.timed += other.timed;
                self.listen_ms += other.listen_ms;
            }

            fn is_empty(&self) -> bool {
                self.attempted == 0
            }
        }
    };
}

counted! {
    /// What came of the voicemails that were handed over on one day of the recipients.
    pub struct DayResultRow in "day_results" {
        /// The recipient's day.
        day: NaiveDate,
    }
    |script, at| {
        let day = at.with_timezone(&analytics::zone_of(script)).date_naive();
        Some(DayResultRow::blank(script.organization_id, script.campaign_id, day))
    }
}

counted! {
    /// What came of the voicemails that were handed over in one hour of the recipients' week.
    pub struct HourResultRow in "hour_results" {
        /// The recipient's day of the week, 1 for Monday to 7 for Sunday.
        weekday: u32,
        /// The recipient's hour, 0 to 23.
        hour: u32,
    }
    |script, at| {
        let local = at.with_timezone(&analytics::zone_of(script));
        let weekday = local.weekday().number_from_monday();
        let row = HourResultRow::blank(script.organization_id, script.campaign_id, weekday, local.hour());
        Some(row)
    }
}

counted! {
    /// What came of the voicemails to one state.
    pub struct StateResultRow in "state_results" {
        /// The recipient's state by postal code; empty when unknown.
        state: String,
    }
    |script, _| {
        let state = analytics::state_of(script);
        Some(StateResultRow::blank(script.organization_id, script.campaign_id, state))
    }
}

counted! {
    /// What came of the voicemails of one writer and one length.
    pub struct ScriptResultRow in "script_results" {
        /// Who wrote the words that were spoken.
        author: Author,
        /// The model that wrote them; empty when none did.
        model: String,
        /// How long the audio is, rounded down to a step of [`LENGTH_STEP_SECONDS`].
        seconds: u32,
    }
    |script, _| {
        let model = script.model.as_ref().filter(|_| script.author == Author::Ai);
        let seconds = (script.audio_duration_ms.unwrap_or(0) / 1_000) as u32;
        Some(ScriptResultRow::blank(
            script.organization_id,
            script.campaign_id,
            script.author,
            model.cloned().unwrap_or_default(),
            seconds / LENGTH_STEP_SECONDS * LENGTH_STEP_SECONDS,
        ))
    }
}

counted! {
    /// What came of the voicemails that were written from one prompt; those that no model wrote, or a person changed, are in none.
    pub struct PromptResultRow in "prompt_results" {
        /// Which, as in [`PromptRow`](super::PromptRow).
        prompt: String,
    }
    |script, _| {
        let prompt = script.prompt.clone().filter(|_| script.author == Author::Ai)?;
        Some(PromptResultRow::blank(script.organization_id, script.campaign_id, prompt))
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

/// Takes a script from the row where it counted to the one where it counts now.
fn follow<R: Counted>(set: &mut RowSet<R>, before: Option<&ScriptRow>, after: &ScriptRow) {
    let counted = |script: &ScriptRow| R::place(script).map(|row| (row, Share::of(script)));
    let (before, after) = (before.and_then(counted), counted(after));
    if before == after {
        return;
    }
    let moves = before.map(|b| (b, -1)).into_iter().chain(after.map(|a| (a, 1)));
    for ((mut row, share), by) in moves {
        row.tally(share, by);
        set.count(row);
    }
}

/// Counts what became of the script where it belongs now.
pub(super) fn follow_script(rows: &mut Rows, before: Option<&ScriptRow>, after: &ScriptRow) {
    follow(&mut rows.day_results, before, after);
    follow(&mut rows.hour_results, before, after);
    follow(&mut rows.state_results, before, after);
    follow(&mut rows.script_results, before, after);
    follow(&mut rows.prompt_results, before, after);
}

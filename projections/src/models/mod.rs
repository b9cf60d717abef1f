//! The read models, a file each: the row, and what each event does to it.

mod activity;
mod analytics;
mod campaign_contacts;
mod campaigns;
mod contact_history;
mod contacts;
mod digests;
mod imports;
mod listeners;
mod organizations;
mod prompts;
mod results;
mod script_delivery;
mod scripts;
mod suppressions;
mod tallies;

pub use activity::ActivityRow;
pub use analytics::AnalyticsRow;
pub use campaign_contacts::CampaignContactRow;
pub use campaigns::{CampaignRow, Engine, OpenBatch, OpenBatches};
pub use contact_history::ContactHistoryRow;
pub use contacts::{ContactRow, RecentSlot};
pub use digests::DigestRow;
pub use imports::{FoldedRowRow, ImportBatchRow, RejectedRowRow};
pub use listeners::ListenerRow;
pub use organizations::{MemberRow, OrganizationRow, StateSwitchRow, TeamRow};
pub use prompts::PromptRow;
pub use results::{
    DayResultRow, HourResultRow, LENGTH_STEP_SECONDS, PromptResultRow, ScriptResultRow, StateResultRow,
};
pub use scripts::{ScriptRow, ScriptVersionRow};
pub use suppressions::{SuppressionListRow, SuppressionRow};
pub use tallies::{FailureTallyRow, ObstacleTallyRow};

use domain::{OrganizationId, Recorded};

use crate::Rows;

/// What one event does to the rows. Total: whatever is in the journal is taken as it is, and an event about a row that is not
/// there (its stream may be parked) changes nothing.
pub type Projection = fn(&Recorded, &mut Rows);

/// Projections that read rows. Order matters where one goes by what another has just made of the event.
pub const MODELS: &[Projection] = &[
    organizations::apply,
    suppressions::apply,
    contacts::apply,
    imports::apply,
    campaigns::apply,
    campaign_contacts::apply,
    scripts::apply,
    digests::apply,
];

/// Projections that only put rows and read none.
pub const LOGS: &[Projection] = &[
    prompts::apply,
    scripts::apply_versions,
    imports::apply_row_outcomes,
    activity::apply,
    contact_history::apply,
];

/// The tenant of an event.
pub(crate) fn organization_of(event: &Recorded) -> OrganizationId {
    event.metadata.organization_id
}

/// The id of the stream's aggregate, when it is one of this type.
pub(crate) fn stream_id<T: std::str::FromStr>(event: &Recorded) -> Option<T> {
    event.stream.id.parse().ok()
}

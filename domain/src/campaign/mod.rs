//! A campaign: a named set of contacts, one script each, one audio each, sent through one carrier account. Keeps the
//! order of its steps; refuses any step that its status does not allow.

mod batching;
mod command;
mod cost;
mod decide;
mod event;
mod forecast;
mod refusal;
mod schedule;
mod state;
#[cfg(test)]
mod tests;

pub use batching::{SCRIPT_BATCH_TRIES_MAX, ScriptBatch, ScriptBatching};
pub use command::{CampaignCommand, Readiness};
pub use cost::{CostLine, CostOfWriting, CostStep, WorkDone, WorkLeft, estimate, expected};
pub use event::{
    CampaignEvent, CampaignTotals, CampaignType, DuplicateReport, DuplicateResolution, ProductionStep,
    ScriptBatchOutcome, ScriptEngine,
};
pub use forecast::{FORECAST_DAYS_MAX, Forecast, Pacing, Waiting, forecast};
pub use refusal::CampaignRefusal;
pub use schedule::{DailyWindow, InvalidSchedule, Schedule};
pub use state::{Campaign, CampaignStatus, Production, ProductionOrder, ProductionRun};

/// Most contacts that one `ContactsImported` or `ContactsRemoved` event names, so that no event grows with the list.
pub const CONTACTS_PER_EVENT_MAX: usize = 1_000;

/// Longest name of a campaign, characters.
pub const NAME_CHARS_MAX: usize = 120;

crate::aggregate::cqrs_aggregate!(Campaign);

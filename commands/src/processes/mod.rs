//! What voicedrop does by itself. The planner turns events into work, in the transaction that moves its checkpoint; each
//! kind of work has one file whose `run` is safe to be run twice, late, or killed in the middle.

mod audio_rendering;
mod completion;
mod contact_import;
mod dispatch;
mod drop;
mod drop_audio;
mod engine;
mod list_load;
mod matching;
mod notifications;
mod planner;
mod production;
mod reconciliation;
mod reports;
mod retention;
mod script_batch;
mod script_generation;
mod transparency;

pub use engine::{Processes, ProcessesSettings, StepOutcome};
pub use planner::{Kind, PLANNER, plan};
pub use reconciliation::Reconciled;
pub use reports::{CallbackToken, InvalidToken, Readmitted};
pub use transparency::LogStep;

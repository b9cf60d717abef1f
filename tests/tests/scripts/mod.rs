//! Scripts on their way from a template or a model to a recording, as an agent takes them: through the API alone.

mod batches;
mod batches_killed;
mod costs;
pub(crate) mod desk;
mod halting;
mod obedient;
mod reviewing;
mod speaking;
mod speaking_killed;
mod writing;

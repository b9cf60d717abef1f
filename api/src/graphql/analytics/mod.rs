//! Figures, digests and what happened lately, in the API.

mod activity;
mod campaign;
mod digest;
mod figures;
mod organization;
mod query;

pub use activity::Activity;
pub use digest::Advice;
pub use figures::{CostShares, Results};
pub use organization::Overview;
pub use query::AnalyticsQuery;

//! Figures, digests and what happened lately, in the API.

mod activity;
mod digest;
mod query;

pub use activity::Activity;
pub use query::AnalyticsQuery;

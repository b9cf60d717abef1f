//! Scripts in the API.

mod difference;
mod doubt;
mod lint;
mod mutation;
mod object;
mod query;
mod workshop;

use async_graphql::MergedObject;

pub use lint::Lint;
pub use object::Script;
pub use query::ScriptQuery;
pub use workshop::WorkshopQuery;

/// Everything that can be done to scripts.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "ScriptMutation")]
pub struct ScriptMutation(mutation::ReviewMutation, doubt::DoubtMutation);

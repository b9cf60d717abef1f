//! Scripts in the API.

mod difference;
mod lint;
mod mutation;
mod object;
mod query;
mod workshop;

pub use lint::Lint;
pub use mutation::ScriptMutation;
pub use object::Script;
pub use query::ScriptQuery;
pub use workshop::WorkshopQuery;

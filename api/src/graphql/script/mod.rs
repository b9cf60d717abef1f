//! Scripts in the API.

mod mutation;
mod object;
mod query;

pub use mutation::ScriptMutation;
pub use object::Script;
pub use query::ScriptQuery;

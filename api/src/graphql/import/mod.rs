//! Imports in the API.

mod mutation;
mod object;
mod query;

pub use mutation::ImportMutation;
pub use object::Import;
pub use query::ImportQuery;

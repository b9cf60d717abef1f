//! Imports in the API: what is in a file, what it would become, starting, stopping and taking back, and what is no file.

mod inputs;
mod inspection;
mod mutation;
mod object;
mod preview;
mod query;
mod sources;
mod templates;

pub use inspection::InspectionQuery;
pub use mutation::ImportMutation;
pub use object::Import;
pub use preview::PreviewQuery;
pub use query::ImportQuery;
pub use sources::SourceMutation;
pub use templates::{MappingTemplateMutation, MappingTemplateQuery};

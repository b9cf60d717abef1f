//! Imports in the API: what is in a file, what it would become, starting, stopping and taking back, and what is no file.

mod connections;
mod inbound;
mod inputs;
mod inspection;
mod mutation;
mod object;
mod preview;
mod query;
mod sources;
mod templates;

pub use connections::{ConnectionMutation, ConnectionQuery};
pub use inbound::{InboundAddressMutation, InboundAddressQuery};
pub use inspection::InspectionQuery;
pub use mutation::ImportMutation;
pub use object::Import;
pub use preview::PreviewQuery;
pub use query::ImportQuery;
pub use sources::SourceMutation;
pub use templates::{MappingTemplateMutation, MappingTemplateQuery};

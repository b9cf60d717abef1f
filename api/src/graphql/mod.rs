//! The GraphQL API. Every resolver asks `context` for the caller and a permit; every no goes through `error`; personal
//! fields are opened by `loaders` for a permit alone. One folder an aggregate.

#![expect(
    clippy::unused_async,
    reason = "async-graphql takes resolvers as async functions, whether they wait or not"
)]

mod analytics;
mod campaign;
mod contact;
mod context;
mod enums;
mod error;
mod export;
mod import;
mod limits;
mod loaders;
mod node_id;
mod notification;
mod operations;
mod organization;
mod paging;
mod scalars;
mod schema;
mod script;
mod subscription;
mod viewer;

pub use context::{Asking, seen, visible};
pub use loaders::loader;
pub use node_id::NodeKind;
pub use schema::{Schema, schema, sdl};

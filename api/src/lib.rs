//! The server: GraphQL, plain HTTP, sign-in. The composition root and the command line stand beside.

pub mod auth;
pub mod graphql;
pub mod http;
pub mod state;

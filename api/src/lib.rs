//! The server and the command line: composition root, configuration, GraphQL, plain HTTP, sign-in, demonstration.

pub mod application;
pub mod auth;
pub mod cli;
pub mod config;
mod contact_lists;
pub mod demo;
pub mod digest;
mod digest_press;
pub mod evidence;
mod exports;
pub mod graphql;
pub mod http;
mod provider_checks;
mod providers_set_up;
pub mod state;

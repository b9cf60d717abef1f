//! Contact imports as people and programs meet them: over HTTP, and by the command line.

mod connections;
mod counts;
pub(crate) mod desk;
mod inbound;
mod journey;
mod killed;
mod others;
mod push;

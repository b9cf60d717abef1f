//! Contact imports as people and programs meet them: over HTTP, and by the command line.

mod counts;
mod desk;
mod journey;
mod killed;
mod others;
mod push;

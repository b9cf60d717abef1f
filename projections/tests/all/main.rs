//! The laws of the read models, over random histories.

#![expect(clippy::unwrap_used, reason = "a story that can not be told is a failed test")]

mod facts;
mod laws;
mod loading;
mod memory_tables;
mod outcomes;
mod story;
mod undoing;

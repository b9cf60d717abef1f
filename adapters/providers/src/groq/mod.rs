//! Groq as a script writer: `client` makes the calls, `batches` those of its batches, `wire` is the vendor's JSON, `error` what its refusals mean. Wire facts: the
//! vendor's client `groq-python` and console.groq.com/docs, August 2026.

mod batch_wire;
mod batches;
mod client;
mod error;
mod wire;

pub use client::Groq;

const PROVIDER: &str = "groq";

//! Drop Cowboy's API v2 as the carrier: `client` makes the calls, `wire` is the vendor's JSON, `error` what its refusals mean, `report` and
//! `result_codes` what became of a drop, `signature` who says so. Wire facts: the vendor's repository `Drop-Cowboy/dropcowboy`
//! (docs/concepts, examples/api), 2026.

mod client;
mod error;
mod report;
mod result_codes;
mod signature;
mod wire;

pub use client::{DropCowboy, RegisteredWebhook};

const PROVIDER: &str = "drop_cowboy";

//! Drop Cowboy's API v2 as the carrier: `client` makes the calls, `wire` is the vendor's JSON, `error` what its refusals mean, `report` and
//! `result_codes` what became of a drop, `signature` who says so; `v1` is the vendor's first API. Wire facts: the vendor's repository `Drop-Cowboy/dropcowboy`
//! (docs/concepts, examples/api), 2026.

mod client;
mod error;
mod report;
mod result_codes;
mod signature;
mod v1;
mod wire;

pub use client::{DropCowboy, RegisteredWebhook};
pub use v1::DropCowboyV1;

const PROVIDER: &str = "drop_cowboy";
/// Path of the callback route, to which the drop's token is added.
const CALLBACK_PATH: &str = "/webhooks/drop-cowboy/callback/";

//! The sandbox as its callers see it: each protocol over real HTTP, the carrier's memory over a restart, and faults on demand.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic, its tools too"
)]

mod batches;
mod carrier;
mod faults;
mod first_api;
mod memory;
mod receivers;
mod support;
mod writer_and_voice;

//! Google Contacts as a source: `client` makes the calls, `consent` has the user agree, `wire` is the vendor's JSON, `error` what
//! its refusals mean. Wire facts: Google's discovery file of People API v1 and developers.google.com/identity/protocols/oauth2, 2025.

mod client;
mod consent;
mod error;
mod wire;

pub use client::GooglePeople;
pub use consent::CALLBACK_PATH;

const PROVIDER: &str = "google contacts";

//! ElevenLabs as a voice: `client` makes the calls, `wire` is the vendor's JSON, `plan` what the account may do, `error` what
//! its refusals mean. Wire facts: the vendor's client `elevenlabs-python` 2.59 and help.elevenlabs.io, July 2026.

mod client;
mod error;
mod history;
mod plan;
mod wire;

pub use client::ElevenLabs;
pub use plan::VoicePlan;

const PROVIDER: &str = "elevenlabs";

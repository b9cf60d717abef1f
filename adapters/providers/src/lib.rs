//! The vendors behind the ports: Groq writes, ElevenLabs speaks, Drop Cowboy delivers. Their names, routes and JSON appear here
//! only. All of them go through one HTTP client, which keeps the limits and says of every failure whether it may be repeated.

mod audio_duration;
mod config;
mod drop_cowboy;
mod elevenlabs;
mod groq;
mod http;

pub use audio_duration::{AudioKind, audio_kind, duration_ms};
pub use config::{DropCowboyConfig, ElevenLabsConfig, GroqConfig};
pub use drop_cowboy::{CallbackBase, DropCowboy, RegisteredWebhook};
pub use elevenlabs::ElevenLabs;
pub use groq::Groq;
pub use http::{HttpClient, InvalidProvider};

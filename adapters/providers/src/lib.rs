//! The vendors behind the ports: Groq and Anthropic write, ElevenLabs speaks, Drop Cowboy delivers, Google Contacts and Mojo Dialer
//! know people; and what goes out to programs and mailboxes of the users. Vendors' names, routes and JSON appear here only. All of them go through one HTTP client, which keeps the limits and
//! says of every failure whether it may be repeated. Drafts are spoken on this machine, and sound files are measured here.

mod anthropic;
mod audio;
mod callback_base;
mod config;
mod draft_voice;
mod drop_cowboy;
mod elevenlabs;
mod google_people;
mod groq;
mod http;
mod mojo;
mod outgoing;
mod script;

pub use anthropic::Anthropic;
pub use audio::{AudioFault, AudioKind, AudioMeasures, audio_kind, duration_ms, measure};
pub use callback_base::CallbackBase;
pub use config::{
    AnthropicConfig, DropCowboyConfig, DropCowboyV1Config, ElevenLabsConfig, GoogleConfig, GroqConfig,
    MojoConfig, TokenPrices,
};
pub use draft_voice::DraftVoice;
pub use drop_cowboy::{DropCowboy, DropCowboyV1, RegisteredWebhook};
pub use elevenlabs::{ElevenLabs, VoicePlan};
pub use google_people::{CALLBACK_PATH as GOOGLE_CALLBACK_PATH, GooglePeople};
pub use groq::Groq;
pub use http::{HttpClient, InvalidProvider};
pub use mojo::MojoDialer;
pub use outgoing::{HttpWebhooks, MailConfig, MailSecurity, SmtpMailer, WebhookReach, sign_webhook};

//! Mojo Dialer as a source. The vendor publishes no reference of a way to read lists: `client` speaks the shape that the settings
//! describe, `answer` finds lists and leads in what comes back. See docs/mojo.md for what is known and what is not.

mod answer;
mod client;

pub use client::MojoDialer;

const PROVIDER: &str = "mojo dialer";

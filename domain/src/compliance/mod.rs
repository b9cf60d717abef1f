//! May this voicemail be handed over now? A pure function over rules as data; denies by default.

mod decision;

pub use decision::{Decision, Effect, Finding, Verdict};

//! What a sandbox is started with, and why a start can be refused. Nothing here can make the sandbox reach beyond this machine.

use std::{fmt, io, ops::RangeInclusive, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use url::Url;

use crate::{carrier::outcomes::OutcomeRates, faults::Faults};

/// Where every instant in an answer, a log line or a signature comes from. Waiting is real time, instants are this time.
pub type TimeSource = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How a sandbox behaves.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Directory of the carrier's log and the bill; made when missing. A second sandbox on the same directory is refused.
    pub state_dir: PathBuf,
    /// Port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Port on 127.0.0.1 of the mail server; 0 for any free one.
    pub smtp_port: u16,
    /// The same seed gives the same outcomes and scripts.
    pub seed: u64,
    /// How the carrier's results are spread.
    pub outcomes: OutcomeRates,
    /// How long results take.
    pub delays: Delays,
    /// What goes wrong, besides the outcomes; can be changed while running.
    pub faults: Faults,
    /// Origin (scheme, host, port) that callbacks and webhooks go to in place of their own. For a host whose public address
    /// is not this machine, or that listens on another port after a restart.
    pub public_callback_base: Option<Url>,
    /// Where instants come from.
    pub time: TimeSource,
    /// What makes the sound of speech.
    pub voice: VoiceEngine,
    /// What callers must present.
    pub credentials: Credentials,
    /// How long a script or a speech takes before it is answered, in real time.
    pub latency: Duration,
    /// Speech requests served at once; more are answered 429, as a paid plan of 10 does.
    pub speech_concurrency: usize,
    /// Characters the speech account may use before it answers `quota_exceeded`.
    pub character_limit: u64,
}

impl SandboxConfig {
    /// A sandbox with everything at its default: any port, seed 1, lifelike waits of 1 to 20 seconds, no faults.
    pub fn new(state_dir: impl Into<PathBuf>, time: TimeSource) -> Self {
        Self {
            state_dir: state_dir.into(),
            port: 0,
            smtp_port: 0,
            seed: 1,
            outcomes: OutcomeRates::default(),
            delays: Delays::lifelike(),
            faults: Faults::default(),
            public_callback_base: None,
            time,
            voice: VoiceEngine::Auto,
            credentials: Credentials::default(),
            latency: Duration::ZERO,
            speech_concurrency: 10,
            character_limit: 10_000_000,
        }
    }
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxConfig")
            .field("state_dir", &self.state_dir)
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("outcomes", &self.outcomes)
            .field("delays", &self.delays)
            .finish_non_exhaustive()
    }
}

/// What the sandbox takes as good credentials. They open nothing but the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Groq: `Authorization: Bearer`.
    pub groq_api_key: String,
    /// Anthropic: `x-api-key`.
    pub anthropic_api_key: String,
    /// ElevenLabs: `xi-api-key`.
    pub elevenlabs_api_key: String,
    /// Drop Cowboy: `x-key`.
    pub drop_cowboy_key: String,
    /// Drop Cowboy: `x-secret`, and the secret of its first API.
    pub drop_cowboy_secret: String,
    /// Drop Cowboy's first API: the team.
    pub drop_cowboy_team_id: String,
    /// Google: the OAuth client's id.
    pub google_client_id: String,
    /// Google: the OAuth client's secret.
    pub google_client_secret: String,
    /// Mojo: `Authorization: Bearer`.
    pub mojo_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            groq_api_key: "sandbox-groq-key".to_owned(),
            anthropic_api_key: "sandbox-anthropic-key".to_owned(),
            elevenlabs_api_key: "sandbox-elevenlabs-key".to_owned(),
            drop_cowboy_key: "sandbox-drop-cowboy-key".to_owned(),
            drop_cowboy_secret: "sandbox-drop-cowboy-secret".to_owned(),
            drop_cowboy_team_id: "sandbox-drop-cowboy-team".to_owned(),
            google_client_id: "sandbox-google-client".to_owned(),
            google_client_secret: "sandbox-google-secret".to_owned(),
            mojo_key: "sandbox-mojo-key".to_owned(),
        }
    }
}

/// How long the carrier takes, in real time, and a batch of scripts. The wait of one drop is drawn by the seed within its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delays {
    /// From a taken drop to its result.
    pub outcome: RangeInclusive<Duration>,
    /// From a delivered voicemail to the report that it was played.
    pub listened: RangeInclusive<Duration>,
    /// Before a callback is tried again because the receiver was down; doubles each time.
    pub callback_retry: Duration,
    /// Before the second and the third attempt of a signed webhook (the real ones: about one and about five minutes).
    pub webhook_retries: [Duration; 2],
    /// From a batch of scripts to its results; by the sandbox's clock, not in real time.
    pub batch: Duration,
}

impl Delays {
    /// Results after 1 to 20 seconds, webhook attempts as far apart as the real ones.
    pub fn lifelike() -> Self {
        Self {
            outcome: Duration::from_secs(1)..=Duration::from_secs(20),
            listened: Duration::from_secs(2)..=Duration::from_secs(20),
            callback_retry: Duration::from_secs(2),
            webhook_retries: [Duration::from_mins(1), Duration::from_mins(5)],
            batch: Duration::from_mins(3),
        }
    }

    /// Results within 50 milliseconds: for demonstrations and tests.
    pub fn short() -> Self {
        Self {
            outcome: Duration::ZERO..=Duration::from_millis(50),
            listened: Duration::ZERO..=Duration::from_millis(50),
            callback_retry: Duration::from_millis(100),
            webhook_retries: [Duration::from_millis(50), Duration::from_millis(100)],
            batch: Duration::from_mins(5),
        }
    }
}

/// What makes the sound of speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VoiceEngine {
    /// `espeak-ng` when it is on the `PATH`, else the tone.
    Auto,
    /// A soft tone as long as the words would take, as a WAV.
    Tone,
    /// A tone as MP3, which is what the service sends.
    Mp3,
    /// This program, which takes text on its standard input and answers a WAV as `espeak-ng --stdout` does.
    Espeak(PathBuf),
}

/// Why a sandbox can't start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A sandbox is of this machine: its credentials are known to everybody.
    #[error("the sandbox's address is not on this machine: give one such as http://127.0.0.1:4010")]
    NotLocal,
    /// The port is taken or may not be used.
    #[error("can't listen on 127.0.0.1:{port}: choose another port, or 0 for any free one")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A state file can't be opened, read or written.
    #[error("can't use {path}: check that the directory exists and may be written")]
    State {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another sandbox has the state directory.
    #[error("{path} is in use by another sandbox: stop that one or choose another state directory")]
    StateInUse {
        /// The file.
        path: PathBuf,
    },
    /// A line that is not the last can't be read, so what was already done is not known.
    #[error("{path} line {line} is no entry of this log: move the file away to start afresh")]
    StateUnreadable {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// The client for callbacks can't be built.
    #[error("can't make the client for callbacks")]
    Client(#[source] reqwest::Error),
    /// The callback origin is not on this machine.
    #[error(
        "the sandbox calls only this machine: public_callback_base must be http on 127.0.0.1, [::1] or localhost"
    )]
    CallbackBaseNotLocal,
}

/// Whether an address is on this machine: the sandbox calls nothing else.
pub(crate) fn is_local(url: &Url) -> bool {
    let local_host = match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local_host && url.scheme() == "http"
}

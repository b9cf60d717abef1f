//! The outside world on loopback: Groq, Anthropic, ElevenLabs, Drop Cowboy (v2 and v1), Google Contacts and Mojo by their own wire protocols,
//! so that the same client code runs against them. It never reaches beyond this machine, dials no one and costs nothing; what it would have cost is on
//! its bill. It fails on demand ([`Faults`]), and its carrier remembers every drop and key through a sudden end of the
//! process, as the real one does.
//!
//! Where it differs from the real services:
//! - audio is always WAV, whatever format is asked for; the content type says so;
//! - Drop Cowboy's v2 reports no listening: here a share of delivered drops is followed, on the same callback address, by
//!   `{"event_type":"listened","message_id","foreign_id","phone_number","timestamp","metadata":{"listen_ms"}}`;
//! - callbacks must lead to this machine (the real ones must not), and are tried again while the receiver is down and after
//!   a restart (the real one is tried once);
//! - calls are not held for calling hours, and the carrier's own frequency cap is not kept;
//! - Google asks nobody: whoever is sent to it has agreed, unless [`GoogleAccount`] says otherwise; Mojo's shape is a guess;
//! - mail and webhooks (`POST /receiver/<name>`) are taken, kept in memory and shown by `GET /sandbox/received`; nothing is passed on;
//! - `GET/POST /sandbox/faults`, `GET /sandbox/drops?offset=&limit=`, `GET /sandbox/state` and `GET /sandbox/bill` need no key.

mod anthropic;
mod batches;
mod bill;
mod carrier;
mod config;
mod elevenlabs;
mod faults;
mod google_people;
mod groq;
mod json_lines;
mod mojo;
mod people;
mod received;
mod scripts;
mod server;
mod smtp;
mod speech_history;
mod voice;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::serve::Listener;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;
use uuid::Uuid;

pub use crate::{
    carrier::{outcomes::OutcomeRates, webhooks::sign as sign_webhook},
    config::{Credentials, Delays, SandboxConfig, SandboxError, TimeSource, VoiceEngine},
    elevenlabs::{DEFAULT_VOICE, VOICES},
    faults::{AccountFaults, BatchFaults, Faults, MAX_SCRIPTED, ReportFaults, RequestFault, RequestFaults},
    google_people::{GoogleAccount, PersonChange},
    received::{ReceivedMail, ReceivedWebhook},
};

/// How long open requests have to end on shutdown.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);
/// How long connecting to a receiver may take.
const CONNECT_TIME: Duration = Duration::from_secs(2);
/// Longest request of the sandbox's own client, unless it says less.
const REQUEST_TIME: Duration = Duration::from_secs(15);

/// What everything that is served shares.
pub(crate) struct Shared {
    pub(crate) seed: u64,
    pub(crate) time: TimeSource,
    pub(crate) credentials: Credentials,
    pub(crate) address: SandboxAddress,
    pub(crate) outcomes: OutcomeRates,
    pub(crate) delays: Delays,
    pub(crate) faults: faults::FaultBoard,
    pub(crate) bill: bill::Bill,
    pub(crate) batches: batches::Batches,
    pub(crate) carrier: carrier::Carrier,
    pub(crate) voice: voice::Voice,
    pub(crate) latency: Duration,
    pub(crate) speech_history: speech_history::SpeechHistory,
    pub(crate) speech_places: Semaphore,
    pub(crate) speech_concurrency: usize,
    pub(crate) character_limit: u64,
    pub(crate) google: google_people::Google,
    pub(crate) received: received::Received,
    pub(crate) client: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    callback_base: Mutex<Option<Url>>,
}

impl Shared {
    /// The time that a provider takes for a script or a speech.
    pub(crate) async fn latency(&self) {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
    }

    /// Where a callback address leads: to its own place or, when a base is set, to that; nothing when it leaves this machine.
    pub(crate) fn reachable(&self, url: &Url) -> Option<Url> {
        let base = self
            .callback_base
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut target = base.unwrap_or_else(|| url.clone());
        target.set_path(url.path());
        target.set_query(url.query());
        config::is_local(&target).then_some(target)
    }

    fn set_callback_base(&self, base: Option<Url>) -> Result<(), SandboxError> {
        if base.as_ref().is_some_and(|base| !config::is_local(base)) {
            return Err(SandboxError::CallbackBaseNotLocal);
        }
        *self.callback_base.lock().unwrap_or_else(PoisonError::into_inner) = base;
        Ok(())
    }
}

/// An id no one has had.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is the outside world: its ids are its own, not the host's"
)]
pub(crate) fn fresh_id() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

/// Starts sandboxes.
#[derive(Debug, Clone, Copy)]
pub struct Sandbox;

impl Sandbox {
    /// Binds 127.0.0.1, reads the state directory, takes up reports that were not acknowledged, and serves.
    pub async fn start(config: SandboxConfig) -> Result<RunningSandbox, SandboxError> {
        let bind = |source| SandboxError::Bind {
            port: config.port,
            source,
        };
        let listener = server::Loopback::bind(config.port).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let smtp_port = config.smtp_port;
        let bound = smtp::bind(smtp_port).await;
        let (mail, smtp) = bound.map_err(|source| SandboxError::Bind {
            port: smtp_port,
            source,
        })?;
        let shared = Arc::new(shared(config, base_url, smtp.port())?);
        carrier::plan::all(&shared);
        let stop = shared.stop.clone();
        let service = server::router(&shared).into_make_service_with_connect_info::<server::Line>();
        let serving =
            axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await });
        shared.tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        shared.tasks.spawn(carrier::callbacks::run(Arc::clone(&shared)));
        shared.tasks.spawn(smtp::run(Arc::clone(&shared), mail));
        tracing::info!(
            url = shared.base_url,
            "sandbox providers are served; nothing leaves this machine"
        );
        Ok(RunningSandbox { shared })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the outside world calls with a client of its own, never the host's"
)]
fn shared(config: SandboxConfig, base_url: String, smtp_port: u16) -> Result<Shared, SandboxError> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIME)
        .timeout(REQUEST_TIME)
        .build()
        .map_err(SandboxError::Client)?;
    let shared = Shared {
        carrier: carrier::Carrier::open(&config.state_dir)?,
        bill: bill::Bill::open(&config.state_dir)?,
        batches: batches::Batches::open(&config.state_dir, config.seed)?,
        faults: faults::FaultBoard::new(config.seed, config.faults),
        voice: voice::Voice::new(&config.voice),
        latency: config.latency,
        speech_history: speech_history::SpeechHistory::default(),
        speech_places: Semaphore::new(config.speech_concurrency),
        speech_concurrency: config.speech_concurrency,
        character_limit: config.character_limit,
        seed: config.seed,
        time: config.time,
        address: SandboxAddress {
            base_url: base_url.clone(),
            smtp_port,
            credentials: config.credentials.clone(),
        },
        credentials: config.credentials,
        outcomes: config.outcomes,
        delays: config.delays,
        google: google_people::Google::default(),
        received: received::Received::default(),
        client,
        base_url,
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        callback_base: Mutex::new(None),
    };
    shared.set_callback_base(config.public_callback_base)?;
    Ok(shared)
}

/// Where a sandbox serves, of this process or of another one, and what it takes as good credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxAddress {
    base_url: String,
    /// 0 where it is not known.
    smtp_port: u16,
    credentials: Credentials,
}

impl SandboxAddress {
    /// A sandbox with the usual credentials, of another process on this machine: such as `http://127.0.0.1:4010`. Its mail server's port,
    /// 0 when that is not known.
    pub fn of_another_process(url: &Url, smtp_port: u16) -> Result<Self, SandboxError> {
        if !config::is_local(url) {
            return Err(SandboxError::NotLocal);
        }
        Ok(Self {
            base_url: url.as_str().trim_end_matches('/').to_owned(),
            smtp_port,
            credentials: Credentials::default(),
        })
    }

    /// Origin of all providers, such as `http://127.0.0.1:41234`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What callers must present.
    pub const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Base address of Groq, in place of `https://api.groq.com`.
    pub fn groq_url(&self) -> &str {
        &self.base_url
    }

    /// Base address of Anthropic, in place of `https://api.anthropic.com`.
    pub fn anthropic_url(&self) -> String {
        format!("{}/anthropic", self.base_url)
    }

    /// Base address of ElevenLabs, in place of `https://api.elevenlabs.io`.
    pub fn elevenlabs_url(&self) -> &str {
        &self.base_url
    }

    /// Base address of Drop Cowboy, in place of `https://api-v2.dropcowboy.com`.
    pub fn drop_cowboy_url(&self) -> &str {
        &self.base_url
    }

    /// Base address of Drop Cowboy's first API, in place of `https://api.dropcowboy.com/v1`.
    pub fn drop_cowboy_v1_url(&self) -> String {
        format!("{}/v1", self.base_url)
    }

    /// The brand and the pool that its first API knows.
    pub const fn drop_cowboy_brand_and_pool(&self) -> (&'static str, &'static str) {
        (carrier::v1::BRAND, carrier::v1::POOL)
    }

    /// Base address of Google, in place of its three.
    pub fn google_url(&self) -> String {
        format!("{}/google", self.base_url)
    }

    /// Port of the mail server on 127.0.0.1; nothing where it is not known.
    pub const fn smtp_port(&self) -> Option<u16> {
        match self.smtp_port {
            0 => None,
            port => Some(port),
        }
    }

    /// Where a receiver of webhooks of this name is.
    pub fn receiver_url(&self, name: &str) -> String {
        format!("{}/receiver/{name}", self.base_url)
    }

    /// Base address of Mojo.
    pub fn mojo_url(&self) -> String {
        format!("{}/mojo", self.base_url)
    }
}

/// A sandbox that is being served. Dropped, it stops on its own time; [`RunningSandbox::shutdown`] waits for it.
pub struct RunningSandbox {
    shared: Arc<Shared>,
}

impl std::ops::Deref for RunningSandbox {
    type Target = SandboxAddress;

    fn deref(&self) -> &SandboxAddress {
        &self.shared.address
    }
}

impl RunningSandbox {
    /// Changes the Google account: who is in it, and what its owner and Google do.
    pub fn google(&self, change: impl FnOnce(&mut GoogleAccount)) {
        self.shared.google.change(change);
    }

    /// Webhooks that came so far, oldest first.
    pub fn webhooks(&self) -> Vec<ReceivedWebhook> {
        self.shared.received.webhooks()
    }

    /// Mails that came so far, oldest first.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.shared.received.mails()
    }

    /// The carrier's own log: one JSON object a line, `"type":"drop_made"` for each drop.
    pub fn carrier_log_path(&self) -> &Path {
        self.shared.carrier.path()
    }

    /// Replaces all faults; scripts begin anew.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.faults.set(faults);
    }

    /// Sends callbacks and webhooks to this origin from now on, or to their own with `None`. For a host that learns its
    /// address after it has started the sandbox.
    pub fn set_callback_base(&self, base: Option<Url>) -> Result<(), SandboxError> {
        self.shared.set_callback_base(base)
    }

    /// Reports that are waiting or on their way.
    pub fn pending_callbacks(&self) -> usize {
        self.shared.carrier.queue.pending()
    }

    /// Counts reports that are waiting or on their way, also where the sandbox itself is out of reach.
    pub fn pending(&self) -> PendingCallbacks {
        PendingCallbacks(Arc::clone(&self.shared))
    }

    /// What it would have cost so far, as `GET /sandbox/bill` answers it.
    pub fn bill(&self) -> Value {
        let (made, delivered) = self.shared.carrier.made_and_delivered();
        self.shared.bill.total(made, delivered)
    }

    /// Files of requests and results of batches that nobody has had it delete.
    pub fn kept_of_batches(&self) -> usize {
        self.shared.batches.kept()
    }

    /// Stops serving and reporting, waits up to five seconds for open requests, and closes the state files. Reports not yet
    /// acknowledged stay for the next start.
    pub async fn shutdown(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(SHUTDOWN_TIME, self.shared.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("the sandbox stopped with requests still open");
        }
        self.shared.carrier.close();
        self.shared.bill.close();
        self.shared.batches.close();
    }
}

/// Counts the reports of a sandbox that are waiting or on their way.
#[derive(Clone)]
pub struct PendingCallbacks(Arc<Shared>);

impl PendingCallbacks {
    /// How many.
    pub fn count(&self) -> usize {
        self.0.carrier.queue.pending()
    }
}

impl fmt::Debug for PendingCallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingCallbacks({})", self.count())
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

impl fmt::Debug for RunningSandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSandbox")
            .field("base_url", &self.shared.base_url)
            .finish_non_exhaustive()
    }
}

//! The composition root: configuration in, a running system out. Production, the demonstration and the tests all start here;
//! only the clock, the address and the sandbox's pace differ.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use commands::{
    Ports,
    ports::BlobStore,
    processes::{Processes, ProcessesSettings},
};
use database::{Database, DatabaseError};
use documents::Press;
use domain::{Clock, IdGenerator};
use import_files::{ContactFiles, NumberLists};
use providers::CallbackBase;
use sandbox::{Delays, RunningSandbox, Sandbox, SandboxAddress, SandboxConfig, SandboxError};
use secrecy::ExposeSecret;
use store::{
    blobs::LocalBlobs,
    key_ring::{KeyRingError, MasterKey},
    parted_blobs::{AUDIO, PartedBlobs},
    read_side::{ReadSide, ReadSideError, ReadSideOptions},
    s3_blobs::{Expiry, S3Blobs},
    sealed_blobs::SealedBlobs,
    system::{SystemClock, SystemIds},
    work::{OpenWorkError, WorkStore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::{Config, ConfigError, ProvidersMode, StorageKind},
    digest_press::DigestPress,
    providers_set_up::Providers,
    state::{AppState, HttpSettings},
};

/// How long a stopping process waits for what is in hand.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// What differs between a server, the demonstration and a test.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdGenerator>,
    /// How long the sandbox's carrier takes.
    pub delays: Delays,
    /// How long the sandbox's writers and voice take.
    pub latency: Duration,
    /// What makes the sandbox's sound of speech.
    pub voice: sandbox::VoiceEngine,
    /// What the sandbox gets wrong on purpose.
    pub faults: sandbox::Faults,
    /// Whether providers are called at all.
    pub outside: Outside,
}

/// Whether providers are called at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Yes: the sandbox is started when it is what is configured.
    Reachable,
    /// No: a command that only reads or keeps up. A server that is running keeps its sandbox to itself.
    LeftAlone,
}

impl Surroundings {
    /// With the clock set so far ahead.
    fn shifted(self, seconds: i64) -> Self {
        if seconds == 0 {
            return self;
        }
        Self {
            clock: Arc::new(ShiftedClock {
                clock: self.clock,
                ahead: chrono::Duration::seconds(seconds),
            }),
            ..self
        }
    }

    /// For a command that calls no provider.
    pub fn inside_only() -> Self {
        Self {
            outside: Outside::LeftAlone,
            ..Self::default()
        }
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            delays: Delays::lifelike(),
            latency: Duration::ZERO,
            voice: sandbox::VoiceEngine::Auto,
            faults: sandbox::Faults::default(),
            outside: Outside::Reachable,
        }
    }
}

/// Why the system does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database can't be reached.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The journal can't be opened.
    #[error(transparent)]
    Journal(#[from] journal::OpenError),
    /// The work side can't be opened.
    #[error(transparent)]
    Work(#[from] OpenWorkError),
    /// The read models can't be opened.
    #[error(transparent)]
    ReadSide(#[from] ReadSideError),
    /// The master key can't be used.
    #[error(transparent)]
    Keys(#[from] KeyRingError),
    /// Files can't be stored.
    #[error("files can't be stored: {0}")]
    Files(#[from] commands::ports::PortError),
    /// The sandbox does not start.
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] SandboxError),
    /// A provider can't be set up.
    #[error(transparent)]
    Providers(#[from] providers::InvalidProvider),
    /// The address is taken or not ours.
    #[error("can't listen on {address}: {reason}; set http.bind to a free address")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        reason: String,
    },
    /// Serving ended with an error.
    #[error("the server stopped: {0}")]
    Serve(String),
}

/// Everything open; nothing running yet but the sandbox.
#[derive(Debug)]
pub struct Application {
    /// As read.
    pub config: Config,
    /// What use cases work with.
    pub ports: Ports,
    /// The work side.
    pub work: WorkStore,
    /// The read models.
    pub read_side: Arc<ReadSide>,
    /// The providers on loopback, unless the real ones are used.
    pub sandbox: Option<RunningSandbox>,
    /// The providers are a sandbox, of this process or of another one.
    is_sandboxed: bool,
    /// Which journal it is.
    pub journal_identity: uuid::Uuid,
    callbacks: CallbackBase,
    press: Press,
    spool_directory: PathBuf,
}

impl Application {
    /// Opens everything at the configured places, making what is not there yet.
    pub async fn open(config: Config, around: Surroundings) -> Result<Self, StartError> {
        let around = around.shifted(config.sandbox.clock_offset_seconds);
        let directory = config.data_directory()?;
        let database = Database::connect(&config.database_url()?).await?;
        journal::migrate(&config.database.url).await?;
        let opened = journal::open(&config.database.url).await?;
        let master = master_key(&config, &directory)?;
        let work = WorkStore::open(&database, &master).await?;
        let (journal, clock) = (opened.journal.clone(), around.clock.clone());
        let signer = master.note_key(&format!("voicedrop/{}", opened.identity))?;
        let read_side = ReadSide::open(&database, journal, clock, ReadSideOptions::default()).await?;
        let read_side = Arc::new(read_side);
        let sandbox_directory = directory.join("sandbox").join(opened.identity.to_string());
        let sandbox = start_sandbox(&config, &around, sandbox_directory).await?;
        let address = sandbox.as_ref().map(Outlook::address);
        let providers = Providers::set_up(&config, address)?;
        let press = Press::default();
        let (spool_directory, is_sandboxed) = (directory.join("spool"), address.is_some());
        let ports = Ports {
            journal: opened.journal,
            clock: around.clock,
            ids: around.ids,
            keys: work.keys.clone(),
            queue: work.queue.clone(),
            processes: work.processes.clone(),
            blobs: storage(&config, &directory, &master)?,
            clips: work.audio.clone(),
            inbox: work.webhooks.clone(),
            drops: work.drops.clone(),
            pace: work.pace.clone(),
            writers: providers.writers,
            rates: read_side.clone(),
            retention: read_side.clone(),
            open: read_side.clone(),
            draft_voice: providers.draft_voice,
            voice: providers.voice,
            carrier: providers.carrier,
            suppressions: read_side.clone(),
            listed: work.listed.clone(),
            lists: Arc::new(NumberLists),
            records: read_side.clone(),
            tables: Arc::new(ContactFiles),
            connections: work.connections.clone(),
            consents: work.consents.clone(),
            inbound: work.inbound.clone(),
            log: work.log.clone(),
            signer: Arc::new(signer),
            sources: providers.sources,
            webhook_endpoints: work.webhook_endpoints.clone(),
            notifications: work.notifications.clone(),
            webhooks: providers.webhooks,
            mailer: providers.mailer,
            digests: Arc::new(DigestPress::new(read_side.queries(), press.clone())),
            spool: spool_directory.clone().into(),
        };
        Ok(Self {
            config,
            ports,
            work,
            read_side,
            sandbox: sandbox.and_then(Outlook::of_this_process),
            journal_identity: opened.identity,
            is_sandboxed,
            callbacks: providers.callbacks,
            press,
            spool_directory,
        })
    }

    /// Binds, starts workers and server, and returns at once.
    pub async fn start(self, bind: SocketAddr, role: crate::config::Role) -> Result<Running, StartError> {
        let failed = |e: std::io::Error| StartError::Bind {
            address: bind,
            reason: e.kind().to_string(),
        };
        let listener = tokio::net::TcpListener::bind(bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let public = match self.config.http.public_base_url.trim_end_matches('/') {
            "" => format!("http://{address}"),
            set => set.to_owned(),
        };
        self.callbacks.set(&public);
        crate::http::clear_spool(&self.spool_directory);
        if let Some(sandbox) = &self.sandbox {
            // Callbacks that an earlier process on another port was promised reach this one.
            let base = public
                .parse()
                .map_err(|e| StartError::Serve(format!("http.public_base_url: {e}")))?;
            sandbox.set_callback_base(Some(base))?;
        }
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let read_side = self.read_side.clone();
        let token = cancel.clone();
        let runtime = tokio::runtime::Handle::current();
        // A thread of its own: projecting is work, and must not take one from those who answer requests.
        tracker.spawn_blocking(move || {
            runtime.block_on(async move {
                match role {
                    crate::config::Role::Api => read_side.follow(token).await,
                    crate::config::Role::All | crate::config::Role::Worker => read_side.run(token).await,
                }
            });
        });
        if role != crate::config::Role::Api {
            Processes::new(self.ports.clone(), self.settings()).start(&tracker, &cancel);
            tracker.spawn(check_providers(self.ports.clone(), cancel.clone()));
            match expire_in_bucket(&self.config).await {
                Ok(None) => {}
                Ok(Some(expiry)) => tracing::info!(?expiry, "the bucket's rule for old audio"),
                Err(error) => tracing::error!("the bucket's rule for old audio can't be set: {error}"),
            }
        }
        let router = crate::http::router(self.state(&public));
        let token = cancel.clone();
        tracker.spawn(async move {
            let served = axum::serve(
                listener,
                router.into_make_service_with_connect_info::<SocketAddr>(),
            )
            .with_graceful_shutdown(token.cancelled_owned())
            .await;
            if let Err(error) = served {
                tracing::error!("the server stopped: {error}");
            }
        });
        Ok(Running {
            application: self,
            address,
            public,
            tracker,
            cancel,
        })
    }

    /// Closes what was opened, for a command that has run to its end.
    pub async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }

    /// Where files lie while they come in.
    pub fn spool_directory(&self) -> &std::path::Path {
        &self.spool_directory
    }

    /// How much is done at once, and how long a silent worker keeps its work.
    pub const fn settings(&self) -> ProcessesSettings {
        let p = &self.config.processes;
        ProcessesSettings {
            drops_at_once: p.drops_at_once,
            scripts_at_once: p.scripts_at_once,
            audios_at_once: p.audios_at_once,
            imports_at_once: p.imports_at_once,
            batch_poll: Duration::from_secs(p.batch_poll_seconds),
            batch_settles: Duration::from_secs(p.batch_settle_seconds),
            lease: Duration::from_secs(p.lease_seconds),
        }
    }

    /// What the requests of a server at this address work with.
    pub fn state(&self, public: &str) -> AppState {
        AppState::new(
            self.ports.clone(),
            self.read_side.queries(),
            self.read_side.position(),
            self.work.accounts.clone(),
            self.work.uploads.clone(),
            HttpSettings::at(public, self.is_sandboxed, self.spool_directory.clone()),
            self.press.clone(),
        )
    }
}

/// A running system.
#[derive(Debug)]
pub struct Running {
    /// What it is made of.
    pub application: Application,
    /// Where it listens.
    pub address: SocketAddr,
    /// How the outside reaches it, without a slash at the end.
    pub public: String,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Running {
    /// Ends when this is cancelled.
    pub fn token(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Runs something beside, which ends with the rest.
    pub fn beside(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Stops: takes nothing new, finishes what is in hand or leaves it to its lease.
    pub async fn stop(self) {
        self.cancel.cancel();
        self.tracker.close();
        if tokio::time::timeout(STOP_PATIENCE, self.tracker.wait())
            .await
            .is_err()
        {
            tracing::warn!("stopped with work in hand; its leases run out and it is done again");
        }
        if let Some(sandbox) = self.application.sandbox {
            sandbox.shutdown().await;
        }
    }
}

/// Says at the start what would only be found out in the middle of a campaign: a key that is not good, a model that was retired. The
/// voice learns what its plan allows.
async fn check_providers(ports: Ports, cancel: CancellationToken) {
    let checks = async {
        for (provider, writer) in ports.writers.iter() {
            if let Err(error) = writer.check().await {
                tracing::error!(provider, "the writer can't be used: {error}");
            }
        }
        if let Err(error) = ports.voice.check().await {
            tracing::error!("the voice can't be used: {error}");
        }
    };
    tokio::select! {
        () = checks => {}
        () = cancel.cancelled() => {}
    }
}

/// The master key as it is set, or that of the key file, which is made when there is none.
fn master_key(config: &Config, directory: &std::path::Path) -> Result<MasterKey, StartError> {
    Ok(match config.data.master_key.expose_secret() {
        "" => MasterKey::from_file(&directory.join("master.key"))?,
        _ => MasterKey::from_secret(&config.data.master_key)?,
    })
}

/// Where files and audio are stored: sealed in a directory, or in a bucket, where audio lies open for those who have a link.
fn storage(
    config: &Config,
    directory: &std::path::Path,
    master: &MasterKey,
) -> Result<Arc<dyn BlobStore>, StartError> {
    Ok(match config.storage.kind {
        StorageKind::Local => Arc::new(SealedBlobs::new(
            Arc::new(LocalBlobs::open(&directory.join("files"))?),
            master,
        )),
        StorageKind::S3 => {
            let bucket = Arc::new(S3Blobs::new(&config.storage.s3));
            Arc::new(PartedBlobs {
                audio: bucket.clone(),
                rest: Arc::new(SealedBlobs::new(bucket, master)),
            })
        }
    })
}

/// Has the bucket delete what our own sweep misses, as configured.
async fn expire_in_bucket(config: &Config) -> Result<Option<Expiry>, commands::ports::PortError> {
    let s3 = &config.storage.s3;
    if config.storage.kind == StorageKind::Local || s3.expire_days == 0 {
        return Ok(None);
    }
    S3Blobs::new(s3)
        .ensure_expiry(AUDIO, s3.expire_days)
        .await
        .map(Some)
}

/// The sandbox that the providers' clients are pointed at.
enum Outlook {
    /// Of this process.
    Ours(RunningSandbox),
    /// Of another one.
    AnotherProcess(Box<SandboxAddress>),
}

impl Outlook {
    fn address(&self) -> &SandboxAddress {
        match self {
            Self::Ours(sandbox) => sandbox,
            Self::AnotherProcess(address) => address,
        }
    }

    fn of_this_process(self) -> Option<RunningSandbox> {
        match self {
            Self::Ours(sandbox) => Some(sandbox),
            Self::AnotherProcess(_) => None,
        }
    }
}

/// A clock that is set ahead of another one, or behind it.
#[derive(Debug)]
struct ShiftedClock {
    clock: Arc<dyn Clock>,
    ahead: chrono::Duration,
}

impl Clock for ShiftedClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now() + self.ahead
    }
}

async fn start_sandbox(
    config: &Config,
    around: &Surroundings,
    state_dir: PathBuf,
) -> Result<Option<Outlook>, StartError> {
    if config.providers.mode == ProvidersMode::Live || around.outside == Outside::LeftAlone {
        return Ok(None);
    }
    if !config.sandbox.url.is_empty() {
        let url = config.sandbox.url.parse().map_err(|_| SandboxError::NotLocal)?;
        let address = SandboxAddress::of_another_process(&url, config.sandbox.smtp_port)?;
        return Ok(Some(Outlook::AnotherProcess(Box::new(address))));
    }
    let clock = around.clock.clone();
    let mut settings = SandboxConfig::new(state_dir, Arc::new(move || clock.now()));
    settings.port = config.sandbox.port;
    settings.smtp_port = config.sandbox.smtp_port;
    settings.seed = config.sandbox.seed;
    settings.delays = around.delays.clone();
    settings.latency = around.latency;
    settings.voice = around.voice.clone();
    settings.faults = around.faults.clone();
    Ok(Some(Outlook::Ours(Sandbox::start(settings).await?)))
}

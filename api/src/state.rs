//! What every request of the server works with. Cheap to clone; opened once by the composition root.

use std::{path::PathBuf, sync::Arc};

use commands::{
    Ports,
    ports::{Accounts, Uploads},
};
use documents::Press;
use domain::Position;
use projections::queries::ReadModels;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::{auth::SignInLimits, contact_lists::PreviewCache, graphql::Schema};

/// Largest upload, bytes.
pub const UPLOAD_BYTES_MAX: usize = 512 << 20;
/// Largest body of any other request, bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Largest body of a carrier's report, bytes.
pub const WEBHOOK_BYTES_MAX: usize = 64 << 10;
/// Requests served at once; more are told to come back.
pub const REQUESTS_MAX: usize = 512;
/// Uploads taken at once; each takes a buffer of memory and its own size of disk.
pub const UPLOADS_MAX: usize = 8;

/// Exports streamed at once; each keeps the database busy until its end.
pub const EXPORTS_MAX: usize = 8;

/// How the server shows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// How the outside reaches it, without a slash at the end.
    pub public_base_url: String,
    /// Cookies travel over TLS only.
    pub secure_cookies: bool,
    /// A provider is the sandbox: a banner says so.
    pub sandbox: bool,
    /// The explorer page is served.
    pub explorer: bool,
    /// Largest upload, bytes.
    pub upload_bytes_max: usize,
    /// Where files lie while they come in; best on the blob store's file system.
    pub spool_directory: PathBuf,
}

impl HttpSettings {
    /// Safe settings for an address.
    pub fn at(public_base_url: &str, sandbox: bool, spool_directory: PathBuf) -> Self {
        Self {
            public_base_url: public_base_url.trim_end_matches('/').to_owned(),
            secure_cookies: public_base_url.starts_with("https://"),
            sandbox,
            explorer: true,
            upload_bytes_max: UPLOAD_BYTES_MAX,
            spool_directory,
        }
    }
}

/// What every request works with, behind one count: a request clones it several times.
#[derive(Clone)]
pub struct AppState(Arc<Opened>);

impl std::ops::Deref for AppState {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.0
    }
}

/// What is opened once and shared by all requests.
pub struct Opened {
    /// What use cases work with.
    pub ports: Ports,
    /// The read models.
    pub queries: Arc<dyn ReadModels>,
    /// How far the read models have got; changes as they advance.
    pub position: watch::Receiver<Position>,
    /// How people sign in.
    pub accounts: Arc<dyn Accounts>,
    /// Files that wait for an import.
    pub uploads: Arc<dyn Uploads>,
    /// How the server shows itself.
    pub settings: HttpSettings,
    /// Attempts to sign in, counted.
    pub sign_ins: Arc<SignInLimits>,
    /// Requests at the carrier's door that are not the carrier's.
    pub strangers: Arc<crate::http::Strangers>,
    /// What data loaders run on.
    pub tasks: TaskTracker,
    /// Places for uploads.
    pub upload_places: Arc<tokio::sync::Semaphore>,
    /// Places for requests.
    pub request_places: Arc<tokio::sync::Semaphore>,
    /// Places for exports.
    pub export_places: Arc<tokio::sync::Semaphore>,
    /// Sets digests.
    pub press: Press,
    /// What previews of the last lists found out.
    pub previews: Arc<PreviewCache>,
    /// The GraphQL schema.
    pub schema: Schema,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl AppState {
    /// Puts it together.
    pub fn new(
        ports: Ports,
        queries: Arc<dyn ReadModels>,
        position: watch::Receiver<Position>,
        accounts: Arc<dyn Accounts>,
        uploads: Arc<dyn Uploads>,
        settings: HttpSettings,
        press: Press,
    ) -> Self {
        Self(Arc::new(Opened {
            ports,
            queries,
            position,
            accounts,
            uploads,
            settings,
            sign_ins: Arc::default(),
            strangers: Arc::default(),
            tasks: TaskTracker::new(),
            upload_places: Arc::new(tokio::sync::Semaphore::new(UPLOADS_MAX)),
            request_places: Arc::new(tokio::sync::Semaphore::new(REQUESTS_MAX)),
            export_places: Arc::new(tokio::sync::Semaphore::new(EXPORTS_MAX)),
            press,
            previews: Arc::default(),
            schema: crate::graphql::schema(),
        }))
    }

    /// Now.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.ports.clock.now()
    }
}

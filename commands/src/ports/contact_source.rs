//! Another service that contacts are pulled from: Google Contacts, Mojo Dialer. A pull writes what the service answered into
//! a file, one JSON object a line, which is then read like any uploaded list: the same preview, mapping, figures and undo.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::import::ContactSource;

use super::{PortError, SourceTokens};

/// Why a pull ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFailure {
    /// The user must connect the account again; trying again does not help.
    #[error("the account must be connected again: {0}")]
    Reconnect(String),
    /// The place of the last pull is no longer known to the service: pull everything.
    #[error("the service no longer knows where the last pull ended")]
    CursorExpired,
    /// Anything else, by class.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A list at the service that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteList {
    /// Its id there.
    pub id: String,
    /// Its name there.
    pub name: String,
    /// Contacts in it, where the service says so.
    pub count: Option<u64>,
}

/// What to pull.
#[derive(Debug, Clone)]
pub struct PullRequest {
    /// The secrets, valid for now.
    pub tokens: SourceTokens,
    /// The list, where the service has lists.
    pub list: Option<String>,
    /// Where the last pull ended; nothing for everything.
    pub cursor: Option<String>,
}

/// One page of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Contacts as the service gave them, one JSON object each.
    pub contacts: Vec<String>,
    /// Where the next page begins; nothing on the last page.
    pub next_page: Option<String>,
    /// Where a later pull can go on from; on the last page only.
    pub sync_cursor: Option<String>,
    /// All contacts there are, where the service says so.
    pub total: Option<u64>,
}

/// One service.
#[async_trait]
pub trait ContactSourcePort: Send + Sync + std::fmt::Debug {
    /// Which.
    fn source(&self) -> ContactSource;

    /// Where the user agrees to be read, for OAuth services: a URL with our state and PKCE challenge in it.
    fn consent_url(&self, state: &str, code_challenge: &str) -> Option<String>;

    /// Exchanges an OAuth code for tokens; `now` dates their end.
    async fn exchange(
        &self,
        code: &str,
        code_verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure>;

    /// New tokens for old ones; the same when the service's do not expire.
    async fn refresh(&self, tokens: SourceTokens, now: DateTime<Utc>) -> Result<SourceTokens, SourceFailure>;

    /// The lists of the account; empty when the service has none. Also proves that the secrets work.
    async fn lists(&self, tokens: &SourceTokens) -> Result<Vec<RemoteList>, SourceFailure>;

    /// The next page.
    async fn pull(&self, request: &PullRequest, page: Option<&str>) -> Result<Pulled, SourceFailure>;
}

/// The services that are set up, at most one of each source. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ContactSources(Arc<[Arc<dyn ContactSourcePort>]>);

impl ContactSources {
    /// These services; of several for one source the first counts.
    pub fn new(services: Vec<Arc<dyn ContactSourcePort>>) -> Self {
        Self(services.into())
    }

    /// The service of a source; nothing when it is not set up.
    pub fn get(&self, source: ContactSource) -> Option<&Arc<dyn ContactSourcePort>> {
        self.iter().find(|service| service.source() == source)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn ContactSourcePort>> {
        self.0.iter()
    }
}

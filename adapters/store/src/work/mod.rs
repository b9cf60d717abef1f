//! The work side: the outbox, keys, accounts, uploads, connected accounts, raw webhooks, bought audio and the process managers'
//! checkpoints.
//! One set of tables (`work.db`, or the schema `work`), apart from the journal and the read models.

mod accounts;
mod audio_cache;
mod connections;
mod consents;
mod drop_register;
mod fault;
mod inbound_addresses;
mod listed_numbers;
mod notifications;
mod outbox;
mod processes;
mod send_pace;
mod tables;
mod transparency_log;
mod uploads;
mod webhook_endpoints;
mod webhooks;

use std::sync::Arc;

use database::{Database, DatabaseError, Engine, MigrationError, Sql};

pub use accounts::AccountStore;
pub use audio_cache::AudioStore;
pub use connections::ConnectionStore;
pub use consents::ConsentStore;
pub use drop_register::DropStore;
pub use fault::unreachable;
pub use inbound_addresses::InboundAddressStore;
pub use listed_numbers::ListedNumberStore;
pub use notifications::NotificationStore;
pub use outbox::{CLAIM_MAX, Outbox};
pub use processes::ProcessStore;
pub use send_pace::PaceStore;
pub use tables::{SET, WORK_MIGRATIONS};
pub use transparency_log::LogStore;
pub use uploads::UploadStore;
pub use webhook_endpoints::WebhookEndpointStore;
pub use webhooks::WebhookStore;

use crate::key_ring::{KeyRingError, MasterKey, StoredKeys};

/// Everything of the work side, open.
#[derive(Debug, Clone)]
pub struct WorkStore {
    /// Work to be done.
    pub queue: Arc<Outbox>,
    /// Keys and signatures.
    pub keys: Arc<StoredKeys>,
    /// How people sign in.
    pub accounts: Arc<AccountStore>,
    /// Files that wait for an import.
    pub uploads: Arc<UploadStore>,
    /// Accounts at other services.
    pub connections: Arc<ConnectionStore>,
    /// Consents that are being asked for.
    pub consents: Arc<ConsentStore>,
    /// Addresses that other programs push contacts to.
    pub inbound: Arc<InboundAddressStore>,
    /// Endpoints of other programs.
    pub webhook_endpoints: Arc<WebhookEndpointStore>,
    /// What was told to whom.
    pub notifications: Arc<NotificationStore>,
    /// What carriers sent.
    pub webhooks: Arc<WebhookStore>,
    /// Which hand-off called which number.
    pub drops: Arc<DropStore>,
    /// Numbers of lists that came as files.
    pub listed: Arc<ListedNumberStore>,
    /// How fast campaigns hand over.
    pub pace: Arc<PaceStore>,
    /// Audio that was bought.
    pub audio: Arc<AudioStore>,
    /// Proofs that the journal was not changed.
    pub log: Arc<LogStore>,
    /// Where the process managers stand.
    pub processes: Arc<ProcessStore>,
    sql: Sql,
}

/// Why the work side can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenWorkError {
    /// The database refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The tables can't be brought up to date.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The keys can't be used.
    #[error(transparent)]
    Keys(#[from] KeyRingError),
}

impl WorkStore {
    /// Brings the tables up to date and checks the master key.
    pub async fn open(database: &Database, master: &MasterKey) -> Result<Self, OpenWorkError> {
        let sql = database.sql(SET)?;
        sql.migrate(SET, WORK_MIGRATIONS.of(sql.engine())).await?;
        if sql.engine() == Engine::Sqlite {
            // A destroyed key must not be readable in a freed place of the file.
            sql.with_sqlite(|connection| Ok(connection.pragma_update(None, "secure_delete", "ON")?))
                .await?;
        }
        let queue = Arc::new(Outbox::new(sql.clone()));
        let keys = Arc::new(StoredKeys::open(sql.clone(), master).await?);
        Ok(Self {
            connections: Arc::new(ConnectionStore::new(sql.clone(), Arc::clone(&keys))),
            consents: Arc::new(ConsentStore::new(sql.clone(), Arc::clone(&keys))),
            inbound: Arc::new(InboundAddressStore::new(sql.clone())),
            webhook_endpoints: Arc::new(WebhookEndpointStore::new(sql.clone(), Arc::clone(&keys))),
            notifications: Arc::new(NotificationStore::new(sql.clone())),
            webhooks: Arc::new(WebhookStore::new(sql.clone(), Arc::clone(&keys))),
            drops: Arc::new(DropStore::new(sql.clone(), Arc::clone(&keys))),
            keys,
            accounts: Arc::new(AccountStore::new(sql.clone())),
            uploads: Arc::new(UploadStore::new(sql.clone())),
            pace: Arc::new(PaceStore::new(sql.clone())),
            listed: Arc::new(ListedNumberStore::new(sql.clone())),
            audio: Arc::new(AudioStore::new(sql.clone())),
            log: Arc::new(LogStore::new(sql.clone())),
            processes: Arc::new(ProcessStore::new(sql.clone(), Arc::clone(&queue))),
            queue,
            sql,
        })
    }

    /// The tables, for backups and look-ups of an operator.
    pub const fn sql(&self) -> &Sql {
        &self.sql
    }
}

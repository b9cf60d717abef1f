//! The journal behind an address. For SQLite that is the file `journal.db` in the directory named.

use std::{path::Path, sync::Arc};

use commands::ports::Journal;
use database::DatabaseUrl;
use uuid::Uuid;

use crate::{OpenError, PostgresJournal, SqliteJournal};

/// The journal's file in a SQLite directory.
const FILE: &str = "journal.db";

/// An open journal and which one it is.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The event store.
    pub journal: Arc<dyn Journal>,
    /// Made with the tables: read models remember it, so as not to follow another journal by mistake.
    pub identity: Uuid,
}

/// Opens the journal at `sqlite:<directory>` or `postgres://…`, which must have been migrated.
pub async fn open(url: &str) -> Result<Opened, OpenError> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Sqlite(directory) => {
            let journal = SqliteJournal::open(&directory.join(FILE)).await?;
            Ok(Opened {
                identity: journal.identity(),
                journal: Arc::new(journal),
            })
        }
        DatabaseUrl::Postgres(options) => {
            let journal = PostgresJournal::connect_with(&options).await?;
            Ok(Opened {
                identity: journal.identity(),
                journal: Arc::new(journal),
            })
        }
    }
}

/// Makes or updates the journal's tables at `sqlite:<directory>` or `postgres://…`.
pub async fn migrate(url: &str) -> Result<(), OpenError> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Sqlite(directory) => {
            make_directory(&directory)?;
            SqliteJournal::migrate(&directory.join(FILE)).await
        }
        DatabaseUrl::Postgres(options) => PostgresJournal::migrate_with(&options).await,
    }
}

fn make_directory(directory: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(directory).map_err(|e| {
        OpenError::Unreachable(format!(
            "can't make the directory {}: {}",
            directory.display(),
            e.kind()
        ))
    })
}

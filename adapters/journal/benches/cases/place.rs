//! Fresh databases for each side of a comparison, removed at the end.

use std::sync::Arc;

use commands::ports::Journal;
use domain::SequentialIds;
use journal::{PostgresJournal, SqliteJournal};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use super::load::wide;

/// The size of the log at which the journal copies it back: that many pages, each with its frame header, after the file's.
const LOG_BYTES: u64 = 32 + 16_384 * (24 + 4_096);

#[expect(clippy::disallowed_methods, reason = "the server is named by the environment")]
pub fn server() -> String {
    std::env::var("BENCH_DATABASE_URL")
        .or_else(|_| std::env::var("TEST_DATABASE_URL"))
        .expect("set BENCH_DATABASE_URL to a PostgreSQL server whose user may create databases")
}

async fn administer(sql: &str) {
    let mut connection = PgConnection::connect(&server()).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

/// A database of its own on the server.
pub struct ServerDatabase {
    name: String,
}

impl ServerDatabase {
    #[expect(
        clippy::disallowed_methods,
        reason = "two runs must not make the same database"
    )]
    pub async fn make() -> Self {
        let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}")).await;
        Self { name }
    }

    pub fn url(&self) -> String {
        let server = server();
        let (address, _) = server.rsplit_once('/').unwrap();
        format!("{address}/{}", self.name)
    }

    pub async fn journal(&self) -> Arc<dyn Journal> {
        PostgresJournal::migrate(&self.url()).await.unwrap();
        Arc::new(PostgresJournal::connect(&self.url()).await.unwrap())
    }

    pub async fn remove(self) {
        administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

/// A SQLite file beside the build, not in a memory file system where `fsync` is free.
pub struct File {
    directory: TempDir,
}

impl File {
    pub fn make() -> Self {
        Self {
            directory: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
        }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("journal.db")
    }

    pub async fn journal(&self) -> Arc<dyn Journal> {
        SqliteJournal::migrate(&self.path()).await.unwrap();
        Arc::new(SqliteJournal::open(&self.path()).await.unwrap())
    }

    /// A journal that has been at work for a while: its write-ahead log has reached the size from which it is written over
    /// instead of growing. The stock settings reach theirs, a sixteenth of it, within the first moments of a run.
    pub async fn journal_at_work(&self) -> Arc<dyn Journal> {
        let journal = self.journal().await;
        let ids = SequentialIds::seeded(9);
        let log = self.directory.path().join("journal.db-wal");
        while std::fs::metadata(&log).map_or(0, |log| log.len()) < LOG_BYTES {
            journal.append(wide(&ids, 1_000)).await.unwrap();
        }
        journal
    }
}

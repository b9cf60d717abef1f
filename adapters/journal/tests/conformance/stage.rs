//! A fresh journal of each kind, and a second handle of the same one. PostgreSQL tests fail, never skip, without a server.

use std::sync::Arc;

use commands::ports::Journal;
use journal::{MemoryJournal, PostgresJournal, SqliteJournal};
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;

const SERVER: &str = "postgres://postgres@127.0.0.1:54329/postgres";

#[expect(
    clippy::disallowed_methods,
    reason = "the test server is named by the environment"
)]
fn server() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| SERVER.to_owned())
}

async fn administer(sql: &str) {
    let mut connection = PgConnection::connect(&server()).await.expect(
        "these tests need a PostgreSQL server: set TEST_DATABASE_URL to one whose user may create databases",
    );
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

enum Place {
    Memory(MemoryJournal),
    Sqlite(TempDir),
    Postgres(String),
}

/// A journal to tell a story on.
pub struct Stage {
    place: Place,
    pub journal: Arc<dyn Journal>,
}

impl Stage {
    pub fn memory() -> Self {
        let journal = MemoryJournal::new();
        Self {
            place: Place::Memory(journal.clone()),
            journal: Arc::new(journal),
        }
    }

    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        SqliteJournal::migrate(&path).await.unwrap();
        let journal = Arc::new(SqliteJournal::open(&path).await.unwrap());
        Self {
            place: Place::Sqlite(directory),
            journal,
        }
    }

    pub async fn postgres() -> Self {
        let database = new_database().await;
        let url = url_of(&database);
        PostgresJournal::migrate(&url).await.unwrap();
        let journal = Arc::new(PostgresJournal::connect(&url).await.unwrap());
        Self {
            place: Place::Postgres(database),
            journal,
        }
    }

    /// The same journal, opened again as another process would.
    pub async fn another_handle(&self) -> Arc<dyn Journal> {
        match &self.place {
            Place::Memory(journal) => Arc::new(journal.clone()),
            Place::Sqlite(directory) => Arc::new(
                SqliteJournal::open(&directory.path().join("journal.db"))
                    .await
                    .unwrap(),
            ),
            Place::Postgres(database) => Arc::new(PostgresJournal::connect(&url_of(database)).await.unwrap()),
        }
    }

    /// A raw connection to the SQLite file.
    pub fn file(&self) -> rusqlite::Connection {
        let Place::Sqlite(directory) = &self.place else {
            panic!("this stage has no file")
        };
        rusqlite::Connection::open(directory.path().join("journal.db")).unwrap()
    }

    /// Raw connections to the PostgreSQL database, as a foreign writer that has set its tenant would have them.
    pub async fn pool(&self, organization: &str) -> PgPool {
        let Place::Postgres(database) = &self.place else {
            panic!("this stage has no server")
        };
        let options = url_of(database)
            .parse::<sqlx::postgres::PgConnectOptions>()
            .unwrap()
            .options([
                ("search_path", "journal,public"),
                ("voicedrop.organization", organization),
            ]);
        PgPoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .unwrap()
    }

    /// Removes what was made.
    pub async fn strike(self) {
        drop(self.journal);
        if let Place::Postgres(database) = self.place {
            drop_database(&database).await;
        }
    }
}

/// An empty database of a name that no other test has.
#[expect(
    clippy::disallowed_methods,
    reason = "two runs must not make the same database"
)]
pub async fn new_database() -> String {
    let database = format!("journal_{}", uuid::Uuid::now_v7().simple());
    administer(&format!("CREATE DATABASE {database}")).await;
    database
}

pub async fn drop_database(database: &str) {
    administer(&format!("DROP DATABASE {database} WITH (FORCE)")).await;
}

/// The server's address with another database in it.
pub fn url_of(database: &str) -> String {
    let server = server();
    let (address, _) = server.rsplit_once('/').unwrap();
    format!("{address}/{database}")
}

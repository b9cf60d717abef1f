//! A database of the story's own on either engine, gone when the story ends, also when it fails. Never skips: without a
//! PostgreSQL server a story on PostgreSQL fails and says what is needed.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

/// Where the server is looked for when TEST_DATABASE_URL says nothing.
const SERVER: &str = "postgres://postgres@127.0.0.1:54329/postgres";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// What the rows lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Files in a directory.
    Sqlite,
    /// A database of a server.
    Postgres,
}

/// A directory and a database for one story.
#[derive(Debug)]
pub struct Place {
    directory: TempDir,
    /// As in `--database`.
    pub url: String,
    made: Option<String>,
}

impl Place {
    /// A new one with nothing in it.
    pub fn make(engine: Engine) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the story");
        if engine == Engine::Sqlite {
            let url = format!("sqlite:{}", directory.path().join("rows").display());
            return Self {
                directory,
                url,
                made: None,
            };
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("voicedrop_tests_{}_{number}", std::process::id());
        on_the_server(vec![
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ]);
        let server = server();
        let (address, _) = server
            .rsplit_once('/')
            .expect("TEST_DATABASE_URL names a database");
        Self {
            directory,
            url: format!("{address}/{name}"),
            made: Some(name),
        }
    }

    /// Where files of the story go.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// As in `--data`: what voicedrop keeps beside the rows.
    pub fn kept(&self) -> PathBuf {
        self.directory().join("kept")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(name) = &self.made {
            on_the_server(vec![format!("DROP DATABASE {name} WITH (FORCE)")]);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test server is named by the environment"
)]
fn server() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| SERVER.to_owned())
}

/// On a thread of its own, because a story's end may lie inside a runtime.
fn on_the_server(statements: Vec<String>) {
    let run = async move {
        let mut admin = PgConnection::connect(&server()).await.expect(
            "these tests need a PostgreSQL server: set TEST_DATABASE_URL to one whose user may create databases",
        );
        for statement in statements {
            admin
                .execute(statement.as_str())
                .await
                .expect("the server makes and drops databases");
        }
    };
    let done = std::thread::spawn(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(run);
    })
    .join();
    if let Err(failure) = done
        && !std::thread::panicking()
    {
        std::panic::resume_unwind(failure);
    }
}

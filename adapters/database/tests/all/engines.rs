//! A fresh database on each engine: a directory that goes with the test, and a PostgreSQL database dropped at its end.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use database::{Database, DatabaseUrl};
use sqlx::{Connection, Executor, PgConnection};

const SERVER: &str = "postgres://postgres@127.0.0.1:54329/postgres";

static NEXT: AtomicU32 = AtomicU32::new(0);

#[expect(
    clippy::disallowed_methods,
    reason = "the test server is named by the environment"
)]
fn server() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| SERVER.to_owned())
}

async fn admin() -> PgConnection {
    PgConnection::connect(&server()).await.expect(
        "these tests need a PostgreSQL server: set TEST_DATABASE_URL to one whose user may create databases",
    )
}

/// Tells a story on SQLite, then on PostgreSQL.
pub async fn on_both<F: Future<Output = ()>>(story: impl Fn(Database) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse(&format!("sqlite:{}", directory.path().display())).unwrap();
    story(Database::connect(&url).await.unwrap()).await;

    let name = format!(
        "voicedrop_database_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = admin().await;
    admin
        .execute(format!("DROP DATABASE IF EXISTS {name}").as_str())
        .await
        .unwrap();
    admin
        .execute(format!("CREATE DATABASE {name}").as_str())
        .await
        .unwrap();
    let (address, _) = server()
        .rsplit_once('/')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let url = DatabaseUrl::parse(&format!("{address}/{name}")).unwrap();
    story(Database::connect(&url).await.unwrap()).await;
    admin
        .execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str())
        .await
        .unwrap();
}

//! A fresh work store on each engine: a directory that goes with the test, and a PostgreSQL database dropped at its end.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use database::{Database, DatabaseUrl};
use secrecy::SecretString;
use sqlx::{Connection, Executor, PgConnection};
use store::{key_ring::MasterKey, work::WorkStore};
use uuid::Uuid;

const SERVER: &str = "postgres://postgres@127.0.0.1:54329/postgres";

static NEXT: AtomicU32 = AtomicU32::new(0);

#[expect(
    clippy::disallowed_methods,
    reason = "the test server is named by the environment"
)]
fn server() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| SERVER.to_owned())
}

/// The instant at which every story begins, and later ones by minutes.
pub fn minute(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + Duration::minutes(minutes)
}

/// The `n`th id of a story.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub fn master() -> MasterKey {
    MasterKey::from_secret(&SecretString::from("correct horse battery staple, twice over")).unwrap()
}

pub async fn open(database: &Database) -> WorkStore {
    WorkStore::open(database, &master()).await.unwrap()
}

/// Tells a story on SQLite, then on PostgreSQL.
pub async fn on_both<F: Future<Output = ()>>(story: impl Fn(Database) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse(&format!("sqlite:{}", directory.path().display())).unwrap();
    story(Database::connect(&url).await.unwrap()).await;

    let name = format!(
        "voicedrop_store_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = PgConnection::connect(&server()).await.expect(
        "these tests need a PostgreSQL server: set TEST_DATABASE_URL to one whose user may create databases",
    );
    for statement in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
    ] {
        admin.execute(statement.as_str()).await.unwrap();
    }
    let address = server();
    let (address, _) = address.rsplit_once('/').unwrap();
    let url = DatabaseUrl::parse(&format!("{address}/{name}")).unwrap();
    story(Database::connect(&url).await.unwrap()).await;
    admin
        .execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str())
        .await
        .unwrap();
}

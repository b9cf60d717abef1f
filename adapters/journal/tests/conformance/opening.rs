//! Opening: only what was migrated, by this release or an older one.

use journal::{OpenError, PostgresJournal, SqliteJournal};
use rusqlite::Connection;
use sqlx::{Connection as _, PgConnection};

use super::{
    requests::{Author, campaign},
    stage::{drop_database, new_database, url_of},
};

#[tokio::test]
async fn a_file_that_was_not_migrated_is_refused_and_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().display());
    let error = journal::open(&url).await.unwrap_err();
    assert_eq!(
        error,
        OpenError::NotMigrated {
            missing: "0001_events"
        }
    );
    assert!(error.to_string().contains("voicedrop migrate"));
    Connection::open(directory.path().join("journal.db"))
        .unwrap()
        .execute_batch("CREATE TABLE other (x)")
        .unwrap();
    let error = journal::open(&url).await.unwrap_err();
    assert_eq!(
        error,
        OpenError::NotMigrated {
            missing: "0001_events"
        }
    );
}

#[tokio::test]
async fn a_file_of_a_newer_release_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    SqliteJournal::migrate(&path).await.unwrap();
    Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO schema_migrations (set_name, name, sha256, applied_at) VALUES ('journal', '0999_later', '', 0)",
            [],
        )
        .unwrap();
    let newer = OpenError::Newer {
        migration: "0999_later".to_owned(),
    };
    assert_eq!(SqliteJournal::open(&path).await.unwrap_err(), newer);
}

#[tokio::test]
async fn a_server_that_was_not_migrated_or_is_newer_is_refused() {
    let database = new_database().await;
    let url = url_of(&database);
    let error = PostgresJournal::connect(&url).await.unwrap_err();
    assert_eq!(
        error,
        OpenError::NotMigrated {
            missing: "0001_events"
        }
    );
    PostgresJournal::migrate(&url).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO journal.schema_migrations (set_name, name, sha256, applied_at)
         VALUES ('journal', '0999_later', '', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let newer = OpenError::Newer {
        migration: "0999_later".to_owned(),
    };
    assert_eq!(PostgresJournal::connect(&url).await.unwrap_err(), newer);
    connection.close().await.unwrap();
    drop_database(&database).await;
}

#[tokio::test]
async fn a_journal_keeps_its_identity_and_its_events_and_two_journals_differ() {
    let directory = tempfile::tempdir().unwrap();
    let database = new_database().await;
    let urls = [
        format!("sqlite:{}", directory.path().display()),
        url_of(&database),
    ];
    let mut identities = Vec::new();
    for url in urls {
        journal::migrate(&url).await.unwrap();
        let first = journal::open(&url).await.unwrap();
        first
            .journal
            .append(Author::new(40).one(campaign(1), 0, 1))
            .await
            .unwrap();
        journal::migrate(&url).await.unwrap();
        let again = journal::open(&url).await.unwrap();
        assert_eq!(again.identity, first.identity);
        assert_eq!(
            again.journal.head().await.unwrap(),
            first.journal.head().await.unwrap()
        );
        // Looked at before anything is waited for: whoever looks keeps those who tell from telling.
        let woken = *again.journal.woken().borrow();
        assert_eq!(woken, again.journal.head().await.unwrap());
        identities.push(first.identity);
    }
    assert_ne!(identities[0], identities[1]);
    drop_database(&database).await;
}

#[tokio::test]
async fn an_address_of_no_known_form_is_refused() {
    let error = journal::open("mysql://nowhere").await.unwrap_err();
    assert!(matches!(error, OpenError::Url(_)), "{error}");
}

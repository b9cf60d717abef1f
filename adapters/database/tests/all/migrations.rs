//! Bringing tables up to date.

use database::{Migration, MigrationError};

use crate::engines::on_both;

const FIRST: Migration = Migration {
    name: "0001_streets",
    sql: "CREATE TABLE streets (name text PRIMARY KEY);\nINSERT INTO streets (name) VALUES ('Elm; Street');",
};
const SECOND: Migration = Migration {
    name: "0002_houses",
    sql: "CREATE TABLE houses (street text NOT NULL, number bigint NOT NULL);",
};
const EDITED: Migration = Migration {
    name: "0001_streets",
    sql: "CREATE TABLE streets (name text PRIMARY KEY, city text);",
};
const BROKEN: Migration = Migration {
    name: "0003_broken",
    sql: "CREATE TABLE half_done (a bigint); CREATE TABLE streets (name text);",
};

#[tokio::test]
async fn files_apply_once_in_order_and_what_is_pending_can_be_asked() {
    on_both(|database| async move {
        let sql = database.sql("town").unwrap();
        assert_eq!(
            sql.pending("town", &[SECOND, FIRST]).await.unwrap(),
            ["0001_streets", "0002_houses"]
        );
        sql.migrate("town", &[FIRST]).await.unwrap();
        assert_eq!(
            sql.pending("town", &[FIRST, SECOND]).await.unwrap(),
            ["0002_houses"]
        );
        sql.migrate("town", &[FIRST, SECOND]).await.unwrap();
        sql.migrate("town", &[FIRST, SECOND]).await.unwrap();
        let rows = sql.query("SELECT count(*) FROM streets", vec![]).await.unwrap();
        assert_eq!(rows[0].int(0), Ok(1));
    })
    .await;
}

#[tokio::test]
async fn an_edited_file_and_a_newer_database_are_refused() {
    on_both(|database| async move {
        let sql = database.sql("town").unwrap();
        sql.migrate("town", &[FIRST, SECOND]).await.unwrap();
        let edited = sql.migrate("town", &[EDITED, SECOND]).await.unwrap_err();
        assert!(matches!(edited, MigrationError::Edited { name, .. } if name == FIRST.name));
        let older = sql.migrate("town", &[FIRST]).await.unwrap_err();
        assert!(matches!(older, MigrationError::Unknown { name, .. } if name == SECOND.name));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_fails_leaves_nothing_behind() {
    on_both(|database| async move {
        let sql = database.sql("town").unwrap();
        let failed = sql.migrate("town", &[FIRST, BROKEN]).await.unwrap_err();
        assert!(matches!(failed, MigrationError::Failed { name, .. } if name == BROKEN.name));
        assert_eq!(
            sql.pending("town", &[FIRST, BROKEN]).await.unwrap(),
            ["0003_broken"]
        );
        assert!(sql.query("SELECT * FROM half_done", vec![]).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_together_take_turns() {
    on_both(|database| async move {
        let (one, two) = (database.sql("town").unwrap(), database.sql("town").unwrap());
        let (a, b) = tokio::join!(
            one.migrate("town", &[FIRST, SECOND]),
            two.migrate("town", &[FIRST, SECOND])
        );
        assert_eq!((a, b), (Ok(()), Ok(())));
    })
    .await;
}

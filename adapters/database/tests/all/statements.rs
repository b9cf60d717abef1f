//! Statements, transactions and bulk writes mean the same on both engines.

use database::{Column, Database, DatabaseErrorKind, Migration, Sql, Statement, int, text};
use projections::Cell;

use crate::engines::on_both;

const TABLES: &[Migration] = &[Migration {
    name: "0001_houses",
    sql: "CREATE TABLE houses (street text NOT NULL, number bigint NOT NULL, price double precision, agent text,
            plan bytea, rooms bigint, PRIMARY KEY (street, number));",
}];

const COLUMNS: &[Column] = &[
    Column::text("street"),
    Column::int("number"),
    Column::real("price"),
    Column::text("agent"),
    Column::bytes("plan"),
    Column::int("rooms"),
];
const KEY: &[Column] = &[Column::text("street"), Column::int("number")];

async fn houses(database: &Database) -> Sql {
    let sql = database.sql("town").unwrap();
    sql.migrate("town", TABLES).await.unwrap();
    sql
}

fn house(street: &str, number: i64, rooms: i64) -> Vec<Cell> {
    vec![
        text(street),
        int(number),
        Cell::Real(1.5),
        Cell::Null,
        Cell::Bytes(vec![0, 255]),
        int(rooms),
    ]
}

async fn count(sql: &Sql) -> i64 {
    sql.query("SELECT count(*) FROM houses", vec![]).await.unwrap()[0]
        .int(0)
        .unwrap()
}

const INSERT: &str =
    "INSERT INTO houses (street, number, price, agent, plan, rooms) VALUES ($1, $2, $3, $4, $5, $6)";

#[tokio::test]
async fn every_type_and_a_missing_value_of_every_type_come_back_as_they_went() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let nothing = vec![
            text("Elm"),
            int(1),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ];
        sql.execute(INSERT, nothing.clone()).await.unwrap();
        sql.execute(INSERT, house("Elm", 2, 3)).await.unwrap();
        let whole_price = vec![text("Elm"), int(3), int(7), Cell::Null, Cell::Null, Cell::Null];
        sql.execute(INSERT, whole_price).await.unwrap();
        let rows = sql
            .query(
                "SELECT street, number, price, agent, plan, rooms FROM houses ORDER BY number",
                vec![],
            )
            .await
            .unwrap();
        assert_eq!(rows[0].cells(), nothing);
        assert_eq!(rows[1].cells(), house("Elm", 2, 3));
        assert_eq!(rows[2].real(2), Ok(7.0));
    })
    .await;
}

#[tokio::test]
async fn a_second_row_of_the_same_key_is_a_unique_violation_and_wrong_parameters_are_invalid() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        sql.execute(INSERT, house("Elm", 1, 3)).await.unwrap();
        let again = sql.execute(INSERT, house("Elm", 1, 4)).await.unwrap_err();
        assert_eq!(again.kind, DatabaseErrorKind::UniqueViolation);
        let too_few = sql.execute(INSERT, vec![text("Elm")]).await.unwrap_err();
        assert_eq!(too_few.kind, DatabaseErrorKind::Invalid);
        let no_table = sql.query("SELECT * FROM castles", vec![]).await.unwrap_err();
        assert_eq!(no_table.kind, DatabaseErrorKind::Invalid);
    })
    .await;
}

#[tokio::test]
async fn a_fixed_batch_takes_effect_wholly_or_not_at_all() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let statement = |number| Statement::new(INSERT, house("Elm", number, 3));
        let refused = sql.transaction(vec![statement(1), statement(1)]).await;
        assert!(refused.is_err());
        assert_eq!(count(&sql).await, 0);
        assert_eq!(
            sql.transaction(vec![statement(1), statement(2)]).await,
            Ok(vec![1, 1])
        );
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_and_a_committed_one_everything() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let mut dropped = sql.begin().await.unwrap();
        dropped.execute(INSERT, house("Elm", 1, 3)).await.unwrap();
        let seen_inside = dropped.query("SELECT number FROM houses", vec![]).await.unwrap();
        assert_eq!(seen_inside.len(), 1);
        drop(dropped);
        let mut kept = sql.begin().await.unwrap();
        kept.execute(INSERT, house("Elm", 2, 3)).await.unwrap();
        kept.commit().await.unwrap();
        let rows = sql.query("SELECT number FROM houses", vec![]).await.unwrap();
        assert_eq!(rows.iter().map(|r| r.int(0).unwrap()).collect::<Vec<_>>(), [2]);
    })
    .await;
}

#[tokio::test]
async fn a_failing_write_leaves_the_writes_beside_it_alone() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let writes = (0..100).map(|i| sql.execute(INSERT, house("Elm", i / 2, 3)));
        let outcomes = futures_join(writes).await;
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 50);
        assert_eq!(count(&sql).await, 50);
    })
    .await;
}

/// Polls all futures together; the crate has no other need for a futures library.
async fn futures_join<T: Send + 'static>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.map(Box::pin).map(Some).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (slot, result) in waiting.iter_mut().zip(&mut done) {
            if let Some(future) = slot
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *result = Some(value);
                *slot = None;
            }
        }
        if waiting.iter().all(Option::is_none) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn an_upsert_replaces_and_the_last_row_of_a_key_counts() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let rows = vec![house("Elm", 1, 1), house("Elm", 2, 1), house("Elm", 1, 9)];
        sql.bulk_upsert("houses", COLUMNS, &["street", "number"], rows)
            .await
            .unwrap();
        sql.bulk_upsert("houses", COLUMNS, &["street", "number"], vec![house("Elm", 2, 8)])
            .await
            .unwrap();
        let rows = sql
            .query("SELECT rooms FROM houses ORDER BY number", vec![])
            .await
            .unwrap();
        assert_eq!((rows[0].int(0), rows[1].int(0)), (Ok(9), Ok(8)));
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_the_named_columns_of_rows_that_are_there() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let rows = (0..3).map(|n| house("Elm", n, 1)).collect();
        sql.bulk_insert_ignore("houses", COLUMNS, rows).await.unwrap();
        let mut tx = sql.begin().await.unwrap();
        let rooms = [Column::int("rooms")];
        let rows = [(0, 5), (2, 7), (9, 9)].map(|(number, rooms)| vec![text("Elm"), int(number), int(rooms)]);
        assert_eq!(tx.bulk_update("houses", KEY, &rooms, rows.to_vec()).await, Ok(2));
        assert!(tx.bulk_update("houses", KEY, &[], vec![]).await.is_err());
        tx.commit().await.unwrap();
        let rows = sql
            .query("SELECT rooms FROM houses ORDER BY number", vec![])
            .await
            .unwrap();
        let rooms: Vec<_> = rows.iter().map(|row| row.int(0).unwrap()).collect();
        assert_eq!(rooms, [5, 1, 7]);
    })
    .await;
}

#[tokio::test]
async fn inserting_what_is_there_is_passed_over_and_counted() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let first = vec![house("Elm", 1, 1)];
        assert_eq!(sql.bulk_insert_ignore("houses", COLUMNS, first).await, Ok(1));
        let both = vec![house("Elm", 1, 7), house("Elm", 2, 7), house("Elm", 2, 8)];
        assert_eq!(sql.bulk_insert_ignore("houses", COLUMNS, both).await, Ok(1));
        assert_eq!(sql.bulk_insert_ignore("houses", COLUMNS, vec![]).await, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn many_rows_are_read_and_deleted_by_key() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let rows = (0..12_000).map(|n| house("Elm", n, n * 2)).collect();
        assert_eq!(sql.bulk_insert_ignore("houses", COLUMNS, rows).await, Ok(12_000));
        let key = |n| vec![text("Elm"), int(n)];
        let found = sql
            .bulk_select(
                "houses",
                &[Column::int("number"), Column::int("rooms")],
                KEY,
                vec![key(5), key(50_000), key(7)],
            )
            .await
            .unwrap();
        let mut pairs: Vec<_> = found
            .iter()
            .map(|r| (r.int(0).unwrap(), r.int(1).unwrap()))
            .collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [(5, 10), (7, 14)]);
        let gone = sql
            .bulk_delete("houses", KEY, (0..11_000).map(key).collect())
            .await;
        assert_eq!(gone, Ok(11_000));
        assert_eq!(count(&sql).await, 1_000);
    })
    .await;
}

#[tokio::test]
async fn one_statement_text_updates_from_rows_on_both_engines() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let rows = vec![house("Elm", 1, 1), house("Elm", 2, 2)];
        sql.bulk_insert_ignore("houses", COLUMNS, rows).await.unwrap();
        let changed = sql
            .execute_with_rows(
                "UPDATE houses SET rooms = r.rooms FROM {rows} WHERE houses.number = r.number AND houses.rooms < r.rooms",
                &[Column::int("number"), Column::int("rooms")],
                vec![vec![int(1), int(5)], vec![int(2), int(1)]],
            )
            .await;
        assert_eq!(changed, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn a_write_that_returns_rows_may_be_sent_as_a_query() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let rows = sql
            .query(&format!("{INSERT} RETURNING number"), house("Elm", 4, 1))
            .await
            .unwrap();
        assert_eq!(rows[0].int(0), Ok(4));
        assert_eq!(count(&sql).await, 1);
        let changed = sql
            .execute(
                "UPDATE houses SET rooms = 2 WHERE number = $1 RETURNING rooms",
                vec![int(4)],
            )
            .await;
        assert_eq!(changed, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn a_name_that_could_be_a_statement_is_refused() {
    on_both(|database| async move {
        let sql = houses(&database).await;
        let refused = sql
            .bulk_insert_ignore("houses; DROP TABLE houses", COLUMNS, vec![house("Elm", 1, 1)])
            .await;
        assert_eq!(refused.unwrap_err().kind, DatabaseErrorKind::Invalid);
        assert!(database.sql("../elsewhere").is_err());
    })
    .await;
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable() {
    let url = database::DatabaseUrl::parse("postgres://nobody:secret@127.0.0.1:1/none").unwrap();
    let error = Database::connect(&url).await.unwrap_err();
    assert_eq!(error.kind, DatabaseErrorKind::Unavailable);
    assert!(!error.to_string().contains("secret"));
}

//! The tables are those that the projections declare.

use std::{collections::BTreeSet, sync::Arc};

use database::{Engine, text};
use projections::{ColumnKind, Rows};

use super::{Log, open};
use crate::engines::on_both;

#[tokio::test]
async fn every_column_is_stored_as_it_is_declared() {
    on_both(|database| async move {
        let side = open(&database, &Arc::new(Log::of(&[])), 10).await;
        let sql = side.sql().unwrap();
        for table in Rows::TABLES {
            let select = match sql.engine() {
                Engine::Sqlite => {
                    "SELECT name, lower(type), \"notnull\" FROM pragma_table_info($1) ORDER BY cid"
                }
                Engine::Postgres => {
                    "SELECT column_name::text, data_type::text, CASE is_nullable WHEN 'NO' THEN 1::bigint ELSE 0 END
                       FROM information_schema.columns
                      WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
                }
            };
            let stored: BTreeSet<(String, ColumnKind, bool)> = sql
                .query(select, vec![text(table.name)])
                .await
                .unwrap()
                .iter()
                .map(|row| {
                    let kind = match row.text(1).unwrap() {
                        "text" => ColumnKind::Text,
                        "bigint" | "integer" => ColumnKind::Int,
                        other => panic!("{other}"),
                    };
                    (row.text(0).unwrap().to_owned(), kind, row.boolean(2).unwrap())
                })
                .collect();
            let declared: BTreeSet<_> = table
                .columns
                .iter()
                .map(|c| (c.name.to_owned(), c.kind, !c.nullable))
                .collect();
            assert_eq!(stored, declared, "{}", table.name);
        }
    })
    .await;
}

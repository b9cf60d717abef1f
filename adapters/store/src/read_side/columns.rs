//! The columns of read models, as the SQL layer wants them.

use database::{Column, ColumnKind};
use projections::Table;

fn column(declared: &projections::Column) -> Column {
    Column {
        name: declared.name,
        kind: match declared.kind {
            projections::ColumnKind::Text => ColumnKind::Text,
            projections::ColumnKind::Int => ColumnKind::Int,
        },
    }
}

/// All columns of a table, key first.
pub(super) fn columns_of(table: &Table) -> Vec<Column> {
    table.columns.iter().map(column).collect()
}

/// The key's columns.
pub(super) fn key_of(table: &Table) -> Vec<Column> {
    table.columns.iter().take(table.key_columns).map(column).collect()
}

/// The columns for a `SELECT`, quoted, each with `prefix` before it.
pub(super) fn selected(table: &Table, prefix: &str) -> String {
    let names: Vec<_> = table
        .columns
        .iter()
        .map(|c| format!("{prefix}\"{}\"", c.name))
        .collect();
    names.join(", ")
}

//! Tables in memory: as a store keeps them, cells and keys, without a database.

use std::{collections::HashMap, convert::Infallible};

use async_trait::async_trait;
use futures::FutureExt as _;
use projections::{Cell, Table, TableChanges, batch, batch::RowSource};

/// Every table's rows by the text of their key.
#[derive(Debug, Default, PartialEq)]
pub struct MemoryTables {
    rows: HashMap<&'static str, HashMap<String, Vec<Cell>>>,
}

fn key_text(key: &[Cell]) -> String {
    format!("{key:?}")
}

#[async_trait]
impl RowSource for MemoryTables {
    type Error = Infallible;

    async fn load(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, Infallible> {
        let stored = self.rows.entry(table.name).or_default();
        Ok(keys
            .iter()
            .filter_map(|key| stored.get(&key_text(key)).cloned())
            .collect())
    }
}

impl MemoryTables {
    /// Applies a batch as a store does.
    pub fn apply(&mut self, events: &[domain::Recorded]) {
        let changes = batch::apply(events, self).now_or_never().unwrap().unwrap();
        for change in changes {
            self.write(change);
        }
    }

    /// Writes changes.
    pub fn write(&mut self, changes: TableChanges) {
        let stored = self.rows.entry(changes.table.name).or_default();
        let key_columns = changes.table.key_columns;
        for row in changes.inserts {
            let was = stored.insert(key_text(&row[..key_columns]), row);
            assert_eq!(was, None, "a row of {} is not new", changes.table.name);
        }
        for row in changes.upserts {
            stored.insert(key_text(&row[..key_columns]), row);
        }
        for row in changes.updates.rows {
            let (key, cells) = row.split_at(changes.table.key_columns);
            // Only rows that are there are updated.
            let there = stored.get_mut(&key_text(key)).unwrap();
            for (place, cell) in changes.updates.columns.iter().zip(cells) {
                there[*place] = cell.clone();
            }
        }
        for key in changes.deletes {
            stored.remove(&key_text(&key));
        }
    }

    /// The rows of a table, by key.
    pub fn rows(&self, table: &str) -> HashMap<String, Vec<Cell>> {
        self.rows.get(table).cloned().unwrap_or_default()
    }
}

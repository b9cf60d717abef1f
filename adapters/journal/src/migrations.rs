//! The tables of the journal, and the check that exactly these were applied.

use database::Migration;

use crate::OpenError;

/// The name of this set of tables.
pub const SET: &str = "journal";

pub const SQLITE: &[Migration] = &[
    Migration {
        name: "0001_events",
        sql: include_str!("../../../migrations/sqlite/journal/0001_events.sql"),
    },
    Migration {
        name: "0002_without_type_index",
        sql: include_str!("../../../migrations/sqlite/journal/0002_without_type_index.sql"),
    },
    Migration {
        name: "0003_bulk_append",
        sql: include_str!("../../../migrations/sqlite/journal/0003_bulk_append.sql"),
    },
];

pub const POSTGRES: &[Migration] = &[
    Migration {
        name: "0001_events",
        sql: include_str!("../../../migrations/postgres/journal/0001_events.sql"),
    },
    Migration {
        name: "0002_without_type_index",
        sql: include_str!("../../../migrations/postgres/journal/0002_without_type_index.sql"),
    },
    Migration {
        name: "0003_bulk_append",
        sql: include_str!("../../../migrations/postgres/journal/0003_bulk_append.sql"),
    },
];

/// Refuses a database that lacks one of `known`, or has one that is not among them.
pub fn check(known: &[Migration], applied: &[String]) -> Result<(), OpenError> {
    if let Some(newer) = applied.iter().find(|name| known.iter().all(|m| m.name != **name)) {
        return Err(OpenError::Newer {
            migration: newer.clone(),
        });
    }
    match known.iter().find(|m| !applied.iter().any(|name| name == m.name)) {
        Some(missing) => Err(OpenError::NotMigrated {
            missing: missing.name,
        }),
        None => Ok(()),
    }
}

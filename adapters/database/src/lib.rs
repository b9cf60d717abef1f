//! One small SQL layer over SQLite and PostgreSQL, so that every store above is written once: statements with `$1, $2…`,
//! rows of [`projections::Cell`], transactions, bulk writes and migrations. Refuses statements whose parameters or
//! results are of a type that the two engines don't share.

mod bulk;
mod cells;
mod copy;
mod database;
mod error;
mod migrations;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod transaction;
mod url;

pub use bulk::{BULK_ROWS_MAX, Column, ColumnKind};
pub use cells::{boolean, int, opt_int, opt_text, text};
pub use copy::CopyIn;
pub use database::Database;
pub use error::{DatabaseError, DatabaseErrorKind};
pub use migrations::{Migration, MigrationError, migrate_postgres, migrate_sqlite};
pub use postgres::{CONNECTIONS_MAX, STATEMENTS_CACHED_MAX};
pub use row::Row;
pub use sql::{Sql, Statement};
pub use sqlite::{TRANSACTION_IDLE_MAX, open_connection};
pub use transaction::Transaction;
pub use url::{DatabaseUrl, Engine, InvalidDatabaseUrl};

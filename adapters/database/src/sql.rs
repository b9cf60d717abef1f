//! A handle on one set of tables, the same on both engines. Outside of a transaction each statement commits by itself.

use std::{fmt, path::Path};

use projections::Cell;
use sqlx::PgPool;

use crate::{
    BULK_ROWS_MAX, Column, DatabaseError, Engine, Migration, MigrationError, Row, Transaction, bulk,
    migrations, postgres,
    sqlite::{self, Threads},
    transaction::Inner,
};

/// A statement of a fixed batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Text with `$1, $2…`.
    pub sql: String,
    /// Its parameters.
    pub parameters: Vec<Cell>,
}

impl Statement {
    /// A statement and its parameters.
    pub fn new(sql: impl Into<String>, parameters: Vec<Cell>) -> Self {
        Self {
            sql: sql.into(),
            parameters,
        }
    }
}

#[derive(Clone)]
enum Backend {
    Sqlite(Threads),
    Postgres { pool: PgPool, schema: String },
}

/// A handle on one set of tables. Cheap to clone.
#[derive(Clone)]
pub struct Sql {
    backend: Backend,
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.backend {
            Backend::Sqlite(_) => f.write_str("Sql(SQLite)"),
            Backend::Postgres { schema, .. } => write!(f, "Sql(PostgreSQL, schema {schema})"),
        }
    }
}

impl Sql {
    /// Opens or makes a file.
    pub fn sqlite(path: &Path) -> Result<Self, DatabaseError> {
        let path = sqlite::prepared_path(path)?;
        Ok(Self {
            backend: Backend::Sqlite(Threads::start(&path)?),
        })
    }

    /// Connections of their own to the pool's server, whose unqualified names are those of the schema.
    pub fn postgres(pool: &PgPool, schema: &str) -> Result<Self, DatabaseError> {
        Ok(Self {
            backend: Backend::Postgres {
                pool: postgres::in_schema(pool, schema)?,
                schema: schema.to_owned(),
            },
        })
    }

    /// The engine.
    pub const fn engine(&self) -> Engine {
        match self.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Runs a statement and returns its rows.
    pub async fn query(&self, sql: &str, parameters: Vec<Cell>) -> Result<Vec<Row>, DatabaseError> {
        match &self.backend {
            Backend::Sqlite(threads) => threads.query(sql, parameters).await,
            Backend::Postgres { pool, .. } => {
                let mut connection = pool.acquire().await?;
                postgres::query(&mut connection, sql, &parameters).await
            }
        }
    }

    /// Runs a statement that gives at most one row.
    pub async fn query_opt(&self, sql: &str, parameters: Vec<Cell>) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&self, sql: &str, parameters: Vec<Cell>) -> Result<u64, DatabaseError> {
        match &self.backend {
            Backend::Sqlite(threads) => {
                let sql = sqlite::translated(sql);
                threads
                    .write(move |connection| sqlite::execute(connection, &sql, &parameters))
                    .await
            }
            Backend::Postgres { pool, .. } => {
                let mut connection = pool.acquire().await?;
                postgres::execute(&mut connection, sql, &parameters).await
            }
        }
    }

    /// Runs a fixed batch of statements, all or none. Returns how many rows each changed.
    pub async fn transaction(&self, statements: Vec<Statement>) -> Result<Vec<u64>, DatabaseError> {
        match &self.backend {
            Backend::Sqlite(threads) => {
                threads
                    .write(move |connection| {
                        statements
                            .iter()
                            .map(|s| sqlite::execute(connection, &sqlite::translated(&s.sql), &s.parameters))
                            .collect()
                    })
                    .await
            }
            Backend::Postgres { pool, .. } => {
                let mut tx = pool.begin().await?;
                let mut changed = Vec::with_capacity(statements.len());
                for statement in &statements {
                    changed.push(postgres::execute(&mut tx, &statement.sql, &statement.parameters).await?);
                }
                tx.commit().await?;
                Ok(changed)
            }
        }
    }

    /// Begins an interactive transaction; on SQLite once the only writer is free.
    pub async fn begin(&self) -> Result<Transaction, DatabaseError> {
        Ok(Transaction::new(match &self.backend {
            Backend::Sqlite(threads) => Inner::Sqlite(threads.begin().await?),
            Backend::Postgres { pool, .. } => Inner::Postgres(pool.begin().await?),
        }))
    }

    /// [`Transaction::execute_with_rows`] in a transaction of its own.
    pub async fn execute_with_rows(
        &self,
        sql: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::with_rows(self.engine(), sql, columns)?;
        self.execute_rows(sql, columns, rows).await
    }

    /// [`Transaction::bulk_upsert`] in a transaction of its own.
    pub async fn bulk_upsert(
        &self,
        table: &str,
        columns: &[Column],
        key: &[&str],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let mut tx = self.begin().await?;
        let changed = tx.bulk_upsert(table, columns, key, rows).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// [`Transaction::bulk_insert_ignore`] in a transaction of its own.
    pub async fn bulk_insert_ignore(
        &self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::insert(self.engine(), table, columns, &[])?;
        self.execute_rows(sql, columns, rows).await
    }

    /// [`Transaction::bulk_delete`] in a transaction of its own.
    pub async fn bulk_delete(
        &self,
        table: &str,
        key: &[Column],
        keys: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::delete(self.engine(), table, key)?;
        self.execute_rows(sql, key, keys).await
    }

    /// All of the rows or none; one statement on PostgreSQL is that by itself, and saves two round trips.
    async fn execute_rows(
        &self,
        sql: String,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        match &self.backend {
            _ if rows.is_empty() => Ok(0),
            Backend::Sqlite(threads) => {
                let (sql, columns) = (sqlite::translated(&sql), columns.to_vec());
                threads
                    .write(move |connection| sqlite::execute_rows(connection, &sql, &columns, &rows))
                    .await
            }
            Backend::Postgres { pool, .. } if rows.len() <= BULK_ROWS_MAX => {
                let mut connection = pool.acquire().await?;
                postgres::execute_rows(&mut connection, &sql, columns, &rows).await
            }
            Backend::Postgres { pool, .. } => {
                let mut tx = pool.begin().await?;
                let changed = postgres::execute_rows(&mut tx, &sql, columns, &rows).await?;
                tx.commit().await?;
                Ok(changed)
            }
        }
    }

    /// Reads with a statement that takes its rows from `{rows}`, a relation `r` with these columns, in no order.
    pub async fn query_with_rows(
        &self,
        sql: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = bulk::with_rows(self.engine(), sql, columns)?;
        self.query_rows(sql, columns, rows).await
    }

    /// Reads columns of the rows with these keys, in no order; select the key as well to tell them apart.
    pub async fn bulk_select(
        &self,
        table: &str,
        columns: &[Column],
        key: &[Column],
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = bulk::select(self.engine(), table, columns, key)?;
        self.query_rows(sql, key, keys).await
    }

    async fn query_rows(
        &self,
        sql: String,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        match &self.backend {
            Backend::Sqlite(threads) => {
                let (sql, columns) = (sqlite::translated(&sql), columns.to_vec());
                threads
                    .read(move |connection| sqlite::query_rows(connection, &sql, &columns, &rows))
                    .await
            }
            Backend::Postgres { pool, .. } => {
                let mut connection = pool.acquire().await?;
                postgres::query_rows(&mut connection, &sql, columns, &rows).await
            }
        }
    }

    /// Brings the set's tables up to date.
    pub async fn migrate(
        &self,
        set: &'static str,
        files: &'static [Migration],
    ) -> Result<(), MigrationError> {
        match &self.backend {
            Backend::Sqlite(threads) => {
                threads
                    .exclusive(move |connection| Ok(migrations::migrate_sqlite(connection, set, files)))
                    .await?
            }
            Backend::Postgres { pool, schema } => {
                migrations::migrate_postgres(pool, schema, set, files).await
            }
        }
    }

    /// Names of the migrations that [`Sql::migrate`] would apply; changes nothing.
    pub async fn pending(
        &self,
        set: &'static str,
        files: &'static [Migration],
    ) -> Result<Vec<&'static str>, MigrationError> {
        match &self.backend {
            Backend::Sqlite(threads) => {
                threads
                    .exclusive(move |connection| Ok(migrations::pending_sqlite(connection, set, files)))
                    .await?
            }
            Backend::Postgres { pool, schema } => {
                migrations::pending_postgres(pool, schema, set, files).await
            }
        }
    }

    /// Runs work with the SQLite writer's connection to itself, such as an online backup. An error on PostgreSQL.
    pub async fn with_sqlite<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut rusqlite::Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        match &self.backend {
            Backend::Sqlite(threads) => threads.exclusive(work).await,
            Backend::Postgres { .. } => Err(DatabaseError::invalid("not a SQLite file")),
        }
    }

    /// The connections whose unqualified names are those of the schema; nothing on SQLite.
    pub const fn pool(&self) -> Option<&PgPool> {
        match &self.backend {
            Backend::Sqlite(_) => None,
            Backend::Postgres { pool, .. } => Some(pool),
        }
    }
}

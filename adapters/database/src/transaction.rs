//! An interactive transaction. Dropped without a commit, it is rolled back. On SQLite it holds the only writer, so it
//! should be short; one that goes quiet is rolled back by a named limit.

use std::{fmt, sync::mpsc as blocking};

use projections::Cell;
use sqlx::Postgres;
use tokio::sync::oneshot;

use crate::{
    Column, DatabaseError, Engine, Row, bulk, postgres,
    sqlite::{self, Turn},
};

pub(crate) enum Inner {
    Sqlite(blocking::Sender<Turn>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Statements that take effect together, or not at all.
pub struct Transaction {
    inner: Inner,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("engine", &self.engine())
            .finish_non_exhaustive()
    }
}

impl Transaction {
    pub(crate) const fn new(inner: Inner) -> Self {
        Self { inner }
    }

    /// The engine.
    pub const fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement and returns its rows.
    pub async fn query(&mut self, sql: &str, parameters: Vec<Cell>) -> Result<Vec<Row>, DatabaseError> {
        match &mut self.inner {
            Inner::Sqlite(turns) => {
                let sql = sqlite::translated(sql);
                step(turns, move |c| sqlite::query(c, &sql, &parameters)).await
            }
            Inner::Postgres(tx) => postgres::query(tx, sql, &parameters).await,
        }
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: &str, parameters: Vec<Cell>) -> Result<u64, DatabaseError> {
        match &mut self.inner {
            Inner::Sqlite(turns) => {
                let sql = sqlite::translated(sql);
                step(turns, move |c| sqlite::execute(c, &sql, &parameters)).await
            }
            Inner::Postgres(tx) => postgres::execute(tx, sql, &parameters).await,
        }
    }

    /// Runs a statement over rows: its text has `{rows}` once where a relation belongs, which is then called `r` and has
    /// the named columns (`UPDATE t SET a = r.a FROM {rows} WHERE t.id = r.id`). Returns how many rows it changed.
    pub async fn execute_with_rows(
        &mut self,
        sql: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::with_rows(self.engine(), sql, columns)?;
        self.execute_rows(sql, columns, rows).await
    }

    /// As [`Transaction::execute_with_rows`], returning rows. On SQLite they come grouped by row given; on PostgreSQL
    /// in any order.
    pub async fn query_with_rows(
        &mut self,
        sql: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let sql = bulk::with_rows(self.engine(), sql, columns)?;
        self.query_rows(sql, columns, rows).await
    }

    /// Inserts rows; one whose key is there already replaces all other columns. Of rows with the same key the last counts.
    pub async fn bulk_upsert(
        &mut self,
        table: &str,
        columns: &[Column],
        key: &[&str],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        if key.is_empty() {
            return Err(DatabaseError::invalid("an upsert needs a key"));
        }
        let sql = bulk::insert(self.engine(), table, columns, key)?;
        let rows = match self.engine() {
            Engine::Postgres => bulk::last_of_each_key(columns, key, &rows).unwrap_or(rows),
            Engine::Sqlite => rows,
        };
        self.execute_rows(sql, columns, rows).await
    }

    /// Changes some columns of the rows with these keys; a row has the key's cells and then those of the changed columns, and each key is
    /// there once. Rows that are not there are passed over.
    pub async fn bulk_update(
        &mut self,
        table: &str,
        key: &[Column],
        changed: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        if key.is_empty() || changed.is_empty() {
            return Err(DatabaseError::invalid(
                "an update needs a key and a column that changes",
            ));
        }
        let sql = bulk::update(self.engine(), table, key, changed)?;
        let columns: Vec<Column> = key.iter().chain(changed).copied().collect();
        self.execute_rows(sql, &columns, rows).await
    }

    /// Inserts rows; one that collides with any unique key is passed over. Returns how many were new.
    pub async fn bulk_insert_ignore(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::insert(self.engine(), table, columns, &[])?;
        self.execute_rows(sql, columns, rows).await
    }

    /// Inserts rows that are known to be new: one whose key is there is an error. The cheapest way to write many.
    pub async fn bulk_insert(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        if rows.is_empty() {
            return Ok(0);
        }
        match &mut self.inner {
            Inner::Sqlite(_) => {
                let sql = bulk::insert_new(table, columns)?;
                self.execute_rows(sql, columns, rows).await
            }
            Inner::Postgres(tx) => {
                let sql = bulk::copy(table, columns)?;
                postgres::copy_rows(tx, &sql, columns, &rows).await
            }
        }
    }

    /// Deletes the rows with these keys.
    pub async fn bulk_delete(
        &mut self,
        table: &str,
        key: &[Column],
        keys: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        let sql = bulk::delete(self.engine(), table, key)?;
        self.execute_rows(sql, key, keys).await
    }

    /// Reads columns of the rows with these keys, in no order; select the key as well to tell them apart.
    pub async fn bulk_select(
        &mut self,
        table: &str,
        columns: &[Column],
        key: &[Column],
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let sql = bulk::select(self.engine(), table, columns, key)?;
        self.query_rows(sql, key, keys).await
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        match self.inner {
            Inner::Sqlite(turns) => {
                let (reply, answer) = oneshot::channel();
                turns.send(Turn::Commit(reply)).map_err(|_| rolled_back())?;
                answer.await.map_err(|_| rolled_back())?
            }
            Inner::Postgres(tx) => Ok(tx.commit().await?),
        }
    }

    /// Undoes everything; the same as dropping it, but waits for it on PostgreSQL.
    pub async fn rollback(self) -> Result<(), DatabaseError> {
        match self.inner {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(tx) => Ok(tx.rollback().await?),
        }
    }

    async fn execute_rows(
        &mut self,
        sql: String,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<u64, DatabaseError> {
        if rows.is_empty() {
            return Ok(0);
        }
        match &mut self.inner {
            Inner::Sqlite(turns) => {
                let (sql, columns) = (sqlite::translated(&sql), columns.to_vec());
                step(turns, move |c| sqlite::execute_rows(c, &sql, &columns, &rows)).await
            }
            Inner::Postgres(tx) => postgres::execute_rows(tx, &sql, columns, &rows).await,
        }
    }

    async fn query_rows(
        &mut self,
        sql: String,
        columns: &[Column],
        rows: Vec<Vec<Cell>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match &mut self.inner {
            Inner::Sqlite(turns) => {
                let (sql, columns) = (sqlite::translated(&sql), columns.to_vec());
                step(turns, move |c| sqlite::query_rows(c, &sql, &columns, &rows)).await
            }
            Inner::Postgres(tx) => postgres::query_rows(tx, &sql, columns, &rows).await,
        }
    }
}

async fn step<T: Send + 'static>(
    turns: &blocking::Sender<Turn>,
    work: impl FnOnce(&rusqlite::Connection) -> Result<T, DatabaseError> + Send + 'static,
) -> Result<T, DatabaseError> {
    let (reply, answer) = oneshot::channel();
    turns
        .send(Turn::Step(Box::new(move |connection| {
            let _ = reply.send(work(connection));
        })))
        .map_err(|_| rolled_back())?;
    answer.await.map_err(|_| rolled_back())?
}

fn rolled_back() -> DatabaseError {
    DatabaseError::new(
        crate::DatabaseErrorKind::Busy,
        "the transaction was idle for too long and was rolled back",
    )
}

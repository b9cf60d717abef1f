//! Schema migrations, numbered files applied once and in order, each in a transaction. Refuses to go on when an applied
//! file was edited since, or when the database was migrated by a newer release.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::{DatabaseError, bulk::quoted};

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The file's name, such as `0001_outbox`; files apply in this order.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

impl Migration {
    fn sha256(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }
}

/// Why tables are not brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// The file differs from what was applied.
    #[error("migration {set}/{name} was edited after it was applied: restore the file and write a new one")]
    Edited {
        /// The set of tables.
        set: String,
        /// The file.
        name: String,
    },
    /// The database knows a file that this release doesn't.
    #[error(
        "the database has migration {set}/{name}, which this release does not know: run the newer release"
    )]
    Unknown {
        /// The set of tables.
        set: String,
        /// The file.
        name: String,
    },
    /// A file's statement was refused; nothing of that file is applied.
    #[error("migration {set}/{name} failed: {source}")]
    Failed {
        /// The set of tables.
        set: String,
        /// The file.
        name: String,
        /// What the engine said.
        source: DatabaseError,
    },
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for MigrationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<rusqlite::Error> for MigrationError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Held while one process migrates; the others wait. The number has no meaning but to be ours.
const ADVISORY_LOCK: i64 = 0x766f_6963_6564_726f;

/// The migrations still to apply, given the names and hashes of the applied ones in order.
fn outstanding<'a>(
    set: &str,
    files: &'a [Migration],
    applied: &[(String, String)],
) -> Result<Vec<&'a Migration>, MigrationError> {
    for (name, sha256) in applied {
        let Some(file) = files.iter().find(|file| file.name == name) else {
            return Err(MigrationError::Unknown {
                set: set.to_owned(),
                name: name.clone(),
            });
        };
        if file.sha256() != *sha256 {
            return Err(MigrationError::Edited {
                set: set.to_owned(),
                name: name.clone(),
            });
        }
    }
    let mut rest: Vec<_> = files
        .iter()
        .filter(|file| applied.iter().all(|(name, _)| name != file.name))
        .collect();
    rest.sort_by_key(|file| file.name);
    Ok(rest)
}

fn failed(set: &str, file: &Migration) -> impl FnOnce(DatabaseError) -> MigrationError {
    let (set, name) = (set.to_owned(), file.name.to_owned());
    move |source| MigrationError::Failed { set, name, source }
}

/// Brings a schema up to date, making it if it is missing. Processes that start together take turns.
pub async fn migrate_postgres(
    pool: &PgPool,
    schema: &str,
    set: &str,
    migrations: &[Migration],
) -> Result<(), MigrationError> {
    // A connection of its own: closing it frees the lock whatever happens in between.
    let mut connection = pool.acquire().await?.detach();
    let outcome = migrate_locked(&mut connection, schema, set, migrations).await;
    let _ = connection.close().await;
    outcome
}

async fn migrate_locked(
    connection: &mut PgConnection,
    schema: &str,
    set: &str,
    migrations: &[Migration],
) -> Result<(), MigrationError> {
    // Building an index may take long, and so may waiting for another process that does.
    sqlx::raw_sql("SET lock_timeout = 0; SET statement_timeout = 0")
        .execute(&mut *connection)
        .await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(ADVISORY_LOCK)
        .execute(&mut *connection)
        .await?;
    let schema = quoted(schema)?;
    let prepare = format!(
        "CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path TO {schema}, public;
         CREATE TABLE IF NOT EXISTS {schema}.schema_migrations (set_name text NOT NULL, name text NOT NULL,
           sha256 text NOT NULL, applied_at bigint NOT NULL, PRIMARY KEY (set_name, name))"
    );
    sqlx::raw_sql(&prepare).execute(&mut *connection).await?;
    let applied = applied_postgres(connection, set).await?;
    for file in outstanding(set, migrations, &applied)? {
        apply_postgres(connection, set, file)
            .await
            .map_err(failed(set, file))?;
        tracing::info!(set, name = file.name, "migration applied");
    }
    Ok(())
}

async fn applied_postgres(
    connection: &mut PgConnection,
    set: &str,
) -> Result<Vec<(String, String)>, DatabaseError> {
    Ok(
        sqlx::query_as("SELECT name, sha256 FROM schema_migrations WHERE set_name = $1 ORDER BY name")
            .bind(set)
            .fetch_all(connection)
            .await?,
    )
}

async fn apply_postgres(
    connection: &mut PgConnection,
    set: &str,
    file: &Migration,
) -> Result<(), DatabaseError> {
    let mut tx = connection.begin().await?;
    sqlx::raw_sql(file.sql).execute(&mut *tx).await?;
    sqlx::query(
        "INSERT INTO schema_migrations (set_name, name, sha256, applied_at)
         VALUES ($1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
    )
    .bind(set)
    .bind(file.name)
    .bind(file.sha256())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn pending_postgres(
    pool: &PgPool,
    schema: &str,
    set: &str,
    migrations: &'static [Migration],
) -> Result<Vec<&'static str>, MigrationError> {
    let schema = quoted(schema)?;
    let mut connection = pool.acquire().await?;
    let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(format!("{schema}.schema_migrations"))
        .fetch_one(&mut *connection)
        .await?;
    let applied = if there {
        let select =
            format!("SELECT name, sha256 FROM {schema}.schema_migrations WHERE set_name = $1 ORDER BY name");
        sqlx::query_as(&select)
            .bind(set)
            .fetch_all(&mut *connection)
            .await?
    } else {
        Vec::new()
    };
    Ok(outstanding(set, migrations, &applied)?
        .into_iter()
        .map(|file| file.name)
        .collect())
}

/// Brings a file's tables up to date. Processes that start together take turns by the write lock.
pub fn migrate_sqlite(
    connection: &mut Connection,
    set: &str,
    migrations: &[Migration],
) -> Result<(), MigrationError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migrations (set_name TEXT NOT NULL, name TEXT NOT NULL,
           sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (set_name, name))",
    )?;
    tx.commit()?;
    loop {
        // Decided under the write lock each time: another process may have applied a file in between.
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied = applied_sqlite(&tx, set)?;
        let Some(file) = outstanding(set, migrations, &applied)?.into_iter().next() else {
            return Ok(());
        };
        apply_sqlite(&tx, set, file).map_err(|e| failed(set, file)(e.into()))?;
        tx.commit()?;
        tracing::info!(set, name = file.name, "migration applied");
    }
}

fn applied_sqlite(connection: &Connection, set: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    connection
        .prepare("SELECT name, sha256 FROM schema_migrations WHERE set_name = ?1 ORDER BY name")?
        .query_map([set], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn apply_sqlite(connection: &Connection, set: &str, file: &Migration) -> Result<(), rusqlite::Error> {
    connection.execute_batch(file.sql)?;
    connection.execute(
        "INSERT INTO schema_migrations (set_name, name, sha256, applied_at)
         VALUES (?1, ?2, ?3, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER))",
        (set, file.name, file.sha256()),
    )?;
    Ok(())
}

pub(crate) fn pending_sqlite(
    connection: &Connection,
    set: &str,
    migrations: &'static [Migration],
) -> Result<Vec<&'static str>, MigrationError> {
    let there: bool = connection.query_row(
        "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
        [],
        |row| row.get(0),
    )?;
    let applied = if there {
        applied_sqlite(connection, set)?
    } else {
        Vec::new()
    };
    Ok(outstanding(set, migrations, &applied)?
        .into_iter()
        .map(|file| file.name)
        .collect())
}

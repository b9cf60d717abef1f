//! A database by its address, from which each set of tables is opened: a file of its own on SQLite, a schema of its own
//! on PostgreSQL, so that one set never waits for the locks of another.

use std::{fmt, path::Path};

use sqlx::PgPool;

use crate::{DatabaseError, DatabaseUrl, Engine, Sql, bulk::quoted, postgres};

/// An open database.
#[derive(Clone)]
pub struct Database {
    url: DatabaseUrl,
    pool: Option<PgPool>,
}

impl Database {
    /// Makes the directory, or connects to the server once to see that it is there.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        let pool = match url {
            DatabaseUrl::Sqlite(directory) => {
                std::fs::create_dir_all(directory).map_err(|e| {
                    DatabaseError::unavailable(format!("can't make {}: {e}", directory.display()))
                })?;
                None
            }
            DatabaseUrl::Postgres(options) => Some(postgres::connect(options).await?),
        };
        Ok(Self {
            url: url.clone(),
            pool,
        })
    }

    /// The engine.
    pub const fn engine(&self) -> Engine {
        self.url.engine()
    }

    /// The address, without the password when printed.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The directory of the files, on SQLite.
    pub fn directory(&self) -> Option<&Path> {
        match &self.url {
            DatabaseUrl::Sqlite(directory) => Some(directory),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The connections, on PostgreSQL, for adapters that speak to it in its own terms.
    pub const fn pool(&self) -> Option<&PgPool> {
        self.pool.as_ref()
    }

    /// Opens the set of tables `name`: `{directory}/{name}.db`, or the schema `name`.
    pub fn sql(&self, name: &str) -> Result<Sql, DatabaseError> {
        quoted(name)?;
        match (&self.url, &self.pool) {
            (DatabaseUrl::Sqlite(directory), _) => Sql::sqlite(&directory.join(format!("{name}.db"))),
            (DatabaseUrl::Postgres(_), Some(pool)) => Sql::postgres(pool, name),
            (DatabaseUrl::Postgres(_), None) => Err(DatabaseError::unavailable("not connected")),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.url)
    }
}

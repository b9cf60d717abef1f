//! Connections with the journal's schema first in the search path and a limit on everything that could hang.

use std::time::Duration;

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{OpenError, migrations};

/// The schema of the journal's tables.
pub const POSTGRES_SCHEMA: &str = "journal";

/// Connections for opening, and then for the notification listener.
pub const LISTENING_CONNECTIONS_MAX: u32 = 2;

/// Longest wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

const SESSION: &[(&str, &str)] = &[
    ("search_path", "journal,public"),
    ("statement_timeout", "30s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// The address with the journal's session settings.
pub fn options(options: &PgConnectOptions) -> PgConnectOptions {
    options
        .clone()
        .application_name("voicedrop-journal")
        .options(SESSION.iter().copied())
}

/// Connects when first used.
pub fn pool(address: &PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options(address))
}

/// Names of the applied migrations.
pub async fn applied(pool: &PgPool) -> Result<Vec<String>, OpenError> {
    let table = format!("{POSTGRES_SCHEMA}.schema_migrations");
    let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&table)
        .fetch_one(pool)
        .await?;
    if !there {
        return Ok(Vec::new());
    }
    let names = sqlx::query_scalar(&format!("SELECT name FROM {table} WHERE set_name = $1"))
        .bind(migrations::SET)
        .fetch_all(pool)
        .await?;
    Ok(names)
}

//! Connections to the file with the settings that speed and durability rest on.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::{OpenError, migrations};

/// How long SQLite itself waits for another process's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Page cache of the writer in KiB: the upper pages of the keys. What does not fit is in the system's cache, a copy away.
const WRITER_CACHE_KIB: i64 = 12 * 1024;

/// Page cache of a reading connection in KiB.
const READER_CACHE_KIB: i64 = 2 * 1024;

/// Pages in the write-ahead log before it is copied back: 64 MiB, as frequent copying halves the writing.
const CHECKPOINT_PAGES: i64 = 16_384;

/// Creates the file if it is missing.
pub fn create(path: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// The connection that writes; refuses a missing file.
pub fn write(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !path.exists() {
        return Err(OpenError::NotMigrated {
            missing: migrations::SQLITE[0].name,
        });
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(connection)
}

/// A connection that can only read.
pub fn read(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// Names of the applied migrations.
pub fn applied(connection: &Connection) -> Result<Vec<String>, OpenError> {
    let there: bool = connection.query_row(
        "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
        [],
        |row| row.get(0),
    )?;
    if !there {
        return Ok(Vec::new());
    }
    let names = connection
        .prepare("SELECT name FROM schema_migrations WHERE set_name = ?1")?
        .query_map([migrations::SET], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(names)
}

/// Which journal this is.
pub fn identity(connection: &Connection) -> Result<Uuid, OpenError> {
    let text: String = connection.query_row("SELECT id FROM journal_identity", [], |row| row.get(0))?;
    Uuid::parse_str(&text).map_err(|_| OpenError::Unreachable("its identity is not an id".to_owned()))
}

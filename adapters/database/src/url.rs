//! The address of a database: `sqlite:` and a directory, or `postgres://`. Refuses everything else with the two forms it
//! takes. Never prints a password.

use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// The engine behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Files in a directory, in this process.
    Sqlite,
    /// A server.
    Postgres,
}

/// Text that is no address of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The scheme is unknown.
    #[error("a database address begins with `sqlite:` (such as sqlite:./data) or `postgres://`")]
    UnknownScheme,
    /// `sqlite:` without a directory.
    #[error("`sqlite:` needs a directory, such as sqlite:./data")]
    NoDirectory,
    /// Not readable as a PostgreSQL address.
    #[error("the PostgreSQL address can't be read; expected postgres://user:password@host:port/database")]
    Postgres,
}

/// Where the rows lie.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A directory that holds one file for each set of tables.
    Sqlite(PathBuf),
    /// A server and database; each set of tables is a schema.
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(InvalidDatabaseUrl::NoDirectory);
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PgConnectOptions::from_str(text)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| InvalidDatabaseUrl::Postgres);
        }
        Err(InvalidDatabaseUrl::UnknownScheme)
    }

    /// The engine behind it.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;
    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => write!(
                f,
                "postgres://{}:[redacted]@{}:{}/{}",
                options.get_username(),
                options.get_host(),
                options.get_port(),
                options.get_database().unwrap_or_default()
            ),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_anything_else_is_refused_with_what_to_write() {
        let here = DatabaseUrl::parse("sqlite:./data").unwrap();
        assert_eq!(here.engine(), Engine::Sqlite);
        assert_eq!(here.to_string(), "sqlite:./data");
        let server = DatabaseUrl::parse("postgres://ada:secret@db.example:5433/calls").unwrap();
        assert_eq!(server.engine(), Engine::Postgres);
        for (text, error) in [
            ("mysql://x", InvalidDatabaseUrl::UnknownScheme),
            ("", InvalidDatabaseUrl::UnknownScheme),
            ("sqlite:", InvalidDatabaseUrl::NoDirectory),
            ("postgres://host:not-a-port/x", InvalidDatabaseUrl::Postgres),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let server = DatabaseUrl::parse("postgres://ada:secret@db.example:5433/calls").unwrap();
        let printed = format!("{server:?} {server}");
        assert!(!printed.contains("secret"));
        assert!(printed.contains("ada:[redacted]@db.example:5433/calls"));
    }
}

//! The migration files of the work side, both trees with the same names.

use database::{Engine, Migration};

/// The set of tables: the SQLite file's stem, the PostgreSQL schema, and the name in `schema_migrations`.
pub const SET: &str = "work";

/// The files of both engines.
#[derive(Debug)]
pub struct EngineMigrations {
    postgres: &'static [Migration],
    sqlite: &'static [Migration],
}

impl EngineMigrations {
    /// The files of one engine.
    pub const fn of(&self, engine: Engine) -> &'static [Migration] {
        match engine {
            Engine::Postgres => self.postgres,
            Engine::Sqlite => self.sqlite,
        }
    }
}

macro_rules! files {
    ($engine:literal) => {
        &[
            migration_file!($engine, "0001_outbox"),
            migration_file!($engine, "0002_keys"),
            migration_file!($engine, "0003_accounts"),
            migration_file!($engine, "0004_uploads"),
            migration_file!($engine, "0005_webhooks"),
            migration_file!($engine, "0006_audio"),
            migration_file!($engine, "0007_processes"),
            migration_file!($engine, "0009_key_pages"),
            migration_file!($engine, "0010_connections"),
            migration_file!($engine, "0011_clips_in_doubt"),
            migration_file!($engine, "0013_reports"),
            migration_file!($engine, "0014_pace"),
            migration_file!($engine, "0015_listed_numbers"),
            migration_file!($engine, "0018_notifications"),
            migration_file!($engine, "0020_doubts"),
            migration_file!($engine, "0021_list_progress"),
            migration_file!($engine, "0030_message_ids"),
            migration_file!($engine, "0031_transparency_log"),
            migration_file!($engine, "0032_owed_clips"),
        ]
    };
}

macro_rules! migration_file {
    ($engine:literal, $name:literal) => {
        Migration {
            name: $name,
            sql: include_str!(concat!(
                "../../../../migrations/",
                $engine,
                "/work/",
                $name,
                ".sql"
            )),
        }
    };
}

/// Every migration of the work side.
pub const WORK_MIGRATIONS: EngineMigrations = EngineMigrations {
    postgres: files!("postgres"),
    sqlite: files!("sqlite"),
};

//! The migration files of the read side: one set for each generation's tables, one for the pointer to the generation that serves, which
//! lies with the work side. Both trees have the same names.

use database::{Engine, Migration};

/// The set of a generation's tables, as named in its `schema_migrations`.
pub const READ_SET: &str = "read";

/// The set of the pointer's table, as named in `schema_migrations` of the work side.
pub const POINTER_SET: &str = "read_pointer";

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
    ($engine:literal, $set:literal: $($name:literal),+) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../../../../migrations/", $engine, "/", $set, "/", $name, ".sql")),
        }),+]
    };
}

macro_rules! both {
    ($set:literal: $($name:literal),+ $(,)?) => {
        EngineMigrations {
            postgres: files!("postgres", $set: $($name),+),
            sqlite: files!("sqlite", $set: $($name),+),
        }
    };
}

/// The tables of one generation.
pub const READ_MIGRATIONS: EngineMigrations = both!("read":
    "0001_progress", "0002_campaigns", "0003_scripts", "0004_contacts", "0005_imports", "0006_organizations",
    "0007_imports", "0008_contacts_by_time", "0009_scripts_checked", "0010_halts", "0011_permits", "0012_list_files",
    "0013_results", "0020_doubts", "0024_script_batches", "0025_archive", "0028_recordings_by_content",
    "0029_listeners", "0030_lighter_scripts", "0031_prompts", "0032_retries",
    "0033_listeners",
);

/// The pointer to the generation that serves.
pub const POINTER_MIGRATIONS: EngineMigrations = both!("read_pointer": "0001_generations");

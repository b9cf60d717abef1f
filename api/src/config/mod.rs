//! All configuration, read once: the embedded defaults, then `voicedrop.toml`, then the environment. Nothing else in the
//! program reads either. Refuses unknown settings and values out of bounds with the setting's name.

use std::path::{Path, PathBuf};

use database::{DatabaseUrl, InvalidDatabaseUrl};
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use providers::{AnthropicConfig, ElevenLabsConfig, GoogleConfig, GroqConfig, MailConfig, MojoConfig};
use secrecy::SecretString;
use serde::Deserialize;
use store::s3_blobs::S3Config;

/// The defaults, which are also the documentation of the settings.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");
/// Level of the logs unless it is set.
pub const DEFAULT_LOG_LEVEL: &str = "info,sqlx=warn";
/// The file that is read when there is one and no other was named.
pub const DEFAULT_FILE: &str = "voicedrop.toml";
/// A shorter lease is lost to any pause of the machine; a longer one leaves work lying.
const LEASE_SECONDS: std::ops::RangeInclusive<u64> = 1..=3_600;
/// A provider that is asked more often counts it against us; a longer pause leaves results lying.
const BATCH_POLL_SECONDS: std::ops::RangeInclusive<u64> = 1..=3_600;
/// A day later a batch is over, whether it was found or not.
const BATCH_SETTLE_SECONDS: std::ops::RangeInclusive<u64> = 1..=86_400;
/// A batch that costs nothing, or more than its scripts one by one, is a mistake.
const BATCH_PRICE_PERCENT: std::ops::RangeInclusive<u8> = 1..=100;
/// What environment variables begin with.
const PREFIX: &str = "VOICEDROP__";

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the rows lie.
    pub database: DatabaseConfig,
    /// Where the files lie.
    pub data: FilesConfig,
    /// Where files and audio are stored.
    pub storage: StorageConfig,
    /// The server.
    pub http: HttpConfig,
    /// Writer, voice, carrier.
    pub providers: ProvidersConfig,
    /// Webhooks that go out.
    pub webhooks: WebhooksConfig,
    /// The mail server.
    pub mail: MailConfig,
    /// The providers on loopback.
    pub sandbox: SandboxSettings,
    /// The workers.
    pub processes: ProcessesConfig,
    /// Logs.
    pub log: LogConfig,
}

/// Where the rows lie.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:<directory>` or `postgres://…`.
    pub url: String,
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match DatabaseUrl::parse(&self.url) {
            Ok(url) => write!(f, "{url}"),
            Err(_) => f.write_str("[unreadable]"),
        }
    }
}

/// Where the files lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// Uploads, audio, keys; empty for the default.
    pub directory: String,
    /// The master key in hex; empty for the key file.
    pub master_key: SecretString,
}

/// Where files and audio are stored.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageConfig {
    /// Which store.
    pub kind: StorageKind,
    /// The bucket, where it is one.
    pub s3: S3Config,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// The data directory of this machine.
    Local,
    /// A bucket, shared by all machines.
    S3,
}

/// The server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port.
    pub bind: String,
    /// How the outside reaches it.
    pub public_base_url: String,
}

/// Real providers, or the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProvidersMode {
    /// On loopback; nothing leaves the machine.
    Sandbox,
    /// The real ones.
    Live,
}

/// Writer, voice, carrier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvidersConfig {
    /// Which.
    pub mode: ProvidersMode,
    /// A writer; without a key it is not offered.
    pub groq: GroqConfig,
    /// Another writer; without a key it is not offered.
    pub anthropic: AnthropicConfig,
    /// The voice.
    pub elevenlabs: ElevenLabsConfig,
    /// Which carrier delivers.
    pub carrier: CarrierChoice,
    /// The carrier.
    pub drop_cowboy: DropCowboySettings,
    /// The carrier by its first API.
    pub drop_cowboy_v1: DropCowboyV1Settings,
    /// Google Contacts; without a client it is not offered.
    pub google: GoogleConfig,
    /// Mojo Dialer; without an address it is not offered.
    pub mojo: MojoConfig,
}

/// A carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierChoice {
    /// Drop Cowboy by its API v2.
    DropCowboy,
    /// Drop Cowboy by its API v1.
    DropCowboyV1,
}

/// Drop Cowboy by its API v1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropCowboyV1Settings {
    /// The team's id.
    pub team_id: SecretString,
    /// The team's secret.
    pub secret: SecretString,
    /// The brand that it is sent for.
    pub brand_id: String,
    /// The pool of numbers to send from; empty for the shared one.
    pub pool_id: String,
    /// Where calls back go; empty for the campaign's caller id.
    pub forwarding_number: String,
}

/// The carrier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropCowboySettings {
    /// `x-key`.
    pub key: SecretString,
    /// `x-secret`.
    pub secret: SecretString,
    /// The line to send from; empty for the account's default.
    pub phone_line_id: String,
    /// The registered brand; empty unless the account requires one.
    pub brand_id: String,
    /// Signing secrets, separated by commas.
    pub webhook_secrets: SecretString,
}

/// Webhooks that go out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// They may go into the own network, and without TLS.
    pub private_addresses: bool,
}

/// The providers on loopback.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxSettings {
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Port of the mail server; 0 takes a free one.
    pub smtp_port: u16,
    /// The same seed gives the same outcomes.
    pub seed: u64,
    /// Address of a sandbox that another process of this installation serves; empty: this one serves its own.
    pub url: String,
    /// How far the installation's clock is ahead of the machine's, seconds.
    pub clock_offset_seconds: i64,
}

/// Furthest that the clock of a sandboxed installation may be set, seconds: twenty years.
const CLOCK_OFFSET_SECONDS_MAX: u64 = 20 * 31_622_400;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Serves and works.
    All,
    /// Serves only.
    Api,
    /// Works only; of the server just health and metrics matter.
    Worker,
}

/// The workers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessesConfig {
    /// What this process does.
    pub role: Role,
    /// Voicemails handed over at once.
    pub drops_at_once: usize,
    /// Scripts asked of a model at once.
    pub scripts_at_once: usize,
    /// Audios asked for at once.
    pub audios_at_once: usize,
    /// Contact lists read at once.
    pub imports_at_once: usize,
    /// First pause between two looks at a batch of scripts, seconds.
    pub batch_poll_seconds: u64,
    /// Longest that a call which hands over a batch may still reach its provider after its worker has died, seconds.
    pub batch_settle_seconds: u64,
    /// Silence after which a worker's work is given to another, seconds.
    pub lease_seconds: u64,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// As in RUST_LOG.
    pub level: String,
    /// For people or for machines.
    pub format: LogFormat,
}

/// Why the configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Unknown setting, wrong type, unreadable file.
    #[error("the configuration can't be read: {0}")]
    Unreadable(Box<figment::Error>),
    /// The named file is not there.
    #[error("there is no configuration file {0}")]
    NoFile(PathBuf),
    /// The database's address is wrong.
    #[error("database.url: {0}")]
    Database(#[from] InvalidDatabaseUrl),
    /// A value out of bounds.
    #[error("{setting} must be {bounds}")]
    OutOfBounds {
        /// Which.
        setting: &'static str,
        /// What it must be.
        bounds: &'static str,
    },
}

impl Config {
    /// Reads defaults, file and environment. A file that was named must exist; the default one need not.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|f| !f.exists()) {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let file = file.unwrap_or_else(|| Path::new(DEFAULT_FILE));
        let config: Self = Figment::from(Toml::string(DEFAULTS))
            .merge(Toml::file(file))
            .merge(Env::prefixed(PREFIX).split("__"))
            .extract()
            .map_err(|e| ConfigError::Unreadable(Box::new(e)))?;
        config.check()?;
        Ok(config)
    }

    /// The database's address.
    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        Ok(DatabaseUrl::parse(&self.database.url)?)
    }

    /// Where files lie: as set, else beside the SQLite files, else `./data`.
    pub fn data_directory(&self) -> Result<PathBuf, ConfigError> {
        if !self.data.directory.is_empty() {
            return Ok(PathBuf::from(&self.data.directory));
        }
        Ok(match self.database_url()? {
            DatabaseUrl::Sqlite(directory) => directory,
            DatabaseUrl::Postgres(_) => PathBuf::from("data"),
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.database_url()?;
        let within = |n: usize| (1..=1_024).contains(&n);
        let p = &self.processes;
        for (setting, value) in [
            ("processes.drops_at_once", p.drops_at_once),
            ("processes.scripts_at_once", p.scripts_at_once),
            ("processes.audios_at_once", p.audios_at_once),
            ("processes.imports_at_once", p.imports_at_once),
            (
                "providers.elevenlabs.concurrency",
                self.providers.elevenlabs.concurrency,
            ),
        ] {
            if !within(value) {
                return Err(ConfigError::OutOfBounds {
                    setting,
                    bounds: "1 to 1,024",
                });
            }
        }
        if !LEASE_SECONDS.contains(&p.lease_seconds) {
            return Err(ConfigError::OutOfBounds {
                setting: "processes.lease_seconds",
                bounds: "1 to 3,600",
            });
        }
        self.batches_are_in_bounds()?;
        if self.sandbox.clock_offset_seconds.unsigned_abs() > CLOCK_OFFSET_SECONDS_MAX
            || (self.sandbox.clock_offset_seconds != 0 && self.providers.mode == ProvidersMode::Live)
        {
            return Err(ConfigError::OutOfBounds {
                setting: "sandbox.clock_offset_seconds",
                bounds: "within twenty years, and 0 with live providers: the law goes by the real time",
            });
        }
        if self.http.bind.parse::<std::net::SocketAddr>().is_err() {
            return Err(ConfigError::OutOfBounds {
                setting: "http.bind",
                bounds: "an address and a port, such as 127.0.0.1:8080",
            });
        }
        self.bucket_is_named()?;
        self.live_providers_have_keys()
    }

    fn batches_are_in_bounds(&self) -> Result<(), ConfigError> {
        if !BATCH_POLL_SECONDS.contains(&self.processes.batch_poll_seconds) {
            return Err(ConfigError::OutOfBounds {
                setting: "processes.batch_poll_seconds",
                bounds: "1 to 3,600",
            });
        }
        if !BATCH_SETTLE_SECONDS.contains(&self.processes.batch_settle_seconds) {
            return Err(ConfigError::OutOfBounds {
                setting: "processes.batch_settle_seconds",
                bounds: "1 to 86,400",
            });
        }
        let percents = [
            (
                "providers.groq.batch_price_percent",
                self.providers.groq.batch_price_percent,
            ),
            (
                "providers.anthropic.batch_price_percent",
                self.providers.anthropic.batch_price_percent,
            ),
        ];
        match percents
            .into_iter()
            .find(|(_, p)| !BATCH_PRICE_PERCENT.contains(p))
        {
            Some((setting, _)) => Err(ConfigError::OutOfBounds {
                setting,
                bounds: "1 to 100",
            }),
            None => Ok(()),
        }
    }

    fn bucket_is_named(&self) -> Result<(), ConfigError> {
        use secrecy::ExposeSecret;
        let s3 = &self.storage.s3;
        let nothing = [
            s3.bucket.as_str(),
            &s3.access_key,
            s3.secret_key.expose_secret(),
            &s3.region,
        ];
        if self.storage.kind == StorageKind::S3 && nothing.iter().any(|set| set.is_empty()) {
            return Err(ConfigError::OutOfBounds {
                setting: "storage.s3",
                bounds: "given a bucket, a region, an access_key and a secret_key when storage.kind is \"s3\"",
            });
        }
        Ok(())
    }

    fn live_providers_have_keys(&self) -> Result<(), ConfigError> {
        use secrecy::ExposeSecret;
        if self.providers.mode == ProvidersMode::Sandbox {
            return Ok(());
        }
        let missing = |secret: &SecretString| secret.expose_secret().is_empty();
        let p = &self.providers;
        let carrier = match p.carrier {
            CarrierChoice::DropCowboy => [
                ("providers.drop_cowboy.key", &p.drop_cowboy.key),
                ("providers.drop_cowboy.secret", &p.drop_cowboy.secret),
            ],
            CarrierChoice::DropCowboyV1 => [
                ("providers.drop_cowboy_v1.team_id", &p.drop_cowboy_v1.team_id),
                ("providers.drop_cowboy_v1.secret", &p.drop_cowboy_v1.secret),
            ],
        };
        let voice = ("providers.elevenlabs.api_key", &p.elevenlabs.api_key);
        for (setting, secret) in carrier.into_iter().chain([voice]) {
            if missing(secret) {
                return Err(ConfigError::OutOfBounds {
                    setting,
                    bounds: "set when providers.mode is \"live\"",
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete_and_valid() {
        let config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        config.check().unwrap();
        assert_eq!(config.data_directory().unwrap(), PathBuf::from("./data"));
    }

    #[test]
    fn the_default_log_level_is_the_one_in_the_file() {
        let config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        assert_eq!(config.log.level, DEFAULT_LOG_LEVEL);
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let file = format!("{DEFAULTS}\nspeed = 1\n");
        let error = Figment::from(Toml::string(&file))
            .extract::<Config>()
            .unwrap_err();
        assert!(error.to_string().contains("speed"), "{error}");
    }

    #[test]
    fn secrets_do_not_print() {
        let file = DEFAULTS.replace("key = \"\"\nsecret = \"\"", "key = \"k-123\"\nsecret = \"s-456\"");
        let config: Config = Figment::from(Toml::string(&file)).extract().unwrap();
        let printed = format!("{config:?}");
        assert!(
            !printed.contains("k-123") && !printed.contains("s-456"),
            "{printed}"
        );
    }
}

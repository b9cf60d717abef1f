//! The command line. Every command reads the same configuration, prints results on standard output and everything else on
//! standard error, and ends with 0 only when it did what was asked.

mod acting;
mod check;
mod demo;
mod dry_run;
mod evidence;
mod export;
mod halt;
mod import;
mod import_run;
mod lists;
mod notifications;
mod output;
mod replay;
mod serve;
mod upkeep;
mod webhooks;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    application::StartError,
    config::{Config, ConfigError, DEFAULT_LOG_LEVEL, LogFormat},
};

/// Voicemail campaigns that you can stand behind.
#[derive(Debug, Parser)]
#[command(name = "voicedrop", version, about, long_about = None)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
struct Common {
    /// Configuration file; default: voicedrop.toml, if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Database: sqlite:<directory> or postgres://…; overrides the configuration.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Directory of uploads, audio, keys; overrides the configuration.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API and the page, and works.
    Serve(serve::ServeArgs),
    /// Runs the whole journey without a browser: a contact file in, a delivered campaign and its digest out.
    Demo(demo::DemoArgs),
    /// Imports a contact list into a campaign, or into the contact list alone.
    Import(import::ImportArgs),
    /// Loads lists of numbers that must not be called, and shows them.
    Lists {
        #[command(subcommand)]
        what: lists::Lists,
    },
    /// Writes contacts, scripts, deliveries, figures or a digest to a file.
    Export(export::ExportArgs),
    /// Shows everything that ever touched a contact.
    Replay {
        #[command(subcommand)]
        what: replay::Replay,
    },
    /// Checks bundles of evidence, and prints the journal's checkpoint to be kept elsewhere.
    Evidence {
        #[command(subcommand)]
        what: evidence::EvidenceCommand,
    },
    /// Halts all sending of all organizations within seconds.
    Halt(halt::HaltArgs),
    /// Lifts the operator's halt.
    Allow(halt::HaltArgs),
    /// Shows what carriers sent, and looks at it again.
    Webhooks {
        #[command(subcommand)]
        what: webhooks::Webhooks,
    },
    /// Shows what was told to other programs and by e-mail, and tells it again.
    Notifications {
        #[command(subcommand)]
        what: notifications::Notifications,
    },
    /// Recomputes every count, every read model and the transparency log from the journal; fails on a difference.
    Verify(check::VerifyArgs),
    /// Builds the read models anew beside the ones in use, then switches.
    Rebuild,
    /// Makes or updates the database.
    Migrate,
    /// Looks whether everything that a server needs is there.
    Doctor,
    /// Works with the configuration.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Prints the GraphQL schema.
    Schema,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Reads and checks it.
    Check,
    /// Prints every setting with its default.
    Default,
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The system does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A use case failed.
    #[error(transparent)]
    Command(#[from] commands::CommandError),
    /// The demonstration stopped.
    #[error(transparent)]
    Demo(#[from] crate::demo::DemoError),
    /// The terminal is gone, or a file can't be read.
    #[error("{what}: {reason}")]
    File {
        /// Which.
        what: String,
        /// Why.
        reason: String,
    },
    /// A contact list can't be read; the text says what to do.
    #[error("{message}")]
    List {
        /// For programs.
        code: &'static str,
        /// For people.
        message: String,
    },
    /// The request makes no sense; the text says what to do.
    #[error("{0}")]
    Usage(String),
    /// What was checked is not as it should be; details were printed.
    #[error("{0}")]
    Differs(String),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::File {
            what: "can't start".into(),
            reason: e.to_string(),
        })
        .and_then(|runtime| runtime.block_on(dispatch(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), CliError> {
    if let Command::Config {
        what: ConfigCommand::Default,
    } = cli.command
    {
        return output::line(crate::config::DEFAULTS);
    }
    if let Command::Schema = cli.command {
        return output::line(&crate::graphql::sdl());
    }
    if let Command::Evidence {
        what: evidence::EvidenceCommand::Check(args),
    } = cli.command
    {
        // Whoever checks has no installation, and needs none.
        return evidence::check(args);
    }
    let config = cli.common.read()?;
    start_logs(&config, !matches!(cli.command, Command::Serve(_)));
    match cli.command {
        Command::Serve(args) => Box::pin(serve::run(config, args)).await,
        Command::Demo(args) => Box::pin(demo::run(config, args)).await,
        Command::Import(args) => Box::pin(import::run(config, args)).await,
        Command::Lists { what } => lists::run(config, what).await,
        Command::Export(args) => export::run(config, args).await,
        Command::Replay { what } => replay::run(config, what).await,
        Command::Evidence { what } => evidence::run(config, what).await,
        Command::Halt(args) => Box::pin(halt::halt(config, args)).await,
        Command::Allow(args) => Box::pin(halt::allow(config, args)).await,
        Command::Webhooks { what } => webhooks::run(config, what).await,
        Command::Notifications { what } => notifications::run(config, what).await,
        Command::Verify(args) => Box::pin(check::verify(config, args)).await,
        Command::Rebuild => upkeep::rebuild(config).await,
        Command::Migrate => upkeep::migrate(config).await,
        Command::Doctor => Box::pin(check::doctor(config)).await,
        Command::Config { .. } => output::line("the configuration is good"),
        Command::Schema => Ok(()),
    }
}

impl Common {
    fn read(&self) -> Result<Config, ConfigError> {
        let mut config = Config::read(self.config.as_deref())?;
        if let Some(url) = &self.database {
            config.database.url.clone_from(url);
        }
        if let Some(directory) = &self.data {
            config.data.directory.clone_from(directory);
        }
        config.database_url()?;
        Ok(config)
    }
}

/// Logs go to standard error, so that results can be piped. A command that ends by itself is quiet unless told otherwise.
fn start_logs(config: &Config, ends_by_itself: bool) {
    use tracing_subscriber::{EnvFilter, fmt};
    let level = if ends_by_itself && config.log.level == DEFAULT_LOG_LEVEL {
        "warn"
    } else {
        &config.log.level
    };
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let Err(error) = started {
        output::complain(&format!("logs can't be written: {error}"));
    }
}

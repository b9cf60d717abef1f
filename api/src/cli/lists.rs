//! `voicedrop lists`: lists of numbers that must not be called, loaded from files with their progress, and how old those in force are.

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use commands::{
    CommandContext, CommandError, Ports,
    authorization::Action,
    processes::{Kind, Processes},
    stream::{Loaded, load},
    use_cases::{ListFile, load_suppression_list},
};
use domain::{
    CorrelationId, OrganizationId, SuppressionListId, UsState,
    suppression::{ListKind, SuppressionList},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{
    CliError,
    acting::{admin, only_organization, store_file},
    output,
};
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
};

/// How often a loading is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Between two rounds of work.
const ROUND: Duration = Duration::from_millis(50);
/// A whole loading, as its progress is told.
const WHOLE: u64 = 100;

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Lists {
    /// Loads a file of numbers; the version in force stays until all of it is read.
    Load(LoadArgs),
    /// Shows the lists in force and how old they are.
    Show {
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// A file to load.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The file: a number a line, a table, a workbook, or one of these in a zip.
    file: PathBuf,
    /// Which list.
    #[arg(long, value_enum)]
    kind: ListName,
    /// The publisher's name of the version, such as 2026-11.
    #[arg(long)]
    version: String,
    /// When it was obtained from the publisher: a day, or an instant (RFC 3339). Its age counts from here.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    obtained: DateTime<Utc>,
    /// Postal code, for a state's registry.
    #[arg(long, value_name = "STATE")]
    state: Option<UsState>,
    /// The subscription account number; by default the one in the organization's settings.
    #[arg(long)]
    san: Option<String>,
    /// The file holds what has changed since the version in force, not all numbers.
    #[arg(long)]
    changes: bool,
    /// The organization, when there are several.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A list that comes as a file.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ListName {
    /// The organization's own.
    Internal,
    /// The national do-not-call registry.
    FederalDnc,
    /// A state's registry.
    StateDnc,
    /// Known litigators.
    Litigator,
    /// Reassigned numbers.
    Reassigned,
}

impl From<ListName> for ListKind {
    fn from(name: ListName) -> Self {
        match name {
            ListName::Internal => Self::Internal,
            ListName::FederalDnc => Self::FederalDnc,
            ListName::StateDnc => Self::StateDnc,
            ListName::Litigator => Self::Litigator,
            ListName::Reassigned => Self::Reassigned,
        }
    }
}

/// A day is its first instant: a list is never thought younger than it is.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || {
        text.parse::<NaiveDate>()
            .ok()
            .map(|day| day.and_time(NaiveTime::MIN).and_utc())
    };
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    instant
        .or_else(day)
        .ok_or_else(|| "give a day such as 2026-11-15, or an instant such as 2026-11-15T08:00:00Z".to_owned())
}

#[derive(Debug, Serialize)]
struct Printed {
    list: &'static str,
    state: Option<String>,
    version: String,
    numbers: u64,
    unreadable: u64,
    obtained_at: DateTime<Utc>,
    sha256: String,
}

pub(super) async fn run(config: Config, what: Lists) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let done = match what {
        Lists::Load(args) => load_file(&application, args).await,
        Lists::Show { organization, json } => show(&application, organization, json).await,
    };
    application.close().await;
    done
}

async fn load_file(application: &Application, args: LoadArgs) -> Result<(), CliError> {
    let ports = &application.ports;
    let organization = match args.organization {
        Some(id) => id,
        None => only_organization(application).await?,
    };
    let (_, permit) = admin(ports, organization, Action::Administer).await?;
    let context = CommandContext::of(&permit, CorrelationId::from_uuid(ports.ids.next()));
    let (blob_key, sha256) = store_file(application, organization, &args.file).await?;
    let kind = ListKind::from(args.kind);
    let id = kind.list_of(organization, args.state);
    let file = ListFile {
        kind,
        state: args.state,
        blob_key,
        sha256,
        version: args.version,
        obtained_at: args.obtained,
        san: args.san,
        is_change: args.changes,
    };
    let started = load_suppression_list(ports, &permit, &context, file).await?;
    if started.is_none() {
        output::complain("this file is in force or being loaded already");
    }
    finish(application, organization, id, args.json).await?;
    let list: Loaded<SuppressionList> = load(ports, organization, id).await?;
    let Some(loaded) = &list.state().loaded else {
        return Err(CliError::Usage("no version of the list is in force".into()));
    };
    let printed = Printed {
        list: kind.as_str(),
        state: args.state.map(|state| state.code().to_owned()),
        version: loaded.version.clone(),
        numbers: loaded.numbers,
        unreadable: loaded.unreadable,
        obtained_at: loaded.obtained_at,
        sha256: loaded.sha256.clone(),
    };
    if args.json {
        return output::json(&printed);
    }
    output::line(&format!(
        "{} {} is in force: {} numbers, {} lines held none",
        printed.list, printed.version, printed.numbers, printed.unreadable
    ))
}

/// Works until the loading has ended; another process that is at work on the same database may do it.
async fn finish(
    application: &Application,
    organization: OrganizationId,
    id: SuppressionListId,
    silent: bool,
) -> Result<(), CliError> {
    let ports = &application.ports;
    let processes = Processes::new(ports.clone(), application.settings());
    // The loading may lie with a worker that died.
    let sweep = processes.clone().sweep(CancellationToken::new());
    let work = async {
        loop {
            processes.plan_step().await?;
            processes.work_step(Kind::ListLoad).await?;
            tokio::time::sleep(ROUND).await;
        }
    };
    let bar = bar(silent);
    let watch = async {
        while let Some(before) = loading(ports, organization, id).await? {
            if let Some(progress) = ports.listed.progress(id).await? {
                bar.set_position(progress.percent());
                bar.set_message(format!("{before}: {} lines", progress.lines));
            }
            bar.tick();
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    };
    let ended: Result<(), CommandError> = tokio::select! {
        ended = watch => ended,
        failed = work => failed,
        () = sweep => Err(CommandError::invalid("the loading was stopped")),
    };
    bar.finish_and_clear();
    ended?;
    why_not(ports, organization, id).await
}

/// The version that is being loaded.
async fn loading(
    ports: &Ports,
    organization: OrganizationId,
    id: SuppressionListId,
) -> Result<Option<String>, CommandError> {
    let list: Loaded<SuppressionList> = load(ports, organization, id).await?;
    Ok(list
        .state()
        .loading
        .as_ref()
        .map(|loading| loading.version.clone()))
}

/// A loading that was refused says what to do in its last event.
async fn why_not(ports: &Ports, organization: OrganizationId, id: SuppressionListId) -> Result<(), CliError> {
    let list: Loaded<SuppressionList> = load(ports, organization, id).await?;
    match &list.state().refused {
        Some(reason) => Err(CliError::List {
            code: "list_refused",
            message: reason.clone(),
        }),
        None => Ok(()),
    }
}

fn bar(silent: bool) -> ProgressBar {
    if silent {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}  {eta} left");
    let bar = ProgressBar::new(WHOLE);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[derive(Debug, Serialize)]
struct Shown {
    list: &'static str,
    state: Option<String>,
    version: Option<String>,
    numbers: i64,
    obtained_at: Option<DateTime<Utc>>,
    age_days: Option<i64>,
    loading: Option<String>,
    error: Option<String>,
}

async fn show(
    application: &Application,
    organization: Option<OrganizationId>,
    json: bool,
) -> Result<(), CliError> {
    let ports = &application.ports;
    let head = ports.journal.head().await.map_err(CommandError::from)?;
    let read_side = &application.read_side;
    read_side.step_until(head).await.map_err(StartError::from)?;
    let organization = match organization {
        Some(id) => id,
        None => only_organization(application).await?,
    };
    let lists = read_side.queries().suppression_lists(organization).await;
    let now = ports.clock.now();
    let shown: Vec<Shown> = lists
        .map_err(|e| CliError::Usage(e.to_string()))?
        .into_iter()
        .map(|row| Shown {
            list: row.kind.as_str(),
            state: row.state.map(|state| state.code().to_owned()),
            version: row.version,
            numbers: row.loaded + row.added,
            obtained_at: row.obtained_at,
            age_days: row.obtained_at.map(|at| (now - at).num_days()),
            loading: row.loading,
            error: row.load_error,
        })
        .collect();
    if json {
        return output::json(&shown);
    }
    for list in shown {
        let age = list
            .age_days
            .map_or_else(String::new, |days| format!(", {days} days old"));
        let version = list.version.unwrap_or_else(|| "by hand".to_owned());
        let state = list.state.map_or_else(String::new, |state| format!(" {state}"));
        output::line(&format!(
            "{}{state}: {version}, {} numbers{age}",
            list.list, list.numbers
        ))?;
        if let Some(error) = list.error {
            output::line(&format!("    the last file was not loaded: {error}"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_from_its_beginning() {
        let at = |text: &str| instant(text).map(|at| at.to_rfc3339());
        assert_eq!(at("2026-11-15"), Ok("2026-11-15T00:00:00+00:00".to_owned()));
        assert_eq!(
            at("2026-11-15T08:00:00-08:00"),
            Ok("2026-11-15T16:00:00+00:00".to_owned())
        );
        assert!(at("yesterday").is_err());
    }
}

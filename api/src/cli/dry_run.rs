//! `voicedrop import --dry-run`: counts what an import would make, and says which rows it would reject. Records nothing and
//! makes nothing: where there is no database yet, no contact is known.

use std::path::PathBuf;

use commands::{
    CommandError,
    ports::{ReadLimits, RowOutcome, TableChoice, TableReader},
};
use database::DatabaseUrl;

use super::{
    CliError,
    acting::only_organization,
    import::{ImportArgs, Printed, Warned},
    output,
};
use crate::{
    application::{Application, Surroundings},
    config::Config,
    contact_lists::{KnownContacts, ListError, Survey, Want, next_rows},
};

/// Rejected rows that are printed, at most.
const ERRORS_PRINTED_MAX: usize = 10_000;

pub(super) async fn run(config: Config, args: &ImportArgs) -> Result<Printed, CliError> {
    let reader = open(args.file.clone(), args.choice()).await?;
    if !is_there(&config)? {
        return count(reader, None).await;
    }
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let known = known_contacts(&application, args).await;
    let printed = match known {
        Ok(known) => count(reader, known).await,
        Err(error) => Err(error),
    };
    application.close().await;
    printed
}

async fn open(path: PathBuf, choice: TableChoice) -> Result<Box<dyn TableReader>, CliError> {
    let open = move || import_files::open_path(&path, ReadLimits::default(), &choice);
    let opened = tokio::task::spawn_blocking(open).await;
    let opened = opened.map_err(|e| CommandError::Journal(e.to_string()))?;
    opened.map_err(|error| CliError::List {
        code: error.code(),
        message: error.to_string(),
    })
}

/// Whether there is a database to look for known contacts in; a dry run makes none.
fn is_there(config: &Config) -> Result<bool, CliError> {
    Ok(match config.database_url()? {
        DatabaseUrl::Sqlite(directory) => directory.exists(),
        DatabaseUrl::Postgres(_) => true,
    })
}

async fn known_contacts(
    application: &Application,
    args: &ImportArgs,
) -> Result<Option<KnownContacts>, CliError> {
    let only = only_organization(application).await;
    let organization = match (args.organization, only) {
        (Some(named), _) => named,
        (None, Ok(only)) => only,
        (None, Err(CliError::Usage(why))) => {
            output::complain(&format!("known contacts are not counted: {why}"));
            return Ok(None);
        }
        (None, Err(error)) => return Err(error),
    };
    let queries = application.read_side.queries();
    KnownContacts::of(&application.ports, &queries, organization)
        .await
        .map_err(failed)
}

async fn count(mut reader: Box<dyn TableReader>, known: Option<KnownContacts>) -> Result<Printed, CliError> {
    let mut printed = Printed {
        mapping: reader.summary().mapping.clone(),
        format: Some(reader.summary().description.clone()),
        ..Printed::default()
    };
    let mut survey = Survey::new(known);
    loop {
        let read = next_rows(reader, Survey::ROWS_AT_ONCE, |_| Want::Nothing).await;
        let read = read.map_err(CommandError::from)?;
        reader = read.reader;
        survey.take(&read.rows).await.map_err(failed)?;
        let ended = read.rows.len() < Survey::ROWS_AT_ONCE;
        for row in read.rows {
            if let RowOutcome::Rejected(rejected) = row.outcome
                && printed.errors.len() < ERRORS_PRINTED_MAX
            {
                printed.errors.push(rejected);
            }
        }
        if let Some(error) = read.broken {
            return Err(CommandError::from(error).into());
        }
        if ended {
            break;
        }
    }
    printed.warnings = survey.cut.first.iter().map(Warned::from).collect();
    printed.rows = survey.figures.rows;
    printed.created = survey.figures.created;
    printed.duplicates = survey.figures.duplicates;
    printed.rejected = survey.figures.rejected;
    printed.do_not_contact = survey.figures.do_not_contact;
    Ok(printed)
}

fn failed(error: ListError) -> CliError {
    match error {
        ListError::Port(port) => CommandError::from(port).into(),
        ListError::Query(query) => CliError::Usage(query.to_string()),
    }
}

//! `voicedrop verify` and `voicedrop doctor`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use commands::{
    CommandError,
    transparency::{Checkpoint, NoteKey, audit_journal, key_of},
};
use serde::Serialize;

use super::{CliError, output};
use crate::{
    application::{Application, StartError, Surroundings},
    config::{Config, ProvidersMode},
    provider_checks::provider_checks,
};

/// Events projected at once, at most, before verifying gives up catching up with a journal that is written to.
const CATCH_UP_ROUNDS_MAX: u32 = 1_000;

/// How to verify.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Parts into which the rows are cut, to need less memory; each part reads the whole journal.
    #[arg(long, default_value_t = 1)]
    slices: u32,
    /// Compare the journal with a checkpoint, too, that was kept elsewhere.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Printed {
    agrees: bool,
    log: PrintedLog,
    events: u64,
    unknown_events: u64,
    unreadable_events: u64,
    models: Vec<PrintedModel>,
}

/// The transparency log.
#[derive(Debug, Serialize)]
struct PrintedLog {
    agrees: bool,
    /// Events that are in it.
    events: u64,
    /// Events that the newest checkpoint covers.
    signed_events: u64,
    signed_at: Option<DateTime<Utc>>,
    difference: Option<String>,
}

#[derive(Debug, Serialize)]
struct PrintedModel {
    name: String,
    rows: u64,
    differences: u64,
    examples: Vec<String>,
}

pub(super) async fn verify(config: Config, args: VerifyArgs) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let outcome = match kept(&application, args.checkpoint.as_deref()) {
        Ok(kept) => compare(&application, args.slices, kept).await,
        Err(error) => Err(error),
    };
    application.close().await;
    let printed = outcome?;
    if args.json {
        output::json(&printed)?;
    } else {
        print_text(&printed)?;
    }
    if !printed.log.agrees {
        return Err(CliError::Differs(
            "the journal is not what was recorded and signed: keep the database and its backups as they are, and find out who could write \
             to it"
                .into(),
        ));
    }
    if printed.agrees {
        Ok(())
    } else {
        Err(CliError::Differs(
            "the read models differ from the journal; run `voicedrop rebuild`, and report it".into(),
        ))
    }
}

/// A checkpoint that was kept elsewhere. It must be of this installation's key: another one proves nothing of this journal.
fn kept(application: &Application, path: Option<&std::path::Path>) -> Result<Option<Checkpoint>, CliError> {
    let Some(path) = path else {
        return Ok(None);
    };
    let note = super::evidence::text_of(path)?;
    let key = NoteKey::read(&key_of(application.ports.signer.as_ref()));
    let opened = key.and_then(|key| Checkpoint::open(&note, &key));
    opened.map(Some).map_err(|error| CliError::File {
        what: path.display().to_string(),
        reason: error.to_string(),
    })
}

async fn compare_log(application: &Application, kept: Option<Checkpoint>) -> Result<PrintedLog, CliError> {
    let audit = audit_journal(&application.ports, kept).await?;
    Ok(PrintedLog {
        agrees: audit.difference.is_none(),
        events: audit.events,
        signed_events: audit.newest.as_ref().map_or(0, |newest| newest.size),
        signed_at: audit.newest.map(|newest| newest.signed_at),
        difference: audit.difference.map(|difference| difference.to_string()),
    })
}

async fn compare(
    application: &Application,
    slices: u32,
    kept: Option<Checkpoint>,
) -> Result<Printed, CliError> {
    let log = compare_log(application, kept).await?;
    let read_side = &application.read_side;
    let head = application
        .ports
        .journal
        .head()
        .await
        .map_err(CommandError::from)?;
    for _ in 0..CATCH_UP_ROUNDS_MAX {
        if read_side.step_until(head).await.map_err(StartError::from)? >= head {
            break;
        }
    }
    let report = read_side.verify(slices).await.map_err(StartError::from)?;
    Ok(Printed {
        agrees: report.agrees(),
        log,
        events: report.events,
        unknown_events: report.unknown_events,
        unreadable_events: report.unreadable_events,
        models: report
            .models
            .iter()
            .map(|m| PrintedModel {
                name: m.name.to_string(),
                rows: m.rows,
                differences: m.differences,
                examples: m.shown.clone(),
            })
            .collect(),
    })
}

fn print_text(printed: &Printed) -> Result<(), CliError> {
    for model in &printed.models {
        let verdict = if model.differences == 0 {
            "agrees".to_owned()
        } else {
            format!("{} differ", model.differences)
        };
        output::line(&format!("{:<24} {:>9} rows  {verdict}", model.name, model.rows))?;
        for example in &model.examples {
            output::line(&format!("    {example}"))?;
        }
    }
    let also = match printed.unreadable_events {
        0 => String::new(),
        n => format!(", {n} of them unreadable"),
    };
    output::line(&format!("{} events read{also}", printed.events))?;
    print_log(&printed.log)
}

fn print_log(log: &PrintedLog) -> Result<(), CliError> {
    let verdict = match &log.difference {
        None => "agrees".to_owned(),
        Some(difference) => format!("differs: {difference}"),
    };
    let signed = match log.signed_at {
        Some(at) => format!(
            "{} under the checkpoint of {}",
            log.signed_events,
            at.to_rfc3339()
        ),
        None => "no checkpoint signed yet".to_owned(),
    };
    output::line(&format!(
        "{:<24} {:>9} events {verdict}; {signed}",
        "transparency log", log.events
    ))
}

/// Looks at what a server needs, and says of each whether it is there.
pub(super) async fn doctor(config: Config) -> Result<(), CliError> {
    let mut ill = 0_u32;
    let mut say = |what: &str, finding: Result<String, String>| {
        let text = match finding {
            Ok(fine) => format!("ok    {what}: {fine}"),
            Err(trouble) => {
                ill += 1;
                format!("FAIL  {what}: {trouble}")
            }
        };
        output::line(&text)
    };
    say("configuration", Ok(format!("{:?}", config.database)))?;
    let opened = match Application::open(config.clone(), Surroundings::default()).await {
        // A running server keeps the sandbox: the rest can still be looked at.
        Err(StartError::Sandbox(taken)) => {
            say("sandbox", Ok(format!("in use by another process ({taken})")))?;
            Application::open(config, Surroundings::inside_only()).await
        }
        other => other,
    };
    match opened {
        Err(error) => say("start", Err(error.to_string()))?,
        Ok(application) => {
            say("journal", Ok(application.journal_identity.to_string()))?;
            let lag = application.read_side.lag().await;
            say(
                "read models",
                lag.map(|l| format!("{} events behind", l.behind))
                    .map_err(|e| e.to_string()),
            )?;
            if application.sandbox.is_none() && application.config.providers.mode == ProvidersMode::Sandbox {
                application.close().await;
                return finished(ill);
            }
            for check in provider_checks(&application.ports).await {
                say(&check.provider, check.finding)?;
            }
            application.close().await;
        }
    }
    finished(ill)
}

fn finished(ill: u32) -> Result<(), CliError> {
    if ill == 0 {
        Ok(())
    } else {
        Err(CliError::Differs(format!("{ill} of the checks failed")))
    }
}

//! `voicedrop verify` and `voicedrop doctor`.

use clap::Args;
use commands::CommandError;
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
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Printed {
    agrees: bool,
    events: u64,
    unknown_events: u64,
    unreadable_events: u64,
    models: Vec<PrintedModel>,
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
    let outcome = compare(&application, args.slices).await;
    application.close().await;
    let printed = outcome?;
    if args.json {
        output::json(&printed)?;
    } else {
        print_text(&printed)?;
    }
    if printed.agrees {
        Ok(())
    } else {
        Err(CliError::Differs(
            "the read models differ from the journal; run `voicedrop rebuild`, and report it".into(),
        ))
    }
}

async fn compare(application: &Application, slices: u32) -> Result<Printed, CliError> {
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
    output::line(&format!("{} events read{also}", printed.events))
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

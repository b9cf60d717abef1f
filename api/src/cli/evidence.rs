//! `voicedrop evidence`: checks a bundle of evidence without any installation, and prints an installation's newest checkpoint and its key,
//! to be kept elsewhere.

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use commands::{
    CommandError,
    transparency::{NoteKey, key_of},
};
use serde::Serialize;

use super::{CliError, output};
use crate::{
    application::{Application, Surroundings},
    config::Config,
    evidence::{Claim, Report, check_bundle},
};

/// Longest key or checkpoint that is read, bytes.
const NOTE_BYTES_MAX: u64 = 64 << 10;

/// What is wanted.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Checks a bundle; needs no database and no network, and fails when a claim does not hold.
    Check(CheckArgs),
    /// Prints the newest signed checkpoint of the journal. Kept elsewhere, it proves later that nothing before it was changed.
    Checkpoint,
    /// Prints the key that checks checkpoints and bundles of this installation.
    Key,
}

/// How to check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The bundle.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The installation's key as you have it from elsewhere, or a file with it; without one the bundle's own is used.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Printed<'r> {
    holds: bool,
    key: &'r str,
    newer_events: u64,
    claims: Vec<PrintedClaim<'r>>,
}

#[derive(Debug, Serialize)]
struct PrintedClaim<'r> {
    name: &'r str,
    holds: bool,
    finding: &'r str,
}

impl<'r> PrintedClaim<'r> {
    fn of(claim: &'r Claim) -> Self {
        let (Ok(finding) | Err(finding)) = &claim.finding;
        Self {
            name: claim.name,
            holds: claim.finding.is_ok(),
            finding,
        }
    }
}

pub(super) fn check(args: CheckArgs) -> Result<(), CliError> {
    let named = |reason: String| CliError::File {
        what: args.file.display().to_string(),
        reason,
    };
    let file = File::open(&args.file).map_err(|error| named(error.kind().to_string()))?;
    let key = args.key.as_deref().map(known_key).transpose()?;
    let report = check_bundle(BufReader::new(file), key).map_err(|error| named(error.to_string()))?;
    print(&report, args.json)?;
    if report.holds() {
        return Ok(());
    }
    Err(CliError::Differs(
        "the bundle does not hold what it claims".into(),
    ))
}

fn print(report: &Report, json: bool) -> Result<(), CliError> {
    let printed = Printed {
        holds: report.holds(),
        key: &report.key,
        newer_events: report.newer,
        claims: report.claims.iter().map(PrintedClaim::of).collect(),
    };
    if json {
        return output::json(&printed);
    }
    for claim in &printed.claims {
        let verdict = if claim.holds { "ok   " } else { "FAIL " };
        output::line(&format!("{verdict} {:<12} {}", claim.name, claim.finding))?;
    }
    output::line(&format!("checked by the key {}", printed.key))?;
    match printed.newer_events {
        0 => Ok(()),
        newer => output::line(&format!(
            "{newer} events are newer than the checkpoint, which proves nothing of them"
        )),
    }
}

/// A key in the line itself, or in a file.
fn known_key(text: &str) -> Result<NoteKey, CliError> {
    if let Ok(key) = NoteKey::read(text) {
        return Ok(key);
    }
    let key = NoteKey::read(&text_of(Path::new(text))?);
    key.map_err(|error| CliError::Usage(error.to_string()))
}

/// A short file of text.
pub(super) fn text_of(path: &Path) -> Result<String, CliError> {
    let failed = |error: std::io::Error| CliError::File {
        what: path.display().to_string(),
        reason: error.kind().to_string(),
    };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(NOTE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(text)
}

pub(super) async fn run(config: Config, what: EvidenceCommand) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let text = match what {
        EvidenceCommand::Check(args) => check(args).map(|()| None),
        EvidenceCommand::Key => Ok(Some(key_of(application.ports.signer.as_ref()))),
        EvidenceCommand::Checkpoint => newest(&application).await.map(Some),
    };
    application.close().await;
    text?.map_or(Ok(()), |text| output::line(&text))
}

async fn newest(application: &Application) -> Result<String, CliError> {
    let standing = application.ports.log.standing().await;
    let newest = standing.map_err(CommandError::from)?.newest;
    newest.map(|newest| newest.note).ok_or_else(|| {
        CliError::Usage("no checkpoint has been signed yet: one is once a server has run for a minute".into())
    })
}

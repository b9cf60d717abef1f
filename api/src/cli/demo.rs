//! `voicedrop demo`: the journey on a simulated clock, with progress bars for people or one JSON object for machines.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use bytes::Bytes;
use chrono::Duration;
use clap::Args;
use commands::{
    ports::{ReadLimits, TableChoice, TableOpener},
    use_cases::import_id,
};
use domain::{Clock, ManualClock, campaign::CampaignType};
use import_files::ContactFiles;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::system::SystemClock;

use super::{CliError, output};
use crate::{
    application::{Application, Running, Surroundings},
    config::{Config, Role},
    demo::{
        Cast, Figures, Journey, Progress, SAMPLE_EXPIREDS, SkippingClock, Stage, StopAfter, start_instant,
    },
    digest::Digest as CampaignDigest,
};

/// Largest file that is read, as for an upload.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// Which file, and for whom to print.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// A contact list; without one, a made-up sample.
    file: Option<PathBuf>,
    /// Print one JSON object instead of progress bars and text.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Printed {
    campaign: String,
    #[serde(flatten)]
    figures: Figures,
    /// The sandbox carrier's own log of drops made.
    carrier_log: Option<String>,
    digest: Option<CampaignDigest>,
}

pub(super) async fn run(config: Config, args: DemoArgs) -> Result<(), CliError> {
    if config.providers.mode == crate::config::ProvidersMode::Live {
        return Err(CliError::Usage(
            "the demonstration never calls real providers; set providers.mode to \"sandbox\"".into(),
        ));
    }
    let (name, file) = match &args.file {
        Some(path) => (file_name(path), read_file(path)?),
        None => (
            "sample_expireds.csv".to_owned(),
            Bytes::from_static(SAMPLE_EXPIREDS),
        ),
    };
    // What is no contact list is refused with its reason before anything is recorded.
    ContactFiles
        .open(
            Box::new(std::io::Cursor::new(file.clone())),
            &TableChoice::default(),
            ReadLimits::default(),
        )
        .map_err(commands::CommandError::from)?;
    let stage = Box::pin(Demonstration::start(config)).await?;
    let progress: Arc<dyn Progress> = if args.json {
        Arc::new(Silent)
    } else {
        Arc::new(Bars::default())
    };
    let outcome = stage
        .play(
            &name,
            file,
            CampaignType::NeighborhoodExpireds,
            StopAfter::Completion,
            progress,
        )
        .await;
    let printed = match outcome {
        Ok(played) => stage.print(played).await,
        Err(error) => Err(error),
    };
    stage.end().await;
    let printed = printed?;
    if args.json {
        output::json(&printed)
    } else {
        print_text(&printed)
    }
}

/// A running system on a simulated clock.
#[derive(Debug)]
pub(super) struct Demonstration {
    running: Running,
    cast: Cast,
}

/// What was played.
#[derive(Debug)]
pub(super) struct Played {
    campaign: domain::CampaignId,
    figures: Figures,
}

impl Demonstration {
    /// Opens everything, takes the clock to where the journal ended, and starts the workers.
    pub(super) async fn start(mut config: Config) -> Result<Self, CliError> {
        // The simulated day lies before what the installation takes for now; on top of it nothing may shift the clock, which jumps to
        // what is due.
        let ahead = Duration::seconds(std::mem::take(&mut config.sandbox.clock_offset_seconds));
        let clock = ManualClock::starting_at(start_instant(SystemClock.now() + ahead));
        let around = Surroundings {
            clock: Arc::new(clock.clone()),
            delays: sandbox::Delays::short(),
            ..Surroundings::default()
        };
        let application = Application::open(config, around).await?;
        if let Some(ended) = last_recorded(&application).await? {
            clock.advance_to(ended);
        }
        // An earlier demonstration may have been killed with work in hand; it was the only one at work here.
        application
            .ports
            .queue
            .take_over(clock.now())
            .await
            .map_err(commands::CommandError::from)?;
        let running = application
            .start(SocketAddr::from(([127, 0, 0, 1], 0)), Role::All)
            .await?;
        let ports = running.application.ports.clone();
        let outside = running
            .application
            .sandbox
            .as_ref()
            .map(sandbox::RunningSandbox::pending);
        let look = move || outside.as_ref().map_or(0, sandbox::PendingCallbacks::count);
        running.beside(SkippingClock::new(clock).run(ports, look, running.token()));
        Ok(Self {
            running,
            cast: Cast::default(),
        })
    }

    /// Plays one file to its end.
    pub(super) async fn play(
        &self,
        name: &str,
        file: Bytes,
        kind: CampaignType,
        stop: StopAfter,
        progress: Arc<dyn Progress>,
    ) -> Result<Played, CliError> {
        let ports = self.running.application.ports.clone();
        let journey = Journey {
            ports,
            cast: self.cast.clone(),
            progress,
        };
        let sha256 = hex::encode(Sha256::digest(&file));
        let title = format!("Demonstration: {name}");
        let campaign = journey.run(&title, kind, name, file, stop).await?;
        let figures = journey.figures(campaign).await?;
        let figures = figures
            .with_import(
                &journey.ports,
                self.cast.organization,
                import_id(self.cast.organization, Some(campaign), &sha256),
            )
            .await?;
        Ok(Played { campaign, figures })
    }

    async fn print(&self, played: Played) -> Result<Printed, CliError> {
        let application = &self.running.application;
        let head = application
            .ports
            .journal
            .head()
            .await
            .map_err(commands::CommandError::from)?;
        application
            .read_side
            .wait_for(head, std::time::Duration::from_mins(1))
            .await;
        let digest = CampaignDigest::of(
            application.read_side.queries().as_ref(),
            self.cast.organization,
            played.campaign,
        )
        .await
        .map_err(|e| CliError::Usage(e.to_string()))?;
        let log = application
            .sandbox
            .as_ref()
            .map(|s| s.carrier_log_path().display().to_string());
        Ok(Printed {
            campaign: played.campaign.to_string(),
            figures: played.figures,
            carrier_log: log,
            digest,
        })
    }

    /// Stops everything.
    pub(super) async fn end(self) {
        self.running.stop().await;
    }
}

async fn last_recorded(application: &Application) -> Result<Option<chrono::DateTime<chrono::Utc>>, CliError> {
    let journal = &application.ports.journal;
    let head = journal.head().await.map_err(commands::CommandError::from)?;
    let before = domain::Position::new(head.number().saturating_sub(1));
    let page = journal
        .read(before, 1)
        .await
        .map_err(commands::CommandError::from)?;
    Ok(page.events.last().map(|e| e.recorded_at))
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name()
        .map_or_else(|| "contacts".to_owned(), |n| n.to_string_lossy().into_owned())
}

/// Reads a file that may be imported.
pub(super) fn read_file(path: &std::path::Path) -> Result<Bytes, CliError> {
    let failed = |reason: String| CliError::File {
        what: path.display().to_string(),
        reason,
    };
    let metadata = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?;
    if metadata.len() > FILE_BYTES_MAX {
        return Err(failed("the file is larger than 512 MB; split it".into()));
    }
    std::fs::read(path)
        .map(Bytes::from)
        .map_err(|e| failed(e.to_string()))
}

fn print_text(printed: &Printed) -> Result<(), CliError> {
    let f = &printed.figures;
    output::line(&format!(
        "\nImported {} rows: {} contacts created, {} duplicates, {} rejected.\n\
         {} scripts, {} audios. {} handed over: {} delivered ({} listened), {} failed. {} blocked, {} held.",
        f.rows,
        f.created,
        f.duplicates,
        f.rejected,
        f.scripts,
        f.audio,
        f.submitted,
        f.delivered,
        f.listened,
        f.failed,
        f.blocked,
        f.held
    ))?;
    match &printed.digest {
        Some(digest) => output::line(&format!("\n{digest}")),
        None => Ok(()),
    }
}

/// Tells nobody.
#[derive(Debug)]
pub(super) struct Silent;

impl Progress for Silent {
    fn moved(&self, _: Stage, _: u64, _: u64) {}
}

/// A bar a stage.
#[derive(Debug, Default)]
struct Bars {
    current: std::sync::Mutex<Option<(Stage, ProgressBar)>>,
}

impl Progress for Bars {
    fn moved(&self, stage: Stage, done: u64, total: u64) {
        let Ok(mut current) = self.current.lock() else {
            return;
        };
        if current.as_ref().is_none_or(|(s, _)| *s != stage) {
            if let Some((_, bar)) = current.take() {
                bar.abandon();
            }
            *current = Some((stage, new_bar(stage)));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

fn new_bar(stage: Stage) -> ProgressBar {
    let what = match stage {
        Stage::Importing => "Importing contacts",
        Stage::Writing => "Writing scripts",
        Stage::Reviewing => "Approving scripts",
        Stage::Speaking => "Rendering audio",
        Stage::Sending => "Sending",
    };
    let bar = ProgressBar::new(0).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg:<20} {bar:40} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

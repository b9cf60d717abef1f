//! `voicedrop import` when it records: the file is stored in pieces, its import started as a person would, and worked at until
//! it has ended, with a progress bar. Another process at work on the same database may do part of it.

use std::{collections::BTreeMap, time::Duration};

use commands::{
    CommandContext, CommandError, Ports,
    authorization::Action,
    execute::execute,
    processes::{Kind, Processes},
    use_cases::{Corrections, ImportRequest, start_import},
};
use domain::{
    CampaignId, CorrelationId, ImportBatchId, StreamId, UserId,
    campaign::{Campaign, CampaignCommand, CampaignType},
    import::{ImportEvent, ImportOrigin, ImportTotals},
};
use indicatif::{ProgressBar, ProgressStyle};
use projections::queries::{CampaignFilter, PageRequest, Visible};
use tokio_util::sync::CancellationToken;

use super::{
    CliError,
    acting::{admin, only_organization, store_file},
    import::{ImportArgs, Printed},
    output,
};
use crate::application::Application;

/// How often a running import is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Between two rounds of work.
const ROUND: Duration = Duration::from_millis(50);
/// Millionths in a whole, as progress is recorded.
const WHOLE: u64 = 1_000_000;

pub(super) async fn run(application: &Application, args: &ImportArgs) -> Result<Printed, CliError> {
    let ports = &application.ports;
    let organization = match args.organization {
        Some(id) => id,
        None => only_organization(application).await?,
    };
    let (user, permit) = admin(ports, organization, Action::WriteContacts).await?;
    let context = CommandContext::of(&permit, CorrelationId::from_uuid(ports.ids.next()));
    let campaign = match &args.campaign {
        Some(name) => Some(named_campaign(application, &context, user, name).await?),
        None => None,
    };
    let (blob_key, sha256) = store_file(application, organization, &args.file).await?;
    let choice = args.choice();
    let request = ImportRequest {
        campaign,
        source: args.source,
        file_name: args.file.file_name().map(|n| n.to_string_lossy().into_owned()),
        corrections: Corrections::default(),
        guessed: false,
        origin: ImportOrigin {
            blob_key: Some(blob_key),
            sha256: Some(sha256),
            mapping: choice.mapping,
            sheet: choice.sheet,
            header_row: choice.header_row,
            ..ImportOrigin::default()
        },
    };
    let started = start_import(ports, &context, request).await?;
    if started.repeated {
        output::complain(match Progress::of(ports, started.batch).await?.end {
            None => "an earlier import of this file was not finished; it goes on where it stopped",
            Some(_) => "this file was imported into this place before; nothing was made again",
        });
    }
    let ended = finish(application, started.batch, args.json).await?;
    Ok(Printed {
        mapping: ended.mapping,
        format: ended.format,
        import: Some(started.batch.to_string()),
        ..Printed::of(&ended.totals)
    })
}

async fn named_campaign(
    application: &Application,
    context: &CommandContext,
    owner: UserId,
    name: &str,
) -> Result<CampaignId, CliError> {
    let filter = CampaignFilter {
        name: Some(name.to_owned()),
        ..CampaignFilter::default()
    };
    let page = application
        .read_side
        .queries()
        .campaigns(
            context.organization,
            &Visible::All,
            &filter,
            PageRequest::first(200),
        )
        .await
        .map_err(|e| CliError::Usage(e.to_string()))?;
    if let Some((_, known)) = page.rows.iter().find(|(_, row)| row.name == name) {
        return Ok(known.campaign_id);
    }
    let id = CampaignId::from_uuid(application.ports.ids.next());
    let create = CampaignCommand::Create {
        id,
        name: name.to_owned(),
        kind: CampaignType::Custom,
        neighborhood: None,
        script_template: None,
        script_variables: BTreeMap::new(),
        owner,
        team: None,
    };
    execute::<Campaign>(&application.ports, context, id, create).await?;
    Ok(id)
}

/// Works until the import has ended; another process that is at work on the same database may do the same.
async fn finish(application: &Application, batch: ImportBatchId, silent: bool) -> Result<Progress, CliError> {
    let ports = &application.ports;
    let processes = Processes::new(ports.clone(), application.settings());
    // The import may lie with a worker that died.
    let sweep = processes.clone().sweep(CancellationToken::new());
    let work = async {
        loop {
            processes.plan_step().await?;
            processes.work_step(Kind::Import).await?;
            tokio::time::sleep(ROUND).await;
        }
    };
    let bar = bar(silent);
    let watch = async {
        loop {
            let progress = Progress::of(ports, batch).await?;
            progress.show(&bar);
            match &progress.end {
                None => tokio::time::sleep(LOOK).await,
                Some(End::Completed) => return Ok(progress),
                Some(End::Otherwise(why)) => return Err(CommandError::invalid(why.clone())),
            }
        }
    };
    let ended: Result<Progress, CommandError> = tokio::select! {
        ended = watch => ended,
        failed = work => failed,
        () = sweep => Err(CommandError::invalid("the import was stopped")),
    };
    bar.finish_and_clear();
    Ok(ended?)
}

fn bar(silent: bool) -> ProgressBar {
    if silent {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}  {eta} left");
    let bar = ProgressBar::new(WHOLE);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How an import ended.
enum End {
    Completed,
    /// Why not as hoped.
    Otherwise(String),
}

/// What an import's stream says of it.
#[derive(Default)]
struct Progress {
    totals: ImportTotals,
    done_millionths: Option<u32>,
    format: Option<String>,
    mapping: BTreeMap<String, String>,
    end: Option<End>,
}

impl Progress {
    async fn of(ports: &Ports, batch: ImportBatchId) -> Result<Self, CommandError> {
        let stream = StreamId::new("import_batch", batch);
        let slices = ports.journal.load(vec![stream]).await?;
        let mut progress = Self::default();
        for stored in slices.iter().flat_map(|slice| &slice.events) {
            let recorded = stored
                .decode()
                .map_err(|e| CommandError::Unreadable(e.to_string()))?;
            if let domain::Event::ImportEvent(event) = recorded.event {
                progress.take_in(event);
            }
        }
        Ok(progress)
    }

    fn take_in(&mut self, event: ImportEvent) {
        let otherwise = |why: &str| Some(End::Otherwise(why.to_owned()));
        match event {
            ImportEvent::ImportMapped { format, mapping, .. } => {
                self.format = Some(format);
                self.mapping = mapping;
            }
            ImportEvent::ImportProgressed {
                totals,
                done_millionths,
                ..
            } => {
                self.totals = totals;
                self.done_millionths = done_millionths;
            }
            ImportEvent::ImportCompleted { totals } => {
                self.totals = totals;
                self.end = Some(End::Completed);
            }
            ImportEvent::ImportFailed { error } => self.end = Some(End::Otherwise(error)),
            ImportEvent::ImportCancelled { .. } => self.end = otherwise("the import was cancelled"),
            ImportEvent::ImportUndoRequested { .. } | ImportEvent::ImportUndone { .. } => {
                self.end = otherwise("the import was taken back");
            }
            ImportEvent::ImportStarted { .. }
            | ImportEvent::ImportPulled { .. }
            | ImportEvent::RowsFolded { .. }
            | ImportEvent::RowsRejected { .. } => {}
        }
    }

    fn show(&self, bar: &ProgressBar) {
        if let Some(done) = self.done_millionths {
            bar.set_position(u64::from(done));
        }
        let seconds = bar.elapsed().as_secs_f64().max(0.001);
        let rate = self.totals.rows as f64 / seconds;
        bar.set_message(format!("{} rows, {rate:.0} a second", self.totals.rows));
        bar.tick();
    }
}

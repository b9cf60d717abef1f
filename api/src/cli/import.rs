//! `voicedrop import`: a contact list into a campaign, with the same figures at the end as the page; or a dry run that records
//! nothing.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use clap::Args;
use commands::{
    CommandContext, CommandError, Ports,
    authorization::{Action, Permit},
    execute::execute,
    ports::{ReadLimits, RejectedRow, RowOutcome, TableChoice, TableOpener},
    processes::{Kind, Processes, ProcessesSettings},
    stream::{Loaded, load, load_many},
    use_cases::{ImportRequest, start_import},
};
use domain::{
    CampaignId, ContactId, CorrelationId, OrganizationId, UserId,
    campaign::{Campaign, CampaignCommand, CampaignType},
    contact::Contact,
    import::{ContactSource, ImportBatch, ImportOrigin, ImportStatus, ImportTotals},
    organization::{Organization, Role},
};
use import_files::ContactFiles;
use indicatif::ProgressBar;
use projections::queries::{CampaignFilter, PageRequest, Visible};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{CliError, demo::read_file, output};
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
};

/// Contacts looked up at once in a dry run.
const CHUNK: usize = 1_000;
/// Rejected rows that are printed, at most.
const ERRORS_PRINTED_MAX: usize = 10_000;
/// How often a running import is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(50);

/// What to import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The contact list: CSV or Excel.
    file: PathBuf,
    /// Name of the campaign; made when there is none of that name.
    #[arg(long, value_name = "NAME", required_unless_present = "dry_run")]
    campaign: Option<String>,
    /// Where the contacts come from, such as title_rep, mojo_dialer, csv_import.
    #[arg(long, default_value = "title_rep")]
    source: ContactSource,
    /// Read and count only; record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// The organization, when there are several.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
}

#[derive(Debug, Default, Serialize)]
struct Printed {
    rows: u64,
    created: u64,
    duplicates: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    mapping: BTreeMap<String, String>,
    errors: Vec<RejectedRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<String>,
}

pub(super) async fn run(config: Config, args: ImportArgs) -> Result<(), CliError> {
    let file = read_file(&args.file)?;
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let outcome = if args.dry_run {
        dry_run(&application, &args, file).await
    } else {
        real(&application, &args, file).await
    };
    application.close().await;
    let printed = outcome?;
    if args.json {
        return output::json(&printed);
    }
    output::line(&format!(
        "{} rows: {} contacts created, {} duplicates, {} rejected",
        printed.rows, printed.created, printed.duplicates, printed.rejected
    ))?;
    for error in &printed.errors {
        output::line(&format!("  row {}: {}: {}", error.row, error.field, error.error))?;
    }
    Ok(())
}

/// The organization of this database when there is just one.
pub(super) async fn only_organization(application: &Application) -> Result<OrganizationId, CliError> {
    let head = application
        .ports
        .journal
        .head()
        .await
        .map_err(CommandError::from)?;
    application
        .read_side
        .step_until(head)
        .await
        .map_err(StartError::from)?;
    let known = application
        .read_side
        .queries()
        .organizations()
        .await
        .map_err(|e| CliError::Usage(e.to_string()))?;
    match known.as_slice() {
        [only] => Ok(only.organization_id),
        [] => Err(CliError::Usage(
            "there is no organization yet; start with `voicedrop serve --demo` or `voicedrop demo`".into(),
        )),
        _ => Err(CliError::Usage(
            "there are several organizations; name one with --organization".into(),
        )),
    }
}

async fn dry_run(application: &Application, args: &ImportArgs, file: Bytes) -> Result<Printed, CliError> {
    let organization = match args.organization {
        Some(id) => Some(id),
        None => only_organization(application).await.ok(),
    };
    let mut reader = ContactFiles
        .open(
            Box::new(std::io::Cursor::new(file)),
            &TableChoice::default(),
            ReadLimits::default(),
        )
        .map_err(CommandError::from)?;
    let mut printed = Printed {
        mapping: reader.summary().mapping.clone(),
        format: Some(reader.summary().description.clone()),
        ..Printed::default()
    };
    let (mut seen, mut people) = (HashSet::new(), Vec::new());
    while let Some(row) = reader.next_row() {
        printed.rows += 1;
        match row.map_err(CommandError::from)? {
            RowOutcome::Rejected(rejected) => {
                printed.rejected += 1;
                if printed.errors.len() < ERRORS_PRINTED_MAX {
                    printed.errors.push(rejected);
                }
            }
            RowOutcome::Contact(contact) if seen.insert(contact.phone.clone()) => people.push(contact.phone),
            RowOutcome::Contact(_) => printed.duplicates += 1,
        }
    }
    let known = match organization {
        Some(organization) => count_known(&application.ports, organization, &people).await?,
        None => 0,
    };
    printed.duplicates += known;
    printed.created = people.len() as u64 - known;
    Ok(printed)
}

async fn count_known(
    ports: &Ports,
    organization: OrganizationId,
    numbers: &[domain::PhoneNumber],
) -> Result<u64, CommandError> {
    let mut known = 0;
    for chunk in numbers.chunks(CHUNK) {
        let indexes = ports.keys.phone_indexes(organization, chunk).await?;
        let ids: Vec<ContactId> = indexes
            .iter()
            .map(|index| commands::people::contact_id(organization, index))
            .collect();
        let contacts: Vec<Loaded<Contact>> = load_many(ports, organization, ids).await?;
        known += contacts.iter().filter(|c| c.exists()).count() as u64;
    }
    Ok(known)
}

/// Acts as an admin of the organization: whoever has this command has the database and its master key.
async fn admin(ports: &Ports, organization: OrganizationId) -> Result<(UserId, Permit), CliError> {
    let loaded: Loaded<Organization> = load(ports, organization, organization).await?;
    let user = loaded
        .state()
        .members
        .iter()
        .find(|(_, m)| m.role == Role::Admin)
        .map(|(user, _)| *user);
    let user = user.ok_or_else(|| CliError::Usage("there is no such organization".into()))?;
    let principal = commands::access::principal(ports, organization, user).await?;
    let principal = principal.ok_or_else(|| CliError::Usage("the organization has no admin".into()))?;
    Ok((
        user,
        commands::access::on_organization(&principal, Action::WriteContacts)?,
    ))
}

async fn real(application: &Application, args: &ImportArgs, file: Bytes) -> Result<Printed, CliError> {
    let ports = &application.ports;
    let organization = match args.organization {
        Some(id) => id,
        None => only_organization(application).await?,
    };
    let (user, permit) = admin(ports, organization).await?;
    let context = CommandContext::of(&permit, CorrelationId::from_uuid(ports.ids.next()));
    let name = args.campaign.clone().unwrap_or_default();
    let campaign = named_campaign(application, &context, user, &name).await?;
    let sha256 = hex::encode(Sha256::digest(&file));
    let blob_key = format!("uploads/{organization}/{sha256}");
    ports
        .blobs
        .put(&blob_key, file)
        .await
        .map_err(CommandError::from)?;
    let file_name = args
        .file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let request = ImportRequest {
        campaign: Some(campaign),
        source: args.source,
        file_name: Some(file_name),
        origin: ImportOrigin {
            blob_key: Some(blob_key),
            sha256: Some(sha256),
            ..ImportOrigin::default()
        },
    };
    let started = start_import(ports, &context, request).await?;
    if started.repeated {
        output::complain("this file was imported into this campaign before; nothing was made again");
    }
    let totals = finish(application, organization, started.batch, args.json).await?;
    Ok(Printed {
        rows: totals.rows,
        created: totals.created,
        duplicates: totals.duplicates,
        rejected: totals.rejected,
        import: Some(started.batch.to_string()),
        ..Printed::default()
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
async fn finish(
    application: &Application,
    organization: OrganizationId,
    batch: domain::ImportBatchId,
    silent: bool,
) -> Result<ImportTotals, CliError> {
    let ports = &application.ports;
    let processes = Arc::new(Processes::new(ports.clone(), ProcessesSettings::default()));
    let bar = if silent {
        ProgressBar::hidden()
    } else {
        ProgressBar::new_spinner()
    };
    let work = async {
        loop {
            processes.plan_step().await?;
            processes.work_step(Kind::Import).await?;
            tokio::time::sleep(LOOK).await;
        }
    };
    let watch = async {
        loop {
            let import: Loaded<ImportBatch> = load(ports, organization, batch).await?;
            let (status, totals) = (import.state().status, import.state().totals);
            bar.set_message(format!("{} rows", totals.rows));
            bar.tick();
            match status {
                ImportStatus::Completed => return Ok(totals),
                ImportStatus::Failed => {
                    return Err(CommandError::invalid(
                        "the file was refused; run with --dry-run to see why",
                    ));
                }
                ImportStatus::Cancelled => return Err(CommandError::invalid("the import was cancelled")),
                ImportStatus::Undone | ImportStatus::Undoing => {
                    return Err(CommandError::invalid("the import was taken back"));
                }
                ImportStatus::Running | ImportStatus::Absent => tokio::time::sleep(LOOK).await,
            }
        }
    };
    let totals: Result<ImportTotals, CommandError> = tokio::select! {
        totals = watch => totals,
        failed = work => failed,
    };
    bar.finish_and_clear();
    Ok(totals?)
}

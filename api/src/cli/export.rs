//! `voicedrop export`: what lies on the screens as files, for the operator: contacts, scripts, deliveries and figures as CSV, a digest as PDF
//! or as a page. To a file or to standard output, streamed; a file that breaks off is removed.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use commands::CommandError;
use documents::{digest_html, digest_pdf};
use domain::{CampaignId, OrganizationId};
use futures::StreamExt;
use projections::queries::{
    CampaignContactFilter, CampaignFilter, ContactFilter, PageRequest, ReadModels, ResultFilter,
    ScriptFilter, Visible,
};

use super::CliError;
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
    digest::on_paper,
    exports::{Export, Source},
};

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Contacts, of a campaign when it is named.
    Contacts,
    /// The scripts of a campaign, with their words.
    Scripts,
    /// What became of the voicemails of a campaign.
    Deliveries,
    /// Figures of a campaign, or of all.
    Analytics,
    /// The digest of a campaign that has ended: a PDF, or a page when the file's name ends in .html.
    Digest,
}

/// What is written, and where to.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What.
    #[arg(value_enum)]
    what: What,
    /// Id or name of the campaign.
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// The file; standard output when none is named.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The organization, when there are several.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
}

pub(super) async fn run(config: Config, args: ExportArgs) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let done = export(&application, &args).await;
    application.close().await;
    done
}

fn asked(error: impl std::fmt::Display) -> CliError {
    CliError::Usage(error.to_string())
}

async fn export(application: &Application, args: &ExportArgs) -> Result<(), CliError> {
    let head = application
        .ports
        .journal
        .head()
        .await
        .map_err(CommandError::from)?;
    let caught_up = application.read_side.step_until(head).await;
    caught_up.map_err(StartError::from)?;
    let organization = match args.organization {
        Some(id) => id,
        None => super::acting::only_organization(application).await?,
    };
    let queries = application.read_side.queries();
    let campaign = match &args.campaign {
        Some(named) => Some(campaign(queries.as_ref(), organization, named).await?),
        None => None,
    };
    let needed = || campaign.ok_or_else(|| CliError::Usage("name a campaign with --campaign".into()));
    let export = match args.what {
        What::Digest => return digest(application, organization, needed()?, args.output.as_deref()).await,
        What::Contacts => Export::Contacts {
            filter: ContactFilter {
                campaign,
                ..ContactFilter::default()
            },
        },
        What::Scripts => Export::Scripts {
            campaign: needed()?,
            filter: ScriptFilter::default(),
        },
        What::Deliveries => Export::Deliveries {
            campaign: needed()?,
            filter: CampaignContactFilter::default(),
        },
        What::Analytics => Export::Analytics {
            campaign,
            filter: ResultFilter::default(),
        },
    };
    let source = Source {
        ports: application.ports.clone(),
        queries,
        organization,
        visible: Visible::All,
    };
    let mut pieces = source.export(export).await.map_err(asked)?;
    let mut file = Written::begin(args.output.as_deref())?;
    while let Some(piece) = pieces.next().await {
        file.write(&piece.map_err(asked)?)?;
    }
    file.keep()
}

/// By id, or by its whole name when just one has it.
async fn campaign(
    queries: &dyn ReadModels,
    organization: OrganizationId,
    named: &str,
) -> Result<CampaignId, CliError> {
    let bare = named.strip_prefix("campaign:").unwrap_or(named);
    if let Ok(id) = bare.parse() {
        return Ok(id);
    }
    let filter = CampaignFilter {
        name: Some(named.to_owned()),
        ..CampaignFilter::default()
    };
    let request = PageRequest {
        after: None,
        limit: 100,
    };
    let found = queries
        .campaigns(organization, &Visible::All, &filter, request)
        .await;
    let found = found.map_err(asked)?.into_rows();
    let same: Vec<_> = found.iter().filter(|row| row.name == named).collect();
    match same.as_slice() {
        [only] => Ok(only.campaign_id),
        [] => Err(CliError::Usage(format!("there is no campaign called {named}"))),
        _ => Err(CliError::Usage(format!(
            "several campaigns are called {named}; give the id of one"
        ))),
    }
}

async fn digest(
    application: &Application,
    organization: OrganizationId,
    campaign: CampaignId,
    output: Option<&Path>,
) -> Result<(), CliError> {
    let queries = application.read_side.queries();
    let document = on_paper(
        &application.ports,
        queries.as_ref(),
        organization,
        &Visible::All,
        campaign,
    );
    let none = || CliError::Usage("there is no digest: the campaign is not there, or has not ended".into());
    let document = document.await.map_err(asked)?.ok_or_else(none)?;
    let is_page = output.is_some_and(|file| file.extension().is_some_and(|e| e == "html"));
    let content = if is_page {
        digest_html(&document).map(String::into_bytes)
    } else {
        digest_pdf(&document)
    };
    let mut file = Written::begin(output)?;
    file.write(&content.map_err(asked)?)?;
    file.keep()
}

/// A file in the making, or standard output.
struct Written {
    file: Option<(tempfile::NamedTempFile, PathBuf)>,
}

impl Written {
    /// The file gets its name when it is whole.
    fn begin(output: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = output else {
            return Ok(Self { file: None });
        };
        let beside = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(beside).map_err(|e| Self::failed(path, &e))?;
        Ok(Self {
            file: Some((file, path.to_owned())),
        })
    }

    fn failed(path: &Path, error: &std::io::Error) -> CliError {
        CliError::File {
            what: path.display().to_string(),
            reason: error.to_string(),
        }
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), CliError> {
        match &mut self.file {
            Some((file, path)) => file.write_all(piece).map_err(|e| Self::failed(path, &e)),
            None => super::output::bytes(piece),
        }
    }

    fn keep(self) -> Result<(), CliError> {
        let Some((file, path)) = self.file else {
            return Ok(());
        };
        let kept = file.persist(&path);
        kept.map(drop).map_err(|e| Self::failed(&path, &e.error))
    }
}

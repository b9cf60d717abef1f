//! What lies on a screen as a CSV file: the same rows by the same filters, page by page, so that a hundred thousand rows take the memory of
//! one page. A file whose making fails breaks off, so that nobody takes a part for the whole.

mod analytics;
mod cells;
mod contacts;
mod deliveries;
mod rejected_rows;
mod scripts;

use std::sync::Arc;

use bytes::Bytes;
use commands::{Ports, people::details_of, ports::OpenError};
use domain::{CampaignId, ContactId, ImportBatchId, OrganizationId, PersonalDetails};
use futures::{StreamExt, stream::BoxStream};
use projections::{
    models::CampaignRow,
    queries::{
        CampaignContactFilter, ContactFilter, PAGE_ROWS_MAX, PageRequest, QueryError, ReadModels,
        ResultFilter, ScriptFilter, Visible,
    },
};
use serde::{Deserialize, Serialize};

/// Before the header: spreadsheets tell by this mark that the file is UTF-8.
const MARK: &str = "\u{feff}";
/// What stands for what a carrier does not report.
const NOT_REPORTED: &str = "not reported";
/// What stands for personal data that is gone.
const ERASED: &str = "[erased]";

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Export {
    /// Contacts, newest first.
    Contacts {
        /// Which.
        filter: ContactFilter,
    },
    /// The scripts of a campaign.
    Scripts {
        /// Which campaign.
        campaign: CampaignId,
        /// Which of its scripts.
        filter: ScriptFilter,
    },
    /// What became of the voicemails of a campaign.
    Deliveries {
        /// Which campaign.
        campaign: CampaignId,
        /// Which of its contacts.
        filter: CampaignContactFilter,
    },
    /// The figures of a campaign, or of all that a person sees.
    Analytics {
        /// Which campaign.
        campaign: Option<CampaignId>,
        /// Of all, which.
        #[serde(default)]
        filter: ResultFilter,
    },
    /// Rows of an import that became no contact.
    RejectedRows {
        /// Which import.
        import: ImportBatchId,
    },
}

impl Export {
    /// What the file is called.
    pub const fn file_name(&self) -> &'static str {
        match self {
            Self::Contacts { .. } => "contacts.csv",
            Self::Scripts { .. } => "scripts.csv",
            Self::Deliveries { .. } => "deliveries.csv",
            Self::Analytics { .. } => "analytics.csv",
            Self::RejectedRows { .. } => "rejected.csv",
        }
    }

    /// What an auditor who takes it has looked at; nothing for figures and for what names nobody by the read models.
    pub fn looked_at(&self) -> Option<String> {
        match self {
            Self::Contacts { .. } => Some("contacts-export".to_owned()),
            Self::Scripts { campaign, .. } => Some(format!("scripts-export:{campaign}")),
            Self::Deliveries { campaign, .. } => Some(format!("deliveries-export:{campaign}")),
            Self::Analytics { .. } | Self::RejectedRows { .. } => None,
        }
    }
}

/// Where the rows come from, and how far whoever asks sees.
#[derive(Debug, Clone)]
pub struct Source {
    /// Keys and contacts' own streams.
    pub ports: Ports,
    /// The read models.
    pub queries: Arc<dyn ReadModels>,
    /// The tenant.
    pub organization: OrganizationId,
    /// How far is seen.
    pub visible: Visible,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It does not exist, or is not theirs.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The read models can't be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// The file breaks off, so that nobody takes a part for the whole.
#[derive(Debug, thiserror::Error)]
#[error("the rows can't be read at this moment; load the file again")]
pub struct BrokenOff;

fn broken_off(error: impl std::fmt::Display) -> BrokenOff {
    tracing::error!("an export breaks off: {error}");
    BrokenOff
}

/// A file in pieces.
pub type Pieces = BoxStream<'static, Result<Bytes, BrokenOff>>;

impl Source {
    /// Begins the file. What is not theirs is not there.
    pub async fn export(self, export: Export) -> Result<Pieces, ExportError> {
        Ok(match export {
            Export::Contacts { filter } => pages(self, contacts::Contacts { filter }),
            Export::Scripts { campaign, filter } => {
                let campaign = self.campaign(campaign).await?.campaign_id;
                pages(self, scripts::Scripts { campaign, filter })
            }
            Export::Deliveries { campaign, filter } => {
                let campaign = self.campaign(campaign).await?;
                pages(self, deliveries::Deliveries { campaign, filter })
            }
            Export::Analytics { campaign, filter } => {
                let campaign = match campaign {
                    Some(id) => Some(self.campaign(id).await?),
                    None => None,
                };
                pages(self, analytics::Analytics { campaign, filter })
            }
            Export::RejectedRows { import } => {
                self.see_import(import).await?;
                pages(self, rejected_rows::RejectedRows { import })
            }
        })
    }

    async fn campaign(&self, id: CampaignId) -> Result<CampaignRow, ExportError> {
        let row = self
            .queries
            .campaign(self.organization, &self.visible, id)
            .await?;
        row.ok_or(ExportError::NotFound("campaign"))
    }

    /// An import into a campaign is there only for those who see the campaign.
    async fn see_import(&self, id: ImportBatchId) -> Result<(), ExportError> {
        let missing = || ExportError::NotFound("import");
        let import = self
            .queries
            .import(self.organization, id)
            .await?
            .ok_or_else(missing)?;
        match import.campaign_id {
            Some(campaign) => match self.campaign(campaign).await {
                Err(ExportError::NotFound(_)) => Err(missing()),
                other => other.map(drop),
            },
            None => Ok(()),
        }
    }

    /// Details of contacts in their order; nothing of those whose data is gone.
    async fn details(&self, ids: &[ContactId]) -> Result<Vec<Option<PersonalDetails>>, BrokenOff> {
        let opened = details_of(&self.ports, self.organization, ids).await;
        let opened = opened.map_err(broken_off)?;
        opened.into_iter().map(readable).collect()
    }
}

/// What was opened; nothing when it is gone or damaged.
fn readable<T>(opened: Result<T, OpenError>) -> Result<Option<T>, BrokenOff> {
    match opened {
        Ok(clear) => Ok(Some(clear)),
        Err(OpenError::Erased) => Ok(None),
        Err(OpenError::Damaged) => {
            tracing::error!("an envelope is damaged or belongs to another contact");
            Ok(None)
        }
        Err(OpenError::Port(error)) => Err(broken_off(error)),
    }
}

/// A table that is read page by page.
trait Table: Send + 'static {
    /// The first line, without a line's end.
    const HEADER: &'static str;
    /// The place of a row.
    type Place: Send + 'static;

    /// The lines after a place, and the place of the last where there are more.
    fn page(
        &self,
        source: &Source,
        after: Option<Self::Place>,
    ) -> impl Future<Output = Result<(String, Option<Self::Place>), BrokenOff>> + Send;
}

/// Where a file goes on.
enum Next<P> {
    Header,
    Rows(Option<P>),
    End,
}

fn pages<T: Table + Sync>(source: Source, table: T) -> Pieces {
    let begun = (source, table, Next::Header);
    let pieces = futures::stream::try_unfold(begun, |(source, table, next)| async move {
        let after = match next {
            Next::Header => {
                let header = Bytes::from(format!("{MARK}{}\r\n", T::HEADER));
                return Ok(Some((header, (source, table, Next::Rows(None)))));
            }
            Next::Rows(after) => after,
            Next::End => return Ok(None),
        };
        let (lines, end) = table.page(&source, after).await?;
        let next = end.map_or(Next::End, |place| Next::Rows(Some(place)));
        Ok(Some((Bytes::from(lines), (source, table, next))))
    });
    pieces.boxed()
}

const fn request<P>(after: Option<P>) -> PageRequest<P> {
    PageRequest {
        after,
        limit: PAGE_ROWS_MAX,
    }
}

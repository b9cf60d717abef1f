//! What can happen to an import. Storage formats: names and fields only ever grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CampaignId, ContactId, ImportBatchId, Sealed, UserId, aggregate::event_names};

/// Where contacts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactSource {
    /// A title company's list.
    TitleRep,
    /// Google Contacts.
    GoogleContacts,
    /// The CRM.
    Database,
    /// Mojo Dialer.
    MojoDialer,
    /// By hand.
    Manual,
    /// Any other file.
    CsvImport,
    /// An API push.
    ApiIntegration,
}

impl ContactSource {
    /// Every source there is.
    pub const ALL: [Self; 7] = [
        Self::TitleRep,
        Self::GoogleContacts,
        Self::Database,
        Self::MojoDialer,
        Self::Manual,
        Self::CsvImport,
        Self::ApiIntegration,
    ];

    /// The source as stored and shown, such as `title_rep`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TitleRep => "title_rep",
            Self::GoogleContacts => "google_contacts",
            Self::Database => "database",
            Self::MojoDialer => "mojo_dialer",
            Self::Manual => "manual",
            Self::CsvImport => "csv_import",
            Self::ApiIntegration => "api_integration",
        }
    }
}

impl std::str::FromStr for ContactSource {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|s| s.as_str()).collect();
            format!("not a contact source: expected one of {}", known.join(", "))
        })
    }
}

/// A row that became no contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRowRecord {
    /// Number of the row in the file, from 1.
    pub row: u64,
    /// The field at fault.
    pub field: String,
    /// Why, without the value.
    pub error: String,
    /// The value at fault, under the organization's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Sealed>,
}

/// How many rows came to what. `rows` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportTotals {
    /// Data rows that are not blank.
    pub rows: u64,
    /// Contacts made.
    pub created: u64,
    /// Rows that fold into a contact of this file or an existing one.
    pub duplicates: u64,
    /// Rows without a usable number.
    pub rejected: u64,
}

impl ImportTotals {
    /// Whether every row is accounted for.
    pub const fn add_up(&self) -> bool {
        self.rows
            == self
                .created
                .saturating_add(self.duplicates)
                .saturating_add(self.rejected)
    }
}

/// What happened to an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportEvent {
    /// It began.
    ImportStarted {
        /// Its own id.
        batch_id: ImportBatchId,
        /// Where the contacts come from.
        source: ContactSource,
        /// Key of the uploaded file in the blob store.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob_key: Option<String>,
        /// Name of the file, under the organization's key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_name: Option<Sealed>,
        /// SHA-256 of the file, hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        /// The user's own choice of columns, header text to field; empty for our guess.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        mapping: BTreeMap<String, String>,
        /// The campaign that the contacts go to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign_id: Option<CampaignId>,
    },
    /// A chunk is done; the figures are totals so far.
    ImportProgressed {
        /// Number of the chunk, from 1.
        chunk: u32,
        /// Totals up to here.
        totals: ImportTotals,
    },
    /// Rows that became no contact.
    RowsRejected {
        /// Number of the chunk.
        chunk: u32,
        /// At most 500 an event.
        rows: Vec<RejectedRowRecord>,
    },
    /// All rows are done.
    ImportCompleted {
        /// The final figures.
        totals: ImportTotals,
    },
    /// It could not go on.
    ImportFailed {
        /// Why, for a person to act on.
        error: String,
    },
    /// What it made was taken back.
    ImportUndone {
        /// Who.
        by: UserId,
        /// Contacts taken out.
        removed: u64,
        /// Contacts kept, because they were used since.
        kept_because_used: Vec<ContactId>,
    },
}

event_names!(ImportEvent {
    ImportStarted = "1",
    ImportProgressed = "1",
    RowsRejected = "1",
    ImportCompleted = "1",
    ImportFailed = "1",
    ImportUndone = "1",
});

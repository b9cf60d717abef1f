//! What can happen to an import. Storage formats: names and fields only ever grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CampaignId, ConnectionId, ContactId, ImportBatchId, Sealed, UserId, aggregate::event_names};

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

/// A row that folded into a contact that was there, from this file or from before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedRowRecord {
    /// Number of the row in the file, from 1.
    pub row: u64,
    /// The contact that has its number.
    pub contact: ContactId,
    /// An earlier row of the same file made that contact.
    pub in_file: bool,
    /// The row filled blanks of the contact.
    pub filled: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
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
    /// Of the duplicates: rows that filled blanks of a known contact.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub filled: u64,
    /// Rows whose source says that the person must not be contacted; counted above, too.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub do_not_contact: u64,
    /// Contacts made whose number is on a suppression list; counted above, too.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suppressed: u64,
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

    /// Whether any of the figures is below what it was.
    pub const fn falls_below(&self, before: &Self) -> bool {
        self.created < before.created
            || self.duplicates < before.duplicates
            || self.rejected < before.rejected
            || self.filled < before.filled
            || self.do_not_contact < before.do_not_contact
            || self.suppressed < before.suppressed
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
        /// The sheet that was chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<String>,
        /// The header row that was chosen, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header_row: Option<u64>,
        /// Cells corrected and rows left out by hand, as JSON under the organization's key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrections: Option<Sealed>,
        /// The account that the contacts are pulled from or pushed by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connection_id: Option<ConnectionId>,
        /// The list of that account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// The file of a pull is complete and lies in the blob store.
    ImportPulled {
        /// Key of the file in the blob store.
        blob_key: String,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// Contacts in it.
        contacts: u64,
    },
    /// The file was opened: this is how its rows are read, from the first to the last.
    ImportMapped {
        /// What kind of file it is, such as `csv`.
        format: String,
        /// The sheet that is read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<String>,
        /// Number of the header row, from 1.
        header_row: u64,
        /// Header text to field; columns that are not named are not read.
        mapping: BTreeMap<String, String>,
    },
    /// A chunk is done; the figures are totals so far.
    ImportProgressed {
        /// Number of the chunk, from 1.
        chunk: u32,
        /// Totals up to here.
        totals: ImportTotals,
        /// Millionths of the file that are read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done_millionths: Option<u32>,
    },
    /// Rows that folded into contacts that were there.
    RowsFolded {
        /// Number of the chunk.
        chunk: u32,
        /// At most 500 an event.
        rows: Vec<FoldedRowRecord>,
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
    /// Someone stopped it; what was made stays.
    ImportCancelled {
        /// Who.
        by: UserId,
    },
    /// Someone wants it taken back; that is under way from here on.
    ImportUndoRequested {
        /// Who.
        by: UserId,
    },
    /// What it made was taken back.
    ImportUndone {
        /// Who.
        by: UserId,
        /// Contacts taken out.
        removed: u64,
        /// Contacts kept, because they were used since; the first 1,000 of them.
        kept_because_used: Vec<ContactId>,
        /// How many were kept.
        #[serde(default, skip_serializing_if = "is_zero")]
        kept: u64,
    },
}

event_names!(ImportEvent {
    ImportStarted = "1",
    ImportPulled = "1",
    ImportMapped = "1",
    ImportProgressed = "1",
    RowsRejected = "1",
    RowsFolded = "1",
    ImportCompleted = "1",
    ImportFailed = "1",
    ImportCancelled = "1",
    ImportUndoRequested = "1",
    ImportUndone = "1",
});

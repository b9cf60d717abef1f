//! What an import is after its events.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ContactSource, ImportEvent, ImportTotals};
use crate::{CampaignId, ConnectionId, ImportBatchId, Sealed, UserId};

/// Where an import stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Not begun.
    #[default]
    Absent,
    /// Rows are being read.
    Running,
    /// All rows are done.
    Completed,
    /// It could not go on; what was made stays.
    Failed,
    /// Someone stopped it; what was made stays.
    Cancelled,
    /// It is being taken back.
    Undoing,
    /// It was taken back.
    Undone,
}

impl ImportStatus {
    /// It came to nothing that counts: the same may be imported again.
    pub const fn is_void(self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled | Self::Undone)
    }

    /// The status as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for ImportStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An import as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportBatch {
    /// Its id, once begun.
    pub id: Option<ImportBatchId>,
    /// Where it stands.
    pub status: ImportStatus,
    /// Where the contacts come from.
    pub source: Option<ContactSource>,
    /// Key of the file in the blob store.
    pub blob_key: Option<String>,
    /// SHA-256 of the file, hex.
    pub sha256: Option<String>,
    /// The user's own choice of columns.
    pub mapping: std::collections::BTreeMap<String, String>,
    /// The campaign that the contacts go to.
    pub campaign: Option<CampaignId>,
    /// The sheet that was chosen, or is read.
    pub sheet: Option<String>,
    /// The header row that was chosen, or is read.
    pub header_row: Option<u64>,
    /// How the file is read has been recorded and stays.
    pub mapped: bool,
    /// Cells corrected and rows left out by hand, as JSON, sealed.
    pub corrections: Option<Sealed>,
    /// The account that the contacts are pulled from or pushed by.
    pub connection: Option<ConnectionId>,
    /// The list of that account.
    pub list: Option<String>,
    /// Who asked for it to be taken back.
    pub undo_by: Option<UserId>,
    /// The last chunk recorded.
    pub chunk: u32,
    /// Figures so far.
    pub totals: ImportTotals,
}

impl ImportBatch {
    pub(super) fn take_in(&mut self, event: &ImportEvent) {
        match event {
            ImportEvent::ImportStarted {
                batch_id,
                source,
                blob_key,
                sha256,
                mapping,
                campaign_id,
                sheet,
                header_row,
                corrections,
                connection_id,
                list,
                file_name: _,
            } => {
                self.id = Some(*batch_id);
                self.status = ImportStatus::Running;
                self.source = Some(*source);
                self.blob_key.clone_from(blob_key);
                self.sha256.clone_from(sha256);
                self.mapping.clone_from(mapping);
                self.campaign = *campaign_id;
                self.sheet.clone_from(sheet);
                self.header_row = *header_row;
                self.corrections.clone_from(corrections);
                self.connection = *connection_id;
                self.list.clone_from(list);
            }
            ImportEvent::ImportPulled { blob_key, sha256, .. } => {
                self.blob_key = Some(blob_key.clone());
                self.sha256 = Some(sha256.clone());
            }
            ImportEvent::ImportMapped {
                sheet,
                header_row,
                mapping,
                ..
            } => {
                self.mapped = true;
                self.sheet.clone_from(sheet);
                self.header_row = Some(*header_row);
                self.mapping.clone_from(mapping);
            }
            ImportEvent::ImportProgressed { chunk, totals, .. } => {
                self.chunk = *chunk;
                self.totals = *totals;
            }
            ImportEvent::RowsRejected { .. } | ImportEvent::RowsFolded { .. } => {}
            ImportEvent::ImportCompleted { totals } => {
                self.status = ImportStatus::Completed;
                self.totals = *totals;
            }
            ImportEvent::ImportFailed { .. } => self.status = ImportStatus::Failed,
            ImportEvent::ImportCancelled { .. } => self.status = ImportStatus::Cancelled,
            ImportEvent::ImportUndoRequested { by } => {
                self.status = ImportStatus::Undoing;
                self.undo_by = Some(*by);
            }
            ImportEvent::ImportUndone { .. } => self.status = ImportStatus::Undone,
        }
    }
}

//! What can be asked of an import.

use std::collections::BTreeMap;

use super::{ContactSource, ImportTotals, RejectedRowRecord};
use crate::{CampaignId, ContactId, ImportBatchId, Sealed, UserId};

/// What can be asked of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportCommand {
    /// Begin.
    Start {
        /// Its id.
        id: ImportBatchId,
        /// Where the contacts come from.
        source: ContactSource,
        /// Key of the uploaded file in the blob store.
        blob_key: Option<String>,
        /// Name of the file, sealed.
        file_name: Option<Sealed>,
        /// SHA-256 of the file, hex.
        sha256: Option<String>,
        /// The user's own choice of columns.
        mapping: BTreeMap<String, String>,
        /// The campaign that the contacts go to.
        campaign: Option<CampaignId>,
    },
    /// Record a chunk; one that is recorded already is passed over.
    RecordChunk {
        /// Number of the chunk, from 1, without gaps.
        chunk: u32,
        /// Totals up to and with this chunk.
        totals: ImportTotals,
        /// The chunk's rejected rows.
        rejected: Vec<RejectedRowRecord>,
    },
    /// Close it.
    Complete,
    /// Give it up.
    Fail {
        /// Why.
        error: String,
    },
    /// Take back what it made.
    Undo {
        /// Who.
        by: UserId,
        /// Contacts taken out.
        removed: u64,
        /// Contacts kept, because they were used since.
        kept_because_used: Vec<ContactId>,
    },
}

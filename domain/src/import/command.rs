//! What can be asked of an import.

use std::collections::BTreeMap;

use super::{ContactSource, FoldedRowRecord, ImportTotals, RejectedRowRecord};
use crate::{CampaignId, ConnectionId, ContactId, ImportBatchId, Sealed, UserId};

/// What an import reads, and how its user wants it read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOrigin {
    /// Key of the file in the blob store; nothing for a pull, whose file is made first.
    pub blob_key: Option<String>,
    /// Name of the file, sealed.
    pub file_name: Option<Sealed>,
    /// SHA-256 of the file, hex; for a push, of its idempotency key.
    pub sha256: Option<String>,
    /// The user's own choice of columns, header text to field; empty for our guess.
    pub mapping: BTreeMap<String, String>,
    /// The sheet that was chosen.
    pub sheet: Option<String>,
    /// The header row that was chosen, from 1.
    pub header_row: Option<u64>,
    /// Cells corrected and rows left out by hand, as JSON, sealed.
    pub corrections: Option<Sealed>,
    /// The account that the contacts are pulled from or pushed by.
    pub connection: Option<ConnectionId>,
    /// The list of that account.
    pub list: Option<String>,
}

/// What came of a run of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportChunk {
    /// Its number, from 1, without gaps.
    pub number: u32,
    /// Totals up to and with this chunk.
    pub totals: ImportTotals,
    /// Its rejected rows.
    pub rejected: Vec<RejectedRowRecord>,
    /// Its rows that folded into contacts that were there.
    pub folded: Vec<FoldedRowRecord>,
    /// Millionths of the file that are read, where that is known.
    pub done_millionths: Option<u32>,
}

/// What can be asked of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportCommand {
    /// Begin.
    Start {
        /// Its id.
        id: ImportBatchId,
        /// Where the contacts come from.
        source: ContactSource,
        /// The campaign that the contacts go to; nothing for the contact list alone.
        campaign: Option<CampaignId>,
        /// What is read.
        origin: ImportOrigin,
    },
    /// Record that the file of a pull is complete.
    RecordPulled {
        /// Key of the file in the blob store.
        blob_key: String,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// Contacts in it.
        contacts: u64,
    },
    /// Record how the file is read; once, before its first chunk.
    RecordMapping {
        /// What kind of file it is.
        format: String,
        /// The sheet that is read.
        sheet: Option<String>,
        /// Number of the header row, from 1.
        header_row: u64,
        /// Header text to field.
        mapping: BTreeMap<String, String>,
    },
    /// Record a chunk; one that is recorded already is passed over.
    RecordChunk(ImportChunk),
    /// Close it.
    Complete,
    /// Give it up.
    Fail {
        /// Why.
        error: String,
    },
    /// Stop it.
    Cancel {
        /// Who.
        by: UserId,
    },
    /// Ask for what it made to be taken back.
    RequestUndo {
        /// Who.
        by: UserId,
    },
    /// Record that what it made was taken back.
    Undo {
        /// Contacts taken out.
        removed: u64,
        /// Contacts kept, because they were used since: how many.
        kept: u64,
        /// The first of those.
        kept_because_used: Vec<ContactId>,
    },
}

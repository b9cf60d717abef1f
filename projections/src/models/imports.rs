//! Imports with their totals, and the rows that became no contact.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Actor, CampaignId, ImportBatchId, OrganizationId, Recorded, Sealed,
    import::{ContactSource, ImportEvent, ImportStatus, ImportTotals},
};

use super::{organization_of, stream_id};
use crate::{Json, Rows, model::read_model};

read_model! {
    /// An import.
    pub struct ImportBatchRow in "import_batches" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The import.
            batch_id: ImportBatchId,
        }
        given {
            /// Who began it.
            started_by: Actor,
        }
        /// The campaign that the contacts go to.
        campaign_id: Option<CampaignId>,
        /// Where the contacts come from.
        source: ContactSource,
        /// Name of the file, under the organization's key.
        file_name: Option<Sealed>,
        /// Key of the file in the blob store.
        blob_key: Option<String>,
        /// SHA-256 of the file, hex.
        sha256: Option<String>,
        /// The user's own choice of columns.
        mapping: Json<BTreeMap<String, String>>,
        /// Where it stands.
        status: ImportStatus,
        /// Chunks that are done.
        chunk: u32,
        /// Rows read so far.
        rows: i64,
        /// Contacts made.
        created: i64,
        /// Rows that folded into a contact that was there.
        duplicates: i64,
        /// Rows without a usable number.
        rejected: i64,
        /// Why it failed.
        error: Option<String>,
        /// Contacts taken out again when it was undone.
        undone_removed: Option<i64>,
        /// Contacts kept when it was undone, because they were used since.
        undone_kept: Option<i64>,
        /// When it began.
        started_at: DateTime<Utc>,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
        /// When it ended.
        finished_at: Option<DateTime<Utc>>,
        /// The last sequence of its stream, for commands that expect one.
        sequence: i64,
    }
}

read_model! {
    /// A row of a file that became no contact.
    pub struct RejectedRowRow in "rejected_rows" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The import.
            batch_id: ImportBatchId,
            /// Number of the row in the file, from 1.
            row_number: i64,
        }
        given {
            /// The field at fault.
            field: String,
            /// Why, without the value.
            error: String,
        }
        /// The value at fault, under the organization's key.
        value: Option<Sealed>,
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::ImportEvent(happened) = &event.event else {
        return;
    };
    let Some(batch) = stream_id::<ImportBatchId>(event) else {
        return;
    };
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    if let ImportEvent::ImportStarted { .. } = happened {
        let mut row = ImportBatchRow::blank(organization, batch, event.metadata.actor.clone());
        row.started_at = at;
        rows.import_batches.put(row);
    }
    rows.import_batches.change(&(organization, batch), |row| {
        row.take_in(happened, at);
        row.updated_at = row.updated_at.max(at);
        row.sequence = event.sequence as i64;
    });
}

impl ImportBatchRow {
    fn take_in(&mut self, event: &ImportEvent, at: DateTime<Utc>) {
        match event {
            ImportEvent::ImportStarted {
                source,
                blob_key,
                file_name,
                sha256,
                mapping,
                campaign_id,
                ..
            } => {
                self.status = ImportStatus::Running;
                self.source = *source;
                self.blob_key.clone_from(blob_key);
                self.file_name.clone_from(file_name);
                self.sha256.clone_from(sha256);
                self.mapping = Json(mapping.clone());
                self.campaign_id = *campaign_id;
            }
            ImportEvent::ImportProgressed { chunk, totals } => {
                self.chunk = *chunk;
                self.take_totals(totals);
            }
            ImportEvent::RowsRejected { .. } => {}
            ImportEvent::ImportCompleted { totals } => {
                self.status = ImportStatus::Completed;
                self.take_totals(totals);
                self.finished_at = Some(at);
            }
            ImportEvent::ImportFailed { error } => {
                self.status = ImportStatus::Failed;
                self.error = Some(error.clone());
                self.finished_at = Some(at);
            }
            ImportEvent::ImportUndone {
                removed,
                kept_because_used,
                ..
            } => {
                self.status = ImportStatus::Undone;
                self.undone_removed = Some(*removed as i64);
                self.undone_kept = Some(kept_because_used.len() as i64);
            }
        }
    }

    const fn take_totals(&mut self, totals: &ImportTotals) {
        self.rows = totals.rows as i64;
        self.created = totals.created as i64;
        self.duplicates = totals.duplicates as i64;
        self.rejected = totals.rejected as i64;
    }
}

pub(super) fn apply_rejected(event: &Recorded, rows: &mut Rows) {
    let domain::Event::ImportEvent(ImportEvent::RowsRejected { rows: rejected, .. }) = &event.event else {
        return;
    };
    let Some(batch) = stream_id::<ImportBatchId>(event) else {
        return;
    };
    for row in rejected {
        let mut rejected_row = RejectedRowRow::blank(
            organization_of(event),
            batch,
            row.row as i64,
            row.field.clone(),
            row.error.clone(),
        );
        rejected_row.value.clone_from(&row.value);
        rows.rejected_rows.put(rejected_row);
    }
}

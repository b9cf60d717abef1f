//! Imports with their totals, and the rows that became no contact.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Actor, CampaignId, ConnectionId, ContactId, ImportBatchId, OrganizationId, Recorded, Sealed,
    contact::ContactEvent,
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
        /// Header text to field: the user's own choice, and once the file was opened, all that is read.
        mapping: Json<BTreeMap<String, String>>,
        /// What kind of file it is; known once it was opened.
        format: Option<String>,
        /// The sheet that is read.
        sheet: Option<String>,
        /// Number of the header row, from 1.
        header_row: Option<i64>,
        /// The account that the contacts are pulled from or pushed by.
        connection_id: Option<ConnectionId>,
        /// The list of that account.
        list: Option<String>,
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
        /// Of the duplicates: rows that filled blanks.
        filled: i64,
        /// Rows whose source forbids contact.
        do_not_contact: i64,
        /// Contacts made whose number is on a suppression list.
        suppressed: i64,
        /// Millionths of the file that are read.
        done_millionths: Option<i64>,
        /// Why it failed.
        error: Option<String>,
        /// Contacts taken out again when it was undone, so far while that goes on.
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

read_model! {
    /// A row of a file that folded into a contact that was there.
    pub struct FoldedRowRow in "folded_rows" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The import.
            batch_id: ImportBatchId,
            /// Number of the row in the file, from 1.
            row_number: i64,
        }
        all {
            /// The contact that has its number.
            contact_id: ContactId,
            /// An earlier row of the same file made that contact.
            in_file: bool,
            /// The row filled blanks of the contact.
            filled: bool,
        }
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let happened = match &event.event {
        domain::Event::ImportEvent(happened) => happened,
        domain::Event::ContactEvent(ContactEvent::ContactRemoved { batch_id }) => {
            let at = event.metadata.recorded_at;
            rows.import_batches
                .change(&(organization_of(event), *batch_id), |row| row.lose_contact(at));
            return;
        }
        _ => return,
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
    /// One of its contacts is taken out; the end of the undo records the exact figures.
    fn lose_contact(&mut self, at: DateTime<Utc>) {
        if self.status == ImportStatus::Undoing {
            self.undone_removed = Some(self.undone_removed.unwrap_or(0) + 1);
            self.updated_at = self.updated_at.max(at);
        }
    }

    fn take_in(&mut self, event: &ImportEvent, at: DateTime<Utc>) {
        match event {
            ImportEvent::ImportStarted { .. } => self.take_start(event),
            ImportEvent::ImportPulled { blob_key, sha256, .. } => {
                self.blob_key = Some(blob_key.clone());
                self.sha256 = Some(sha256.clone());
            }
            ImportEvent::ImportMapped {
                format,
                sheet,
                header_row,
                mapping,
            } => {
                self.format = Some(format.clone());
                self.sheet.clone_from(sheet);
                self.header_row = Some(*header_row as i64);
                self.mapping = Json(mapping.clone());
            }
            ImportEvent::ImportProgressed {
                chunk,
                totals,
                done_millionths,
            } => {
                self.chunk = *chunk;
                self.done_millionths = done_millionths.map(i64::from);
                self.take_totals(totals);
            }
            ImportEvent::RowsRejected { .. } | ImportEvent::RowsFolded { .. } => {}
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
            ImportEvent::ImportCancelled { .. } => {
                self.status = ImportStatus::Cancelled;
                self.finished_at = Some(at);
            }
            ImportEvent::ImportUndoRequested { .. } => self.status = ImportStatus::Undoing,
            ImportEvent::ImportUndone {
                removed,
                kept,
                kept_because_used,
                ..
            } => {
                self.status = ImportStatus::Undone;
                self.undone_removed = Some(*removed as i64);
                // Before `kept` was counted, all of them were named.
                self.undone_kept = Some((*kept).max(kept_because_used.len() as u64) as i64);
            }
        }
    }

    fn take_start(&mut self, event: &ImportEvent) {
        let ImportEvent::ImportStarted {
            source,
            blob_key,
            file_name,
            sha256,
            mapping,
            campaign_id,
            sheet,
            header_row,
            connection_id,
            list,
            corrections: _,
            batch_id: _,
        } = event
        else {
            return;
        };

        self.status = ImportStatus::Running;
        self.source = *source;
        self.blob_key.clone_from(blob_key);
        self.file_name.clone_from(file_name);
        self.sha256.clone_from(sha256);
        self.mapping = Json(mapping.clone());
        self.campaign_id = *campaign_id;
        self.sheet.clone_from(sheet);
        self.header_row = header_row.map(|row| row as i64);
        self.connection_id = *connection_id;
        self.list.clone_from(list);
    }

    const fn take_totals(&mut self, totals: &ImportTotals) {
        self.rows = totals.rows as i64;
        self.created = totals.created as i64;
        self.duplicates = totals.duplicates as i64;
        self.rejected = totals.rejected as i64;
        self.filled = totals.filled as i64;
        self.do_not_contact = totals.do_not_contact as i64;
        self.suppressed = totals.suppressed as i64;
    }
}

pub(super) fn apply_row_outcomes(event: &Recorded, rows: &mut Rows) {
    let (domain::Event::ImportEvent(happened), Some(batch)) =
        (&event.event, stream_id::<ImportBatchId>(event))
    else {
        return;
    };
    if let ImportEvent::RowsFolded { rows: folded, .. } = happened {
        for row in folded {
            rows.folded_rows.put(FoldedRowRow {
                organization_id: organization_of(event),
                batch_id: batch,
                row_number: row.row as i64,
                contact_id: row.contact,
                in_file: row.in_file,
                filled: row.filled,
            });
        }
    }
    let ImportEvent::RowsRejected { rows: rejected, .. } = happened else {
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

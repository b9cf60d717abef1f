//! An uploaded file's rows as an import would take them, page by page, with the figures of the whole file. Records nothing;
//! what paging costs is said in `contact_lists`.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, connection::Connection};
use commands::{
    authorization::Permit,
    ports::{ReadContact, RowOutcome},
    suppression::on_a_list,
};
use projections::queries::Page;

use super::{
    super::{
        context::{Caller, caller},
        error::Problem,
        paging::{connection, cost, page},
    },
    inputs::{ColumnInput, CorrectionsInput, header_row_of, mapping_of},
};
use crate::contact_lists::{
    CutCell, Figures, Mark, PreviewRequest, PreviewRow, Previewed, StoredList, preview as look_at,
};

/// What a row would come to.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
pub enum PreviewOutcome {
    /// A contact.
    Contact,
    /// It repeats a number of an earlier row; blanks of that contact are filled.
    DuplicateInFile,
    /// A contact with its number is there; blanks of it are filled.
    DuplicateKnown,
    /// No contact.
    Rejected,
}

impl From<Mark> for PreviewOutcome {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::Contact => Self::Contact,
            Mark::DuplicateInFile => Self::DuplicateInFile,
            Mark::DuplicateKnown => Self::DuplicateKnown,
            Mark::Rejected => Self::Rejected,
        }
    }
}

/// What a row would become.
#[derive(SimpleObject)]
pub struct PreviewedContact {
    name: String,
    first_name: String,
    /// E.164.
    phone: String,
    /// Further numbers, E.164, best first.
    other_phones: Vec<String>,
    street: Option<String>,
    city: Option<String>,
    /// Postal code of the state.
    state: Option<String>,
    zip: Option<String>,
    email: Option<String>,
    listing_status: Option<String>,
    /// The source says that the person must not be contacted.
    do_not_contact: bool,
    /// The number is on a suppression list, as far as is known at this moment.
    suppressed: bool,
}

impl PreviewedContact {
    fn of(contact: ReadContact, suppressed: bool) -> Self {
        let details = contact.details;
        Self {
            name: details.name,
            first_name: details.first_name,
            phone: details.phone,
            other_phones: details.other_phones,
            street: details.street,
            city: contact.location.city,
            state: contact.location.state.map(|state| state.to_string()),
            zip: contact.location.zip,
            email: details.email,
            listing_status: contact.listing_status,
            do_not_contact: contact.do_not_contact,
            suppressed,
        }
    }
}

/// A row of the file.
#[derive(SimpleObject)]
pub struct PreviewedRow {
    /// Its number in the file, from 1.
    row: u64,
    /// Its cells in the columns' order, corrections applied.
    cells: Vec<String>,
    outcome: PreviewOutcome,
    /// The field at fault, of a rejected row.
    field: Option<String>,
    /// Why it is rejected, and what to do.
    error: Option<String>,
    /// What it would become; nothing for a rejected row.
    becomes: Option<PreviewedContact>,
}

/// How many rows would come to what; the same figures that the import will end with, as far as contacts stay as they are.
#[derive(Debug, SimpleObject)]
pub struct PreviewTotals {
    /// The sum of the next three.
    rows: u64,
    /// Contacts that would be made.
    created: u64,
    /// Rows that fold into one of those, or into a contact that is there.
    duplicates: u64,
    /// Rows without a usable number.
    rejected: u64,
    /// Rows whose source says that the person must not be contacted; counted above, too.
    do_not_contact: u64,
}

impl From<Figures> for PreviewTotals {
    fn from(figures: Figures) -> Self {
        Self {
            rows: figures.rows,
            created: figures.created,
            duplicates: figures.duplicates,
            rejected: figures.rejected,
            do_not_contact: figures.do_not_contact,
        }
    }
}

/// A cell that is longer than is read.
#[derive(Debug, SimpleObject)]
pub struct CutCellWarning {
    /// Number of its row in the file, from 1.
    row: u64,
    /// Header of its column.
    header: String,
    /// What is left out of it, for people.
    message: String,
}

impl From<&CutCell> for CutCellWarning {
    fn from(cell: &CutCell) -> Self {
        Self {
            row: cell.row,
            header: cell.column.clone(),
            message: cell.warning(),
        }
    }
}

/// A file as its import would take it.
#[derive(SimpleObject)]
pub struct ImportPreview {
    /// Of the whole file.
    totals: PreviewTotals,
    /// Headers of all columns, in the order of the rows' cells.
    headers: Vec<String>,
    /// Why the file can't be read to its end; the figures are of the rows before.
    broken: Option<String>,
    /// How many cells of the whole file are longer than is read, so that their ends are left out.
    cut_cell_count: u64,
    /// The first 100 of them.
    cut_cells: Vec<CutCellWarning>,
    /// A page of its rows, in the file's order.
    rows: Connection<String, PreviewedRow>,
}

/// Which part of which file, read how.
struct PreviewInput {
    upload_id: ID,
    sheet: Option<String>,
    header_row: Option<i64>,
    mapping: Option<Vec<ColumnInput>>,
    corrections: Option<CorrectionsInput>,
    only_errors: bool,
}

impl Caller<'_> {
    async fn preview_import(
        &self,
        input: PreviewInput,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ImportPreview, Problem> {
        let (permit, upload) = self.upload(&input.upload_id).await?;
        let corrections = input.corrections.unwrap_or_default().checked()?;
        let header_row = header_row_of(input.header_row)?;
        let mapping = mapping_of(input.mapping);
        let choice = self
            .choice(&permit, mapping, input.sheet, header_row, corrections)
            .await?;
        let asked = page::<i64>(first, after)?;
        let started = asked.after.is_some();
        let request = PreviewRequest {
            after: asked.after.and_then(|row| u64::try_from(row).ok()),
            limit: asked.limit as usize,
            only_errors: input.only_errors,
        };
        let list = StoredList {
            organization: permit.organization(),
            blob_key: &upload.blob_key,
            choice: &choice,
        };
        let state = self.state;
        let Previewed { overview, page } =
            look_at(&state.ports, &state.queries, &state.previews, list, request).await?;
        let suppressed = self.suppressed(&permit, &page.rows).await?;
        let rows = page.rows.into_iter().zip(suppressed);
        let shown = Page {
            rows: rows
                .map(|(row, suppressed)| (row.number() as i64, (row, suppressed)))
                .collect(),
            has_more: page.has_more,
        };
        let columns = overview.summary.iter().flat_map(|summary| &summary.columns);
        Ok(ImportPreview {
            totals: overview.figures.into(),
            headers: columns.map(|column| column.header.clone()).collect(),
            broken: overview.broken.clone(),
            cut_cell_count: overview.cut.count,
            cut_cells: overview.cut.first.iter().map(CutCellWarning::from).collect(),
            rows: connection(shown, started, |(row, suppressed)| shown_row(row, suppressed)),
        })
    }

    /// For each row whether its number is on a suppression list.
    async fn suppressed(&self, permit: &Permit, rows: &[PreviewRow]) -> Result<Vec<bool>, Problem> {
        let numbers: Vec<_> = rows
            .iter()
            .filter_map(|row| match &row.outcome {
                RowOutcome::Contact(contact) => Some(contact.phone.clone()),
                RowOutcome::Rejected(_) => None,
            })
            .collect();
        let (organization, ports) = (permit.organization(), &self.state.ports);
        let indexes = ports.keys.phone_indexes(organization, &numbers).await?;
        let mut found = on_a_list(ports, organization, &indexes).await?.into_iter();
        let of_rows = rows.iter().map(|row| match &row.outcome {
            RowOutcome::Contact(_) => found.next().unwrap_or(false),
            RowOutcome::Rejected(_) => false,
        });
        Ok(of_rows.collect())
    }
}

fn shown_row(row: PreviewRow, suppressed: bool) -> PreviewedRow {
    let number = row.number();
    let (field, error, becomes) = match row.outcome {
        RowOutcome::Contact(contact) => (None, None, Some(PreviewedContact::of(*contact, suppressed))),
        RowOutcome::Rejected(rejected) => (Some(rejected.field), Some(rejected.error), None),
    };
    PreviewedRow {
        row: number,
        cells: row.cells,
        outcome: row.mark.into(),
        field,
        error,
        becomes,
    }
}

/// Questions about imports that have not begun.
#[derive(Debug, Default)]
pub struct PreviewQuery;

#[Object]
impl PreviewQuery {
    /// A file that the caller has uploaded, as its import would take it. The first look reads the whole file; pages that
    /// follow each other are cheap for two minutes.
    #[graphql(complexity = "50 + cost(first, child_complexity)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each choice that a client can make"
    )]
    async fn preview_import(
        &self,
        ctx: &Context<'_>,
        upload_id: ID,
        sheet: Option<String>,
        header_row: Option<i64>,
        mapping: Option<Vec<ColumnInput>>,
        corrections: Option<CorrectionsInput>,
        #[graphql(default, desc = "Rejected rows alone.")] only_errors: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ImportPreview, Problem> {
        let input = PreviewInput {
            upload_id,
            sheet,
            header_row,
            mapping,
            corrections,
            only_errors,
        };
        caller(ctx)?.preview_import(input, first, after).await
    }
}

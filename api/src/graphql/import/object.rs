//! An import as clients see it.

use async_graphql::{Context, ID, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use commands::authorization::Action;
use domain::import::ImportStatus as Status;
use projections::models::{FoldedRowRow, ImportBatchRow, RejectedRowRow};

use super::super::{
    context::caller,
    enums::{ContactSource, ImportStatus},
    error::Problem,
    node_id::NodeKind,
    paging::{connection, cost, page},
};

/// Millionths in a whole.
const WHOLE: f64 = 1_000_000.0;

/// A column of the file and the field that it is.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct MappedColumn {
    /// Header text in the file.
    header: String,
    /// Our field, such as `phone`.
    field: String,
}

impl MappedColumn {
    /// A mapping as a list, by header.
    pub fn list(mapping: &std::collections::BTreeMap<String, String>) -> Vec<Self> {
        let columns = mapping.iter();
        columns
            .map(|(header, field)| Self {
                header: header.clone(),
                field: field.clone(),
            })
            .collect()
    }
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub struct ImportProgress {
    /// Part of the file that is read, 0 to 1; nothing while it is not known.
    fraction: Option<f64>,
    /// Rows a second since it began; nothing before the first rows.
    rows_per_second: Option<f64>,
    /// Seconds until it will be done at this rate; nothing while that can't be said, and once it has ended.
    seconds_left: Option<f64>,
}

impl ImportProgress {
    fn of(row: &ImportBatchRow) -> Self {
        let seconds = (row.finished_at.unwrap_or(row.updated_at) - row.started_at).as_seconds_f64();
        let done = row.done_millionths.map(|millionths| millionths as f64 / WHOLE);
        let fraction = if row.status == Status::Running {
            done
        } else if row.status == Status::Completed {
            Some(1.0)
        } else {
            done.filter(|_| row.rows > 0)
        };
        let running = row.status == Status::Running;
        Self {
            fraction,
            rows_per_second: (seconds > 0.0 && row.rows > 0).then(|| row.rows as f64 / seconds),
            seconds_left: fraction
                .filter(|part| running && seconds > 0.0 && *part > 0.0)
                .map(|part| seconds * (1.0 - part) / part),
        }
    }
}

/// What taking an import back came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, SimpleObject)]
pub struct ImportUndo {
    /// Contacts taken out again.
    removed: i64,
    /// Contacts kept, because they were used since; counted at the end.
    kept: i64,
}

/// One file, pull, push or pick of contacts on its way into a campaign or the contact list.
#[derive(Debug, Clone)]
pub struct Import(pub ImportBatchRow);

#[Object]
impl Import {
    async fn id(&self) -> ID {
        self.0.batch_id.global()
    }
    async fn campaign_id(&self) -> Option<ID> {
        self.0.campaign_id.map(NodeKind::global)
    }
    async fn source(&self) -> ContactSource {
        self.0.source.into()
    }
    async fn status(&self) -> ImportStatus {
        self.0.status.into()
    }
    async fn file_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        match &self.0.file_name {
            Some(sealed) => Ok(Some(caller.opened(&permit, sealed).await?)),
            None => Ok(None),
        }
    }
    /// Rows read so far: the sum of the next three.
    async fn rows(&self) -> i64 {
        self.0.rows
    }
    async fn created(&self) -> i64 {
        self.0.created
    }
    /// Rows whose number was there already.
    async fn duplicates(&self) -> i64 {
        self.0.duplicates
    }
    async fn rejected(&self) -> i64 {
        self.0.rejected
    }
    /// Of the duplicates: rows that filled blanks of the contact that was there. Nothing is ever overwritten.
    async fn filled(&self) -> i64 {
        self.0.filled
    }
    /// Rows whose source says that the person must not be contacted; counted above, too.
    async fn do_not_contact(&self) -> i64 {
        self.0.do_not_contact
    }
    /// Contacts made whose number is on a suppression list; counted above, too.
    async fn suppressed(&self) -> i64 {
        self.0.suppressed
    }
    /// What kind of file it is, such as `csv`; known once it was opened.
    async fn format(&self) -> Option<&str> {
        self.0.format.as_deref()
    }
    /// The sheet that is read.
    async fn sheet(&self) -> Option<&str> {
        self.0.sheet.as_deref()
    }
    /// Number of the header row, from 1.
    async fn header_row(&self) -> Option<i64> {
        self.0.header_row
    }
    /// The columns that are read.
    async fn mapping(&self) -> Vec<MappedColumn> {
        MappedColumn::list(&self.0.mapping.0)
    }
    /// The account that the contacts are pulled from or pushed by.
    async fn connection_id(&self) -> Option<ID> {
        self.0.connection_id.map(NodeKind::global)
    }
    /// The list of that account.
    async fn list(&self) -> Option<&str> {
        self.0.list.as_deref()
    }
    /// How far it is, at what rate, and how long it will take.
    async fn progress(&self) -> ImportProgress {
        ImportProgress::of(&self.0)
    }
    /// What taking it back came to, so far while that goes on; nothing when it was not taken back.
    async fn undone(&self) -> Option<ImportUndo> {
        Some(ImportUndo {
            removed: self.0.undone_removed?,
            kept: self.0.undone_kept.unwrap_or_default(),
        })
    }
    /// Where the rejected rows are handed out as a file; for a session or an API token.
    async fn rejected_csv(&self) -> String {
        format!("/imports/{}/rejected.csv", self.0.batch_id)
    }
    /// Why it failed, and what to do.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
    /// Rows that became no contact, in the file's order.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn rejected_rows(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, RejectedRow>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let request = page::<i64>(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .rejected_rows(permit.organization(), self.0.batch_id, request)
            .await?;
        Ok(connection(found, started, RejectedRow))
    }

    /// Rows that folded into contacts that were there, in the file's order.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn folded_rows(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, FoldedRow>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let request = page::<i64>(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .folded_rows(permit.organization(), self.0.batch_id, request)
            .await?;
        Ok(connection(found, started, FoldedRow))
    }
}

/// A row that folded into a contact that was there.
#[derive(Debug, Clone)]
pub struct FoldedRow(FoldedRowRow);

#[Object]
impl FoldedRow {
    /// Number of the row in the file, from 1.
    async fn row(&self) -> i64 {
        self.0.row_number
    }
    /// The contact that has its number.
    async fn contact_id(&self) -> ID {
        self.0.contact_id.global()
    }
    /// An earlier row of the same file made that contact.
    async fn in_file(&self) -> bool {
        self.0.in_file
    }
    /// The row filled blanks of the contact.
    async fn filled(&self) -> bool {
        self.0.filled
    }
}

/// A row that became no contact.
#[derive(Debug, Clone)]
pub struct RejectedRow(RejectedRowRow);

#[Object]
impl RejectedRow {
    /// Number of the row in the file, from 1.
    async fn row(&self) -> i64 {
        self.0.row_number
    }
    async fn field(&self) -> &str {
        &self.0.field
    }
    /// Why, and what to do.
    async fn error(&self) -> &str {
        &self.0.error
    }
    /// The value at fault.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        match &self.0.value {
            Some(sealed) => Ok(Some(caller.opened(&permit, sealed).await?)),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::{Actor, ImportBatchId, OrganizationId};
    use uuid::Uuid;

    use super::*;

    fn running(rows: i64, seconds: i64, done_millionths: Option<i64>) -> ImportBatchRow {
        let organization = OrganizationId::from_uuid(Uuid::from_u128(1));
        let batch = ImportBatchId::from_uuid(Uuid::from_u128(2));
        let mut row = ImportBatchRow::blank(organization, batch, Actor::system("test"));
        row.status = Status::Running;
        row.rows = rows;
        row.done_millionths = done_millionths;
        row.updated_at = row.started_at + TimeDelta::seconds(seconds);
        row
    }

    #[test]
    fn the_time_left_follows_from_the_part_that_is_read() {
        let progress = ImportProgress::of(&running(3_000, 30, Some(250_000)));
        assert_eq!(progress.fraction, Some(0.25));
        assert_eq!(progress.rows_per_second, Some(100.0));
        assert_eq!(progress.seconds_left, Some(90.0));
    }

    #[test]
    fn nothing_is_said_that_is_not_known_yet() {
        let silent = ImportProgress {
            fraction: None,
            rows_per_second: None,
            seconds_left: None,
        };
        assert_eq!(ImportProgress::of(&running(0, 0, None)), silent);
        let mut ended = running(3_000, 30, Some(999_000));
        ended.status = Status::Completed;
        let progress = ImportProgress::of(&ended);
        assert_eq!((progress.fraction, progress.seconds_left), (Some(1.0), None));
    }
}

//! What is in an uploaded file before it is imported: its format, sheets, columns and what we take them for. Records nothing.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use commands::ports::{
    PortError, PortErrorKind, ReadProgress, RowOutcome, TableColumn, TableReader, TableSummary, Upload,
};
use domain::OrganizationId;

use super::{
    super::{
        context::{Caller, caller},
        error::Problem,
    },
    inputs::{ColumnInput, header_row_of, mapping_of},
    object::MappedColumn,
};
use crate::contact_lists::{CutCells, FIELDS, NextRows, Want, next_rows, open_stored};

/// Rows that are read to estimate how many there are and how well they fit.
const SAMPLE_ROWS: usize = 500;

/// On what a column's field rests.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "commands::ports::ColumnGuess")]
pub enum ColumnGuess {
    /// A person chose it for this file.
    Chosen,
    /// The header is one that is known to mean it.
    Exact,
    /// Someone chose it for this header before.
    Remembered,
    /// The header is like one that is known.
    Similar,
    /// The cells look like it.
    Content,
    /// Nothing: the column is not read.
    Unknown,
}

/// A column of a file.
#[derive(Debug, SimpleObject)]
pub struct FileColumn {
    /// Header text, made unique: the second `Phone` is `Phone (2)`.
    header: String,
    /// Our field; nothing when it is not read.
    field: Option<String>,
    /// On what that rests.
    guess: ColumnGuess,
    /// The first values that are not blank, at most three.
    samples: Vec<String>,
}

impl From<TableColumn> for FileColumn {
    fn from(column: TableColumn) -> Self {
        Self {
            header: column.header,
            field: column.field,
            guess: column.guess.into(),
            samples: column.samples,
        }
    }
}

/// A field that a column can be. Any other name of letters, digits and underscores makes a template variable.
#[derive(Debug, SimpleObject)]
pub struct ImportField {
    /// Its name in a mapping.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    /// What it belongs to.
    group: &'static str,
}

/// Something to look at before the import is started.
#[derive(Debug, PartialEq, Eq, SimpleObject)]
pub struct ImportWarning {
    /// For programs: `NO_PHONE_COLUMN`, `MANY_REJECTED`, `OTHER_SHEETS`, `IMPORTED_BEFORE`, `BROKEN_FILE`, `CUT_CELL`.
    code: &'static str,
    /// For people; says what to do.
    message: String,
}

/// What is in an uploaded file.
#[derive(Debug, SimpleObject)]
pub struct UploadInspection {
    upload_id: ID,
    /// What kind of file it is, such as `csv`.
    format: &'static str,
    /// Encoding or sheet found, in words.
    description: String,
    /// Names of the workbook's sheets; none for other formats.
    sheets: Vec<String>,
    /// The sheet that is read.
    sheet: Option<String>,
    /// Number of the header row, from 1.
    header_row: u64,
    /// All columns in their order, read or not.
    columns: Vec<FileColumn>,
    /// The columns that are read, as `mapping` takes them.
    mapping: Vec<MappedColumn>,
    /// Every field that a column can be.
    fields: Vec<ImportField>,
    /// Rows in the file; nothing when that can't be told without reading all of it.
    estimated_rows: Option<u64>,
    /// The rows were counted, not estimated.
    rows_are_counted: bool,
    warnings: Vec<ImportWarning>,
}

/// What the first rows tell of the rest.
struct Sample {
    rows: u64,
    rejected: u64,
    ended: bool,
    progress: ReadProgress,
    broken: Option<String>,
    cut: CutCells,
}

impl Sample {
    async fn of(reader: Box<dyn TableReader>) -> Result<Self, PortError> {
        let read = next_rows(reader, SAMPLE_ROWS, |_| Want::Nothing).await?;
        let NextRows { reader, rows, broken } = read;
        let rejected = rows
            .iter()
            .filter(|row| matches!(row.outcome, RowOutcome::Rejected(_)));
        let broken = match broken {
            Some(error) if error.kind == PortErrorKind::Permanent => Some(error.message),
            Some(error) => return Err(error),
            None => None,
        };
        let mut cut = CutCells::default();
        for row in &rows {
            cut.note(row);
        }
        Ok(Self {
            cut,
            rows: rows.len() as u64,
            rejected: rejected.count() as u64,
            ended: rows.len() < SAMPLE_ROWS,
            progress: reader.progress(),
            broken,
        })
    }

    fn estimate(&self) -> Option<u64> {
        let ReadProgress { done, total } = self.progress;
        if self.ended {
            Some(self.rows)
        } else if done == 0 || total == 0 {
            None
        } else {
            let rows = u128::from(self.rows) * u128::from(total) / u128::from(done);
            u64::try_from(rows).ok().map(|rows| rows.max(self.rows))
        }
    }
}

fn warnings(summary: &TableSummary, sample: &Sample) -> Vec<ImportWarning> {
    let mut warnings = vec![];
    let mut warn = |code, message: String| warnings.push(ImportWarning { code, message });
    let phones = ["phone", "mobile_phone", "home_phone", "work_phone"];
    if !summary
        .mapping
        .values()
        .any(|field| phones.contains(&field.as_str()))
    {
        let message = "no column is taken for the phone number; choose one, or no row becomes a contact";
        warn("NO_PHONE_COLUMN", message.to_owned());
    } else if sample.rejected * 2 > sample.rows {
        let message = format!(
            "{} of the first {} rows have no usable US number; check which column is the phone",
            sample.rejected, sample.rows
        );
        warn("MANY_REJECTED", message);
    }
    if let (true, Some(sheet)) = (summary.sheets.len() > 1, &summary.sheet) {
        let message = format!(
            "the workbook has {} sheets and only {sheet:?} is read; choose another, or import them one by one",
            summary.sheets.len()
        );
        warn("OTHER_SHEETS", message);
    }
    if let Some(message) = &sample.broken {
        warn("BROKEN_FILE", message.clone());
    }
    if let Some(cell) = sample.cut.first.first() {
        warn("CUT_CELL", cell.warning());
    }
    warnings
}

impl Caller<'_> {
    async fn imported_before(
        &self,
        organization: OrganizationId,
        upload: &Upload,
    ) -> Result<Option<ImportWarning>, Problem> {
        let before = self
            .state
            .queries
            .import_of_file(organization, &upload.sha256)
            .await?;
        Ok(before.map(|import| ImportWarning {
            code: "IMPORTED_BEFORE",
            message: format!(
                "this file was imported on {}; the contacts of then will be found again as duplicates",
                import.started_at.format("%Y-%m-%d")
            ),
        }))
    }

    async fn inspect_upload(
        &self,
        upload_id: ID,
        sheet: Option<String>,
        header_row: Option<i64>,
        columns: Option<Vec<ColumnInput>>,
    ) -> Result<UploadInspection, Problem> {
        let (permit, upload) = self.upload(&upload_id).await?;
        let header_row = header_row_of(header_row)?;
        let corrections = commands::use_cases::Corrections::default();
        let mut choice = self
            .choice(&permit, mapping_of(columns), sheet, header_row, corrections)
            .await?;
        choice.phone_to_be_chosen = true;
        let reader = open_stored(&self.state.ports, &upload.blob_key, &choice).await?;
        let summary = reader.summary().clone();
        let sample = Sample::of(reader).await?;
        let mut warnings = warnings(&summary, &sample);
        warnings.extend(self.imported_before(permit.organization(), &upload).await?);
        Ok(UploadInspection {
            upload_id,
            format: summary.format.as_str(),
            description: summary.description,
            sheets: summary.sheets,
            sheet: summary.sheet,
            header_row: summary.header_row,
            mapping: MappedColumn::list(&summary.mapping),
            columns: summary.columns.into_iter().map(FileColumn::from).collect(),
            fields: FIELDS
                .iter()
                .map(|f| ImportField {
                    name: f.name,
                    label: f.label,
                    group: f.group,
                })
                .collect(),
            estimated_rows: sample.estimate(),
            rows_are_counted: sample.ended && sample.broken.is_none(),
            warnings,
        })
    }
}

/// Questions about uploaded files.
#[derive(Debug, Default)]
pub struct InspectionQuery;

#[Object]
impl InspectionQuery {
    /// What is in a file that the caller has uploaded. Without a mapping the columns are guessed: by known headers, by what
    /// was chosen for them before, and by their content.
    #[graphql(complexity = "50 + child_complexity")]
    async fn inspect_upload(
        &self,
        ctx: &Context<'_>,
        upload_id: ID,
        sheet: Option<String>,
        header_row: Option<i64>,
        mapping: Option<Vec<ColumnInput>>,
    ) -> Result<UploadInspection, Problem> {
        caller(ctx)?
            .inspect_upload(upload_id, sheet, header_row, mapping)
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use commands::ports::TableFormat;

    use super::*;

    fn summary(field: &str, sheets: &[&str]) -> TableSummary {
        TableSummary {
            format: TableFormat::Xlsx,
            description: String::new(),
            header_row: 1,
            mapping: BTreeMap::from([("A".to_owned(), field.to_owned())]),
            columns: vec![],
            sheets: sheets.iter().map(|s| (*s).to_owned()).collect(),
            sheet: sheets.first().map(|s| (*s).to_owned()),
        }
    }

    fn sample(rows: u64, rejected: u64) -> Sample {
        Sample {
            rows,
            rejected,
            ended: false,
            progress: ReadProgress {
                done: 1_000,
                total: 40_000,
            },
            broken: None,
            cut: CutCells::default(),
        }
    }

    fn codes(summary: &TableSummary, sample: &Sample) -> Vec<&'static str> {
        warnings(summary, sample).iter().map(|w| w.code).collect()
    }

    #[test]
    fn a_list_that_fits_is_not_warned_about() {
        assert!(codes(&summary("mobile_phone", &["Farm"]), &sample(500, 250)).is_empty());
    }

    #[test]
    fn what_a_person_should_look_at_is_said() {
        assert_eq!(
            codes(&summary("email", &["Farm", "Notes"]), &sample(500, 500)),
            ["NO_PHONE_COLUMN", "OTHER_SHEETS"]
        );
        assert_eq!(
            codes(&summary("phone", &[]), &sample(500, 251)),
            ["MANY_REJECTED"]
        );
    }

    #[test]
    fn the_rows_are_estimated_from_the_part_that_was_read() {
        assert_eq!(sample(500, 0).estimate(), Some(20_000));
        let whole = Sample {
            ended: true,
            ..sample(12, 0)
        };
        assert_eq!(whole.estimate(), Some(12));
        let unknown = Sample {
            progress: ReadProgress::default(),
            ..sample(500, 0)
        };
        assert_eq!(unknown.estimate(), None);
    }
}

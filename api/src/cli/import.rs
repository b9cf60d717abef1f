//! `voicedrop import`: a contact list into a campaign or the contact list, with the same figures at the end as the page; or a
//! dry run that records nothing. A file that can't be read ends it with 1 and says why, in JSON too when that was asked for.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use commands::{
    CommandError,
    ports::{PortErrorKind, RejectedRow, TableChoice},
};
use domain::{
    OrganizationId,
    import::{ContactSource, ImportTotals},
};
use serde::Serialize;
use serde_json::json;

use super::{CliError, dry_run, import_run, output};
use crate::{
    application::{Application, Surroundings},
    config::Config,
    contact_lists::CutCell,
};

/// What to import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The contact list: CSV, Excel, OpenDocument, vCard or JSON.
    pub(super) file: PathBuf,
    /// Name of the campaign, made when there is none of that name; without one, the contact list alone.
    #[arg(long, value_name = "NAME")]
    pub(super) campaign: Option<String>,
    /// Where the contacts come from, such as title_rep, mojo_dialer, csv_import.
    #[arg(long, default_value = "title_rep")]
    pub(super) source: ContactSource,
    /// Name of the sheet of a workbook; without one, the first that holds a list.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Number of the row that names the columns, from 1; 0 when none does.
    #[arg(long, value_name = "ROW")]
    header_row: Option<u64>,
    /// A column and its field, such as "Tel.=phone"; repeatable. Columns that are not named are then not read.
    #[arg(long = "map", value_name = "HEADER=FIELD", value_parser = column)]
    columns: Vec<(String, String)>,
    /// Read and count only; record nothing. Needs no server and no organization.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(super) json: bool,
    /// The organization, when there are several.
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<OrganizationId>,
}

/// A header may hold an equals sign; a field does not.
fn column(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((header, field)) if !header.is_empty() && !field.is_empty() => {
            Ok((header.to_owned(), field.to_owned()))
        }
        _ => Err("give a column and its field, such as \"Tel.=phone\"".to_owned()),
    }
}

impl ImportArgs {
    /// How the file is read.
    pub(super) fn choice(&self) -> TableChoice {
        TableChoice {
            mapping: self.columns.iter().cloned().collect(),
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            ..TableChoice::default()
        }
    }
}

/// A cell that a person should look at.
#[derive(Debug, Serialize)]
pub(super) struct Warned {
    row: u64,
    column: String,
    warning: String,
}

impl From<&CutCell> for Warned {
    fn from(cell: &CutCell) -> Self {
        Self {
            row: cell.row,
            column: cell.column.clone(),
            warning: cell.warning(),
        }
    }
}

/// What is printed.
#[derive(Debug, Default, Serialize)]
pub(super) struct Printed {
    pub(super) rows: u64,
    pub(super) created: u64,
    pub(super) duplicates: u64,
    pub(super) rejected: u64,
    /// Of the duplicates; known after a run alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filled: Option<u64>,
    pub(super) do_not_contact: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    pub(super) mapping: BTreeMap<String, String>,
    pub(super) errors: Vec<RejectedRow>,
    /// Of a dry run: the first 100 cells whose ends are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<Warned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) import: Option<String>,
}

impl Printed {
    /// The figures of a run.
    pub(super) fn of(totals: &ImportTotals) -> Self {
        Self {
            rows: totals.rows,
            created: totals.created,
            duplicates: totals.duplicates,
            rejected: totals.rejected,
            filled: Some(totals.filled),
            do_not_contact: totals.do_not_contact,
            suppressed: Some(totals.suppressed),
            ..Self::default()
        }
    }

    fn print(&self) -> Result<(), CliError> {
        output::line(&format!(
            "{} rows: {} contacts created, {} duplicates, {} rejected",
            self.rows, self.created, self.duplicates, self.rejected
        ))?;
        if let Some(filled) = self.filled.filter(|filled| *filled > 0) {
            output::line(&format!("  {filled} of the duplicates filled blanks"))?;
        }
        if self.do_not_contact > 0 {
            output::line(&format!(
                "  {} must not be contacted, the list says",
                self.do_not_contact
            ))?;
        }
        if let Some(suppressed) = self.suppressed.filter(|suppressed| *suppressed > 0) {
            output::line(&format!("  {suppressed} are on a suppression list"))?;
        }
        for warned in &self.warnings {
            output::line(&format!("  {}", warned.warning))?;
        }
        for error in &self.errors {
            output::line(&format!("  row {}: {}: {}", error.row, error.field, error.error))?;
        }
        Ok(())
    }
}

pub(super) async fn run(config: Config, args: ImportArgs) -> Result<(), CliError> {
    let outcome = if args.dry_run {
        Box::pin(dry_run::run(config, &args)).await
    } else {
        recorded(config, &args).await
    };
    match outcome {
        Ok(printed) if args.json => output::json(&printed),
        Ok(printed) => printed.print(),
        Err(error) => {
            if args.json {
                let told = json!({"error": {"code": code_of(&error), "message": error.to_string()}});
                output::json(&told)?;
            }
            Err(error)
        }
    }
}

async fn recorded(config: Config, args: &ImportArgs) -> Result<Printed, CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let outcome = import_run::run(&application, args).await;
    application.close().await;
    outcome
}

/// For programs.
const fn code_of(error: &CliError) -> &'static str {
    match error {
        CliError::List { code, .. } => code,
        CliError::File { .. } => "file_unreadable",
        CliError::Usage(_) => "usage",
        CliError::Command(CommandError::Port(port)) if matches!(port.kind, PortErrorKind::Permanent) => {
            "file_broken"
        }
        CliError::Command(CommandError::Refused(_)) => "refused",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_a_header_and_a_field() {
        assert_eq!(column("Tel.=phone"), Ok(("Tel.".to_owned(), "phone".to_owned())));
        assert_eq!(column("a=b=phone"), Ok(("a=b".to_owned(), "phone".to_owned())));
        for wrong in ["Tel.", "=phone", "Tel.="] {
            assert!(column(wrong).is_err(), "{wrong}");
        }
    }
}

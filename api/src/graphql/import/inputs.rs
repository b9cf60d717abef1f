//! How a client says in which way a file is read, and whose file it is.

use std::collections::BTreeMap;

use async_graphql::{ID, InputObject};
use commands::{
    authorization::{Action, Denied, Permit},
    ports::{TableChoice, Upload},
    use_cases::Corrections,
};
use domain::UploadId;

use super::super::{context::Caller, error::Problem, node_id::NodeKind};

/// A column of the file and the field that it is.
#[derive(Debug, Clone, InputObject)]
pub struct ColumnInput {
    /// Header text in the file.
    header: String,
    /// Our field, such as `phone`.
    field: String,
}

/// A corrected cell.
#[derive(Clone, InputObject)]
pub struct CellInput {
    /// Number of the row in the file, from 1.
    row: u64,
    /// Header text of the column.
    header: String,
    /// What the cell should be.
    value: String,
}

/// What was corrected by hand; at most 10,000 cells and rows.
#[derive(Clone, Default, InputObject)]
pub struct CorrectionsInput {
    /// Corrected cells.
    #[graphql(default)]
    cells: Vec<CellInput>,
    /// Rows that are left out.
    #[graphql(default)]
    leave_out: Vec<u64>,
}

impl CorrectionsInput {
    /// Checked against the limits.
    pub fn checked(self) -> Result<Corrections, Problem> {
        let corrections = Corrections {
            cells: self
                .cells
                .into_iter()
                .map(|cell| (cell.row, cell.header, cell.value))
                .collect(),
            left_out: self.leave_out,
        };
        corrections.check()?;
        Ok(corrections)
    }
}

/// The columns as a mapping; nothing chosen is an empty one.
pub fn mapping_of(columns: Option<Vec<ColumnInput>>) -> BTreeMap<String, String> {
    let columns = columns.unwrap_or_default();
    columns.into_iter().map(|c| (c.header, c.field)).collect()
}

/// Number of the header row, when it can be one.
pub fn header_row_of(row: Option<i64>) -> Result<Option<u64>, Problem> {
    row.map(u64::try_from).transpose().map_err(|_| {
        let message = "rows are counted from 1; 0 says that no row names the columns";
        Problem::new("INVALID_HEADER_ROW", message)
    })
}

impl Caller<'_> {
    /// An upload of the caller's own. Somebody else's is not found, whoever they are.
    pub(in crate::graphql) async fn upload(&self, id: &ID) -> Result<(Permit, Upload), Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let id = UploadId::parse(id)?;
        let found = self.state.uploads.find(permit.organization(), id).await?;
        let upload = found
            .filter(|u| u.user == permit.user())
            .ok_or(Denied::NotFound("upload"))?;
        Ok((permit, upload))
    }

    /// How a file is read: as chosen, and where nothing is, guessed with what was chosen before.
    pub(super) async fn choice(
        &self,
        permit: &Permit,
        mapping: BTreeMap<String, String>,
        sheet: Option<String>,
        header_row: Option<u64>,
        corrections: Corrections,
    ) -> Result<TableChoice, Problem> {
        let remembered = self
            .state
            .ports
            .records
            .mappings_chosen_before(permit.organization(), Some(permit.user()))
            .await?;
        let cells = corrections.cells.into_iter();
        Ok(TableChoice {
            mapping,
            sheet,
            header_row,
            remembered,
            fixes: cells.map(|(row, header, value)| ((row, header), value)).collect(),
            left_out: corrections.left_out.into_iter().collect(),
            phone_to_be_chosen: false,
        })
    }
}

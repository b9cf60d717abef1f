//! Rows that became no contact, handed out as a file to mend and send again. Streamed page by page; cells that a spreadsheet
//! would take for a formula are made plain text. An import into a campaign is there only for those who see the campaign.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use commands::{
    CommandError, access,
    authorization::{Action, Denied, Permit},
    ports::{KeyRing, OpenError},
};
use domain::{ImportBatchId, OrganizationId};
use projections::{
    models::RejectedRowRow,
    queries::{PAGE_ROWS_MAX, PageRequest, ReadModels},
};

use super::HttpError;
use crate::{auth::identify, graphql::visible, state::AppState};

/// The header line; spreadsheets tell by the mark before it that it is UTF-8.
const HEADER: &str = "\u{feff}row,field,reason,value\r\n";

/// `GET /imports/{id}/rejected.csv`.
pub async fn rejected(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let identity = identify(&state, &headers)
        .await?
        .ok_or(CommandError::Denied(Denied::SignedOut))?;
    let permit = access::on_organization(&identity.principal, Action::Read)?;
    let bare = id.strip_prefix("import-batch:").unwrap_or(&id);
    let id: ImportBatchId = bare.parse().map_err(|_| HttpError::not_found("import"))?;
    check_sight(&state, &permit, id).await?;
    let rows = Rejected {
        queries: Arc::clone(&state.queries),
        keys: Arc::clone(&state.ports.keys),
        organization: permit.organization(),
        import: id,
        next: Next::Header,
    };
    let pieces = futures::stream::unfold(rows, |mut rows| async move {
        let piece = rows.next_piece().await.transpose()?;
        Some((piece, rows))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    answer.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"rejected.csv\""),
    );
    Ok(response)
}

async fn check_sight(state: &AppState, permit: &Permit, id: ImportBatchId) -> Result<(), HttpError> {
    let organization = permit.organization();
    let missing = || HttpError::not_found("import");
    let import = state.queries.import(organization, id).await;
    let import = import.map_err(HttpError::unavailable)?.ok_or_else(missing)?;
    if let Some(campaign) = import.campaign_id {
        let seen = state
            .queries
            .campaign(organization, &visible(permit), campaign)
            .await;
        seen.map_err(HttpError::unavailable)?.ok_or_else(missing)?;
    }
    Ok(())
}

/// Where the file goes on.
enum Next {
    Header,
    Rows(Option<i64>),
    End,
}

/// The file in the making.
struct Rejected {
    queries: Arc<dyn ReadModels>,
    keys: Arc<dyn KeyRing>,
    organization: OrganizationId,
    import: ImportBatchId,
    next: Next,
}

/// The file breaks off, so that nobody takes a part for the whole.
#[derive(Debug, thiserror::Error)]
#[error("the rows can't be read at this moment; load the file again")]
struct BrokenOff;

impl Rejected {
    async fn next_piece(&mut self) -> Result<Option<Bytes>, BrokenOff> {
        let after = match self.next {
            Next::Header => {
                self.next = Next::Rows(None);
                return Ok(Some(Bytes::from_static(HEADER.as_bytes())));
            }
            Next::Rows(after) => after,
            Next::End => return Ok(None),
        };
        let request = PageRequest {
            after,
            limit: PAGE_ROWS_MAX,
        };
        let page = self
            .queries
            .rejected_rows(self.organization, self.import, request)
            .await
            .map_err(broken_off)?;
        self.next = match page.end() {
            Some(end) if page.has_more => Next::Rows(Some(*end)),
            _ => Next::End,
        };
        let mut lines = String::new();
        for row in page.into_rows() {
            let value = self.opened(&row).await?;
            write_line(&mut lines, &row, &value);
        }
        Ok(Some(Bytes::from(lines)))
    }

    async fn opened(&self, row: &RejectedRowRow) -> Result<String, BrokenOff> {
        let Some(sealed) = &row.value else {
            return Ok(String::new());
        };
        match self.keys.open_for_organization(self.organization, sealed).await {
            Ok(text) => Ok(text),
            Err(OpenError::Erased | OpenError::Damaged) => Ok(String::new()),
            Err(OpenError::Port(error)) => Err(broken_off(error)),
        }
    }
}

fn broken_off(error: impl std::fmt::Display) -> BrokenOff {
    tracing::error!("a file of rejected rows breaks off: {error}");
    BrokenOff
}

fn write_line(out: &mut String, row: &RejectedRowRow, value: &str) {
    out.push_str(&row.row_number.to_string());
    for cell in [row.field.as_str(), row.error.as_str(), value] {
        out.push(',');
        write_cell(out, cell);
    }
    out.push_str("\r\n");
}

/// A quoted cell. One that begins as a formula does gets an apostrophe before it, which a spreadsheet shows as text.
fn write_cell(out: &mut String, cell: &str) {
    out.push('"');
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push('\'');
    }
    for c in cell.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        write_cell(&mut out, text);
        out
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_calculate_becomes_text() {
        for formula in ["=1+1", "+17605550120", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert_eq!(cell("760-555"), "\"760-555\"");
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_cell() {
        assert_eq!(cell("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
        assert_eq!(cell(""), "\"\"");
    }
}

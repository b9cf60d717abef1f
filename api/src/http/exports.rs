//! CSV files by signed links, streamed; and the rejected rows of an import for whoever is signed in. What a ticket's owner may see is
//! looked up when the link is opened, and an auditor's look is recorded before the first row leaves.

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use commands::{
    CommandError, access,
    authorization::{Action, Denied, Permit},
};
use domain::{CorrelationId, ImportBatchId};
use futures::StreamExt;

use super::{
    HttpError,
    tickets::{Presented, Ticket, issue, redeem},
};
use crate::{
    auth::identify,
    exports::{Export, ExportError, Source},
    graphql::visible,
    state::AppState,
};

/// Keeps these signatures apart from others.
const PURPOSE: &str = "export-link";

/// A link to a file of what the holder of the permit sees.
pub fn export_link(state: &AppState, permit: &Permit, export: &Export) -> (String, Ticket) {
    let ticket = issue(state, permit, PURPOSE, export);
    (
        format!("/exports/{}?ticket={}", export.file_name(), ticket.text),
        ticket,
    )
}

/// `GET /exports/{name}`.
pub async fn export(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(presented): Query<Presented>,
) -> Result<Response, HttpError> {
    let (principal, export) = redeem::<Export>(&state, PURPOSE, &presented).await?;
    let permit = access::on_organization(&principal, Action::Read)?;
    if name != export.file_name() {
        return Err(HttpError::not_found("export"));
    }
    send(&state, &permit, export).await
}

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
    let import: ImportBatchId = bare.parse().map_err(|_| HttpError::not_found("import"))?;
    send(&state, &permit, Export::RejectedRows { import }).await
}

/// The place is given back with the last piece, however slowly the file is taken.
async fn send(state: &AppState, permit: &Permit, export: Export) -> Result<Response, HttpError> {
    let place = state.export_places.clone().try_acquire_owned();
    let place = place.map_err(|_| HttpError::busy())?;
    let (name, subject) = (export.file_name(), export.looked_at());
    let source = Source {
        ports: state.ports.clone(),
        queries: state.queries.clone(),
        organization: permit.organization(),
        visible: visible(permit),
    };
    let pieces = source.export(export).await?;
    if let Some(subject) = subject {
        let correlation = CorrelationId::from_uuid(state.ports.ids.next());
        access::record_look(&state.ports, permit, correlation, subject).await?;
    }
    let held = pieces.map(move |piece| {
        let _held = &place;
        piece
    });
    let mut response = Body::from_stream(held).into_response();
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    if let Ok(disposition) = disposition {
        answer.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

impl From<ExportError> for HttpError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotFound(what) => Self::not_found(what),
            ExportError::Query(error) => Self::unavailable(error),
        }
    }
}

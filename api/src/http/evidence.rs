//! Bundles of evidence by signed links. What the link's owner may see is looked up when it is opened, and an auditor's look is recorded before
//! the first byte leaves.

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{access, authorization::Action, authorization::Permit};
use domain::{ContactId, CorrelationId};
use futures::StreamExt;
use tokio_util::io::ReaderStream;

use super::{
    HttpError,
    tickets::{Presented, Ticket, issue, redeem},
};
use crate::{
    evidence::{BundleError, Evidence, make_bundle},
    state::AppState,
};

/// Keeps these signatures apart from others.
const PURPOSE: &str = "evidence-link";

/// What the file is called.
pub fn evidence_name(contact: ContactId) -> String {
    format!("evidence-{contact}.zip")
}

/// A link to a bundle for the holder of the permit.
pub fn evidence_link(state: &AppState, permit: &Permit, wanted: Evidence) -> (String, Ticket) {
    let ticket = issue(state, permit, PURPOSE, wanted);
    let url = format!("/contacts/{}/evidence.zip?ticket={}", wanted.contact, ticket.text);
    (url, ticket)
}

/// `GET /contacts/{id}/evidence.zip`. The place is given back with the last piece, however slowly the file is taken.
pub async fn evidence(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(presented): Query<Presented>,
) -> Result<Response, HttpError> {
    let (principal, wanted) = redeem::<Evidence>(&state, PURPOSE, &presented).await?;
    if id != wanted.contact.to_string() {
        return Err(HttpError::not_found("contact"));
    }
    let ports = &state.ports;
    let (permit, _) = access::on_contact(ports, &principal, Action::Audit, wanted.contact).await?;
    let place = state.export_places.clone().try_acquire_owned();
    let place = place.map_err(|_| HttpError::busy())?;
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    let subject = format!("contact-evidence:{}", wanted.contact);
    access::record_look(ports, &permit, correlation, subject).await?;
    let spool = &state.settings.spool_directory;
    let made = make_bundle(
        ports,
        state.queries.as_ref(),
        permit.organization(),
        wanted,
        spool,
    );
    let file = Box::pin(made).await?;
    let bytes = file.metadata().map_err(BundleError::from)?.len();
    let held = ReaderStream::new(tokio::fs::File::from_std(file)).map(move |piece| {
        let _held = &place;
        piece
    });
    let mut response = Body::from_stream(held).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    let name = evidence_name(wanted.contact);
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        answer.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

impl From<BundleError> for HttpError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::NoCheckpoint => Self::new(StatusCode::CONFLICT, "NO_CHECKPOINT", error.to_string()),
            BundleError::NoHistory => Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", error.to_string()),
            BundleError::Command(error) => error.into(),
            BundleError::Query(_) | BundleError::Port(_) | BundleError::File(_) => Self::unavailable(error),
        }
    }
}

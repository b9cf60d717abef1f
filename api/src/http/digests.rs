//! The digest of a campaign on paper and as a page, by signed links. What the link's owner may see is looked up when it is opened.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use commands::{access, authorization::Action, authorization::Permit};
use documents::{DigestDocument, PressError, digest_html};
use domain::{CampaignId, CorrelationId};

use super::{
    HttpError,
    tickets::{Presented, issue, redeem},
};
use crate::{
    digest::{DigestError, file_name, on_paper},
    graphql::visible,
    state::AppState,
};

/// Keeps these signatures apart from others.
const PURPOSE: &str = "digest-link";

/// Links to a digest.
#[derive(Debug)]
pub struct DigestLinks {
    /// As a typeset document.
    pub pdf: String,
    /// As a page.
    pub html: String,
    /// From here on they open nothing.
    pub expire_at: DateTime<Utc>,
}

/// Links to the digest of a campaign that the holder of the permit sees.
pub fn digest_links(state: &AppState, permit: &Permit, campaign: CampaignId) -> DigestLinks {
    let ticket = issue(state, permit, PURPOSE, campaign);
    let link = |format: &str| format!("/campaigns/{campaign}/digest.{format}?ticket={}", ticket.text);
    DigestLinks {
        pdf: link("pdf"),
        html: link("html"),
        expire_at: ticket.expires_at,
    }
}

/// `GET /campaigns/{id}/digest.pdf`.
pub async fn pdf(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(presented): Query<Presented>,
) -> Result<Response, HttpError> {
    let document = document(&state, &id, &presented).await?;
    let name = file_name(&document.campaign, "pdf");
    let file = state.press.digest_pdf(document).await?;
    Ok(answer(file, "application/pdf", &name))
}

/// `GET /campaigns/{id}/digest.html`.
pub async fn html(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(presented): Query<Presented>,
) -> Result<Response, HttpError> {
    let document = document(&state, &id, &presented).await?;
    let name = file_name(&document.campaign, "html");
    let page = digest_html(&document).map_err(PressError::from)?;
    Ok(answer(page.into_bytes(), "text/html; charset=utf-8", &name))
}

async fn document(state: &AppState, id: &str, presented: &Presented) -> Result<DigestDocument, HttpError> {
    let (principal, campaign) = redeem::<CampaignId>(state, PURPOSE, presented).await?;
    let missing = || HttpError::not_found("digest");
    if id != campaign.to_string() {
        return Err(missing());
    }
    let permit = access::on_organization(&principal, Action::Read)?;
    let (ports, seen) = (&state.ports, visible(&permit));
    let found = on_paper(
        ports,
        state.queries.as_ref(),
        permit.organization(),
        &seen,
        campaign,
    );
    let document = found.await?.ok_or_else(missing)?;
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    access::record_look(ports, &permit, correlation, format!("digest:{campaign}")).await?;
    Ok(document)
}

fn answer(content: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

impl From<DigestError> for HttpError {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::Query(error) => Self::unavailable(error),
            DigestError::Names(error) => error.into(),
        }
    }
}

impl From<PressError> for HttpError {
    fn from(error: PressError) -> Self {
        match error {
            PressError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", error.to_string()),
            PressError::TooSlow | PressError::Document(_) => Self::unavailable(error),
        }
    }
}

//! A plain page at the root: sandbox banner, who is signed in, their campaigns live; and a page that posts a query.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use commands::{
    access,
    authorization::{Action, Permit, Sight},
};
use projections::queries::{CampaignFilter, PageRequest, Visible};
use serde_json::{Value, json};

use super::HttpError;
use crate::{auth::identify, graphql::NodeKind, state::AppState};

/// Campaigns shown.
const CAMPAIGNS_SHOWN: u32 = 20;

/// The plain page, where the whole one was never built.
pub const fn page() -> Html<&'static str> {
    Html(include_str!("pages/page.html"))
}

/// `GET /graphiql`: our own small explorer; nothing is loaded from elsewhere.
pub async fn explorer(State(state): State<AppState>) -> Response {
    if state.settings.explorer {
        Html(include_str!("pages/explorer.html")).into_response()
    } else {
        HttpError::not_found("page").into_response()
    }
}

/// `GET /status`: what the page polls.
pub async fn status(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, HttpError> {
    let behind = super::health::lag(&state).await.map(|(_, behind)| behind);
    let identity = identify(&state, &headers).await?;
    let mut answer =
        json!({"sandbox": state.settings.sandbox, "behind": behind, "signedIn": false, "campaigns": []});
    if let Some(identity) = identity {
        let permit = access::on_organization(&identity.principal, Action::Read)?;
        answer["signedIn"] = json!(true);
        answer["role"] = json!(identity.principal.role.as_str());
        answer["campaigns"] = campaigns(&state, &permit).await?;
    }
    Ok(Json(answer))
}

async fn campaigns(state: &AppState, permit: &Permit) -> Result<Value, HttpError> {
    let visible = match permit.sees() {
        Sight::Everything => Visible::All,
        Sight::Own { user, teams } => Visible::OwnedBy { user, teams },
    };
    let page = PageRequest::first(CAMPAIGNS_SHOWN);
    let found = state
        .queries
        .campaigns(permit.organization(), &visible, &CampaignFilter::default(), page)
        .await
        .map_err(HttpError::unavailable)?;
    let shown: Vec<Value> = found
        .into_rows()
        .into_iter()
        .map(|c| {
            json!({
                "id": c.campaign_id.global().to_string(), "name": c.name, "status": c.status.to_string(),
                "contacts": c.contacts, "approved": c.scripts_approved, "rendered": c.audio_rendered,
                "attempted": c.attempted, "delivered": c.delivered + c.listened, "listened": c.listened,
                "failed": c.failed, "blocked": c.blocked, "held": c.held + c.lapsed,
            })
        })
        .collect();
    Ok(Value::Array(shown))
}

//! Mojo Dialer's lists and leads in the shape that the product's specification guesses; the vendor publishes none. It refuses a
//! wrong key and a list that is not there.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Shared,
    faults::{Target, befall},
    people::Someone,
};

/// The lists: id, name, leads.
const LISTS: [(&str, &str, usize); 3] = [
    ("101", "Expired Listings", 1_200),
    ("102", "FSBO Palm Desert", 40),
    ("103", "Just Sold Neighbors", 0),
];
/// Leads of a page unless the request says how many.
const PAGE_SIZE: usize = 100;
/// Longest page.
const PAGE_SIZE_MAX: usize = 500;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/mojo/api/v1/lists", get(lists))
        .route("/mojo/api/v1/lists/{list}/leads", get(leads))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Target::Mojo),
            befall,
        ))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authorised))
}

pub(crate) fn refusal(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": code }))).into_response()
}

async fn authorised(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Bearer ")) == Some(shared.credentials.mojo_key.as_str()) {
        return next.run(request).await;
    }
    refusal(StatusCode::UNAUTHORIZED, "invalid_key")
}

async fn lists() -> Json<Value> {
    let lists: Vec<Value> = LISTS
        .iter()
        .map(|(id, name, leads)| json!({ "id": id, "name": name, "count": leads }))
        .collect();
    Json(json!({ "data": lists }))
}

#[derive(Debug, Deserialize)]
struct Page {
    page: Option<usize>,
    page_size: Option<usize>,
}

async fn leads(Path(list): Path<String>, Query(asked): Query<Page>) -> Response {
    let Some((_, _, count)) = LISTS.iter().find(|(id, ..)| *id == list) else {
        return refusal(StatusCode::NOT_FOUND, "no_such_list");
    };
    let size = asked.page_size.unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE_MAX);
    let from = asked.page.unwrap_or(1).saturating_sub(1).saturating_mul(size);
    let leads: Vec<Value> = (from..*count).take(size).map(lead).collect();
    Json(json!({ "data": leads, "total": count })).into_response()
}

/// Every ninth asked not to be called: Mojo's call results have one for that.
fn lead(n: usize) -> Value {
    let someone = Someone::new(n);
    json!({
        "id": 90_000 + n,
        "first_name": someone.given(), "last_name": someone.family(),
        "phone": someone.written(),
        "address": someone.street(), "city": "Palm Desert", "state": "CA", "zip": "92260",
        "property_type": "Single Family", "status": "Expired",
        "last_call_result": if n % 9 == 8 { "DNC Contact" } else { "No Answer" },
    })
}

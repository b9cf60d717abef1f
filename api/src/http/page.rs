//! The built page (`web/dist`), from the binary itself. Whatever a browser opens that is no file and no route of ours is the page, which
//! knows its own addresses. Where the page was never built, the plain one stands in for it.

use axum::{
    extract::{Path, Request},
    http::{
        HeaderValue, Method,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{Html, IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

use super::{HttpError, assets};

/// The files under their names in `web/dist`.
#[derive(Embed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Built;

/// A name with a hash never has another content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `GET /`, and every address of the page's own.
pub async fn page() -> Response {
    built()
}

fn built() -> Response {
    match Built::get("index.html") {
        Some(index) => Html(index.data).into_response(),
        None => super::landing::page().into_response(),
    }
}

/// What matches no route: the page for somebody who opens an address in a browser, an error for everybody else.
pub async fn elsewhere(request: Request) -> Response {
    let accepts = request.headers().get(ACCEPT).and_then(|a| a.to_str().ok());
    let is_opened = request.method() == Method::GET && accepts.is_some_and(|a| a.contains("text/html"));
    if is_opened {
        built()
    } else {
        HttpError::not_found("page").into_response()
    }
}

/// `GET /assets/{name}`.
pub async fn asset(Path(name): Path<String>, request: Request) -> Result<Response, HttpError> {
    let Some(file) = Built::get(&format!("assets/{name}")) else {
        return assets::asset(&name);
    };
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let known = request.headers().get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(axum::http::StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(served(file, &tag))
}

fn served(file: EmbeddedFile, tag: &str) -> Response {
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    if let Ok(kind) = kind {
        headers.insert(CONTENT_TYPE, kind);
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

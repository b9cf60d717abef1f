//! The landing page's style and scripts, from the binary itself: no other host is ever asked.

use axum::{
    extract::Path,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::HttpError;

/// `GET /assets/{name}`.
pub async fn asset(Path(name): Path<String>) -> Result<Response, HttpError> {
    let (kind, text) = match name.as_str() {
        "page.css" => ("text/css; charset=utf-8", include_str!("pages/page.css")),
        "page.js" => ("text/javascript; charset=utf-8", include_str!("pages/page.js")),
        "explorer.js" => (
            "text/javascript; charset=utf-8",
            include_str!("pages/explorer.js"),
        ),
        "schema.graphql" => {
            return Ok((
                [(CONTENT_TYPE, "text/plain; charset=utf-8")],
                crate::graphql::sdl(),
            )
                .into_response());
        }
        _ => return Err(HttpError::not_found("file")),
    };
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

//! The plain page's style and scripts, from the binary itself: no other host is ever asked.

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::HttpError;

/// A file of the plain page or of the explorer.
pub fn asset(name: &str) -> Result<Response, HttpError> {
    let (kind, text) = match name {
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

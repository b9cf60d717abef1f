//! That a request with a cookie was meant: it carries the session's own secret, or the browser says that our own page made
//! it. Refuses what says neither.

use axum::http::{
    HeaderMap,
    header::{HOST, ORIGIN},
};
use subtle::ConstantTimeEq;

/// The header that carries the session's secret.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Whether the request carries the session's secret or comes from our own page.
pub fn is_intended(headers: &HeaderMap, csrf: &str) -> bool {
    match headers.get(CSRF_HEADER) {
        Some(sent) => bool::from(sent.as_bytes().ct_eq(csrf.as_bytes())),
        None => is_same_origin(headers),
    }
}

/// Whether the browser says that our own page made the request.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text(HOST.as_str());
    let origin = text(ORIGIN.as_str())
        .and_then(|o| o.split_once("://"))
        .map(|(_, host)| host);
    matches!((host, origin), (Some(host), Some(origin)) if host.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_sessions_secret_is_enough_and_a_wrong_one_is_refused_even_from_our_own_page() {
        assert!(is_intended(&headers(&[("x-csrf-token", "abc")]), "abc"));
        let wrong = headers(&[("x-csrf-token", "abd"), ("sec-fetch-site", "same-origin")]);
        assert!(!is_intended(&wrong, "abc"));
    }

    #[test]
    fn our_own_page_needs_no_header_and_another_site_is_refused() {
        assert!(is_intended(&headers(&[("sec-fetch-site", "same-origin")]), "abc"));
        assert!(!is_intended(&headers(&[("sec-fetch-site", "cross-site")]), "abc"));
        let own = headers(&[("host", "a.example:80"), ("origin", "http://a.example:80")]);
        assert!(is_intended(&own, "abc"));
        let other = headers(&[("host", "a.example"), ("origin", "https://b.example")]);
        assert!(!is_intended(&other, "abc"));
    }

    #[test]
    fn a_request_that_says_nothing_is_refused() {
        assert!(!is_intended(&HeaderMap::new(), "abc"));
    }
}

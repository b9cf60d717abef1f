//! The digest as a page of its own: no script, no request to anywhere, so it can be sent as it is.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment};

use crate::{DigestDocument, DocumentError};

const NAME: &str = "digest.html";

static TEMPLATES: LazyLock<Result<Environment<'static>, DocumentError>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .add_template(NAME, include_str!("../templates/digest.html"))
        .map_err(|e| DocumentError(e.to_string()))?;
    Ok(environment)
});

/// The whole page.
pub fn digest_html(document: &DigestDocument) -> Result<String, DocumentError> {
    let templates = TEMPLATES.as_ref().map_err(Clone::clone)?;
    let page = templates.get_template(NAME).and_then(|t| t.render(document));
    page.map_err(|e| DocumentError(e.to_string()))
}

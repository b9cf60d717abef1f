//! The digest as a page of its own and as a mail: no script, no request to anywhere, so it can be sent as it is. A mail has no drawings,
//! because mail programs throw them out.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment};

use crate::{DigestDocument, DocumentError};

const PAGE: &str = "digest.html";
const MAIL: &str = "digest-mail.html";

static TEMPLATES: LazyLock<Result<Environment<'static>, DocumentError>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, template) in [
        (PAGE, include_str!("../templates/digest.html")),
        (MAIL, include_str!("../templates/digest-mail.html")),
    ] {
        environment
            .add_template(name, template)
            .map_err(|e| DocumentError(e.to_string()))?;
    }
    Ok(environment)
});

fn rendered(name: &str, document: &DigestDocument) -> Result<String, DocumentError> {
    let templates = TEMPLATES.as_ref().map_err(Clone::clone)?;
    let page = templates.get_template(name).and_then(|t| t.render(document));
    page.map_err(|e| DocumentError(e.to_string()))
}

/// The whole page.
pub fn digest_html(document: &DigestDocument) -> Result<String, DocumentError> {
    rendered(PAGE, document)
}

/// The page that mail programs show.
pub fn digest_mail_html(document: &DigestDocument) -> Result<String, DocumentError> {
    rendered(MAIL, document)
}

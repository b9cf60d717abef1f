//! Writing scripts: from a template, or by a language model from a prompt.

mod prompt;
mod speakable;
mod starter;
mod template;
mod variables;

use domain::campaign::Campaign;

use crate::error::CommandError;

pub use prompt::prompt_for;
pub use starter::starter_template;
pub use template::{Template, TemplateError};
pub use variables::{KNOWN_VARIABLES, Variables};

/// The campaign's template, or the starter template of its type.
pub fn template_of(campaign: &Campaign) -> Result<Template, CommandError> {
    let starter = campaign.kind.map_or("", starter_template);
    let text = campaign.script_template.as_deref().unwrap_or(starter);
    Template::compile(text, campaign.script_variables.keys().map(String::as_str))
        .map_err(|e| CommandError::invalid(e.to_string()))
}

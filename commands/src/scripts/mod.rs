//! Writing scripts: from a template, or by a language model from a prompt.

mod dialect;
mod prompt;
mod speakable;
mod starter;
mod template;
mod variables;

use domain::{
    OrganizationId, PersonalDetails, campaign::Campaign, organization::Settings, script::lint::Linter,
};

use crate::{context::Ports, error::CommandError};

pub use dialect::Place;
pub use prompt::{instructions, prompt_for};
pub use starter::starter_template;
pub use template::{FILTERS, Template, TemplateError};
pub use variables::{KNOWN_VARIABLES, Variables};

/// The campaign's template, or the starter template of its type.
pub fn template_of(campaign: &Campaign) -> Result<Template, CommandError> {
    let starter = campaign.kind.map_or("", starter_template);
    let text = campaign.script_template.as_deref().unwrap_or(starter);
    Template::compile(text, campaign.script_variables.keys().map(String::as_str))
        .map_err(|e| CommandError::invalid(e.to_string()))
}

/// What a contact is called: never profanity, whatever it is.
pub fn names_of(details: &PersonalDetails) -> Vec<&str> {
    [&details.name, &details.first_name, &details.last_name]
        .into_iter()
        .map(String::as_str)
        .chain(details.street.as_deref())
        .collect()
}

/// Checks scripts of an organization: its profile, the speed of the voice that it speaks with.
pub async fn linter_for(
    ports: &Ports,
    organization: OrganizationId,
    settings: &Settings,
) -> Result<Linter, CommandError> {
    let rate = ports
        .rates
        .of_voice(organization, &settings.default_voice)
        .await?;
    Ok(Linter::new(&settings.agent, rate))
}

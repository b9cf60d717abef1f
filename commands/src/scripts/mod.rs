//! Writing scripts: from a template, or by a language model from a prompt.

mod dialect;
mod prompt;
mod speakable;
mod starter;
mod template;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

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
pub async fn template_of(
    ports: &Ports,
    organization: OrganizationId,
    campaign: &Campaign,
) -> Result<Template, CommandError> {
    let starter = campaign.kind.map_or("", starter_template);
    let text = campaign.script_template.as_deref().unwrap_or(starter);
    compiled(ports, organization, text, &campaign.script_variables)
        .await?
        .map_err(|e| CommandError::invalid(e.to_string()))
}

/// A template that may name what we know, the campaign's own values and the columns of the organization's lists.
pub async fn compiled(
    ports: &Ports,
    organization: OrganizationId,
    text: &str,
    own: &BTreeMap<String, String>,
) -> Result<Result<Template, TemplateError>, CommandError> {
    let own = || own.keys().map(String::as_str);
    let first = Template::compile(text, own());
    // Lists are only asked about where a template names more than everybody knows.
    let Err(TemplateError::UnknownVariable { .. }) = &first else {
        return Ok(first);
    };
    let listed = columns_of_lists(ports, organization).await?;
    Ok(Template::compile(
        text,
        own().chain(listed.iter().map(String::as_str)),
    ))
}

/// The columns of the organization's lists that somebody gave a name of their own.
pub async fn columns_of_lists(
    ports: &Ports,
    organization: OrganizationId,
) -> Result<BTreeSet<String>, CommandError> {
    let mut columns = ports.records.columns_kept(organization).await?;
    for field in ports.tables.fields() {
        columns.remove(field);
    }
    for (known, _) in KNOWN_VARIABLES {
        columns.remove(*known);
    }
    Ok(columns)
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

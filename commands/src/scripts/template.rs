//! Templates in the syntax of Jinja, strict: a name that does not exist is refused with its place when the template is
//! compiled, a value that is missing without a fallback is refused for that contact.

use minijinja::{Environment, UndefinedBehavior, context};

use super::{KNOWN_VARIABLES, Variables};

/// Longest template, characters.
pub const TEMPLATE_CHARS_MAX: usize = 10_000;

/// Most steps that rendering one script may take, so that a loop in a template can't hold a worker.
const FUEL: u64 = 50_000;

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
}

/// Why a template can't be used, or not for this contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It can't be compiled.
    #[error("the template has an error in line {line}: {reason}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A name that nothing stands behind.
    #[error("the template names {0}, which does not exist; see the list of variables")]
    UnknownVariable(String),
    /// It is too long.
    #[error("a template has at most 10,000 characters")]
    TooLong,
    /// A value is missing for this contact, and the template has no fallback for it.
    #[error(
        "a value is missing in line {line}; give a fallback, such as {{{{ first_name | default(\"neighbor\") }}}}"
    )]
    MissingValue {
        /// Line, from 1.
        line: usize,
    },
    /// Nothing is left to say.
    #[error("the template gives an empty script for this contact")]
    Empty,
}

impl Template {
    /// Compiles; `own` are the campaign's own variables.
    pub fn compile<'a>(text: &str, own: impl IntoIterator<Item = &'a str>) -> Result<Self, TemplateError> {
        if text.chars().count() > TEMPLATE_CHARS_MAX {
            return Err(TemplateError::TooLong);
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment
            .add_template_owned("script", text.to_owned())
            .map_err(syntax)?;
        let own: Vec<&str> = own.into_iter().collect();
        let named = environment
            .get_template("script")
            .map_err(syntax)?
            .undeclared_variables(false);
        let unknown = named.into_iter().find(|name| {
            !KNOWN_VARIABLES.iter().any(|(known, _)| known == name)
                && !own.contains(&name.as_str())
                && name != "campaign_type"
        });
        match unknown {
            Some(name) => Err(TemplateError::UnknownVariable(name)),
            None => Ok(Self { environment }),
        }
    }

    /// The script for one contact, white space tidied.
    pub fn render(&self, variables: &Variables) -> Result<String, TemplateError> {
        let template = self.environment.get_template("script").map_err(syntax)?;
        let text = template
            .render(context! { ..minijinja::Value::from_serialize(variables.values()) })
            .map_err(syntax)?;
        let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if tidy.is_empty() {
            Err(TemplateError::Empty)
        } else {
            Ok(tidy)
        }
    }
}

/// The error's detail is left out where it could quote a value.
fn syntax(error: minijinja::Error) -> TemplateError {
    let line = error.line().unwrap_or(1);
    match error.kind() {
        minijinja::ErrorKind::UndefinedError => TemplateError::MissingValue { line },
        minijinja::ErrorKind::SyntaxError => TemplateError::Syntax {
            line,
            reason: error.detail().unwrap_or("not understood").to_owned(),
        },
        kind => TemplateError::Syntax {
            line,
            reason: kind.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        Location, PersonalDetails,
        campaign::{Campaign, CampaignType},
        organization::AgentProfile,
    };

    use super::*;
    use crate::scripts::starter_template;

    fn zoe() -> Variables {
        let details = PersonalDetails {
            name: "Zoë Miller".into(),
            first_name: "Zoë".into(),
            street: Some("25889 Warner Trl".into()),
            attributes: BTreeMap::from([("sale_price".to_owned(), "$2,748,000".to_owned())]),
            ..PersonalDetails::default()
        };
        Variables::of(
            &details,
            &Location::default(),
            None,
            &Campaign::default(),
            &agent(),
        )
    }

    fn agent() -> AgentProfile {
        AgentProfile {
            name: "Ada Agent".into(),
            brokerage: "Desert Homes Realty".into(),
            phone: "760-555-0100".into(),
            opt_out_phone: "800-555-0199".into(),
        }
    }

    #[test]
    fn a_template_speaks_of_the_contact() {
        let template = Template::compile(
            "Hi {{ first_name }}, {{ street_name }} sold for {{ sale_price }}.",
            [],
        )
        .unwrap();
        assert_eq!(
            template.render(&zoe()).unwrap(),
            "Hi Zoë, Warner Trl sold for 2.7 million dollars."
        );
    }

    #[test]
    fn an_unknown_name_is_refused_when_the_template_is_compiled() {
        let refused = Template::compile("Hi {{ firstname }}", []).map(drop);
        assert_eq!(refused, Err(TemplateError::UnknownVariable("firstname".into())));
        assert!(Template::compile("About {{ open_house }}", ["open_house"]).is_ok());
    }

    #[test]
    fn a_missing_value_needs_a_fallback() {
        let bare = Template::compile("In {{ city }}.", []).unwrap();
        assert_eq!(bare.render(&zoe()), Err(TemplateError::MissingValue { line: 1 }));
        let guarded = Template::compile("In {{ city | default('your area') }}.", []).unwrap();
        assert_eq!(guarded.render(&zoe()).unwrap(), "In your area.");
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let refused = Template::compile("Hello\n{{ first_name", []).map(drop);
        assert!(
            matches!(refused, Err(TemplateError::Syntax { line: 2, .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn every_starter_template_works_for_a_contact_of_whom_little_is_known() {
        let bare = Variables::of(
            &PersonalDetails::default(),
            &Location::default(),
            None,
            &Campaign::default(),
            &agent(),
        );
        for kind in [
            CampaignType::SphereOfInfluence,
            CampaignType::PastClients,
            CampaignType::NeighborhoodExpireds,
            CampaignType::HighEquity,
            CampaignType::Custom,
        ] {
            let text = Template::compile(starter_template(kind), [])
                .unwrap()
                .render(&bare)
                .unwrap();
            assert!(
                text.contains("Ada Agent") && text.contains("800-555-0199"),
                "{text}"
            );
        }
    }
}

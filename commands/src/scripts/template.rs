//! Templates in the syntax of Jinja (arguments of filters also as Liquid writes them), strict: a name or filter that does not exist is
//! refused with its place when the template is compiled, a value that is missing without a fallback is refused for that contact.
//! What a value says is never read as a template.

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::{
    KNOWN_VARIABLES, Variables,
    dialect::{AsJinja, Place, as_jinja, filters, place_of_variable},
    speakable,
};

/// Longest template, characters.
pub const TEMPLATE_CHARS_MAX: usize = 10_000;

/// Most steps that rendering one script may take, so that a loop in a template can't hold a worker.
const FUEL: u64 = 50_000;

/// Most letters by which a misspelt name may differ from the one that is proposed.
const MISSPELT_MAX: usize = 3;

/// The name under which the one template of an environment is kept.
const NAME: &str = "script";

/// Filters that a template may use, with what they do.
pub const FILTERS: &[(&str, &str)] = &[
    (
        "default",
        "another text where the value is missing: {{ first_name | default: \"neighbor\" }}",
    ),
    ("street_without_number", "77162 Desert Falls Dr: Desert Falls Dr"),
    ("spoken_price", "$1,607,000: 1.6 million dollars"),
    ("spoken_date", "2020-04-30: April 2020"),
    ("spoken_phone", "760-555-0100: 7 6 0, 5 5 5, 0 1 0 0"),
    ("capitalize", "first letter large, the others small"),
    ("title", "first letter of each word large"),
    ("upper", "all letters large"),
    ("upcase", "all letters large"),
    ("lower", "all letters small"),
    ("downcase", "all letters small"),
    ("trim", "without blanks around it"),
    ("strip", "without blanks around it"),
    (
        "replace",
        "one text for another: {{ city | replace: \"St.\", \"Saint\" }}",
    ),
    ("first", "the first letter"),
    ("last", "the last letter"),
    ("length", "how many letters it has"),
    ("int", "as a whole number"),
    ("round", "as a rounded number"),
];

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    written: String,
    jinja: AsJinja,
}

/// Why a template can't be used, or not for this contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It can't be compiled.
    #[error("the template has an error in {place}: {reason}")]
    Syntax {
        /// Where.
        place: Place,
        /// What is wrong.
        reason: String,
    },
    /// A name that nothing stands behind.
    #[error("the template names {name} in {place}, which does not exist; {}", proposal(.near.as_deref(), "variables"))]
    UnknownVariable {
        /// The name.
        name: String,
        /// Where it first stands.
        place: Place,
        /// A name that exists and looks like it.
        near: Option<String>,
    },
    /// A filter that does not exist.
    #[error("the template uses the filter {name} in {place}, which does not exist; {}", proposal(.near.as_deref(), "filters"))]
    UnknownFilter {
        /// The name.
        name: String,
        /// Where it stands.
        place: Place,
        /// A filter that exists and looks like it.
        near: Option<String>,
    },
    /// It is too long.
    #[error("a template has at most 10,000 characters")]
    TooLong,
    /// A value is missing for this contact, and the template has no fallback for it.
    #[error(
        "a value is missing in {place}; give a fallback, such as {{{{ first_name | default: \"neighbor\" }}}}"
    )]
    MissingValue {
        /// Where.
        place: Place,
    },
    /// Nothing is left to say.
    #[error("the template gives an empty script for this contact")]
    Empty,
}

fn proposal(near: Option<&str>, list: &str) -> String {
    near.map_or_else(
        || format!("see the list of {list}"),
        |near| format!("did you mean {near}?"),
    )
}

/// The name that a misspelt one is most like.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|k| (strsim::damerau_levenshtein(&name.to_lowercase(), k), k))
        .filter(|(distance, _)| *distance <= MISSPELT_MAX.min(name.len() / 2))
        .min()
        .map(|(_, k)| k.to_owned())
}

impl Template {
    /// Compiles; `own` are the campaign's own variables.
    pub fn compile<'a>(text: &str, own: impl IntoIterator<Item = &'a str>) -> Result<Self, TemplateError> {
        if text.chars().count() > TEMPLATE_CHARS_MAX {
            return Err(TemplateError::TooLong);
        }
        let jinja = as_jinja(text);
        let mut environment = environment();
        environment
            .add_template_owned(NAME, jinja.text.clone())
            .map_err(|e| refused(&e, text, &jinja))?;
        let template = Self {
            environment,
            written: text.to_owned(),
            jinja,
        };
        template.knows_its_filters()?;
        template.knows_its_variables(&own.into_iter().collect::<Vec<_>>())?;
        Ok(template)
    }

    fn knows_its_filters(&self) -> Result<(), TemplateError> {
        let known = || FILTERS.iter().map(|(name, _)| *name);
        let unknown = filters(&self.written)
            .into_iter()
            .find(|(name, _)| !known().any(|k| k == *name));
        unknown.map_or(Ok(()), |(name, place)| {
            Err(TemplateError::UnknownFilter {
                name: name.to_owned(),
                place,
                near: near(name, known()),
            })
        })
    }

    fn knows_its_variables(&self, own: &[&str]) -> Result<(), TemplateError> {
        let known = || {
            KNOWN_VARIABLES
                .iter()
                .map(|(name, _)| *name)
                .chain(own.iter().copied())
                .chain(["campaign_type"])
        };
        let template = self.environment.get_template(NAME);
        let template = template.map_err(|e| refused(&e, &self.written, &self.jinja))?;
        let unknown = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !known().any(|k| k == name))
            .map(|name| (place_of_variable(&self.written, &name), name))
            .min();
        unknown.map_or(Ok(()), |(place, name)| {
            Err(TemplateError::UnknownVariable {
                place: place.unwrap_or(Place { line: 1, column: 1 }),
                near: near(&name, known()),
                name,
            })
        })
    }

    /// The script for one contact, white space tidied.
    pub fn render(&self, variables: &Variables) -> Result<String, TemplateError> {
        let refused = |e| refused(&e, &self.written, &self.jinja);
        let template = self.environment.get_template(NAME).map_err(refused)?;
        let text = template.render(variables.context()).map_err(refused)?;
        let tidy = tidy(&text);
        if tidy.is_empty() {
            Err(TemplateError::Empty)
        } else {
            Ok(tidy)
        }
    }
}

/// One blank between words, none before a full stop or a comma that a missing part left behind.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !tidy.is_empty() && !matches!(word, "." | "," | "!" | "?" | ";" | ":") {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

/// A filter from text to text, by its name.
type Plain = (&'static str, fn(&str) -> String);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // Strict, but a template may ask whether there is a value: `{% if street_name %}`.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("street_without_number", |v: Value| {
        spoken(&v, |text| Some(speakable::street_without_number(text).to_owned()))
    });
    environment.add_filter("spoken_price", |v: Value| spoken(&v, speakable::price));
    environment.add_filter("spoken_date", |v: Value| spoken(&v, speakable::date));
    environment.add_filter("spoken_phone", |v: Value| spoken(&v, speakable::phone));
    let plain: [Plain; 8] = [
        ("upper", str::to_uppercase),
        ("upcase", str::to_uppercase),
        ("lower", str::to_lowercase),
        ("downcase", str::to_lowercase),
        ("trim", |text| text.trim().to_owned()),
        ("strip", |text| text.trim().to_owned()),
        ("capitalize", capitalized),
        ("title", |text| {
            let words: Vec<String> = text.split_whitespace().map(capitalized).collect();
            words.join(" ")
        }),
    ];
    for (name, filter) in plain {
        environment.add_filter(name, move |v: Value| spoken(&v, |text| Some(filter(text))));
    }
    environment
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(letters.flat_map(char::to_lowercase))
            .collect()
    })
}

/// What a filter makes of a value. One that is missing or that can't be said is missing, so that a fallback behind the filter takes
/// its place.
fn spoken(value: &Value, say: impl Fn(&str) -> Option<String>) -> Value {
    if value.is_undefined() || value.is_none() {
        return Value::UNDEFINED;
    }
    let said = match value.as_str() {
        Some(text) => say(text),
        None => say(&value.to_string()),
    };
    said.map_or(Value::UNDEFINED, Value::from)
}

/// The error's detail is left out where it could quote a value.
fn refused(error: &Error, written: &str, jinja: &AsJinja) -> TemplateError {
    let place = match error.range() {
        Some(range) => Place::of(written, jinja.written(range.start)),
        None => Place {
            line: error.line().unwrap_or(1),
            column: 1,
        },
    };
    match error.kind() {
        ErrorKind::UndefinedError => TemplateError::MissingValue { place },
        ErrorKind::SyntaxError => TemplateError::Syntax {
            place,
            reason: error.detail().unwrap_or("not understood").to_owned(),
        },
        kind => TemplateError::Syntax {
            place,
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
        script::lint::{Linter, SpeakingRate},
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
        of(&details)
    }

    fn of(details: &PersonalDetails) -> Variables {
        let mut campaign = Campaign::default();
        campaign.script_variables = BTreeMap::from([
            ("open_house".to_owned(), "2026-12-05".to_owned()),
            ("asking".to_owned(), "$1,250,000".to_owned()),
        ]);
        Variables::of(details, &Location::default(), None, &campaign, &agent())
    }

    fn agent() -> AgentProfile {
        AgentProfile {
            name: "Ada Agent".into(),
            brokerage: "Desert Homes Realty".into(),
            phone: "760-555-0100".into(),
            opt_out_phone: "800-555-0199".into(),
        }
    }

    fn compile(text: &str) -> Result<Template, TemplateError> {
        Template::compile(text, ["open_house", "asking"])
    }

    fn render(text: &str) -> Result<String, TemplateError> {
        compile(text)?.render(&zoe())
    }

    const KINDS: [CampaignType; 5] = [
        CampaignType::SphereOfInfluence,
        CampaignType::PastClients,
        CampaignType::NeighborhoodExpireds,
        CampaignType::HighEquity,
        CampaignType::Custom,
    ];

    #[test]
    fn a_template_speaks_of_the_contact() {
        assert_eq!(
            render("Hi {{ first_name }}, {{ street_name }} sold for {{ sale_price }}.").unwrap(),
            "Hi Zoë, Warner Trl sold for 2.7 million dollars."
        );
    }

    #[test]
    fn fallbacks_and_filters_are_written_in_either_way() {
        for text in [
            r#"In {{ city | default: "your area" }}."#,
            "In {{ city | default('your area') }}.",
            "In {{ city | upper | default: 'your area' }}.",
            "In {% if city %}{{ city }}{% else %}your area{% endif %}.",
        ] {
            assert_eq!(render(text).unwrap(), "In your area.", "{text}");
        }
        assert_eq!(
            render("{{ street | street_without_number }}").unwrap(),
            "Warner Trl"
        );
        assert_eq!(
            render("{{ asking | spoken_price }}").unwrap(),
            "1.3 million dollars"
        );
        assert_eq!(render("{{ open_house | spoken_date }}").unwrap(), "December 2026");
        assert_eq!(
            render("{{ agent_phone | spoken_phone }}").unwrap(),
            "7 6 0, 5 5 5, 0 1 0 0"
        );
        assert_eq!(
            render("{{ sale_price | spoken_price }}").unwrap(),
            "2.7 million dollars"
        );
        assert_eq!(
            render("{{ street | spoken_date | default: 'lately' }}").unwrap(),
            "lately"
        );
        assert_eq!(
            render("Near {{ open_house | upcase }} .").unwrap(),
            "Near 2026-12-05."
        );
    }

    #[test]
    fn an_unknown_name_is_refused_with_its_place_and_a_proposal() {
        let refused = compile("Hi,\nthis is for {{ firstname }}").map(drop).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the template names firstname in line 2, column 16, which does not exist; did you mean first_name?"
        );
        let refused = compile("{{ city | shouted }}").map(drop).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the template uses the filter shouted in line 1, column 11, which does not exist; see the list of filters"
        );
        assert!(compile("{{ open_house }}").is_ok());
        assert!(compile("{{ range(9) }}").is_err());
    }

    #[test]
    fn a_missing_value_needs_a_fallback() {
        let place = Place { line: 1, column: 7 };
        assert_eq!(
            render("In {{ city }}."),
            Err(TemplateError::MissingValue { place })
        );
        assert!(matches!(
            render("In {{ city | upper }}."),
            Err(TemplateError::MissingValue { .. })
        ));
        assert!(matches!(
            render("In {{ city | spoken_price }}."),
            Err(TemplateError::MissingValue { .. })
        ));
    }

    #[test]
    fn a_syntax_error_names_its_place() {
        let refused = compile("Hello\n{{ first_name").map(drop);
        assert!(
            matches!(
                refused,
                Err(TemplateError::Syntax {
                    place: Place { line: 2, .. },
                    ..
                })
            ),
            "{refused:?}"
        );
        // The place is that of what was written, whatever it was translated to.
        let refused = compile("{{ city | default: 'x' }}{% if %}").map(drop);
        assert!(
            matches!(
                refused,
                Err(TemplateError::Syntax {
                    place: Place {
                        line: 1,
                        column: 26..=34
                    },
                    ..
                })
            ),
            "{refused:?}"
        );
    }

    #[test]
    fn what_a_contact_is_called_is_never_read_as_a_template() {
        let details = PersonalDetails {
            first_name: "{{ agent_phone }}{% raw %}".into(),
            ..PersonalDetails::default()
        };
        let said = compile("Hi {{ first_name }}!")
            .unwrap()
            .render(&of(&details))
            .unwrap();
        assert_eq!(said, "Hi {{ agent_phone }}{% raw %}!");
    }

    #[test]
    fn every_starter_template_works_for_a_contact_of_whom_little_is_known_and_passes_the_lint() {
        let linter = Linter::new(&agent(), SpeakingRate::default());
        for (kind, variables) in KINDS
            .iter()
            .flat_map(|k| [(k, of(&PersonalDetails::default())), (k, zoe())])
        {
            let text = Template::compile(starter_template(*kind), [])
                .unwrap()
                .render(&variables)
                .unwrap();
            assert_eq!(linter.check(&text, &[]).findings, vec![], "{kind:?}: {text}");
        }
    }
}

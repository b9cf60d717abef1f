//! Rules from the text of a pack, TOML. Refuses whatever it does not know: an unknown key, kind, state or zone, an id given twice for the
//! same days, a rule without citation or with fewer than two worked examples. A pack is taken whole or not at all.

use std::{collections::BTreeMap, fmt::Display};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    calendar::{Calendar, Hours, WeeklyHours},
    case::ConsentStanding,
    pack::{Head, RulePack},
    rule::{
        Anchor, Applies, Cap, Confidence, ContentRule, Example, Jurisdiction, PermitKind, Provenance,
        RelationshipTerm, Rule, StateStatus, Test,
    },
};
use crate::{UsState, suppression::ListKind};

/// Fewest worked examples of a rule: one that it lets pass, and one that it does not.
const EXAMPLES_MIN: usize = 2;
/// Longest time that a cap looks back, hours: attempts are not remembered for ever.
const CAP_HOURS_MAX: u32 = 90 * 24;

/// Why a pack is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {rule}: {reason}")]
pub struct PackError {
    /// The file of the pack.
    pub file: String,
    /// The rule, or another part of the file.
    pub rule: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One file of a pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    pack: Option<Head>,
    #[serde(default)]
    zones: BTreeMap<String, Vec<Tz>>,
    #[serde(default)]
    rule: Vec<RuleText>,
    #[serde(default)]
    calendar: Vec<CalendarText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    name: String,
    jurisdictions: Vec<String>,
    kind: String,
    test: toml::Table,
    effective_from: Option<NaiveDate>,
    effective_to: Option<NaiveDate>,
    #[serde(default)]
    applies: Applies,
    #[serde(default)]
    anchor: Anchor,
    citation: String,
    source: String,
    read_on: NaiveDate,
    confidence: Confidence,
    #[serde(default)]
    note: String,
    #[serde(default)]
    example: Vec<ExampleText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    says: String,
    #[serde(default)]
    given: toml::Table,
    expect: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarText {
    state: String,
    source: String,
    /// Each a date, a blank and the holiday's name.
    days: Vec<String>,
}

/// `8-21`, `13:30-21`, or `none` for closed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Opening(Option<Hours>);

impl TryFrom<String> for Opening {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "none" => Ok(Self(None)),
            _ => Hours::parse(&text).map(|hours| Self(Some(hours))).ok_or_else(|| {
                format!("{text:?} is no hours; write such as \"8-21\", \"13:30-21\" or \"none\"")
            }),
        }
    }
}

impl RulePack {
    /// Reads a pack of its files, each with its name. `tables` are further texts that decisions rest on; they count for the hash.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and rule.
    pub fn parse(files: &[(&str, &str)], tables: &[&str]) -> Result<Self, PackError> {
        let (mut head, mut zones, mut calendars, mut rules) =
            (None, BTreeMap::new(), BTreeMap::new(), vec![]);
        for (name, text) in files {
            let refuse = |rule: &str, reason: &dyn Display| PackError {
                file: (*name).to_owned(),
                rule: rule.to_owned(),
                reason: reason.to_string(),
            };
            let file: File = toml::from_str(text).map_err(|e| refuse("file", &e.message()))?;
            if let Some(pack) = file.pack
                && head.replace(pack).is_some()
            {
                return Err(refuse("pack", &"a pack has one head"));
            }
            for (code, of_state) in file.zones {
                let state = code.parse::<UsState>().map_err(|e| refuse("zones", &e))?;
                zones.insert(state, of_state);
            }
            for text in file.calendar {
                let what = format!("calendar of {}", text.state);
                let (state, calendar) = calendar(text).map_err(|e| refuse(&what, &e))?;
                if calendars.insert(state, calendar).is_some() {
                    return Err(refuse(&what, &"a state has one calendar"));
                }
            }
            for text in file.rule {
                let what = text.name.clone();
                rules.push(rule(text).map_err(|e| refuse(&what, &e))?);
            }
        }
        let head = head.ok_or_else(|| whole("pack", "the head is missing"))?;
        check_together(&rules, &calendars)?;
        check_floor(&rules)?;
        Ok(Self::of(head, zones, calendars, rules)
            .with_hash(files.iter().map(|(_, text)| *text).chain(tables.iter().copied())))
    }
}

fn whole(rule: &str, reason: &str) -> PackError {
    PackError {
        file: "the pack".to_owned(),
        rule: rule.to_owned(),
        reason: reason.to_owned(),
    }
}

/// What can only be seen of all rules together.
fn check_together(rules: &[Rule], calendars: &BTreeMap<UsState, Calendar>) -> Result<(), PackError> {
    let mut known: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        for jurisdiction in &rule.jurisdictions {
            let id = rule.id(*jurisdiction);
            if let (Test::Holiday { .. }, Jurisdiction::State(state)) = (&rule.test, jurisdiction)
                && !calendars.contains_key(state)
            {
                return Err(whole(&id, "the state has no calendar of holidays"));
            }
            let others = known.entry(id.clone()).or_default();
            if others.iter().any(|other| overlap(rule, other)) {
                return Err(whole(&id, "it is given twice for the same days"));
            }
            others.push(rule);
        }
    }
    Ok(())
}

/// What no pack may be without: written consent and hours, federal, for everybody and without an end.
fn check_floor(rules: &[Rule]) -> Result<(), PackError> {
    let lasting = |rule: &&Rule| {
        rule.jurisdictions.contains(&Jurisdiction::Federal)
            && rule.effective_from.is_none()
            && rule.effective_to.is_none()
            && rule.applies == Applies::default()
    };
    let is_there = |wanted: fn(&Test) -> bool| rules.iter().filter(lasting).any(|rule| wanted(&rule.test));
    if !is_there(|test| matches!(test, Test::Consent { form } if *form == ConsentStanding::Written)) {
        return Err(whole(
            "US",
            "a pack asks for written consent, always and of everybody",
        ));
    }
    if !is_there(|test| matches!(test, Test::Window { .. })) {
        return Err(whole("US", "a pack has federal hours, always and for everybody"));
    }
    Ok(())
}

fn overlap(one: &Rule, other: &Rule) -> bool {
    let begins_before_end = |a: &Rule, b: &Rule| match (a.effective_from, b.effective_to) {
        (Some(from), Some(to)) => from < to,
        _ => true,
    };
    begins_before_end(one, other) && begins_before_end(other, one)
}

fn calendar(text: CalendarText) -> Result<(UsState, Calendar), String> {
    let state: UsState = text.state.parse().map_err(|_| "it is no state".to_owned())?;
    if text.source.trim().is_empty() {
        return Err("say where it was read".to_owned());
    }
    let day = |line: &String| {
        let (date, name) = line.split_once(' ')?;
        Some((date.parse::<NaiveDate>().ok()?, name.trim().to_owned()))
    };
    let days = (text.days.iter())
        .map(|line| day(line).ok_or_else(|| format!("{line:?} is no date with a name")))
        .collect::<Result<_, _>>()?;
    Ok((state, days))
}

fn rule(text: RuleText) -> Result<Rule, String> {
    let jurisdictions = (text.jurisdictions.iter())
        .map(|j| j.parse::<Jurisdiction>().map_err(|e| e.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    if jurisdictions.is_empty() {
        return Err("it needs a jurisdiction".to_owned());
    }
    if text.citation.trim().is_empty() || text.source.trim().is_empty() {
        return Err("it needs a citation and a source".to_owned());
    }
    if text.example.len() < EXAMPLES_MIN {
        return Err(format!("it needs {EXAMPLES_MIN} worked examples"));
    }
    if let (Some(from), Some(to)) = (text.effective_from, text.effective_to)
        && from >= to
    {
        return Err("it ends before it begins".to_owned());
    }
    let test = test(&text.kind, text.test, &jurisdictions)?;
    Ok(Rule {
        name: text.name,
        jurisdictions,
        test,
        effective_from: text.effective_from,
        effective_to: text.effective_to,
        applies: text.applies,
        anchor: text.anchor,
        provenance: Provenance {
            citation: text.citation,
            source: text.source,
            read_on: text.read_on,
            confidence: text.confidence,
            note: text.note,
        },
        examples: (text.example.into_iter())
            .map(|ExampleText { says, given, expect }| Example { says, given, expect })
            .collect(),
    })
}

fn read<T: DeserializeOwned>(table: toml::Table) -> Result<T, String> {
    table
        .try_into()
        .map_err(|e: toml::de::Error| e.message().to_owned())
}

/// The test of a kind. A kind that is not known is refused: a rule that nobody applies is worse than none.
fn test(kind: &str, table: toml::Table, jurisdictions: &[Jurisdiction]) -> Result<Test, String> {
    let is_of_states = || jurisdictions.iter().all(|j| matches!(j, Jurisdiction::State(_)));
    match kind {
        "state" | "holiday" | "emergency" | "permit" if !is_of_states() => {
            Err(format!("a rule of the kind {kind} is a state's"))
        }
        "state" => read::<StateText>(table).map(|t| Test::State { status: t.status }),
        "window" => read::<WindowText>(table).map(|t| Test::Window {
            hours: WeeklyHours {
                weekday: t.weekday.0,
                saturday: t.saturday.0,
                sunday: t.sunday.0,
            },
            clocks: t.clocks,
        }),
        "holiday" => read::<HolidayText>(table).map(|t| Test::Holiday {
            hours: t.hours.0,
            shifts: t.shifts,
        }),
        "emergency" => match read::<EmergencyText>(table)? {
            t if t.from < t.until => Ok(Test::Emergency {
                from: t.from,
                until: t.until,
            }),
            _ => Err("it ends before it begins".to_owned()),
        },
        "cap" => match read::<Cap>(table)? {
            cap if cap.attempts == 0 || cap.hours == 0 || cap.hours > CAP_HOURS_MAX => Err(format!(
                "a cap allows at least one attempt within 1 to {CAP_HOURS_MAX} hours"
            )),
            cap => Ok(Test::Cap(cap)),
        },
        "consent" => read::<ConsentText>(table).map(|t| Test::Consent { form: t.form }),
        "relationship" => read::<RelationshipTerm>(table).map(Test::Relationship),
        "list_age" => read::<ListAgeText>(table).map(|t| Test::ListAge {
            list: t.list,
            days: t.days,
            required: t.required,
        }),
        "permit" => read::<PermitText>(table).map(|t| Test::Permit { permit: t.permit }),
        "content" => read::<ContentRule>(table).map(Test::Content),
        "listing" => read::<ListingText>(table).map(|t| Test::Listing {
            statuses: t.statuses.iter().map(|status| status.to_lowercase()).collect(),
        }),
        _ => Err(format!("the kind {kind:?} is not known")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateText {
    status: StateStatus,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    weekday: Opening,
    saturday: Opening,
    sunday: Opening,
    #[serde(default)]
    clocks: Vec<Tz>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayText {
    hours: Opening,
    #[serde(default)]
    shifts: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmergencyText {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentText {
    form: ConsentStanding,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListAgeText {
    list: ListKind,
    days: u32,
    #[serde(default)]
    required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PermitText {
    permit: PermitKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListingText {
    statuses: Vec<String>,
}

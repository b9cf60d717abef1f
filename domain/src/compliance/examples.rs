//! The worked examples of the pack's rules, each worked out. A situation is one that nothing speaks against, a listener in Palm Springs
//! at eleven in the morning with written consent and every state on, and what the example changes of it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::{
    Attempt, Case, ConsentStanding, Content, Decision, Effect, Emergency, Finding, ListStanding, PermitKind,
    PermitStanding, Relationship, Rule, RulePack, Verdict, decide,
};
use crate::{Location, UsState, campaign::Schedule, script::lint::Said};

/// A case with all that it refers to.
#[derive(Debug, Clone)]
pub(super) struct Situation {
    pub now: DateTime<Utc>,
    pub location: Location,
    pub consent: ConsentStanding,
    pub do_not_contact: bool,
    pub voicemail_opt_out: bool,
    pub lists: Vec<ListStanding>,
    pub states_on: BTreeMap<UsState, String>,
    pub emergencies: Vec<Emergency>,
    pub permits: Vec<PermitStanding>,
    pub relationship: Relationship,
    pub last_contact_at: Option<DateTime<Utc>>,
    pub attempts: Vec<Attempt>,
    pub schedule: Schedule,
    pub listing_status: Option<String>,
    pub content: Content,
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn state(code: &str) -> UsState {
    code.parse().unwrap()
}

pub(super) fn attempt(at: DateTime<Utc>) -> Attempt {
    Attempt {
        at,
        on_another_number: false,
        subject: Some("expired listings".to_owned()),
    }
}

/// Words that hold all that is asked for anywhere.
pub(super) const fn complete() -> Said {
    Said {
        caller_ms: Some(2_000),
        caller_last_ms: Some(33_000),
        seller_ms: Some(4_000),
        callback_ms: Some(20_000),
        callback_last_ms: Some(34_000),
        opt_out_ms: Some(7_000),
        artificial_voice_ms: Some(9_000),
        length_ms: 38_000,
    }
}

impl Situation {
    pub(super) fn in_area(area_code: &str) -> Self {
        let expires_on = NaiveDate::from_ymd_opt(2040, 1, 1).unwrap();
        let permits = UsState::all().flat_map(|state| {
            [PermitKind::Registration, PermitKind::Device].map(|permit| PermitStanding {
                state,
                permit,
                number: "55-0100".to_owned(),
                expires_on,
            })
        });
        Self {
            now: at("2026-11-18T19:00:00Z"),
            location: Location {
                area_code: area_code.to_owned(),
                ..Location::default()
            },
            consent: ConsentStanding::Written,
            do_not_contact: false,
            voicemail_opt_out: false,
            lists: vec![],
            states_on: UsState::all()
                .map(|s| (s, "counsel's letter".to_owned()))
                .collect(),
            emergencies: vec![],
            permits: permits.collect(),
            relationship: Relationship::default(),
            last_contact_at: None,
            attempts: vec![],
            schedule: Schedule::default(),
            listing_status: None,
            content: Content::Known(complete()),
        }
    }

    pub(super) fn case(&self) -> Case<'_> {
        Case {
            now: self.now,
            location: &self.location,
            consent: self.consent,
            do_not_contact: self.do_not_contact,
            voicemail_opt_out: self.voicemail_opt_out,
            lists: &self.lists,
            states_on: &self.states_on,
            emergencies: &self.emergencies,
            permits: &self.permits,
            relationship: self.relationship,
            last_contact_at: self.last_contact_at,
            min_interval_days: 14,
            attempts: &self.attempts,
            subject: Some("expired listings"),
            schedule: &self.schedule,
            listing_status: self.listing_status.as_deref(),
            content: self.content,
        }
    }

    pub(super) fn decide_by(&self, pack: &RulePack) -> Decision {
        decide(&self.case(), pack)
    }

    pub(super) fn decide(&self) -> Decision {
        self.decide_by(RulePack::us())
    }

    pub(super) fn at(mut self, now: &str) -> Self {
        self.now = at(now);
        self
    }

    #[track_caller]
    pub(super) fn is(&self, expected: Verdict) {
        let decision = self.decide();
        assert_eq!(decision.verdict, expected, "{:#?}", decision.findings);
    }

    #[track_caller]
    pub(super) fn is_blocked_by(&self, rule: &str) {
        let decision = self.decide();
        assert_eq!(decision.verdict, Verdict::Blocked, "{:#?}", decision.findings);
        let blocking = |f: &Finding| f.rule == rule && f.effect == Effect::Blocks;
        assert!(decision.findings.iter().any(blocking), "{:#?}", decision.findings);
    }
}

/// What an example changes. What it does not name stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    at: Option<DateTime<Utc>>,
    area_code: Option<String>,
    zip: Option<String>,
    state: Option<String>,
    consent: Option<ConsentStanding>,
    /// No state is switched on.
    off: bool,
    attempts: Vec<DateTime<Utc>>,
    attempts_on_another_number: Vec<DateTime<Utc>>,
    attempts_about_another_subject: Vec<DateTime<Utc>>,
    purchased_on: Option<NaiveDate>,
    inquired_on: Option<NaiveDate>,
    lists: Vec<ListGiven>,
    /// `none`, or `ended` the day before.
    permits: Option<String>,
    said: Option<toml::Table>,
    unsaid: Vec<String>,
    /// `unwritten` or `unknown`.
    content: Option<String>,
    listing_status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListGiven {
    name: String,
    kind: crate::suppression::ListKind,
    state: Option<UsState>,
    obtained_at: Option<DateTime<Utc>>,
    #[serde(default)]
    holds_number: bool,
}

fn situation(given: Given) -> Situation {
    let mut made = Situation::in_area(given.area_code.as_deref().unwrap_or("760"));
    made.now = given.at.unwrap_or(made.now);
    made.location.zip = given.zip;
    made.location.state = given.state.map(|code| state(&code));
    made.consent = given.consent.unwrap_or(made.consent);
    if given.off {
        made.states_on.clear();
    }
    made.attempts.extend(given.attempts.into_iter().map(attempt));
    made.attempts
        .extend(given.attempts_on_another_number.into_iter().map(|at| Attempt {
            on_another_number: true,
            ..attempt(at)
        }));
    made.attempts.extend(
        given
            .attempts_about_another_subject
            .into_iter()
            .map(|at| Attempt {
                subject: Some("just sold".to_owned()),
                ..attempt(at)
            }),
    );
    made.relationship = Relationship {
        purchased_on: given.purchased_on,
        inquired_on: given.inquired_on,
    };
    made.lists = (given.lists.into_iter())
        .map(|l| ListStanding {
            name: l.name,
            kind: l.kind,
            state: l.state,
            version: None,
            obtained_at: l.obtained_at,
            holds_number: l.holds_number,
        })
        .collect();
    match given.permits.as_deref() {
        None => {}
        Some("none") => made.permits.clear(),
        Some("ended") => {
            let yesterday = (made.now - chrono::Duration::hours(36)).date_naive();
            made.permits.iter_mut().for_each(|p| p.expires_on = yesterday);
        }
        Some(other) => panic!("permits are none or ended, not {other}"),
    }
    made.listing_status = given.listing_status;
    made.content = match given.content.as_deref() {
        Some("unwritten") => Content::Unwritten,
        Some("unknown") => Content::Unknown,
        Some(other) => panic!("content is unwritten or unknown, not {other}"),
        None => Content::Known(words(given.said.unwrap_or_default(), &given.unsaid)),
    };
    made
}

/// The complete words with what an example changes of them; an instant that is not known is refused.
fn words(said: toml::Table, unsaid: &[String]) -> Said {
    let mut table = toml::Table::try_from(complete()).unwrap();
    for (key, value) in said {
        assert!(
            table.insert(key.clone(), value).is_some(),
            "{key} is nothing that is said"
        );
    }
    for key in unsaid {
        assert!(table.remove(key).is_some(), "{key} is nothing that is said");
    }
    table.try_into().unwrap()
}

/// What the rule found, in the words in which examples expect it: the strictest of its jurisdictions.
fn found(rule: &Rule, decision: &Decision) -> String {
    let ids: Vec<String> = rule.jurisdictions.iter().map(|j| rule.id(*j)).collect();
    let effects = decision
        .findings
        .iter()
        .filter(|f| ids.contains(&f.rule))
        .map(|f| f.effect);
    let strictest = effects.max_by_key(|effect| match effect {
        Effect::Passes => (0, None),
        Effect::Holds(until) => (1, Some(*until)),
        Effect::Blocks => (2, None),
    });
    match strictest {
        None => "is silent".to_owned(),
        Some(Effect::Passes) => "passes".to_owned(),
        Some(Effect::Blocks) => "blocks".to_owned(),
        Some(Effect::Holds(until)) => format!("holds until {}", until.to_rfc3339()),
    }
}

#[test]
fn every_worked_example_of_every_rule_comes_out_as_written() {
    let mut wrong = Vec::new();
    let mut worked = 0;
    for rule in RulePack::us().rules() {
        for example in &rule.examples {
            let given: Given = (example.given.clone().try_into())
                .unwrap_or_else(|e| panic!("{}: {}: {e}", rule.name, example.says));
            let decision = situation(given).decide();
            let expected = match example.expect.strip_prefix("holds until ") {
                Some(until) => format!("holds until {}", at(until).to_rfc3339()),
                None => example.expect.clone(),
            };
            let found = found(rule, &decision);
            worked += 1;
            if found != expected {
                let whose: Vec<String> = rule.jurisdictions.iter().map(|j| rule.id(*j)).collect();
                let findings = decision.findings.iter().filter(|f| f.effect != Effect::Passes);
                let findings: Vec<_> = findings.map(|f| format!("{}: {}", f.rule, f.detail)).collect();
                wrong.push(format!(
                    "{whose:?}, {}: expected {expected}, found {found}; {findings:#?}",
                    example.says
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(worked > 200, "only {worked} examples were worked out");
}

/// An example that only shows what passes would not show that the rule is there at all.
#[test]
fn every_rule_shows_what_it_stops_unless_it_stops_nothing() {
    use super::Test;
    for rule in RulePack::us().rules() {
        let stops = rule
            .examples
            .iter()
            .any(|e| e.expect != "passes" && e.expect != "is silent");
        let never_stops = matches!(rule.test, Test::Relationship(_)) || !rule.applies.consent.is_empty();
        assert!(stops || never_stops, "{} of {:?}", rule.name, rule.jurisdictions);
    }
}

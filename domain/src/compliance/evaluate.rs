//! Puts the rules together into one decision. Nothing waives consent, suppression or hours; what can't be known blocks. The order of
//! rules never matters: every one is asked, and all must pass.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{
    Decision, Effect, Finding, Verdict,
    case::{Case, Inputs},
    checks::{check, declared_emergencies},
    hours::{OpeningHours, SEARCH_DAYS_MAX},
    location::{Candidates, UnknownLocation, candidates},
    pack::RulePack,
    rule::{Jurisdiction, Rule, Test},
};
use crate::{Location, UsState};

/// Version of this code, recorded in every decision: raise it when the same case would be decided differently.
pub const ENGINE_VERSION: &str = "2";
/// How often the end of one hold may run into another before no instant is named.
const HOLDS_FOLLOWED_MAX: usize = 8;

/// Decides the case by the pack. Pure: the same case and pack give the same decision.
pub fn decide(case: &Case<'_>, pack: &RulePack) -> Decision {
    let place = candidates(case.location, pack);
    let findings = look(case, pack, &place);
    let (verdict, next_allowed) = follow(case, pack, &place, verdict(&findings));
    let (zones, states) = place.map_or_else(|_| (vec![], vec![]), |p| (p.zones, p.states));
    Decision {
        verdict,
        findings,
        zones: zones.iter().map(|zone| zone.name().to_owned()).collect(),
        inputs: Some(Box::new(Inputs::of(case, &states))),
        states,
        pack_id: pack.id().to_owned(),
        pack_sha256: pack.sha256().to_owned(),
        engine_version: ENGINE_VERSION.to_owned(),
        next_allowed,
    }
}

/// Decides once more on what was recorded with a decision: by the pack that decided then, the same.
pub fn decide_again(inputs: &Inputs, pack: &RulePack) -> Decision {
    let location = Location {
        area_code: inputs.area_code.clone(),
        // Places are known by the first three digits; the others were never kept.
        zip: inputs.zip3.as_ref().map(|zip3| format!("{zip3}00")),
        state: inputs.state,
        ..Location::default()
    };
    let schedule = inputs.schedule.clone().unwrap_or_default();
    let case = Case {
        now: inputs.at,
        location: &location,
        consent: inputs.consent,
        do_not_contact: inputs.do_not_contact,
        voicemail_opt_out: inputs.voicemail_opt_out,
        lists: &inputs.lists,
        states_on: &inputs.states_on,
        emergencies: &inputs.emergencies,
        permits: &inputs.permits,
        relationship: inputs.relationship,
        last_contact_at: inputs.last_contact_at,
        min_interval_days: inputs.min_interval_days,
        attempts: &inputs.attempts,
        subject: inputs.subject.as_deref(),
        schedule: &schedule,
        listing_status: inputs.listing_status.as_deref(),
        content: inputs.content,
    };
    decide(&case, pack)
}

/// When a hold ends, another may begin: a cap that comes into force, a holiday. Follows them to the instant at which the case is cleared.
fn follow(
    case: &Case<'_>,
    pack: &RulePack,
    place: &Result<Candidates, UnknownLocation>,
    first: Verdict,
) -> (Verdict, Option<DateTime<Utc>>) {
    let mut until = match first {
        Verdict::Cleared => return (first, Some(case.now)),
        Verdict::Blocked => return (first, None),
        Verdict::HeldUntil(until) => until,
    };
    for _ in 0..HOLDS_FOLLOWED_MAX {
        let then = Case { now: until, ..*case };
        match verdict(&look(&then, pack, place)) {
            Verdict::Cleared => return (Verdict::HeldUntil(until), Some(until)),
            Verdict::HeldUntil(later) if later > until => until = later,
            Verdict::HeldUntil(_) | Verdict::Blocked => break,
        }
    }
    (Verdict::HeldUntil(until), None)
}

/// What every rule finds at the case's instant.
fn look(case: &Case<'_>, pack: &RulePack, place: &Result<Candidates, UnknownLocation>) -> Vec<Finding> {
    let mut findings = vec![reviewed(case, pack)];
    findings.extend(person(case));
    findings.push(interval(case));
    findings.extend(campaign_term(case));
    match place {
        Err(unknown) => {
            findings.push(blocks("US.LOCATION", unknown.to_string()));
            findings.extend(checks(case, pack, None));
        }
        Ok(place) => {
            findings.push(located(place));
            findings.extend(unknown_states(case, place, pack));
            findings.extend(declared_emergencies(case, place));
            findings.extend(checks(case, pack, Some(place)));
            let hours = OpeningHours::of(place, pack, case.consent, case.schedule);
            findings.extend(windows(&hours, case.now, latest_hold(&findings)));
        }
    }
    findings
}

fn verdict(findings: &[Finding]) -> Verdict {
    if findings.iter().any(|f| f.effect == Effect::Blocks) {
        return Verdict::Blocked;
    }
    latest_hold(findings).map_or(Verdict::Cleared, Verdict::HeldUntil)
}

fn latest_hold(findings: &[Finding]) -> Option<DateTime<Utc>> {
    let holds = findings.iter().filter_map(|f| match f.effect {
        Effect::Holds(until) => Some(until),
        Effect::Passes | Effect::Blocks => None,
    });
    holds.max()
}

/// Every rule in force that applies, hours apart.
fn checks(case: &Case<'_>, pack: &RulePack, place: Option<&Candidates>) -> Vec<Finding> {
    let (zones, states) = place.map_or((&[][..], &[][..]), |p| (&p.zones[..], &p.states[..]));
    let states = states.iter().map(|state| Jurisdiction::State(*state));
    let everywhere = [Jurisdiction::House, Jurisdiction::Federal].into_iter();
    let of = |jurisdiction| pack.rules_of(jurisdiction).map(move |rule| (jurisdiction, rule));
    everywhere
        .chain(states)
        .flat_map(of)
        .filter(|(_, rule)| rule.is_in_force_anywhere(case.now, zones) && rule.applies.to(case.consent))
        .filter_map(|(jurisdiction, rule)| check(rule, jurisdiction, case, place))
        .collect()
}

/// A pack that nobody has read against the law for too long says nothing any more.
fn reviewed(case: &Case<'_>, pack: &RulePack) -> Finding {
    let head = pack.head();
    // On the first clock on earth that shows the day after.
    let day: NaiveDate = (case.now + Duration::hours(14)).date_naive();
    let detail = format!(
        "the rules {} were reviewed on {} and are to be reviewed again by {}",
        pack.id(),
        head.reviewed_on,
        head.next_review_on
    );
    if day > head.next_review_on {
        blocks(
            "US.REVIEW",
            format!("{detail}, which has gone by; install a version with newer rules"),
        )
    } else {
        passes("US.REVIEW", detail)
    }
}

/// States of which the pack knows nothing, not even whether they may be switched on.
fn unknown_states(case: &Case<'_>, place: &Candidates, pack: &RulePack) -> Vec<Finding> {
    let in_force =
        |rule: &&Rule| rule.is_in_force_anywhere(case.now, &place.zones) && rule.applies.to(case.consent);
    let is_known = |state: &&UsState| {
        let mut rules = pack.rules_of(Jurisdiction::State(**state)).filter(in_force);
        rules.any(|rule| matches!(rule.test, Test::State { .. }))
    };
    let unknown = place.states.iter().filter(|state| !is_known(state));
    unknown
        .map(|state| {
            blocks(
                &format!("US-{state}.STATE_OFF"),
                format!("{} is not in the rule pack", state.name()),
            )
        })
        .collect()
}

/// What the person has said, and the lists that hold the number.
fn person(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = vec![
        unless(
            case.do_not_contact,
            "HOUSE.DO_NOT_CONTACT",
            "the person is marked do-not-contact",
            "the person is not marked do-not-contact",
        ),
        unless(
            case.voicemail_opt_out,
            "HOUSE.VOICEMAIL_OPT_OUT",
            "the person has opted out of voicemails",
            "the person has not opted out of voicemails",
        ),
    ];
    let holding: Vec<_> = case.lists.iter().filter(|list| list.holds_number).collect();
    if holding.is_empty() {
        findings.push(passes(
            "LIST",
            format!(
                "the number is on none of the {} suppression lists loaded",
                case.lists.len()
            ),
        ));
    }
    findings.extend(holding.into_iter().map(|list| {
        let version = list
            .version
            .as_deref()
            .map(|v| format!(", version {v}"))
            .unwrap_or_default();
        blocks(
            &format!("LIST.{}", list.name),
            format!("the number is on the list {}{version}", list.name),
        )
    }));
    findings
}

fn unless(stands: bool, rule: &str, if_so: &str, if_not: &str) -> Finding {
    if stands {
        blocks(rule, if_so.to_owned())
    } else {
        passes(rule, if_not.to_owned())
    }
}

fn interval(case: &Case<'_>) -> Finding {
    const RULE: &str = "HOUSE.INTERVAL";
    let days = case.min_interval_days;
    let Some(last) = case.last_contact_at else {
        return passes(RULE, "the person was never contacted before".to_owned());
    };
    let detail = format!(
        "last contact {}, {days} days must lie between two",
        last.format("%d %b %Y %H:%M UTC")
    );
    let release = Duration::try_days(i64::from(days)).and_then(|span| last.checked_add_signed(span));
    match release {
        Some(release) if release > case.now => holds(RULE, release, detail),
        Some(_) => passes(RULE, detail),
        None => blocks(RULE, detail),
    }
}

/// Start and end of the campaign, where it has them.
fn campaign_term(case: &Case<'_>) -> Vec<Finding> {
    let start = case.schedule.start.map(|start| {
        let detail = format!("the campaign starts {}", start.format("%d %b %Y %H:%M UTC"));
        if case.now < start {
            holds("CAMPAIGN.START", start, detail)
        } else {
            passes("CAMPAIGN.START", detail)
        }
    });
    let end = case.schedule.end.map(|end| {
        let detail = format!("the campaign ends {}", end.format("%d %b %Y %H:%M UTC"));
        if case.now >= end {
            blocks("CAMPAIGN.END", detail)
        } else {
            passes("CAMPAIGN.END", detail)
        }
    });
    start.into_iter().chain(end).collect()
}

fn located(place: &Candidates) -> Finding {
    let zones: Vec<&str> = place.zones.iter().map(|zone| zone.name()).collect();
    let states: Vec<String> = place.states.iter().map(ToString::to_string).collect();
    let said: Vec<String> = place.sightings.iter().map(ToString::to_string).collect();
    let detail = format!(
        "may be in {}, on the time of {}: {}",
        states.join(" or "),
        zones.join(" or "),
        said.join("; ")
    );
    passes("US.LOCATION", detail)
}

/// One finding a rule: closed now, or closed when the other holds end, holds until all hours are open together.
fn windows(hours: &OpeningHours<'_>, now: DateTime<Utc>, other_holds: Option<DateTime<Utc>>) -> Vec<Finding> {
    let earliest = other_holds.map_or(now, |until| until.max(now));
    let opening = hours.next_open(earliest);
    let mut by_rule: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
    for reading in hours.readings(now, earliest) {
        let (open, details) = by_rule.entry(reading.rule).or_insert((true, vec![]));
        *open &= reading.is_open && reading.is_open_then;
        details.push(match (reading.is_open, reading.is_open_then) {
            (true, true) => format!("{}: open", reading.detail),
            (true, false) => format!("{}: open, but closed when it may be handed over", reading.detail),
            (false, _) => format!("{}: closed", reading.detail),
        });
    }
    let finding = |(rule, (open, details)): (String, (bool, Vec<String>))| {
        let detail = details.join("; ");
        match opening {
            _ if open => passes(&rule, detail),
            Some(until) => holds(&rule, until, detail),
            None => blocks(
                &rule,
                format!("{detail}; no common opening within {SEARCH_DAYS_MAX} days"),
            ),
        }
    };
    by_rule.into_iter().map(finding).collect()
}

fn passes(rule: &str, detail: String) -> Finding {
    finding(rule, Effect::Passes, detail)
}

fn holds(rule: &str, until: DateTime<Utc>, detail: String) -> Finding {
    finding(rule, Effect::Holds(until), detail)
}

fn blocks(rule: &str, detail: String) -> Finding {
    finding(rule, Effect::Blocks, detail)
}

fn finding(rule: &str, effect: Effect, detail: String) -> Finding {
    Finding {
        rule: rule.to_owned(),
        effect,
        detail,
    }
}

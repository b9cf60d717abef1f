//! Puts the rules together into one decision. Nothing waives consent, suppression or hours; what can't be known blocks.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    Decision, Effect, Finding, Verdict,
    hours::OpeningHours,
    location::{Candidates, candidates},
    pack::{Cap, RulePack, StateStatus},
};
use crate::{
    Location, UsState,
    campaign::Schedule,
    contact::{ConsentForm, Contact},
};

/// Version of this code, recorded in every decision: raise it when the same case would be decided differently.
pub const ENGINE_VERSION: &str = "1";
/// Nothing is handed over in the first minutes of a window: our clock and the recipient's differ.
pub const GUARD_AFTER_OPENING_MINUTES: u32 = 10;
/// Nothing is handed over in the last minutes of a window: the law counts when the voicemail arrives.
pub const GUARD_BEFORE_CLOSING_MINUTES: u32 = 30;
/// How far ahead an opening is looked for; a drop without one is blocked.
pub const SEARCH_DAYS_MAX: u32 = 14;
/// The house's own caps: one attempt in 24 hours, three in seven days.
pub const HOUSE_CAPS: [Cap; 2] = [
    Cap {
        attempts: 1,
        hours: 24,
    },
    Cap {
        attempts: 3,
        hours: 168,
    },
];

/// Statuses under which the owner has a broker of their own, whom we must not go round.
const EXCLUSIVELY_LISTED: &[&str] = &[
    "active",
    "listed",
    "pending",
    "contingent",
    "under contract",
    "coming soon",
];

/// What is known of the person's consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConsentStanding {
    /// None on record.
    #[default]
    None,
    /// Spoken only.
    Oral,
    /// Signed, naming this seller and this channel.
    Written,
    /// Given once and taken back.
    Revoked,
}

impl From<&Contact> for ConsentStanding {
    fn from(contact: &Contact) -> Self {
        match (&contact.consent, contact.consent_revoked) {
            (_, true) => Self::Revoked,
            (None, false) => Self::None,
            (Some(consent), false) => match consent.form {
                ConsentForm::Written => Self::Written,
                ConsentForm::Oral => Self::Oral,
            },
        }
    }
}

/// All that a decision depends on.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Where the contact is, as far as known.
    pub location: &'a Location,
    /// What is known of the person's consent.
    pub consent: ConsentStanding,
    /// The person must not be contacted.
    pub do_not_contact: bool,
    /// The person wants no voicemails.
    pub voicemail_opt_out: bool,
    /// Names of the suppression lists that hold the number.
    pub suppressed_by: Vec<String>,
    /// States that are switched on, each with the grounds given.
    pub states_on: &'a BTreeMap<UsState, String>,
    /// When the person was last contacted by any campaign.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// Days that must lie between two contacts.
    pub min_interval_days: u32,
    /// Attempts on the person within the last days, in any order.
    pub recent_attempts: &'a [DateTime<Utc>],
    /// When the campaign may send.
    pub schedule: &'a Schedule,
    /// Listing status of the property, as the source gave it.
    pub listing_status: Option<&'a str>,
}

/// Decides the case by the pack. Pure: the same case and pack give the same decision.
pub fn decide(case: &Case<'_>, pack: &RulePack) -> Decision {
    let mut findings = person(case);
    findings.extend(frequency(HOUSE_CAPS.iter().map(|cap| ("HOUSE", *cap)), case));
    findings.push(interval(case));
    findings.extend(campaign_term(case));
    let place = candidates(case.location, pack);
    match &place {
        Err(unknown) => findings.push(blocks("US.LOCATION", unknown.to_string())),
        Ok(place) => {
            findings.push(located(place));
            findings.extend(place.states.iter().map(|state| switched_on(*state, case, pack)));
            for state in &place.states {
                let cap = pack.state(*state).and_then(|rules| rules.cap);
                let scope = format!("US-{state}");
                findings.extend(frequency(cap.iter().map(|cap| (scope.as_str(), *cap)), case));
            }
            let hours = OpeningHours::of(place, pack, case.schedule);
            findings.extend(windows(&hours, case.now, latest_hold(&findings)));
        }
    }
    let (zones, states) = place.map_or_else(|_| (vec![], vec![]), |p| (p.zones, p.states));
    Decision {
        verdict: verdict(&findings),
        findings,
        zones: zones.iter().map(|zone| zone.name().to_owned()).collect(),
        states,
        pack_id: pack.id().to_owned(),
        pack_sha256: pack.sha256().to_owned(),
        engine_version: ENGINE_VERSION.to_owned(),
    }
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

/// What the person has said, and what lists say of the number.
fn person(case: &Case<'_>) -> Vec<Finding> {
    let unless = |wrong: bool, rule: &str, when_wrong: &str, when_right: &str| {
        if wrong {
            blocks(rule, when_wrong.to_owned())
        } else {
            passes(rule, when_right.to_owned())
        }
    };
    let consent = match case.consent {
        ConsentStanding::Written => passes(
            "US.CONSENT",
            "prior express written consent is on record".to_owned(),
        ),
        ConsentStanding::Oral => blocks(
            "US.CONSENT",
            "consent is oral only; a signed writing is needed".to_owned(),
        ),
        ConsentStanding::None => blocks(
            "US.CONSENT",
            "no consent is on record; a signed writing is needed".to_owned(),
        ),
        ConsentStanding::Revoked => blocks("US.CONSENT", "consent was revoked".to_owned()),
    };
    let listed = case
        .listing_status
        .is_some_and(|status| EXCLUSIVELY_LISTED.contains(&status.trim().to_lowercase().as_str()));
    let mut findings = vec![
        consent,
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
        unless(
            listed,
            "HOUSE.LISTING",
            "the property is listed with a broker; its owner must not be solicited",
            "no current listing of the property is known",
        ),
    ];
    if case.suppressed_by.is_empty() {
        findings.push(passes(
            "LIST",
            "the number is on none of the suppression lists loaded".to_owned(),
        ));
    }
    let on_lists = case.suppressed_by.iter();
    findings.extend(on_lists.map(|list| {
        blocks(
            &format!("LIST.{list}"),
            format!("the number is on the list {list}"),
        )
    }));
    findings
}

/// Caps by rolling hours; an attempt stops counting when exactly that many hours have gone by.
fn frequency<'a>(caps: impl Iterator<Item = (&'a str, Cap)>, case: &Case<'_>) -> Vec<Finding> {
    let mut newest_first = case.recent_attempts.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    caps.map(|(scope, Cap { attempts, hours })| {
        let rule = format!("{scope}.CAP.{hours}H");
        let span = Duration::hours(i64::from(hours));
        let counts = |at: &&DateTime<Utc>| at.checked_add_signed(span).is_none_or(|end| end > case.now);
        let counted = newest_first.iter().filter(counts).count();
        let detail = format!("{counted} of at most {attempts} attempts in {hours} hours");
        let binding = attempts.checked_sub(1).and_then(|index| newest_first.get(index));
        match binding.and_then(|at| at.checked_add_signed(span)) {
            Some(release) if counted >= attempts => holds(&rule, release, detail),
            None if counted >= attempts => blocks(&rule, detail),
            Some(_) | None => passes(&rule, detail),
        }
    })
    .collect()
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
    let detail = format!(
        "may be in {}, on the time of {}",
        states.join(" or "),
        zones.join(" or ")
    );
    passes("US.LOCATION", detail)
}

fn switched_on(state: UsState, case: &Case<'_>, pack: &RulePack) -> Finding {
    let rule = format!("US-{state}.STATE_OFF");
    let name = state.name();
    let Some(rules) = pack.state(state) else {
        return blocks(&rule, format!("{name} is not in the rule pack"));
    };
    let status = match rules.status {
        StateStatus::Allow => "the pack allows it with written consent",
        StateStatus::Review => "the pack wants counsel's review first",
        StateStatus::Block => "the pack saw no way to do it on prior consent",
    };
    let read = format!("{status} ({}; {})", rules.source, rules.note);
    match case.states_on.get(&state) {
        Some(reason) => passes(&rule, format!("{name} is switched on: {reason}; {read}")),
        None => blocks(&rule, format!("{name} is not switched on; {read}")),
    }
}

/// One finding a rule: closed now, or closed when the other holds end, holds until all hours are open together.
fn windows(hours: &OpeningHours<'_>, now: DateTime<Utc>, other_holds: Option<DateTime<Utc>>) -> Vec<Finding> {
    let earliest = other_holds.map_or(now, |until| until.max(now));
    let opening = hours.next_open(earliest);
    let mut by_rule: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
    for (reading, later) in hours.readings(now).zip(hours.readings(earliest)) {
        let (open, details) = by_rule.entry(reading.rule).or_insert((true, vec![]));
        *open &= reading.open && later.open;
        details.push(match (reading.open, later.open) {
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

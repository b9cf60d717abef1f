//! What each kind of rule finds in a case, hours apart (`hours.rs`). Each answers for one jurisdiction, with the figures it looked at.

use chrono::{DateTime, Duration, Months, NaiveDate, Utc};

use super::{
    case::{Case, ConsentStanding, Content, Relationship},
    decision::{Effect, Finding},
    location::Candidates,
    rule::{Cap, CapScope, ContentRule, Jurisdiction, PermitKind, RelationshipTerm, Rule, StateStatus, Test},
};
use crate::{UsState, script::lint::Said, suppression::ListKind};

/// The finding of a rule that is about anything but hours.
pub(super) fn check(
    rule: &Rule,
    jurisdiction: Jurisdiction,
    case: &Case<'_>,
    place: Option<&Candidates>,
) -> Option<Finding> {
    let id = rule.id(jurisdiction);
    let state = match jurisdiction {
        Jurisdiction::State(state) => Some(state),
        Jurisdiction::House | Jurisdiction::Federal => None,
    };
    let (effect, detail) = match (&rule.test, state) {
        (Test::Window { .. } | Test::Holiday { .. }, _) => return None,
        (Test::State { status }, Some(state)) => switched_on(*status, state, rule, case),
        (Test::Emergency { from, until }, Some(state)) => emergency(*from, *until, state, rule, case),
        (Test::Permit { permit }, Some(state)) => has_permit(*permit, state, case, place),
        // The parser refuses these anywhere but in a state.
        (Test::State { .. } | Test::Emergency { .. } | Test::Permit { .. }, None) => (
            Effect::Blocks,
            "it is a state's rule, and no state is named".to_owned(),
        ),
        (Test::Cap(cap), _) => capped(cap, case, place),
        (Test::Consent { form }, _) => consented(*form, case.consent),
        (Test::Relationship(term), _) => (Effect::Passes, related(*term, case, place).1),
        (Test::ListAge { list, days, required }, _) => list_age(*list, *days, *required, state, case),
        (Test::Content(content), _) => said(content, &case.content),
        (Test::Listing { statuses }, _) => {
            let status = case.listing_status.map(|status| status.trim().to_lowercase());
            match status.filter(|status| statuses.contains(status)) {
                Some(_) => (
                    Effect::Blocks,
                    "the property is listed with a broker; its owner must not be solicited".to_owned(),
                ),
                None => (
                    Effect::Passes,
                    "no current listing of the property is known".to_owned(),
                ),
            }
        }
    };
    Some(Finding {
        rule: id,
        effect,
        detail,
    })
}

fn switched_on(status: StateStatus, state: UsState, rule: &Rule, case: &Case<'_>) -> (Effect, String) {
    let name = state.name();
    let read = match status {
        StateStatus::Allow => "the pack allows it with written consent",
        StateStatus::Review => "the pack wants counsel's review first",
        StateStatus::Block => "the pack saw no way to do it on prior consent",
    };
    let read = format!("{read} ({}; {})", rule.provenance.citation, rule.provenance.note);
    match case.states_on.get(&state) {
        Some(reason) => (Effect::Passes, format!("{name} is switched on: {reason}; {read}")),
        None => (Effect::Blocks, format!("{name} is not switched on; {read}")),
    }
}

fn emergency(
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    state: UsState,
    rule: &Rule,
    case: &Case<'_>,
) -> (Effect, String) {
    let detail = format!(
        "{} from {} to {}: {}",
        state.name(),
        moment(from),
        moment(until),
        rule.provenance.citation
    );
    if from <= case.now && case.now < until {
        (Effect::Holds(until), detail)
    } else {
        (Effect::Passes, detail)
    }
}

/// Emergencies that an admin declared, for the states where the contact may be.
pub(super) fn declared_emergencies<'a>(
    case: &'a Case<'a>,
    place: &'a Candidates,
) -> impl Iterator<Item = Finding> + 'a {
    let here = case
        .emergencies
        .iter()
        .filter(|e| place.states.contains(&e.state));
    here.map(|emergency| {
        let name = emergency.state.name();
        let (effect, ends) = match emergency.until {
            Some(until) if until <= case.now => (Effect::Passes, format!("ended {}", moment(until))),
            Some(until) => (Effect::Holds(until), format!("until {}", moment(until))),
            None => (Effect::Blocks, "until it is lifted".to_owned()),
        };
        Finding {
            rule: format!("US-{}.EMERGENCY.DECLARED", emergency.state),
            effect,
            detail: format!(
                "an emergency is declared for {name}, {ends}: {}",
                emergency.reason
            ),
        }
    })
}

fn has_permit(
    permit: PermitKind,
    state: UsState,
    case: &Case<'_>,
    place: Option<&Candidates>,
) -> (Effect, String) {
    let what = match permit {
        PermitKind::Registration => "registration as a telephone solicitor",
        PermitKind::Device => "permit for a dialing device",
    };
    let name = state.name();
    let own = case
        .permits
        .iter()
        .filter(|p| p.state == state && p.permit == permit);
    let Some(newest) = own.max_by_key(|p| p.expires_on) else {
        return (
            Effect::Blocks,
            format!("{name} asks for a {what}, and none is on record"),
        );
    };
    let detail = format!(
        "{name}: {what} {}, in force to {}",
        newest.number, newest.expires_on
    );
    // Over on the first clock that shows the next day.
    if local_days(case.now, place).any(|day| day > newest.expires_on) {
        (Effect::Blocks, format!("{detail}, which is over"))
    } else {
        (Effect::Passes, detail)
    }
}

/// The local days at an instant where the contact may be; UTC's where that is unknown.
fn local_days(at: DateTime<Utc>, place: Option<&Candidates>) -> impl Iterator<Item = NaiveDate> {
    let zones = place.map(|p| p.zones.clone()).unwrap_or_default();
    let utc = zones.is_empty().then(|| at.date_naive());
    zones
        .into_iter()
        .map(move |zone| at.with_timezone(&zone).date_naive())
        .chain(utc)
}

fn capped(cap: &Cap, case: &Case<'_>, place: Option<&Candidates>) -> (Effect, String) {
    let is_counted = |attempt: &&super::case::Attempt| match cap.scope {
        CapScope::Person => true,
        CapScope::Number => !attempt.on_another_number,
        CapScope::Subject => match (&attempt.subject, case.subject) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => true,
        },
    };
    let Cap { attempts, hours, .. } = *cap;
    let span = Duration::hours(i64::from(hours));
    let mut newest_first: Vec<DateTime<Utc>> =
        case.attempts.iter().filter(is_counted).map(|a| a.at).collect();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let counts = |at: &&DateTime<Utc>| at.checked_add_signed(span).is_none_or(|end| end > case.now);
    let counted = newest_first.iter().filter(counts).count();
    let of = match cap.scope {
        CapScope::Number => " on the number",
        CapScope::Person => "",
        CapScope::Subject => " about the same subject",
    };
    let detail = format!("{counted} of at most {attempts} attempts{of} in {hours} hours");
    if counted < attempts {
        return (Effect::Passes, detail);
    }
    if let Some(term) = cap.unless_relationship {
        let (is_related, relation) = related(term, case, place);
        if is_related {
            return (Effect::Passes, format!("{detail}; it does not bind: {relation}"));
        }
    }
    let binding = attempts.checked_sub(1).and_then(|index| newest_first.get(index));
    match binding.and_then(|at| at.checked_add_signed(span)) {
        Some(release) => (Effect::Holds(release), detail),
        None => (Effect::Blocks, detail),
    }
}

fn consented(least: ConsentStanding, consent: ConsentStanding) -> (Effect, String) {
    let effect = if consent.satisfies(least) {
        Effect::Passes
    } else {
        Effect::Blocks
    };
    let detail = match consent {
        ConsentStanding::Written => "written consent names this seller and recorded voicemails",
        ConsentStanding::Oral => "consent was given orally; a signed writing is needed",
        ConsentStanding::None => "no consent is on record; a signed writing is needed",
        ConsentStanding::AnotherSeller => {
            "the consent on record names another seller; a signed writing that names this one is needed"
        }
        ConsentStanding::Revoked => "consent was revoked",
    };
    (effect, detail.to_owned())
}

/// Whether a business relationship lasts, wherever the contact may be, and in words why.
fn related(term: RelationshipTerm, case: &Case<'_>, place: Option<&Candidates>) -> (bool, String) {
    let Relationship {
        purchased_on,
        inquired_on,
    } = case.relationship;
    let end =
        |day: Option<NaiveDate>, months: u32| day.and_then(|day| day.checked_add_months(Months::new(months)));
    let ends = [
        ("a purchase", end(purchased_on, term.purchase_months)),
        ("an inquiry", end(inquired_on, term.inquiry_months)),
    ];
    let longest = ends
        .into_iter()
        .filter_map(|(what, end)| Some((end?, what)))
        .max();
    match longest {
        None => (
            false,
            "no business relationship is on record; none would replace consent".to_owned(),
        ),
        Some((end, what)) => {
            let lasts = local_days(case.now, place).all(|day| day < end);
            let state = if lasts { "lasts to" } else { "ended" };
            (
                lasts,
                format!("the business relationship by {what} {state} {end}; it replaces no consent"),
            )
        }
    }
}

fn list_age(
    list: ListKind,
    days: u32,
    required: bool,
    state: Option<UsState>,
    case: &Case<'_>,
) -> (Effect, String) {
    let is_it = |l: &&super::case::ListStanding| l.kind == list && (state.is_none() || l.state == state);
    let mut loaded = case.lists.iter().filter(is_it).peekable();
    if loaded.peek().is_none() {
        return if required && case.consent != ConsentStanding::Written {
            (Effect::Blocks, "the list was never loaded".to_owned())
        } else {
            let why = "the list was never loaded; it binds none who has agreed in writing to be called";
            (Effect::Passes, why.to_owned())
        };
    }
    let newest = loaded
        .filter_map(|l| Some((l.obtained_at?, l.version.as_deref())))
        .max();
    let Some((obtained_at, version)) = newest else {
        return (
            Effect::Blocks,
            "nobody knows when the list was obtained".to_owned(),
        );
    };
    let version = version.unwrap_or("without a name");
    let detail = format!(
        "version {version} was obtained {}, at most {days} days ago",
        moment(obtained_at)
    );
    match obtained_at.checked_add_signed(Duration::days(i64::from(days))) {
        Some(end) if case.now <= end => (Effect::Passes, detail),
        _ => (
            Effect::Blocks,
            format!(
                "version {version} was obtained {}, more than {days} days ago; load a newer one",
                moment(obtained_at)
            ),
        ),
    }
}

fn said(rule: &ContentRule, content: &Content) -> (Effect, String) {
    let said = match content {
        Content::Unwritten => {
            let detail = "nothing is written yet; the words are looked at before they are handed over";
            return (Effect::Passes, detail.to_owned());
        }
        Content::Unknown => {
            let detail = "the words were never looked through for it; change or approve them again";
            return (Effect::Blocks, detail.to_owned());
        }
        Content::Known(said) => said,
    };
    let missing = missing(rule, said);
    if missing.is_empty() {
        (Effect::Passes, "the words hold what is asked for".to_owned())
    } else {
        (Effect::Blocks, format!("the words lack {}", missing.join(", ")))
    }
}

fn missing(rule: &ContentRule, said: &Said) -> Vec<String> {
    let by = |at: Option<u64>, seconds: u64| at.is_some_and(|ms| ms <= seconds.saturating_mul(1_000));
    let mut missing = Vec::new();
    if let Some(seconds) = rule.identity_within_seconds
        && !(by(said.caller_ms, seconds) && by(said.seller_ms, seconds))
    {
        missing.push(format!(
            "the names of caller and seller in the first {seconds} seconds"
        ));
    }
    if let Some(seconds) = rule.callback_within_seconds
        && !by(said.callback_ms, seconds)
    {
        missing.push(format!(
            "the number for calling back in the first {seconds} seconds"
        ));
    }
    if let Some(seconds) = rule.opt_out_within_seconds
        && !by(said.opt_out_ms, seconds)
    {
        missing.push(format!("how to opt out in the first {seconds} seconds"));
    }
    if let Some(seconds) = rule.repeated_in_last_seconds {
        let from = said.length_ms.saturating_sub(seconds.saturating_mul(1_000));
        let again = |at: Option<u64>| at.is_some_and(|ms| ms >= from);
        if !(again(said.caller_last_ms) && again(said.callback_last_ms)) {
            missing.push(format!("name and number again in the last {seconds} seconds"));
        }
    }
    if rule.artificial_voice_disclosed && said.artificial_voice_ms.is_none() {
        missing.push("that the voice is artificial".to_owned());
    }
    missing
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%d %b %Y %H:%M UTC").to_string()
}

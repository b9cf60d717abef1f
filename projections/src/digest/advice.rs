//! What to do differently next time. Each piece of advice has the figures that it rests on beside it; where the figures say nothing,
//! nothing is advised.

use domain::script::{DeliveryStatus, FailureClass};

use super::{DigestFigures, count, number, of as said, patterns, share, words};
use crate::rate::Rate;

/// Voicemails below which a campaign says little by itself.
const SMALL_SAMPLE: i64 = 100;

/// Share of bad numbers from which a list is worth mending, per cent.
const BAD_NUMBERS_PERCENT: i64 = 5;

/// Rules that are named as reasons.
const RULES_NAMED: usize = 3;

/// Something to do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// What to do.
    pub advice: String,
    /// The figures that it rests on.
    pub basis: String,
}

fn do_it(advice: impl Into<String>, basis: String) -> Recommendation {
    Recommendation {
        advice: advice.into(),
        basis,
    }
}

/// All that the figures bear, the weightiest first.
pub(super) fn of(figures: &DigestFigures<'_>) -> Vec<Recommendation> {
    let mut advised = Vec::new();
    advised.extend(in_doubt(figures));
    advised.extend(bad_numbers(figures));
    advised.extend(blocked(figures));
    advised.extend(unsent(figures));
    advised.extend(better_times(figures));
    advised.extend(against_others(figures));
    advised.extend(no_listening(figures));
    advised.extend(small_sample(figures));
    advised
}

fn in_doubt(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let n = figures.campaign.in_doubt;
    (n > 0).then(|| {
        do_it(
            "Ask the carrier what became of the voicemails in doubt before you call these people by other means.",
            format!("{} handed over without a report.", count(n, "voicemail")),
        )
    })
}

fn bad_numbers(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let bad = figures
        .failures
        .iter()
        .filter(|f| matches!(f.class, FailureClass::BadNumber | FailureClass::Suppress))
        .map(|f| f.count)
        .sum();
    let rate = Rate::new(bad, figures.results.attempted);
    (rate.percent()? >= BAD_NUMBERS_PERCENT).then(|| {
        do_it(
            "Have the list's numbers looked up again: many of them take no voicemail.",
            format!("{} handed over failed because of the number.", said(rate)),
        )
    })
}

fn blocked(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let n = figures.campaign.blocked;
    let rules: Vec<_> = figures
        .obstacles
        .iter()
        .filter(|o| o.status == DeliveryStatus::Blocked)
        .take(RULES_NAMED)
        .map(|o| format!("{} ({})", words::rule_words(&o.rule), number(o.count)))
        .collect();
    // A campaign that was stopped early can have people that are blocked without a rule on record.
    let why = if rules.is_empty() {
        String::new()
    } else {
        format!(": {}", rules.join(", "))
    };
    (n > 0).then(|| {
        do_it(
            "Take those who must not be called off the list, or record the consent that you have.",
            format!("{} blocked{why}.", said(Rate::new(n, figures.campaign.contacts))),
        )
    })
}

fn unsent(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let n = figures.campaign.held + figures.campaign.lapsed;
    (n > 0).then(|| {
        do_it(
            "Give the next campaign more days or wider hours, so that everybody's turn comes.",
            format!(
                "{} contacts were still held when it ended.",
                said(Rate::new(n, figures.campaign.contacts))
            ),
        )
    })
}

fn better_times(figures: &DigestFigures<'_>) -> Vec<Recommendation> {
    let (found, what, verb) = if figures.results.listening_reported {
        let rate = |r: &crate::figures::Results| Rate::new(r.listened, r.listenable);
        (patterns::of(figures, rate), "played", "are listened to")
    } else {
        let rate = |r: &crate::figures::Results| r.delivery_rate();
        (patterns::of(figures, rate), "left", "get through")
    };
    found
        .into_iter()
        .map(|p| {
            do_it(
                format!("Send more {}: then voicemails {verb} more often.", p.when),
                format!(
                    "{} were {what} of those handed over {}, {} of the others.",
                    said(p.inside),
                    p.when,
                    said(p.outside)
                ),
            )
        })
        .collect()
}

fn against_others(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let others = figures.others?;
    let (mine, theirs, what) = match (figures.results.listen_rate(), others.listen_rate()) {
        (Some(mine), Some(theirs)) => (mine, theirs, "listened to"),
        _ => (figures.results.delivery_rate(), others.delivery_rate(), "left"),
    };
    let difference = mine.difference(theirs)?;
    if !difference.is_clear() {
        return None;
    }
    let advice = if difference.by > 0.0 {
        "Do more of what was different this time: it did better than your other campaigns of this kind."
    } else {
        "Look at what was different this time: your other campaigns of this kind did better."
    };
    let basis = format!("{} {what} here, {} in the others.", said(mine), said(theirs));
    Some(do_it(advice, basis))
}

fn no_listening(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let quiet = !figures.results.listening_reported && figures.results.delivered > 0;
    quiet.then(|| {
        do_it(
            "Name a call-back number that only this campaign uses: its calls show who listened.",
            "The carrier does not report listening.".to_owned(),
        )
    })
}

fn small_sample(figures: &DigestFigures<'_>) -> Option<Recommendation> {
    let rate = figures.results.delivery_rate();
    let interval = rate.interval().filter(|_| rate.whole < SMALL_SAMPLE)?;
    let per_cent = |share: f64| format!("{:.0} %", share * 100.0);
    Some(do_it(
        "Do not read too much into one small campaign; compare it with the next ones.",
        format!(
            "With {} handed over, a rate of {} may as well be anything from {} to {}.",
            number(rate.whole),
            share(rate),
            per_cent(interval.low),
            per_cent(interval.high)
        ),
    ))
}

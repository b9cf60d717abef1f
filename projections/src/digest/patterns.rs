//! Hours and days at which more was reached than at others: only where chance would not do as much.

use crate::{
    digest::DigestFigures,
    figures::Results,
    rate::{Difference, Rate},
};

/// Hours that are looked at together.
const BAND_HOURS: u32 = 3;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A part of the week that did better than the rest of it.
pub(super) struct Pattern {
    /// `between 10:00 and 13:00`, `on Tuesdays`.
    pub(super) when: String,
    pub(super) inside: Rate,
    pub(super) outside: Rate,
    difference: Difference,
}

/// The best part of the day and the best day, each only if it is clear.
pub(super) fn of(figures: &DigestFigures<'_>, rate: impl Fn(&Results) -> Rate) -> Vec<Pattern> {
    let bands = (0..24 / BAND_HOURS).map(|band| {
        let (from, until) = (band * BAND_HOURS, (band + 1) * BAND_HOURS);
        let when = format!("between {} and {}", o_clock(from), o_clock(until));
        (when, sum(figures, |h| (from..until).contains(&h.hour)))
    });
    let days = (1..)
        .zip(WEEKDAYS)
        .map(|(number, name)| (format!("on {name}s"), sum(figures, |h| h.weekday == number)));
    [best(figures, bands, &rate), best(figures, days, &rate)]
        .into_iter()
        .flatten()
        .collect()
}

fn o_clock(hour: u32) -> String {
    match hour {
        0 | 24 => "midnight".to_owned(),
        12 => "noon".to_owned(),
        h if h < 12 => format!("{h} am"),
        h => format!("{} pm", h - 12),
    }
}

fn sum(figures: &DigestFigures<'_>, holds: impl Fn(&crate::queries::HourResults) -> bool) -> Results {
    let parts = figures.hours.iter().filter(|h| holds(h)).map(|h| h.results);
    parts.fold(Results::default(), Results::and)
}

fn best(
    figures: &DigestFigures<'_>,
    parts: impl Iterator<Item = (String, Results)>,
    rate: &impl Fn(&Results) -> Rate,
) -> Option<Pattern> {
    let whole = rate(&sum(figures, |_| true));
    // Empty parts are compared with nothing.
    let parts: Vec<_> = parts.filter(|(_, results)| rate(results).whole > 0).collect();
    let among = parts.len();
    let clear = parts.into_iter().filter_map(|(when, results)| {
        let inside = rate(&results);
        let outside = Rate::new(whole.part - inside.part, whole.whole - inside.whole);
        let difference = inside.difference_among(outside, among)?;
        (difference.is_clear() && difference.by > 0.0).then_some(Pattern {
            when,
            inside,
            outside,
            difference,
        })
    });
    clear.max_by(|a, b| a.difference.low.total_cmp(&b.difference.low))
}

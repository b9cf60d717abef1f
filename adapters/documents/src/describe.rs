//! From a campaign's report to what stands in its digest.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{MicroDollars, UsState};
use projections::{
    digest::{CampaignReport, Day, dollars, failure_words, number, share, type_words},
    figures::Results,
    rate::Rate,
};

use crate::{
    charts::{SMALL_CAMPAIGN, o_clock, outcome_of, outcomes, rate_shown, week},
    digest::{Advice, Bar, DigestDocument, Figure, Hour, Line, Place, Share},
};

/// Days that fit the width of a page.
const DAYS_SHOWN: usize = 21;

/// States that are named.
const STATES_SHOWN: usize = 8;

/// Failures that are named.
const FAILURES_SHOWN: usize = 5;

/// Someone who listened, by the name that may stand on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The name.
    pub name: String,
    /// How long, milliseconds.
    pub listen_ms: i64,
}

impl DigestDocument {
    /// The digest of a campaign of `organization`, as known at `as_of`.
    pub fn of(
        report: &CampaignReport,
        organization: &str,
        listeners: &[Listener],
        as_of: DateTime<Utc>,
    ) -> Self {
        let campaign = &report.campaign;
        let kind = type_words(campaign.kind);
        let kind = kind.split_once(' ').map_or(kind, |(_, rest)| rest);
        let farm = campaign.neighborhood.as_deref();
        let advised = report.recommendations().into_iter();
        Self {
            organization: organization.to_owned(),
            campaign: campaign.name.clone(),
            subtitle: farm.map_or_else(|| capital(kind), |f| format!("{} · {f}", capital(kind))),
            period: period(report.figures().days),
            as_of: as_of.format("%B %-d, %Y, %H:%M UTC").to_string(),
            summary: report.summary(),
            figures: figures(report),
            hours_show: if report.results.listening_reported {
                "listened to, of those left"
            } else {
                "left, of those handed over"
            },
            outcomes: outcomes(report),
            outcome_of: outcome_of(report),
            days: days(&report.days),
            days_note: days_note(report.days.len()),
            week: week(report),
            hours: hours(report),
            states: report.states.iter().take(STATES_SHOWN).map(place).collect(),
            failures: failures(report),
            listeners: listeners.iter().map(listener).collect(),
            recommendations: advised
                .map(|r| Advice {
                    advice: r.advice,
                    basis: r.basis,
                })
                .collect(),
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn period(days: Option<(NaiveDate, NaiveDate)>) -> String {
    let said = |day: NaiveDate| day.format("%B %-d, %Y").to_string();
    match days {
        None => "nothing was handed over".to_owned(),
        Some((from, until)) if from == until => said(from),
        Some((from, until)) => format!("{} to {}", said(from), said(until)),
    }
}

/// Its denominator, and between what the true rate is likely to lie.
fn of_whole(rate: Rate, of: &str) -> String {
    let Some(interval) = rate.interval() else {
        return format!("of none {of}");
    };
    format!(
        "{} of {} {of}, likely {:.0} to {:.0} %",
        share(rate),
        number(rate.whole),
        interval.low * 100.0,
        interval.high * 100.0
    )
}

fn figures(report: &CampaignReport) -> Vec<Figure> {
    let (results, costs, campaign) = (&report.results, report.costs(), &report.campaign);
    let figure = |name, value, under| Figure { name, value, under };
    let (listened, listening) = match results.listen_rate() {
        Some(rate) => (number(results.listened), of_whole(rate, "left")),
        None => (
            "not reported".to_owned(),
            "the carrier does not say who listened".to_owned(),
        ),
    };
    let each = |cost: Option<MicroDollars>, of: &str| cost.map(|c| format!("{} for each {of}", dollars(c)));
    let per = each(costs.per_listened(results), "listened")
        .or_else(|| each(costs.per_delivered(results), "left"))
        .unwrap_or_default();
    vec![
        figure(
            "Contacts",
            number(campaign.contacts),
            format!("{} handed to the carrier", number(results.attempted)),
        ),
        figure(
            "Left in mailboxes",
            number(results.delivered),
            of_whole(results.delivery_rate(), "handed over"),
        ),
        figure("Listened", listened, listening),
        figure(
            "Not left",
            number(results.failed),
            of_whole(results.failure_rate(), "handed over"),
        ),
        figure(
            "Never sent",
            number(campaign.blocked + campaign.held + campaign.lapsed),
            format!(
                "{} by a rule, {} out of time",
                number(campaign.blocked),
                number(campaign.held + campaign.lapsed)
            ),
        ),
        figure("Cost", dollars(costs.total()), per),
    ]
}

fn days(days: &[Day]) -> Vec<Bar> {
    let shown = &days[days.len().saturating_sub(DAYS_SHOWN)..];
    let most = shown
        .iter()
        .map(|d| d.attempted.max(d.delivered))
        .max()
        .unwrap_or(0)
        .max(1);
    let length = |n: i64| n as f64 / most as f64;
    shown
        .iter()
        .map(|day| Bar {
            label: day.day.format("%b %-d").to_string(),
            attempted: number(day.attempted),
            delivered: number(day.delivered),
            attempted_length: length(day.attempted),
            delivered_length: length(day.delivered),
        })
        .collect()
}

fn shown(rate: Rate) -> Option<Share> {
    let (share, interval) = (rate.share()?, rate.interval()?);
    Some(Share {
        share,
        low: interval.low,
        high: interval.high,
    })
}

fn days_note(days: usize) -> String {
    if days > DAYS_SHOWN {
        format!("The last {DAYS_SHOWN} of {days} days.")
    } else {
        String::new()
    }
}

/// Nothing where there are too few for a pattern.
fn hours(report: &CampaignReport) -> Vec<Hour> {
    if report.results.attempted < SMALL_CAMPAIGN {
        return vec![];
    }
    let mut by_hour = [Results::default(); 24];
    for hour in &report.hours {
        if let Some(sum) = by_hour.get_mut(hour.hour as usize) {
            *sum = sum.and(hour.results);
        }
    }
    let used = by_hour
        .iter()
        .enumerate()
        .filter(|(_, results)| results.attempted > 0);
    used.map(|(hour, results)| Hour {
        label: o_clock(hour),
        attempted: number(results.attempted),
        rate: shown(rate_shown(report, results)),
    })
    .collect()
}

fn place(state: &projections::queries::StateResults) -> Place {
    let known = state.state.parse::<UsState>().ok();
    Place {
        name: known.map_or_else(|| "not known".to_owned(), |s| s.name().to_owned()),
        attempted: number(state.results.attempted),
        delivered: number(state.results.delivered),
        rate: shown(state.results.delivery_rate()),
    }
}

fn failures(report: &CampaignReport) -> Vec<Line> {
    let mut lines: Vec<(String, i64)> = Vec::new();
    for failure in &report.failures {
        let what = failure_words(failure.class);
        // What differs only in the carrier's code is one thing to a reader.
        match lines.iter_mut().find(|(known, _)| known == what) {
            Some((_, count)) => *count += failure.count,
            None => lines.push((what.to_owned(), failure.count)),
        }
    }
    let lines = lines.into_iter().take(FAILURES_SHOWN);
    lines
        .map(|(what, count)| Line {
            what,
            value: number(count),
        })
        .collect()
}

fn listener(listener: &Listener) -> Line {
    Line {
        what: listener.name.clone(),
        value: format!("{} s", (listener.listen_ms + 500) / 1_000),
    }
}

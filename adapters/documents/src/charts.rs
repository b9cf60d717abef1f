//! The charts of a digest: what became of everybody as one bar, and the hours of the week as a map of shades. Shares of few are marked, so
//! that nobody reads a pattern out of them.

use projections::{
    digest::{CampaignReport, number},
    figures::Results,
    rate::Rate,
};

use crate::digest::{HourCell, OutcomePart, Shade, Week, WeekRow};

/// Voicemails below which hours of a campaign are not shown at all.
pub(crate) const SMALL_CAMPAIGN: i64 = 20;

/// Voicemails below which a cell says little.
const SMALL_CELL: i64 = 10;

/// Days of the week as they are numbered, from 1.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What the hours show: listening where it is reported, else delivery.
pub(crate) fn rate_shown(report: &CampaignReport, results: &Results) -> Rate {
    if report.results.listening_reported {
        Rate::new(results.listened, results.listenable)
    } else {
        results.delivery_rate()
    }
}

/// `9 am`.
pub(crate) fn o_clock(hour: usize) -> String {
    match hour {
        0 => "12 am".to_owned(),
        12 => "12 pm".to_owned(),
        h if h < 12 => format!("{h} am"),
        h => format!("{} pm", h - 12),
    }
}

/// How many contacts stand where at the end, none in two places.
fn counted(report: &CampaignReport) -> Vec<(&'static str, i64, Shade)> {
    let (results, campaign) = (&report.results, &report.campaign);
    let listened = results.listened.min(results.delivered);
    let left = results.delivered - listened;
    let in_doubt = (results.attempted - results.delivered - results.failed).max(0);
    let unsent = (campaign.contacts - results.attempted).max(0);
    let mut parts = if results.listening_reported {
        vec![
            ("listened", listened, Shade::Strong),
            ("left, not played so far", left, Shade::Middle),
        ]
    } else {
        vec![("left in the mailbox", results.delivered, Shade::Strong)]
    };
    parts.extend([
        ("not left", results.failed, Shade::Bad),
        ("not known", in_doubt, Shade::Pale),
        ("never sent", unsent, Shade::Unsent),
    ]);
    parts.retain(|(_, count, _)| *count > 0);
    parts
}

pub(crate) fn outcomes(report: &CampaignReport) -> Vec<OutcomePart> {
    let parts = counted(report);
    let whole = parts.iter().map(|(_, count, _)| count).sum::<i64>().max(1);
    parts
        .into_iter()
        .map(|(label, count, shade)| OutcomePart {
            label,
            count: number(count),
            share: count as f64 / whole as f64,
            shade,
        })
        .collect()
}

pub(crate) fn outcome_of(report: &CampaignReport) -> String {
    let whole: i64 = counted(report).iter().map(|(_, count, _)| count).sum();
    format!(
        "of {} contact{}",
        number(whole),
        if whole == 1 { "" } else { "s" }
    )
}

/// From the first used hour of the day to the last, on the days that were used.
pub(crate) fn week(report: &CampaignReport) -> Option<Week> {
    let used: Vec<_> = report.hours.iter().filter(|h| h.results.attempted > 0).collect();
    if report.results.attempted < SMALL_CAMPAIGN {
        return None;
    }
    let first = used.iter().map(|h| h.hour).min()?;
    let last = used.iter().map(|h| h.hour).max()?;
    let cell = |weekday: u32, hour: u32| {
        let found = used.iter().find(|h| h.weekday == weekday && h.hour == hour)?;
        let rate = rate_shown(report, &found.results);
        Some(HourCell {
            share: rate.share()?,
            percent: rate.percent()?.to_string(),
            of: number(rate.whole),
            small: rate.whole < SMALL_CELL,
        })
    };
    let rows: Vec<_> = (1..)
        .zip(WEEKDAYS)
        .filter(|(weekday, _)| used.iter().any(|h| h.weekday == *weekday))
        .map(|(weekday, day)| WeekRow {
            day,
            cells: (first..=last).map(|hour| cell(weekday, hour)).collect(),
        })
        .collect();
    let large = rows
        .iter()
        .flat_map(|row| row.cells.iter().flatten())
        .filter(|c| !c.small);
    Some(Week {
        hours: (first..=last).map(|hour| o_clock(hour as usize)).collect(),
        most: large.map(|c| c.share).fold(0.0, f64::max),
        small_below: SMALL_CELL,
        rows,
    })
}

//! Figures as a table: what is grouped how, with rates as shares of 1, each with the least and the most that are likely at 95 %. What a
//! carrier does not report is called so, never 0.

use chrono::{Days, NaiveDate};
use projections::{
    digest::{CampaignReport, failure_words, rule_words},
    figures::{Costs, Results},
    models::CampaignRow,
    queries::{Compared, Comparison, HourResults, QueryError, ResultFilter, StateResults},
};

use super::{BrokenOff, NOT_REPORTED, Source, Table, broken_off, cells::Line};

/// Days of the week as they are numbered, from 1.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// From 1970 on, so many days are asked for: all on which anything can have been handed over.
const DAYS: u64 = 100_000;

pub(super) struct Analytics {
    /// One campaign; nothing for all that are seen.
    pub(super) campaign: Option<CampaignRow>,
    /// Of all, which.
    pub(super) filter: ResultFilter,
}

impl Table for Analytics {
    const HEADER: &'static str = "grouped_by,group,handed_over,left,left_rate,left_rate_low,left_rate_high,listened,listen_rate,\
         listen_rate_low,listen_rate_high,average_listen_seconds,not_left,held_or_blocked,cost_dollars";
    /// It is one page.
    type Place = ();

    async fn page(&self, source: &Source, _: Option<()>) -> Result<(String, Option<()>), BrokenOff> {
        let lines = match &self.campaign {
            Some(campaign) => of_campaign(source, campaign.clone()).await,
            None => of_all(source, &self.filter).await,
        };
        Ok((lines.map_err(broken_off)?, None))
    }
}

async fn of_campaign(source: &Source, campaign: CampaignRow) -> Result<String, QueryError> {
    let (queries, organization) = (source.queries.as_ref(), source.organization);
    let report = CampaignReport::gather(queries, organization, &source.visible, campaign).await?;
    let mut lines = String::new();
    let campaign = &report.campaign;
    let unsent = campaign.blocked + campaign.held + campaign.lapsed;
    let total = Group {
        held_or_blocked: Some(unsent),
        costs: Some(report.costs()),
        ..Group::of("campaign", &campaign.name, report.results)
    };
    total.write(&mut lines);
    days(source, &ResultFilter::of(campaign.campaign_id), &mut lines).await?;
    hours(&mut lines, &report.hours);
    states(&mut lines, &report.states);
    for failure in &report.failures {
        // Several codes of a carrier mean the same in plain words.
        let said = format!(
            "{} ({} {})",
            failure_words(failure.class),
            failure.code,
            failure.reason
        );
        tally("failure", said.trim_end(), Some(failure.count), None, &mut lines);
    }
    for obstacle in &report.obstacles {
        tally(
            "rule",
            &rule_words(&obstacle.rule),
            None,
            Some(obstacle.count),
            &mut lines,
        );
    }
    Ok(lines)
}

async fn of_all(source: &Source, wanted: &ResultFilter) -> Result<String, QueryError> {
    let (queries, organization, seen) = (&source.queries, source.organization, &source.visible);
    let mut lines = String::new();
    total(source, wanted).await?.write(&mut lines);
    for (by, named) in [
        (Comparison::Campaign, "campaign"),
        (Comparison::CampaignType, "campaign_type"),
        (Comparison::Writer, "writer"),
        (Comparison::Template, "template"),
        (Comparison::Prompt, "prompt"),
        (Comparison::Length, "length_from_seconds"),
    ] {
        for compared in queries.compared(organization, seen, by, wanted).await? {
            of_compared(named, &compared).write(&mut lines);
        }
    }
    days(source, wanted, &mut lines).await?;
    hours(&mut lines, &queries.hours(organization, seen, wanted).await?);
    states(&mut lines, &queries.states(organization, seen, wanted).await?);
    Ok(lines)
}

/// All campaigns together, or all that are wanted.
async fn total(source: &Source, wanted: &ResultFilter) -> Result<Group<'static>, QueryError> {
    let (queries, organization, seen) = (&source.queries, source.organization, &source.visible);
    if *wanted == ResultFilter::default() {
        let overview = queries.overview(organization, seen).await?;
        return Ok(Group {
            held_or_blocked: Some(overview.blocked + overview.held),
            costs: Some(overview.costs),
            ..Group::of("all", "all campaigns", overview.results)
        });
    }
    let groups = queries.compared(organization, seen, Comparison::CampaignType, wanted);
    let (mut results, mut costs) = (Results::default(), Costs::default());
    for group in groups.await? {
        results = results.and(group.results);
        costs = costs.and(group.costs.unwrap_or_default());
    }
    Ok(Group {
        costs: Some(costs),
        ..Group::of("all", "all campaigns that are wanted", results)
    })
}

fn of_compared<'a>(grouped_by: &'static str, compared: &'a Compared) -> Group<'a> {
    Group {
        costs: compared.costs,
        ..Group::of(
            grouped_by,
            compared.name.as_deref().unwrap_or(&compared.key),
            compared.results,
        )
    }
}

fn hours(lines: &mut String, hours: &[HourResults]) {
    for hour in hours {
        let weekday = (hour.weekday as usize).checked_sub(1);
        let weekday = weekday.and_then(|n| WEEKDAYS.get(n)).copied().unwrap_or_default();
        let group = format!("{weekday} {:02}:00", hour.hour);
        Group::of("hour_of_week", &group, hour.results).write(lines);
    }
}

fn states(lines: &mut String, states: &[StateResults]) {
    for state in states {
        let name = if state.state.is_empty() {
            "not known"
        } else {
            &state.state
        };
        Group::of("state", name, state.results).write(lines);
    }
}

/// Of each day what came of the voicemails that were handed over on it.
async fn days(source: &Source, filter: &ResultFilter, lines: &mut String) -> Result<(), QueryError> {
    let first = NaiveDate::default();
    let ever = (first, first + Days::new(DAYS));
    let days = source
        .queries
        .days(source.organization, &source.visible, filter, ever);
    for day in days.await? {
        Group::of("day", &day.day.to_string(), day.results).write(lines);
    }
    Ok(())
}

/// How often something happened of which there are no rates.
fn tally(
    grouped_by: &str,
    group: &str,
    not_left: Option<i64>,
    held_or_blocked: Option<i64>,
    lines: &mut String,
) {
    let line = Line::default().text(grouped_by).text(group);
    let line = (0..10).fold(line, |line, _| line.text(""));
    line.opt_number(not_left)
        .opt_number(held_or_blocked)
        .text("")
        .end(lines);
}

/// A line of the table.
struct Group<'a> {
    grouped_by: &'static str,
    name: &'a str,
    results: Results,
    held_or_blocked: Option<i64>,
    costs: Option<Costs>,
}

impl<'a> Group<'a> {
    const fn of(grouped_by: &'static str, name: &'a str, results: Results) -> Self {
        Self {
            grouped_by,
            name,
            results,
            held_or_blocked: None,
            costs: None,
        }
    }

    fn write(&self, out: &mut String) {
        let results = &self.results;
        let line = Line::default()
            .text(self.grouped_by)
            .text(self.name)
            .number(results.attempted)
            .number(results.delivered)
            .rate(results.delivery_rate());
        listening(line, results)
            .number(results.failed)
            .opt_number(self.held_or_blocked)
            .dollars(self.costs.map(|costs| costs.total()))
            .end(out);
    }
}

fn listening(line: Line, results: &Results) -> Line {
    match results.listen_rate() {
        Some(rate) => line
            .number(results.listened)
            .rate(rate)
            .seconds(results.average_listen_ms()),
        None => line.text(NOT_REPORTED).text("").text("").text("").text(""),
    }
}

//! How one campaign goes, by day, hour, state, failure and rule.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use projections::{
    digest::{self, CampaignReport, failure_words, rule_words},
    queries::{HourResults, StateResults},
};

use super::{
    super::enums::{DeliveryStatus, FailureClass},
    figures::{CostShares, Results},
};

/// What is counted for one day of the recipients: the list that it is in says by which day.
#[derive(Debug, Clone, SimpleObject)]
pub struct DayFigures {
    day: NaiveDate,
    /// Handed over.
    attempted: i64,
    /// Left, played ones included.
    delivered: i64,
    /// Played.
    listened: i64,
    /// Not left.
    failed: i64,
}

impl From<digest::Day> for DayFigures {
    fn from(day: digest::Day) -> Self {
        Self {
            day: day.day,
            attempted: day.attempted,
            delivered: day.delivered,
            listened: day.listened,
            failed: day.failed,
        }
    }
}

/// What came of the voicemails that were handed over in one hour of the recipients' week.
#[derive(Debug, Clone, SimpleObject)]
pub struct HourFigures {
    /// 1 for Monday to 7 for Sunday, where the recipient is.
    weekday: u32,
    /// 0 to 23, where the recipient is.
    hour: u32,
    results: Results,
}

impl From<HourResults> for HourFigures {
    fn from(hour: HourResults) -> Self {
        Self {
            weekday: hour.weekday,
            hour: hour.hour,
            results: hour.results.into(),
        }
    }
}

/// What came of the voicemails to one state.
#[derive(Debug, Clone, SimpleObject)]
pub struct StateFigures {
    /// Postal code; empty when unknown.
    state: String,
    results: Results,
}

impl From<StateResults> for StateFigures {
    fn from(state: StateResults) -> Self {
        Self {
            state: state.state,
            results: state.results.into(),
        }
    }
}

/// How often a failure happened.
#[derive(Debug, Clone, SimpleObject)]
pub struct FailureTally {
    /// The carrier's code.
    code: String,
    class: FailureClass,
    /// In the carrier's words, if it gave any.
    reason: Option<String>,
    /// What it means for the agent.
    words: &'static str,
    count: i64,
}

/// How often a rule holds or blocks now.
#[derive(Debug, Clone, SimpleObject)]
pub struct ObstacleTally {
    /// The rule's id.
    rule: String,
    /// What it is about.
    words: String,
    status: DeliveryStatus,
    count: i64,
}

/// Figures of a campaign.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignAnalytics {
    results: Results,
    costs: CostShares,
    /// What happened on each day of the recipients, whenever it was handed over, in order; days on which nothing happened are left out.
    days: Vec<DayFigures>,
    /// By the recipients' hour of the week in which they were handed over; hours without any are left out.
    hours: Vec<HourFigures>,
    /// By the recipients' state, most handed over first.
    states: Vec<StateFigures>,
    /// Why voicemails failed, most frequent first; at most 100.
    failures: Vec<FailureTally>,
    /// Which rules stand in the way now, most frequent first; at most 100.
    obstacles: Vec<ObstacleTally>,
}

impl From<CampaignReport> for CampaignAnalytics {
    fn from(report: CampaignReport) -> Self {
        let failure = |f: projections::models::FailureTallyRow| FailureTally {
            code: f.code,
            class: f.class.into(),
            reason: Some(f.reason).filter(|r| !r.is_empty()),
            words: failure_words(f.class),
            count: f.count,
        };
        let obstacle = |o: projections::models::ObstacleTallyRow| ObstacleTally {
            words: rule_words(&o.rule),
            rule: o.rule,
            status: o.status.into(),
            count: o.count,
        };
        Self {
            costs: CostShares::of(report.costs(), &report.results),
            results: report.results.into(),
            days: report.days.into_iter().map(Into::into).collect(),
            hours: report.hours.into_iter().map(Into::into).collect(),
            states: report.states.into_iter().map(Into::into).collect(),
            failures: report.failures.into_iter().map(failure).collect(),
            obstacles: report.obstacles.into_iter().map(obstacle).collect(),
        }
    }
}

//! How all campaigns go that a person sees: sums, trends, and things side by side with what chance alone would do.

use async_graphql::{Enum, ID, SimpleObject};
use chrono::{Days, NaiveDate};
use domain::CampaignId;
use projections::{Outcome, figures, queries, rate};

use super::{
    super::node_id::NodeKind,
    campaign::DayFigures,
    figures::{CostShares, Difference, Results},
};

/// Sums over the campaigns that the caller sees.
#[derive(Debug, SimpleObject)]
pub struct Overview {
    campaigns: i64,
    /// Submitted, active or paused.
    running: i64,
    /// Contacts in them, one in two campaigns twice.
    contacts: i64,
    blocked: i64,
    held: i64,
    in_doubt: i64,
    results: Results,
    costs: CostShares,
}

impl From<queries::Overview> for Overview {
    fn from(o: queries::Overview) -> Self {
        Self {
            campaigns: o.campaigns,
            running: o.running,
            contacts: o.contacts,
            blocked: o.blocked,
            held: o.held,
            in_doubt: o.in_doubt,
            costs: CostShares::of(o.costs, &o.results),
            results: o.results.into(),
        }
    }
}

/// The last days against as many days before.
#[derive(Debug, SimpleObject)]
pub struct Trend {
    /// First day of the period.
    from: NaiveDate,
    /// Its last day.
    until: NaiveDate,
    /// By the recipients' day, of both periods; days on which nothing happened are left out.
    days: Vec<DayFigures>,
    /// What happened in the period, whenever it was handed over.
    period: Results,
    /// What happened in as many days before it.
    before: Results,
    /// The period's delivery rate less the one before.
    delivery_change: Option<Difference>,
    /// The period's listening rate less the one before; nothing when it is not reported.
    listen_change: Option<Difference>,
}

/// First day of two periods of so many days of which the second ends on `until`, and the first day of the second.
pub(super) fn periods(until: NaiveDate, days: u32) -> Option<(NaiveDate, NaiveDate)> {
    let back = |n: u64| until.checked_sub_days(Days::new(n));
    let days = u64::from(days);
    Some((back(days * 2 - 1)?, back(days - 1)?))
}

impl Trend {
    pub(super) fn of(points: &[queries::TrendPoint], from: NaiveDate, until: NaiveDate) -> Self {
        let sum = |holds: &dyn Fn(NaiveDate) -> bool| {
            let points = points.iter().filter(|p| holds(p.day));
            points.fold(figures::Results::default(), add)
        };
        let (period, before) = (sum(&|day| day >= from), sum(&|day| day < from));
        Self {
            from,
            until,
            days: projections::digest::Day::of(points)
                .into_iter()
                .map(Into::into)
                .collect(),
            delivery_change: change(Some(period.delivery_rate()), Some(before.delivery_rate())),
            listen_change: change(period.listen_rate(), before.listen_rate()),
            period: period.into(),
            before: before.into(),
        }
    }
}

fn add(mut sum: figures::Results, point: &queries::TrendPoint) -> figures::Results {
    match point.outcome {
        Outcome::Attempted => sum.attempted += point.count,
        Outcome::Delivered => {
            sum.delivered += point.count;
            sum.listenable += point.listenable;
            sum.listening_reported |= point.listenable > 0;
        }
        Outcome::Listened => sum.listened += point.count,
        Outcome::Failed => sum.failed += point.count,
    }
    sum
}

fn change(now: Option<rate::Rate>, before: Option<rate::Rate>) -> Option<Difference> {
    Some(now?.difference(before?)?.into())
}

/// By what voicemails are compared.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "queries::Comparison")]
pub enum Comparison {
    /// Campaign by campaign.
    Campaign,
    /// What campaigns are for.
    CampaignType,
    /// Who wrote the words: a template, a person, or a model by its name.
    Writer,
    /// How long they are, in steps of ten seconds.
    Length,
}

/// One of the things that are compared.
#[derive(Debug, SimpleObject)]
pub struct Compared {
    /// The campaign's id, the type, the author (`template`, `manual` or `ai`), or the seconds from which it counts.
    key: String,
    /// The campaign, where campaigns are compared.
    campaign_id: Option<ID>,
    /// The campaign's name, or the model's.
    name: Option<String>,
    results: Results,
    /// What it cost; nothing where costs are not kept apart.
    costs: Option<CostShares>,
    /// Its delivery rate less that of all the others together.
    delivery_against_others: Option<Difference>,
    /// Its listening rate less that of all the others together; nothing where it is not reported.
    listen_against_others: Option<Difference>,
}

impl Compared {
    pub(super) fn all(by: Comparison, groups: Vec<queries::Compared>) -> Vec<Self> {
        let sums = groups.iter().map(|g| g.results);
        let all = sums.fold(figures::Results::default(), figures::Results::and);
        let compared = |group: queries::Compared| {
            let (mine, others) = (group.results, all.without(group.results));
            let id = group.key.parse::<CampaignId>().ok();
            Self {
                campaign_id: id.filter(|_| by == Comparison::Campaign).map(NodeKind::global),
                key: group.key,
                name: group.name,
                costs: group.costs.map(|costs| CostShares::of(costs, &mine)),
                delivery_against_others: change(Some(mine.delivery_rate()), Some(others.delivery_rate())),
                listen_against_others: change(mine.listen_rate(), others.listen_rate()),
                results: mine.into(),
            }
        };
        groups.into_iter().map(compared).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        assert_eq!(periods(day(30), 7), Some((day(17), day(24))));
        let point = |d, outcome, count| queries::TrendPoint {
            day: day(d),
            outcome,
            count,
            listenable: 0,
        };
        let points = [
            point(23, Outcome::Attempted, 10),
            point(23, Outcome::Delivered, 5),
            point(24, Outcome::Attempted, 10),
            point(30, Outcome::Delivered, 9),
        ];
        let trend = Trend::of(&points, day(24), day(30));
        assert!(trend.listen_change.is_none());
        let change = trend.delivery_change.unwrap();
        assert!((change.by - 0.4).abs() < 1e-9);
    }
}

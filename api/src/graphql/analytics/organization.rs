//! How all campaigns go that a person sees: sums, trends, and things side by side with what chance alone would do.

use async_graphql::{Enum, ID, SimpleObject};
use chrono::{Days, NaiveDate};
use commands::scripts::starter_template;
use domain::CampaignId;
use projections::{digest, figures, queries, rate};

use super::{
    super::{enums::CampaignType, error::Problem, node_id::NodeKind},
    campaign::DayFigures,
    figures::{CostShares, Difference, Results},
};

/// Most campaigns that can be named.
const CAMPAIGNS_NAMED_MAX: usize = 100;

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

/// Of which campaigns figures are wanted, among those that the caller sees: those named, and those for one of these purposes.
pub(super) fn result_filter(
    campaign_ids: Option<Vec<ID>>,
    types: Option<Vec<CampaignType>>,
) -> Result<queries::ResultFilter, Problem> {
    let named = campaign_ids.unwrap_or_default();
    if named.len() > CAMPAIGNS_NAMED_MAX {
        return Err(Problem::new(
            "TOO_MANY_CAMPAIGNS",
            "at most 100 campaigns can be named at a time",
        ));
    }
    Ok(queries::ResultFilter {
        campaigns: named.iter().map(CampaignId::parse).collect::<Result<_, _>>()?,
        kinds: types.unwrap_or_default().into_iter().map(Into::into).collect(),
    })
}

impl From<queries::DayResults> for DayFigures {
    fn from(day: queries::DayResults) -> Self {
        digest::Day {
            day: day.day,
            attempted: day.results.attempted,
            delivered: day.results.delivered,
            listened: day.results.listened,
            failed: day.results.failed,
        }
        .into()
    }
}

/// What was handed over on the last days, against as many days before. Of what was handed over lately some may not be known yet: see
/// `pending` of the results.
#[derive(Debug, SimpleObject)]
pub struct Trend {
    /// First day of the period.
    from: NaiveDate,
    /// Its last day.
    until: NaiveDate,
    /// By the recipients' day of the hand-over, of both periods, with what came of it whenever it did; days without any are left
    /// out.
    days: Vec<DayFigures>,
    /// What came of what was handed over in the period.
    period: Results,
    /// What came of what was handed over in as many days before it.
    before: Results,
    /// The period's delivery rate less the one before; nothing when nothing was handed over in either.
    delivery_change: Option<Difference>,
    /// The period's listening rate less the one before; nothing when it is not reported.
    listen_change: Option<Difference>,
}

/// First day of two periods of so many days of which the second ends on `until`, and the first day of the second.
pub(super) fn periods(until: NaiveDate, days: u32) -> Option<(NaiveDate, NaiveDate)> {
    let back = |n: u64| until.checked_sub_days(Days::new(n));
    let days = u64::from(days);
    Some((back((days * 2).checked_sub(1)?)?, back(days.checked_sub(1)?)?))
}

impl Trend {
    pub(super) fn of(days: Vec<queries::DayResults>, from: NaiveDate, until: NaiveDate) -> Self {
        let sum = |holds: fn(&NaiveDate, &NaiveDate) -> bool| {
            let days = days.iter().filter(|d| holds(&d.day, &from));
            days.map(|d| d.results)
                .fold(figures::Results::default(), figures::Results::and)
        };
        let (period, before) = (sum(NaiveDate::ge), sum(NaiveDate::lt));
        Self {
            from,
            until,
            delivery_change: change(Some(period.delivery_rate()), Some(before.delivery_rate()), 1),
            listen_change: change(period.listen_rate(), before.listen_rate(), 1),
            period: period.into(),
            before: before.into(),
            days: days.into_iter().map(Into::into).collect(),
        }
    }
}

/// How far two rates are apart, as one of so many differences that are looked at together.
fn change(now: Option<rate::Rate>, before: Option<rate::Rate>, among: usize) -> Option<Difference> {
    Some(now?.difference_among(before?, among)?.into())
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
    /// Which template wrote them; what models and people wrote is left out.
    Template,
    /// What the model that wrote them was told to do; what templates and people wrote is left out.
    Prompt,
    /// How long they are, in steps of ten seconds.
    Length,
}

/// Most groups that are answered; each is held against all of them.
const COMPARED_SHOWN: usize = 100;

/// Longest name of a template, characters.
const TEMPLATE_NAME_MAX: usize = 60;

/// One of the things that are compared.
#[derive(Debug, SimpleObject)]
pub struct Compared {
    /// The campaign's id, the type, the author (`template`, `manual` or `ai`), the fingerprint of the prompt, the seconds from which it
    /// counts, or the type whose starter template it is; empty for a template of the campaigns' own.
    key: String,
    /// The campaign, where campaigns are compared.
    campaign_id: Option<ID>,
    /// The campaign's name, the model's, the first line of what the agent asked of the model (nothing where it is not known), or the first
    /// line of a template of the campaigns' own.
    name: Option<String>,
    /// The template, where templates are compared.
    template: Option<String>,
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
        // Of two, each against the other is one comparison.
        let among = if groups.len() == 2 { 1 } else { groups.len() };
        let compared = |group: queries::Compared| {
            let (mine, others) = (group.results, all.without(group.results));
            let id = group.key.parse::<CampaignId>().ok();
            let template = (by == Comparison::Template).then(|| template_of(&group));
            Self {
                campaign_id: id.filter(|_| by == Comparison::Campaign).map(NodeKind::global),
                name: match by {
                    Comparison::Template => group.name.as_deref().map(first_line),
                    _ => group.name,
                },
                key: group.key,
                template,
                costs: group.costs.map(|costs| CostShares::of(costs, &mine)),
                delivery_against_others: change(
                    Some(mine.delivery_rate()),
                    Some(others.delivery_rate()),
                    among,
                ),
                listen_against_others: change(mine.listen_rate(), others.listen_rate(), among),
                results: mine.into(),
            }
        };
        groups.into_iter().take(COMPARED_SHOWN).map(compared).collect()
    }
}

/// The campaigns' own template, or the starter of their type.
fn template_of(group: &queries::Compared) -> String {
    group.name.clone().unwrap_or_else(|| {
        let kind = projections::Code::from_code(&group.key);
        kind.map_or_else(String::new, |kind| starter_template(kind).to_owned())
    })
}

fn first_line(template: &str) -> String {
    let line = template.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(TEMPLATE_NAME_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        assert_eq!(periods(day(30), 7), Some((day(17), day(24))));
        assert_eq!(periods(day(30), 0), None);
        let on = |d, delivered| queries::DayResults {
            day: day(d),
            results: figures::Results {
                attempted: 100,
                delivered,
                ..figures::Results::default()
            },
        };
        let trend = Trend::of(vec![on(23, 50), on(24, 90), on(30, 90)], day(24), day(30));
        assert!(trend.listen_change.is_none(), "nobody reports it");
        let change = trend.delivery_change.unwrap();
        assert!((change.by - 0.4).abs() < 1e-9);
    }

    #[test]
    fn a_template_is_named_by_its_first_line() {
        let named = |key: &str, template: Option<&str>| {
            let group = queries::Compared {
                key: key.to_owned(),
                name: template.map(str::to_owned),
                results: figures::Results::default(),
                costs: None,
            };
            Compared::all(Comparison::Template, vec![group]).remove(0)
        };
        let own = named("", Some("Hi {{ first_name }},\nthis is {{ agent_name }}."));
        assert_eq!(own.name.as_deref(), Some("Hi {{ first_name }},"));
        assert!(own.template.is_some_and(|t| t.ends_with("{{ agent_name }}.")));
        let starter = named("past_clients", None);
        assert!(starter.name.is_none());
        assert!(starter.template.is_some_and(|t| !t.is_empty()));
    }
}

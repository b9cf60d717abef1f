//! Everything that is known of how a campaign went, gathered in a handful of short questions: for the screen, the digest and its paper.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::OrganizationId;

use super::{DigestFigures, Recommendation};
use crate::{
    Code, Outcome,
    figures::{Costs, Results},
    models::{CampaignRow, FailureTallyRow, ObstacleTallyRow, ScriptRow},
    queries::{
        Comparison, HourResults, QueryError, ReadModels, ResultFilter, StateResults, TimelinePoint, Visible,
    },
};

/// How many of those who listened longest are named.
const LISTENERS: u32 = 5;

/// What happened on one day of the recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: NaiveDate,
    /// Handed over.
    pub attempted: i64,
    /// Left, whenever they were handed over.
    pub delivered: i64,
    /// Played, whenever they were left.
    pub listened: i64,
    /// Not left.
    pub failed: i64,
}

impl Day {
    /// The points of a timeline, a row a day, days on which nothing happened left out.
    pub fn of(points: &[TimelinePoint]) -> Vec<Self> {
        let mut days = BTreeMap::new();
        for point in points {
            let day = days.entry(point.day).or_insert(Self {
                day: point.day,
                attempted: 0,
                delivered: 0,
                listened: 0,
                failed: 0,
            });
            match point.outcome {
                Outcome::Attempted => day.attempted += point.count,
                Outcome::Delivered => day.delivered += point.count,
                Outcome::Listened => day.listened += point.count,
                Outcome::Failed => day.failed += point.count,
            }
        }
        days.into_values().collect()
    }
}

/// How a campaign went so far.
#[derive(Debug, Clone)]
pub struct CampaignReport {
    /// The campaign with its counters.
    pub campaign: CampaignRow,
    /// What came of its voicemails.
    pub results: Results,
    /// By the recipients' day.
    pub days: Vec<Day>,
    /// By the recipients' hour of the week.
    pub hours: Vec<HourResults>,
    /// By the recipients' state, most handed over first.
    pub states: Vec<StateResults>,
    /// Why voicemails failed, most frequent first.
    pub failures: Vec<FailureTallyRow>,
    /// Which rules stand in the way, most frequent first.
    pub obstacles: Vec<ObstacleTallyRow>,
    /// What came of the other campaigns of its type that the person sees.
    pub others: Option<Results>,
    /// Scripts of those who listened longest.
    pub listeners: Vec<ScriptRow>,
}

impl CampaignReport {
    /// Gathers it, as far as the person sees.
    pub async fn gather(
        queries: &dyn ReadModels,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignRow,
    ) -> Result<Self, QueryError> {
        let id = campaign.campaign_id;
        let (its, all) = (ResultFilter::of(id), ResultFilter::default());
        let hours = queries.hours(organization, visible, &its).await?;
        let counted = hours.iter().map(|h| h.results);
        let results = counted.fold(Results::default(), Results::and);
        let results = Results {
            listening_reported: campaign.listening_reported,
            ..results
        };
        let kinds = queries.compared(organization, visible, Comparison::CampaignType, &all);
        let of_kind = kinds.await?.into_iter().find(|k| k.key == campaign.kind.code());
        let others = of_kind.map(|k| k.results.without(results));
        let points = queries.timeline(organization, id).await?;
        Ok(Self {
            days: Day::of(&points),
            states: queries.states(organization, visible, &its).await?,
            failures: queries.failures(organization, id).await?,
            obstacles: queries.obstacles(organization, id).await?,
            others: others.filter(|o| o.attempted > 0),
            listeners: queries.listeners(organization, id, LISTENERS).await?,
            campaign,
            results,
            hours,
        })
    }

    /// What a digest is written from.
    pub fn figures(&self) -> DigestFigures<'_> {
        let first = self.days.first().map(|d| d.day);
        DigestFigures {
            campaign: &self.campaign,
            results: self.results,
            hours: &self.hours,
            states: &self.states,
            failures: &self.failures,
            obstacles: &self.obstacles,
            days: first.zip(self.days.last().map(|d| d.day)),
            others: self.others,
        }
    }

    /// What it cost.
    pub fn costs(&self) -> Costs {
        self.figures().costs()
    }

    /// How it went, in sentences.
    pub fn summary(&self) -> Vec<String> {
        self.figures().summary()
    }

    /// What to do differently.
    pub fn recommendations(&self) -> Vec<Recommendation> {
        self.figures().recommendations()
    }
}

//! How campaigns went, and what happened lately.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{CampaignId, OrganizationId};
use projections::{
    Cell, ColumnValue, ReadModel,
    figures::{Costs, Results},
    models::{ActivityRow, AnalyticsRow, DigestRow, FailureTallyRow, ObstacleTallyRow, ScriptRow},
    queries::{
        ActivityPlace, AnalyticsQueries, Compared, Comparison, DayResults, HourResults, Overview, Page,
        PageRequest, QueryError, ResultFilter, StateResults, TimelinePoint, Visible,
    },
};

use super::{
    Queries, leave_visible, of_organization,
    select::{Order, Select},
    value,
};

/// Most kinds of failures or rules that are told apart.
const KINDS_MAX: i64 = 100;

/// The type whose starter template a campaign `c` has, empty when it has a template of its own; and that template.
const TEMPLATE: &str = "CASE WHEN c.script_template IS NULL THEN c.kind ELSE '' END, c.script_template";

/// What came of prompts, with what these are called.
const BY_PROMPT: &str = "prompt_results AS t LEFT JOIN prompts AS p ON p.organization_id = t.organization_id AND p.prompt = t.prompt";

/// Most groups that are compared: an organization has hundreds of campaigns, and each is compared with all the others.
const COMPARED_MAX: i64 = 10_000;

/// What came of voicemails, out of rows `t` that count them, beside their campaigns `c`; in the order of [`results`].
const RESULTS: [&str; 8] = [
    "t.attempted",
    "t.delivered",
    "t.listened",
    "t.failed",
    "CASE WHEN c.listening_reported = 1 THEN t.delivered ELSE 0 END",
    "c.listening_reported",
    "t.timed",
    "t.listen_ms",
];

/// The same out of the counters of campaigns `c`, and what they cost.
const CAMPAIGN_RESULTS: [&str; 12] = [
    "c.attempted",
    "c.delivered + c.listened",
    "c.listened",
    "c.failed",
    "CASE WHEN c.listening_reported = 1 THEN c.delivered + c.listened ELSE 0 END",
    "c.listening_reported",
    "c.timed",
    "c.listen_ms",
    "c.writer_cost",
    "c.voice_cost",
    "c.carrier_cost",
    "CASE WHEN c.listening_reported = 1 THEN c.writer_cost + c.voice_cost + c.carrier_cost ELSE 0 END",
];

/// Each of these summed up, nothing as none.
fn sums(columns: &[&str]) -> String {
    let sums: Vec<_> = columns
        .iter()
        .map(|column| format!("CAST(coalesce(sum({column}), 0) AS bigint)"))
        .collect();
    sums.join(", ")
}

/// What the sums of [`RESULTS`] say.
fn results(cells: &mut impl Iterator<Item = Cell>) -> Result<Results, QueryError> {
    let mut next = || value::<i64>(cells.next());
    Ok(Results {
        attempted: next()?,
        delivered: next()?,
        listened: next()?,
        failed: next()?,
        listenable: next()?,
        listening_reported: next()? > 0,
        timed: next()?,
        listen_ms: next()?,
    })
}

fn costs(cells: &mut impl Iterator<Item = Cell>) -> Result<Costs, QueryError> {
    Ok(Costs {
        writer: value(cells.next())?,
        voice: value(cells.next())?,
        carrier: value(cells.next())?,
        listenable: value(cells.next())?,
    })
}

/// Leaves the campaigns `c` that are wanted of those that a person sees.
fn leave(select: &mut Select, visible: &Visible, filter: &ResultFilter) {
    select.and("c.status <> 'absent'", []);
    select.and_one_of("c.kind", &filter.kinds);
    leave_visible(select, "c", visible);
}

/// Sums of a table `t` by `groups`, over campaigns.
fn summed(
    table: &str,
    groups: &str,
    organization: OrganizationId,
    visible: &Visible,
    filter: &ResultFilter,
) -> Select {
    let mut select = Select::new(&format!(
        "SELECT {groups}, {} FROM {table}
           JOIN campaigns AS c ON c.organization_id = t.organization_id AND c.campaign_id = t.campaign_id",
        sums(&RESULTS)
    ));
    select.and("t.organization_id = ?", [organization.to_cell()]);
    select.and_one_of("t.campaign_id", &filter.campaigns);
    leave(&mut select, visible, filter);
    select
}

/// Sums of the counters of campaigns by `groups`.
fn summed_campaigns(
    groups: &str,
    organization: OrganizationId,
    visible: &Visible,
    filter: &ResultFilter,
) -> Select {
    let mut select = Select::new(&format!(
        "SELECT {groups}, {} FROM campaigns AS c",
        sums(&CAMPAIGN_RESULTS)
    ));
    select.and("c.organization_id = ?", [organization.to_cell()]);
    select.and_one_of("c.campaign_id", &filter.campaigns);
    select.and("c.attempted > 0", []);
    leave(&mut select, visible, filter);
    select
}

#[async_trait]
impl AnalyticsQueries for Queries {
    async fn analytics(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
    ) -> Result<Vec<AnalyticsRow>, QueryError> {
        let mut select = of_organization::<AnalyticsRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        if let Some(from) = from {
            select.and("t.day >= ?", [from.to_cell()]);
        }
        if let Some(until) = until {
            select.and("t.day <= ?", [until.to_cell()]);
        }
        select.add(" ORDER BY t.day, t.hour, t.state, t.outcome", []);
        self.rows(select).await
    }

    async fn timeline(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<TimelinePoint>, QueryError> {
        let mut select =
            Select::new("SELECT t.day, t.outcome, CAST(sum(t.count) AS bigint) FROM analytics AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.add(" GROUP BY t.day, t.outcome ORDER BY t.day, t.outcome", []);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(TimelinePoint {
                    day: value(cells.next())?,
                    outcome: value(cells.next())?,
                    count: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn days(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
        (from, until): (NaiveDate, NaiveDate),
    ) -> Result<Vec<DayResults>, QueryError> {
        let mut select = summed("day_results AS t", "t.day", organization, visible, filter);
        select.and("t.day >= ? AND t.day <= ?", [from.to_cell(), until.to_cell()]);
        select.add(" GROUP BY t.day ORDER BY t.day", []);
        let day = |row: Vec<Cell>| {
            let mut cells = row.into_iter();
            Ok(DayResults {
                day: value(cells.next())?,
                results: results(&mut cells)?,
            })
        };
        self.cells(select).await?.into_iter().map(day).collect()
    }

    async fn failures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<FailureTallyRow>, QueryError> {
        let mut select = of_organization::<FailureTallyRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.add(
            " ORDER BY t.count DESC, t.code, t.class, t.reason LIMIT ?",
            [Cell::Int(KINDS_MAX)],
        );
        self.rows(select).await
    }

    async fn obstacles(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Vec<ObstacleTallyRow>, QueryError> {
        let mut select = of_organization::<ObstacleTallyRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.add(
            " ORDER BY t.count DESC, t.rule, t.status LIMIT ?",
            [Cell::Int(KINDS_MAX)],
        );
        self.rows(select).await
    }

    async fn overview(
        &self,
        organization: OrganizationId,
        visible: &Visible,
    ) -> Result<Overview, QueryError> {
        let mut select = Select::new(&format!(
            "SELECT count(*), CAST(coalesce(sum(CASE WHEN c.status IN ('submitted', 'active', 'paused') THEN 1 ELSE 0 END),
                    0) AS bigint), {}, {} FROM campaigns AS c",
            sums(&["c.contacts", "c.blocked", "c.held", "c.in_doubt"]),
            sums(&CAMPAIGN_RESULTS)
        ));
        select.and("c.organization_id = ?", [organization.to_cell()]);
        select.and("c.status <> 'absent'", []);
        leave_visible(&mut select, "c", visible);
        let row = self.cells(select).await?.pop().unwrap_or_default();
        let mut cells = row.into_iter();
        Ok(Overview {
            campaigns: value(cells.next())?,
            running: value(cells.next())?,
            contacts: value(cells.next())?,
            blocked: value(cells.next())?,
            held: value(cells.next())?,
            in_doubt: value(cells.next())?,
            results: results(&mut cells)?,
            costs: costs(&mut cells)?,
        })
    }

    async fn hours(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
    ) -> Result<Vec<HourResults>, QueryError> {
        let mut select = summed(
            "hour_results AS t",
            "t.weekday, t.hour",
            organization,
            visible,
            filter,
        );
        select.add(" GROUP BY t.weekday, t.hour ORDER BY t.weekday, t.hour", []);
        let hour = |row: Vec<Cell>| {
            let mut cells = row.into_iter();
            Ok(HourResults {
                weekday: value(cells.next())?,
                hour: value(cells.next())?,
                results: results(&mut cells)?,
            })
        };
        self.cells(select).await?.into_iter().map(hour).collect()
    }

    async fn states(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ResultFilter,
    ) -> Result<Vec<StateResults>, QueryError> {
        let mut select = summed("state_results AS t", "t.state", organization, visible, filter);
        select.add(" GROUP BY t.state ORDER BY sum(t.attempted) DESC, t.state", []);
        let state = |row: Vec<Cell>| {
            let mut cells = row.into_iter();
            Ok(StateResults {
                state: value(cells.next())?,
                results: results(&mut cells)?,
            })
        };
        self.cells(select).await?.into_iter().map(state).collect()
    }

    async fn compared(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        by: Comparison,
        filter: &ResultFilter,
    ) -> Result<Vec<Compared>, QueryError> {
        let of_campaigns = |groups| summed_campaigns(groups, organization, visible, filter);
        let of_scripts = |groups| summed("script_results AS t", groups, organization, visible, filter);
        // A group is a key and a name; what has no name is called nothing.
        let (mut select, grouped, attempted) = match by {
            Comparison::Campaign => (
                of_campaigns("c.campaign_id, c.name"),
                "c.campaign_id, c.name",
                "c.attempted",
            ),
            Comparison::CampaignType => (of_campaigns("c.kind, NULL"), "c.kind", "c.attempted"),
            Comparison::Writer => (
                of_scripts("t.author, nullif(t.model, '')"),
                "t.author, t.model",
                "t.attempted",
            ),
            Comparison::Template => {
                let mut select = of_scripts(TEMPLATE);
                select.and("t.author = 'template'", []);
                (select, TEMPLATE, "t.attempted")
            }
            Comparison::Prompt => (
                summed(BY_PROMPT, "t.prompt, min(p.label)", organization, visible, filter),
                "t.prompt",
                "t.attempted",
            ),
            Comparison::Length => (
                of_scripts("CAST(t.seconds AS text), NULL"),
                "t.seconds",
                "t.attempted",
            ),
        };
        let order = format!(" GROUP BY {grouped} ORDER BY sum({attempted}) DESC, {grouped} LIMIT ?");
        select.add(&order, [Cell::Int(COMPARED_MAX)]);
        let has_costs = matches!(by, Comparison::Campaign | Comparison::CampaignType);
        let compared = |row: Vec<Cell>| {
            let mut cells = row.into_iter();
            Ok(Compared {
                key: value(cells.next())?,
                name: value(cells.next())?,
                results: results(&mut cells)?,
                costs: if has_costs { Some(costs(&mut cells)?) } else { None },
            })
        };
        self.cells(select).await?.into_iter().map(compared).collect()
    }

    async fn listeners(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        limit: u32,
    ) -> Result<Vec<ScriptRow>, QueryError> {
        let mut select = Select::rows_of(ScriptRow::TABLE);
        select.add(
            " JOIN listeners AS l ON l.organization_id = t.organization_id AND l.script_id = t.script_id",
            [],
        );
        select.and("l.organization_id = ?", [organization.to_cell()]);
        select.and("l.campaign_id = ?", [campaign.to_cell()]);
        select.add(
            " ORDER BY l.listen_ms DESC, l.script_id DESC LIMIT ?",
            [Cell::Int(i64::from(limit))],
        );
        self.rows(select).await
    }

    async fn digest(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Option<DigestRow>, QueryError> {
        self.row(&(organization, campaign)).await
    }

    async fn activity(
        &self,
        organization: OrganizationId,
        campaign: Option<CampaignId>,
        page: PageRequest<ActivityPlace>,
    ) -> Result<Page<ActivityRow, ActivityPlace>, QueryError> {
        let mut select = of_organization::<ActivityRow>(organization);
        select.and_is("t.campaign_id", campaign.as_ref());
        select.page(&["t.position"], Order::Descending, &page);
        self.page(select, &page, |row: &ActivityRow| row.position).await
    }
}

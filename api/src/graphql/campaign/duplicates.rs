//! Whom a campaign shares with others: found, counted, and decided about. A campaign that the caller does not see is counted, and not
//! named.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, TimeDelta, Utc};
use commands::authorization::{Action, Permit};
use domain::{
    CampaignId, ContactId,
    campaign::{CONTACTS_PER_EVENT_MAX, CampaignCommand, DuplicateReport as Checked, DuplicateResolution},
};
use projections::{
    duplicates::{ConflictingCampaign as Conflicting, DuplicateSummary},
    models::CampaignRow,
    queries::DuplicateContact,
};

use super::{
    super::{
        analytics::Advice,
        contact::Contact,
        context::{Caller, caller, visible},
        enums::{CampaignStatus, DeliveryStatus},
        error::Problem,
        loaders::rows,
        node_id::{NodeKind, parse_all},
        paging::{connection, cost, page},
    },
    payload::{CampaignChanged, CampaignOutcome},
};

/// Longest interval, days.
const INTERVAL_DAYS_MAX: u32 = 3_650;

/// Interval while an organization is not known to the read models yet, days.
const INTERVAL_DAYS_USUAL: u32 = 14;

/// What a campaign is called by those who do not see it.
const UNSEEN: &str = "Another agent's campaign";

/// A contact that another campaign has, too.
#[derive(Debug)]
pub struct Duplicate {
    found: DuplicateContact,
    /// Who is contacted after this was not contacted too recently.
    since: DateTime<Utc>,
}

/// Another campaign that has the same number.
#[derive(Debug, SimpleObject)]
pub struct DuplicateConflict {
    campaign_id: ID,
    campaign_name: String,
    /// Whether the caller may open it.
    visible: bool,
    status: CampaignStatus,
    contacted_at: Option<DateTime<Utc>>,
    days_since: Option<i64>,
    /// It contacted the number within the interval.
    too_recent: bool,
    outcome: DeliveryStatus,
}

#[Object]
impl Duplicate {
    async fn contact_id(&self) -> ID {
        self.found.contact_id.global()
    }
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Problem> {
        Ok(rows(ctx)?.load_one(self.found.contact_id).await?.map(Contact))
    }
    /// When another campaign last contacted the number.
    async fn last_contacted_at(&self) -> Option<DateTime<Utc>> {
        self.found.conflicts.iter().filter_map(|c| c.contacted_at).max()
    }
    /// Whole days since then.
    async fn days_since(&self) -> Option<i64> {
        self.found.conflicts.iter().filter_map(|c| c.days_since).min()
    }
    /// Another campaign contacted the number within the interval: the rules hold this one back.
    async fn too_recent(&self) -> bool {
        let contacted = self.found.conflicts.iter().filter_map(|c| c.contacted_at);
        contacted.max().is_some_and(|at| at >= self.since)
    }
    /// The campaigns that share the number, the last contacted first.
    async fn conflicts(&self) -> Vec<DuplicateConflict> {
        let conflicts = self.found.conflicts.iter();
        conflicts
            .map(|c| DuplicateConflict {
                campaign_id: c.campaign_id.global(),
                campaign_name: c.campaign_name.clone().unwrap_or_else(|| UNSEEN.to_owned()),
                visible: c.campaign_name.is_some(),
                status: c.status.into(),
                contacted_at: c.contacted_at,
                days_since: c.days_since,
                too_recent: c.contacted_at.is_some_and(|at| at >= self.since),
                outcome: c.outcome.into(),
            })
            .collect()
    }
}

/// Another campaign with some of the same numbers.
#[derive(Debug, SimpleObject)]
pub struct ConflictingCampaign {
    campaign_id: ID,
    name: String,
    /// Whether the caller may open it.
    visible: bool,
    status: CampaignStatus,
    /// Contacts whose number both have.
    contacts: i64,
    /// Of these, contacted by it within the interval.
    too_recent: i64,
    /// When it last contacted one of them.
    last_contacted_at: Option<DateTime<Utc>>,
    days_since: Option<i64>,
}

impl ConflictingCampaign {
    fn of(c: Conflicting, now: DateTime<Utc>) -> Self {
        Self {
            campaign_id: c.campaign_id.global(),
            visible: c.name.is_some(),
            name: c.name.unwrap_or_else(|| UNSEEN.to_owned()),
            status: c.status.into(),
            contacts: c.contacts,
            too_recent: c.recent,
            last_contacted_at: c.last_contacted_at,
            days_since: c.last_contacted_at.map(|at| (now - at).num_days()),
        }
    }
}

/// What a campaign shares with others.
#[derive(Debug, SimpleObject)]
pub struct DuplicateReport {
    /// Contacts in the campaign.
    contacts: i64,
    /// Of these, those whose number another campaign has that has not ended, or contacted within the interval.
    duplicates: i64,
    /// Of these, contacted within the interval: the rules hold them back.
    too_recent: i64,
    /// The interval, days.
    min_interval_days: u32,
    /// The other campaigns, most shared contacts first; at most 100.
    conflicts: Vec<ConflictingCampaign>,
    recommendations: Vec<Advice>,
}

/// What to do with the duplicates found.
#[derive(Debug, InputObject)]
pub struct DuplicateDecision {
    /// Contacts to take out; at most 1,000 at a time.
    remove: Option<Vec<ID>>,
    /// Takes out all who were contacted within the interval, however many.
    remove_too_recent: Option<bool>,
    /// Why the others stay; nothing when none stay.
    keep_reason: Option<String>,
    /// The interval from here on, days.
    min_interval_days: u32,
}

/// A check: its campaign, its interval, and since when a contact is too recent.
struct Check {
    permit: Permit,
    campaign: CampaignRow,
    days: u32,
    now: DateTime<Utc>,
}

impl Check {
    fn since(&self) -> DateTime<Utc> {
        self.now - TimeDelta::days(self.days.into())
    }
}

fn bounded(days: u32) -> Result<(), Problem> {
    if days > INTERVAL_DAYS_MAX {
        return Err(Problem::new(
            "INVALID_INTERVAL",
            "an interval is at most 3,650 days",
        ));
    }
    Ok(())
}

impl Caller<'_> {
    /// The campaign and the interval asked for, or its own, or the organization's.
    async fn check(&self, campaign: &ID, days: Option<u32>) -> Result<Check, Problem> {
        let (permit, campaign) = self.campaign_row(CampaignId::parse(campaign)?).await?;
        let days = if let Some(days) = days.or(campaign.min_interval_days) {
            days
        } else {
            let found = self.state.queries.organization(permit.organization()).await?;
            found.map_or(INTERVAL_DAYS_USUAL, |o| o.settings.0.min_interval_days)
        };
        bounded(days)?;
        Ok(Check {
            permit,
            campaign,
            days,
            now: self.state.now(),
        })
    }

    async fn summary(&self, check: &Check) -> Result<DuplicateSummary, Problem> {
        let (organization, campaign) = (check.permit.organization(), check.campaign.campaign_id);
        let (queries, seen) = (&self.state.queries, visible(&check.permit));
        Ok(queries
            .duplicate_summary(organization, &seen, campaign, check.since())
            .await?)
    }

    /// Records what a check finds.
    async fn check_duplicates(&self, id: &ID, days: Option<u32>) -> Result<CampaignChanged, Problem> {
        let check = self.check(id, days).await?;
        let found = self.summary(&check).await?;
        let conflicts = found.conflicts.iter();
        let report = Checked {
            duplicates: found.duplicates.unsigned_abs(),
            conflicts: conflicts
                .map(|c| (c.campaign_id, c.contacts.unsigned_abs()))
                .collect(),
            min_interval_days: check.days,
        };
        let command = CampaignCommand::RecordDuplicateCheck(report);
        self.change_campaign(Action::WriteCampaign, id, command).await
    }

    async fn resolve_duplicates(
        &self,
        id: &ID,
        decision: DuplicateDecision,
    ) -> Result<CampaignChanged, Problem> {
        bounded(decision.min_interval_days)?;
        let remove = decision.remove.unwrap_or_default();
        if remove.len() > CONTACTS_PER_EVENT_MAX {
            return Err(Problem::new(
                "TOO_MANY_CONTACTS",
                "at most 1,000 contacts at a time",
            ));
        }
        if !remove.is_empty() {
            self.take_out(id, parse_all(&remove)?).await?;
        }
        if decision.remove_too_recent.unwrap_or(false) {
            self.take_out_recent(id, decision.min_interval_days).await?;
        }
        let resolution = match decision.keep_reason {
            Some(reason) => DuplicateResolution::Kept { reason },
            None => DuplicateResolution::Removed,
        };
        let command = CampaignCommand::ResolveDuplicates {
            resolution,
            min_interval_days: decision.min_interval_days,
        };
        self.change_campaign(Action::WriteCampaign, id, command).await
    }

    async fn take_out(&self, id: &ID, contacts: Vec<ContactId>) -> Result<CampaignChanged, Problem> {
        let command = CampaignCommand::RemoveContacts {
            contacts,
            reason: "duplicate".to_owned(),
        };
        self.change_campaign(Action::WriteCampaign, id, command).await
    }

    /// Takes out all whom another campaign contacted within the interval, an event a thousand. What is broken off goes on when it is
    /// asked for again.
    async fn take_out_recent(&self, id: &ID, days: u32) -> Result<(), Problem> {
        let check = self.check(id, Some(days)).await?;
        let (organization, campaign) = (check.permit.organization(), check.campaign.campaign_id);
        let queries = &self.state.queries;
        let (mut after, limit) = (None, CONTACTS_PER_EVENT_MAX as u32);
        loop {
            let found = queries.contacted_since(organization, campaign, check.since(), after, limit);
            let found = found.await?;
            let Some(last) = found.last().copied() else {
                return Ok(());
            };
            after = Some(last);
            self.take_out(id, found).await?;
        }
    }
}

/// Questions about duplicates.
#[derive(Debug, Default)]
pub struct DuplicateQuery;

#[Object]
impl DuplicateQuery {
    /// Contacts of the campaign that another campaign has that has not ended, or that were contacted within so many days: those
    /// given, or the campaign's, or the organization's.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn duplicates(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        min_interval_days: Option<u32>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, Duplicate>, Problem> {
        let caller = caller(ctx)?;
        let check = caller.check(&campaign_id, min_interval_days).await?;
        let request = page::<ContactId>(first, after)?;
        let started = request.after.is_some();
        let (organization, campaign) = (check.permit.organization(), check.campaign.campaign_id);
        let (queries, seen) = (&caller.state.queries, visible(&check.permit));
        let since = check.since();
        let found = queries.duplicates(organization, &seen, campaign, (since, check.now), request);
        Ok(connection(found.await?, started, move |found| Duplicate {
            found,
            since,
        }))
    }

    /// How many these are, with which campaigns they are shared, and what to do about it.
    #[graphql(complexity = "200 + child_complexity * 10")]
    async fn duplicate_report(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        min_interval_days: Option<u32>,
    ) -> Result<DuplicateReport, Problem> {
        let caller = caller(ctx)?;
        let check = caller.check(&campaign_id, min_interval_days).await?;
        let found = caller.summary(&check).await?;
        let contacts = check.campaign.contacts;
        let advice = found.recommendations(contacts, check.days).into_iter();
        Ok(DuplicateReport {
            contacts,
            duplicates: found.duplicates,
            too_recent: found.recent,
            min_interval_days: check.days,
            recommendations: advice.map(Into::into).collect(),
            conflicts: found
                .conflicts
                .into_iter()
                .map(|c| ConflictingCampaign::of(c, check.now))
                .collect(),
        })
    }
}

/// Deciding about duplicates.
#[derive(Debug, Default)]
pub struct DuplicateMutation;

#[Object]
impl DuplicateMutation {
    /// Looks for duplicates and records how many there are and with which campaigns: the record shows what was known when it was
    /// decided.
    async fn check_duplicates(
        &self,
        ctx: &Context<'_>,
        id: ID,
        min_interval_days: Option<u32>,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.check_duplicates(&id, min_interval_days).await)
    }

    /// Decides about duplicates: takes some or all of them out, keeps the others for a reason, and sets the interval.
    async fn resolve_duplicates(
        &self,
        ctx: &Context<'_>,
        id: ID,
        decision: DuplicateDecision,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.resolve_duplicates(&id, decision).await)
    }
}

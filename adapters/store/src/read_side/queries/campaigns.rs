//! Campaigns and who is in them.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{CampaignId, ContactId, OrganizationId, ScriptId, TeamId, UserId, campaign::CampaignStatus};
use projections::{
    Cell, ColumnValue,
    duplicates::{ConflictingCampaign, DuplicateSummary},
    models::{CampaignContactRow, CampaignRow, ScriptRow},
    queries::{
        CampaignContact, CampaignContactFilter, CampaignFilter, CampaignPlace, CampaignQueries, Conflict,
        DuplicateContact, Page, PageRequest, QueryError, StatusCount, Visible,
    },
};

use super::{
    Queries, leave_visible, of_organization,
    select::{Order, Select},
    value,
};

/// Another campaign's row `o` that conflicts with a contact's row `m`.
const CONFLICTS: &str = "o.organization_id = m.organization_id AND o.phone_index = m.phone_index
   AND o.campaign_id <> m.campaign_id AND c.status <> 'absent'
   AND (c.status NOT IN ('completed', 'failed', 'cancelled') OR o.contacted_at >= ?)";

/// The campaign `c` of a row `o`.
const ITS_CAMPAIGN: &str =
    "JOIN campaigns AS c ON c.organization_id = o.organization_id AND c.campaign_id = o.campaign_id";

/// The script `s` of a contact's row `t`.
pub(super) const ITS_SCRIPT: &str =
    "FROM scripts AS s WHERE s.organization_id = t.organization_id AND s.script_id = t.script_id";

/// The script `s` of a row `o`, which need not have one.
const SCRIPT_IF_ANY: &str =
    "LEFT JOIN scripts AS s ON s.organization_id = o.organization_id AND s.script_id = o.script_id";

/// How far the voicemail of a script `s` has got, of which there may be none.
pub(super) const DELIVERY: &str = "coalesce(s.delivery, 'not_sent')";

/// Contacts `m` of a campaign with the rows `o` of others that conflict with them.
fn shared() -> String {
    format!(
        "FROM campaign_contacts AS m
           JOIN campaign_contacts AS o ON o.organization_id = m.organization_id AND o.phone_index = m.phone_index
           {ITS_CAMPAIGN}
          WHERE m.organization_id = ? AND m.campaign_id = ? AND {CONFLICTS}"
    )
}

/// Most other campaigns that are named.
const CONFLICTS_MAX: i64 = 100;

fn leave(select: &mut Select, visible: &Visible, filter: &CampaignFilter) {
    select.and("t.status <> ?", [CampaignStatus::Absent.to_cell()]);
    leave_visible(select, "t", visible);
    select.and_one_of("t.status", &filter.statuses);
    select.and_one_of("t.kind", &filter.kinds);
    select.and_is("t.owner", filter.owner.as_ref());
    match filter.in_doubt {
        Some(true) => select.and("t.in_doubt > 0", []),
        Some(false) => select.and("t.in_doubt = 0", []),
        None => {}
    }
    match filter.archived {
        Some(true) => select.and("t.archived_at IS NOT NULL", []),
        Some(false) => select.and("t.archived_at IS NULL", []),
        None => {}
    }
    if let Some(from) = filter.created_from {
        select.and("t.created_at >= ?", [from.to_cell()]);
    }
    if let Some(until) = filter.created_until {
        select.and("t.created_at < ?", [until.to_cell()]);
    }
    if let Some(name) = filter.name.as_deref().map(str::trim).filter(|n| !n.is_empty()) {
        select.and(
            "lower(t.name) LIKE ? ESCAPE '!'",
            [Cell::Text(format!("%{}%", escaped(name)))],
        );
    }
}

/// The text as a pattern that matches itself.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern
}

fn sees(visible: &Visible, owner: UserId, team: Option<TeamId>) -> bool {
    match visible {
        Visible::All => true,
        Visible::OwnedBy { user, teams } => owner == *user || team.is_some_and(|team| teams.contains(&team)),
    }
}

/// The next cells: a campaign's owner, team and name; the name, when the person sees the campaign.
fn name_seen(
    cells: &mut impl Iterator<Item = Cell>,
    visible: &Visible,
) -> Result<Option<String>, QueryError> {
    let (owner, team) = (value(cells.next())?, value(cells.next())?);
    let name = value(cells.next())?;
    Ok(Some(name).filter(|_| sees(visible, owner, team)))
}

#[async_trait]
impl CampaignQueries for Queries {
    async fn campaigns(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &CampaignFilter,
        page: PageRequest<CampaignPlace>,
    ) -> Result<Page<CampaignRow, CampaignPlace>, QueryError> {
        let mut select = of_organization::<CampaignRow>(organization);
        leave(&mut select, visible, filter);
        select.page(&["t.created_at", "t.campaign_id"], Order::Descending, &page);
        self.page(select, &page, |row: &CampaignRow| CampaignPlace {
            created_at: row.created_at,
            campaign_id: row.campaign_id,
        })
        .await
    }

    async fn campaigns_by_status(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &CampaignFilter,
    ) -> Result<Vec<StatusCount>, QueryError> {
        let mut select = Select::new("SELECT t.status, count(*) FROM campaigns AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        leave(&mut select, visible, filter);
        select.add(" GROUP BY t.status ORDER BY t.status", []);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(StatusCount {
                    status: value(cells.next())?,
                    campaigns: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn campaign(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
    ) -> Result<Option<CampaignRow>, QueryError> {
        let mut found = self.campaigns_by_ids(organization, visible, &[campaign]).await?;
        Ok(found.pop())
    }

    async fn campaigns_by_ids(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaigns: &[CampaignId],
    ) -> Result<Vec<CampaignRow>, QueryError> {
        let keys: Vec<_> = campaigns.iter().map(|id| (organization, *id)).collect();
        let mut rows: Vec<CampaignRow> = self.rows_by_key(&keys).await?;
        rows.retain(|row| row.status != CampaignStatus::Absent && sees(visible, row.owner, row.team));
        Ok(rows)
    }

    async fn campaigns_made_since(
        &self,
        organization: OrganizationId,
        since: DateTime<Utc>,
    ) -> Result<u64, QueryError> {
        let mut select = Select::new("SELECT count(*) FROM campaigns AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.created_at >= ?", [since.to_cell()]);
        let row = self.cells(select).await?.pop().unwrap_or_default();
        let count: i64 = value(row.into_iter().next())?;
        Ok(count.unsigned_abs())
    }

    async fn campaign_contacts(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        filter: &CampaignContactFilter,
        page: PageRequest<ContactId>,
    ) -> Result<Page<CampaignContact, ContactId>, QueryError> {
        let mut select = of_organization::<CampaignContactRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        let review = format!("(SELECT s.review {ITS_SCRIPT})");
        select.and_is(&review, filter.review.as_ref());
        if filter.without_script {
            select.and(&format!("NOT EXISTS (SELECT 1 {ITS_SCRIPT})"), []);
        }
        let audio = format!("coalesce((SELECT s.audio {ITS_SCRIPT}), 'none')");
        select.and_is(&audio, filter.audio.as_ref());
        let delivery = format!("coalesce((SELECT s.delivery {ITS_SCRIPT}), 'not_sent')");
        select.and_one_of(&delivery, &filter.deliveries);
        select.and_one_of("t.phone_index", &filter.phone_indexes);
        select.page(&["t.contact_id"], Order::Ascending, &page);
        let found = self.page(select, &page, |row: &CampaignContactRow| row.contact_id);
        self.with_scripts(found.await?).await
    }

    async fn duplicates(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
        (since, now): (DateTime<Utc>, DateTime<Utc>),
        page: PageRequest<ContactId>,
    ) -> Result<Page<DuplicateContact, ContactId>, QueryError> {
        let mut select = Select::new("WITH page AS (SELECT m.contact_id FROM campaign_contacts AS m");
        select.and("m.organization_id = ?", [organization.to_cell()]);
        select.and("m.campaign_id = ?", [campaign.to_cell()]);
        select.and(
            &format!("EXISTS (SELECT 1 FROM campaign_contacts AS o {ITS_CAMPAIGN} WHERE {CONFLICTS})"),
            [since.to_cell()],
        );
        select.page(&["m.contact_id"], Order::Ascending, &page);
        select.add(
            &format!(
                ") SELECT m.contact_id, o.campaign_id, c.owner, c.team, c.name, c.status, o.contacted_at, {DELIVERY}
                     FROM page JOIN campaign_contacts AS m ON m.contact_id = page.contact_id
                     JOIN campaign_contacts AS o ON o.organization_id = m.organization_id
                          AND o.phone_index = m.phone_index {ITS_CAMPAIGN} {SCRIPT_IF_ANY}
                    WHERE m.organization_id = ? AND m.campaign_id = ? AND {CONFLICTS}
                    ORDER BY m.contact_id, coalesce(o.contacted_at, 0) DESC, o.campaign_id"
            ),
            [organization.to_cell(), campaign.to_cell(), since.to_cell()],
        );
        let mut found: Vec<(ContactId, DuplicateContact)> = Vec::new();
        for row in self.cells(select).await? {
            let mut cells = row.into_iter();
            let contact_id: ContactId = value(cells.next())?;
            let conflict = conflict(cells, visible, now)?;
            match found.last_mut() {
                Some((known, duplicate)) if *known == contact_id => duplicate.conflicts.push(conflict),
                _ => found.push((
                    contact_id,
                    DuplicateContact {
                        contact_id,
                        conflicts: vec![conflict],
                    },
                )),
            }
        }
        Ok(Page::of(found, page.rows()))
    }

    async fn duplicate_summary(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
        since: DateTime<Utc>,
    ) -> Result<DuplicateSummary, QueryError> {
        let shared = shared();
        let of_campaign = [
            since.to_cell(),
            organization.to_cell(),
            campaign.to_cell(),
            since.to_cell(),
        ];
        let mut counts = Select::new("");
        counts.add(
            &format!(
                "SELECT count(*), CAST(coalesce(sum(CASE WHEN d.last >= ? THEN 1 ELSE 0 END), 0) AS bigint), max(d.last)
                   FROM (SELECT m.contact_id, max(o.contacted_at) AS last {shared} GROUP BY m.contact_id) AS d"
            ),
            of_campaign.clone(),
        );
        let row = self.cells(counts).await?.pop().unwrap_or_default();
        let mut cells = row.into_iter();
        let (duplicates, recent) = (value(cells.next())?, value(cells.next())?);
        let last: Option<DateTime<Utc>> = value(cells.next())?;
        let mut others = Select::new("");
        others.add(
            &format!(
                "SELECT o.campaign_id, c.owner, c.team, c.name, c.status, count(*),
                        CAST(sum(CASE WHEN o.contacted_at >= ? THEN 1 ELSE 0 END) AS bigint), max(o.contacted_at)
                   {shared} GROUP BY o.campaign_id, c.owner, c.team, c.name, c.status
                  ORDER BY count(*) DESC, o.campaign_id LIMIT ?"
            ),
            of_campaign.into_iter().chain([Cell::Int(CONFLICTS_MAX)]),
        );
        let conflict = |row: Vec<Cell>| {
            let mut cells = row.into_iter();
            Ok(ConflictingCampaign {
                campaign_id: value(cells.next())?,
                name: name_seen(&mut cells, visible)?,
                status: value(cells.next())?,
                contacts: value(cells.next())?,
                recent: value(cells.next())?,
                last_contacted_at: value(cells.next())?,
            })
        };
        let conflicts = self.cells(others).await?.into_iter().map(conflict);
        Ok(DuplicateSummary {
            duplicates,
            recent,
            last_contacted_at: last.filter(|at| *at >= since),
            conflicts: conflicts.collect::<Result<_, QueryError>>()?,
        })
    }

    async fn contacted_since(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        since: DateTime<Utc>,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactId>, QueryError> {
        let mut select = Select::new("SELECT m.contact_id FROM campaign_contacts AS m");
        select.and("m.organization_id = ?", [organization.to_cell()]);
        select.and("m.campaign_id = ?", [campaign.to_cell()]);
        if let Some(after) = after {
            select.and("m.contact_id > ?", [after.to_cell()]);
        }
        select.and(
            &format!(
                "EXISTS (SELECT 1 FROM campaign_contacts AS o {ITS_CAMPAIGN}
                          WHERE {CONFLICTS} AND o.contacted_at >= ?)"
            ),
            [since.to_cell(), since.to_cell()],
        );
        select.add(" ORDER BY m.contact_id LIMIT ?", [Cell::Int(i64::from(limit))]);
        let rows = self.cells(select).await?;
        rows.into_iter().map(|mut row| value(row.pop())).collect()
    }
}

impl Queries {
    /// Each contact together with its script.
    async fn with_scripts(
        &self,
        found: Page<CampaignContactRow, ContactId>,
    ) -> Result<Page<CampaignContact, ContactId>, QueryError> {
        let keys = found
            .rows
            .iter()
            .map(|(_, place)| (place.organization_id, place.script_id));
        let scripts = self.rows_by_key::<ScriptRow>(&keys.collect::<Vec<_>>()).await?;
        let mut scripts: HashMap<ScriptId, ScriptRow> =
            scripts.into_iter().map(|row| (row.script_id, row)).collect();
        let rows = found.rows.into_iter().map(|(at, place)| {
            let script = scripts.remove(&place.script_id);
            (at, CampaignContact { place, script })
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: found.has_more,
        })
    }
}

fn conflict(
    mut cells: impl Iterator<Item = Cell>,
    visible: &Visible,
    now: DateTime<Utc>,
) -> Result<Conflict, QueryError> {
    let campaign_id = value(cells.next())?;
    let campaign_name = name_seen(&mut cells, visible)?;
    let status = value(cells.next())?;
    let contacted_at: Option<DateTime<Utc>> = value(cells.next())?;
    Ok(Conflict {
        campaign_id,
        campaign_name,
        status,
        contacted_at,
        days_since: contacted_at.map(|at| (now - at).num_days()),
        outcome: value(cells.next())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_search_for_is_no_pattern() {
        assert_eq!(escaped("100% PDCC_x!"), "100!% pdcc!_x!!");
    }
}

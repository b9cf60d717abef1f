//! Contacts and their history.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::Column;
use domain::{
    ContactId, Decider, OrganizationId, PhoneIndex, Position, ScriptId, StreamId, contact::Contact,
    script::Script,
};
use projections::{
    Cell, ColumnValue, ReadModel,
    models::{ContactHistoryRow, ContactRow, SuppressionListRow, SuppressionRow},
    queries::{
        ContactFilter, ContactPlace, ContactQueries, ContactSummary, HistoryPlaces, HistoryUntil, Page,
        PageRequest, Participation, QueryError, ReadModels as _, Visible,
    },
};

use super::{
    Queries, ROWS_MAX,
    campaigns::DELIVERY,
    leave_visible, of_organization, seen,
    select::{Order, Select},
    unreadable, value,
};
use crate::read_side::columns::selected;

/// Campaigns `c` that a contact `t` is in, by its rows `m`.
const ITS_CAMPAIGNS: &str = "FROM campaign_contacts AS m
   JOIN campaigns AS c ON c.organization_id = m.organization_id AND c.campaign_id = m.campaign_id
  WHERE m.organization_id = t.organization_id AND m.contact_id = t.contact_id AND c.status <> 'absent'";

/// The import of a contact `t`.
const ITS_IMPORT: &str =
    "FROM import_batches AS b WHERE b.organization_id = t.organization_id AND b.batch_id = t.batch_id";

/// How far the clocks of two processes may be apart, microseconds.
const CLOCKS_DIFFER_MICROS: i64 = 3_600_000_000;

/// Streams of a contact's history that are loaded at once.
const STREAMS_AT_ONCE: usize = 1_000;

/// Leaves contacts that the person sees: in a visible campaign, or in none.
fn leave_seen(select: &mut Select, visible: &Visible) {
    if let Some((condition, cells)) = seen("c", visible) {
        select.and(
            &format!(
                "(EXISTS (SELECT 1 {ITS_CAMPAIGNS} AND {condition}) OR NOT EXISTS (SELECT 1 {ITS_CAMPAIGNS}))"
            ),
            cells,
        );
    }
}

fn leave(select: &mut Select, filter: &ContactFilter) {
    if let Some(campaign) = filter.campaign {
        select.and(
            &format!("EXISTS (SELECT 1 {ITS_CAMPAIGNS} AND m.campaign_id = ?)"),
            [campaign.to_cell()],
        );
    }
    if let Some(kind) = filter.campaign_kind {
        select.and(
            &format!("EXISTS (SELECT 1 {ITS_CAMPAIGNS} AND c.kind = ?)"),
            [kind.to_cell()],
        );
    }
    if let Some(from) = filter.contacted_from {
        select.and("t.last_contacted_at >= ?", [from.to_cell()]);
    }
    if let Some(until) = filter.contacted_until {
        select.and("t.last_contacted_at < ?", [until.to_cell()]);
    }
    if filter.never_contacted {
        select.and("t.last_contacted_at IS NULL", []);
    }
    if !filter.with_merged {
        select.and("t.merged_into IS NULL", []);
    }
    select.and_one_of("t.standing", &filter.standings);
    if let Some(batch) = filter.batch {
        // The import's own time leads to its contacts, give or take what clocks differ by.
        select.and(
            &format!(
                "t.batch_id = ? AND t.created_at >= (SELECT b.started_at - {CLOCKS_DIFFER_MICROS} {ITS_IMPORT})
                 AND t.created_at <= (SELECT coalesce(b.finished_at, b.updated_at) + {CLOCKS_DIFFER_MICROS} {ITS_IMPORT})"
            ),
            [batch.to_cell()],
        );
    }
    select.and("t.removed = ?", [false.to_cell()]);
    select.and_one_of("t.contact_id", &filter.ids);
}

/// The columns by which suppressions are found from numbers.
const BY_PHONE: [Column; 2] = [Column::text("organization_id"), Column::text("phone_index")];

fn by_phone(organization: OrganizationId, indexes: &[PhoneIndex]) -> Vec<Vec<Cell>> {
    let mut wanted: Vec<_> = indexes.iter().collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
        .into_iter()
        .map(|index| vec![organization.to_cell(), index.to_cell()])
        .collect()
}

impl Queries {
    /// The contact's own stream and those of its scripts, at most so many of these.
    async fn own_streams(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        limit: Option<u32>,
    ) -> Result<Vec<StreamId>, QueryError> {
        let mut select = Select::new("SELECT t.script_id FROM scripts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.contact_id = ?", [contact.to_cell()]);
        if let Some(limit) = limit {
            select.add(" LIMIT ?", [Cell::Int(i64::from(limit))]);
        }
        let mut streams = vec![StreamId::new(Contact::KIND, contact)];
        for row in self.cells(select).await? {
            let script: ScriptId = value(row.into_iter().next())?;
            streams.push(StreamId::new(Script::KIND, script));
        }
        Ok(streams)
    }

    /// What the contact's own stream and those of its scripts say.
    async fn own_history(
        &self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<Vec<ContactHistoryRow>, QueryError> {
        let streams = self.own_streams(organization, contact, None).await?;
        let mut history = Vec::new();
        for streams in streams.chunks(STREAMS_AT_ONCE) {
            let slices = self.shared.feed.load(streams.to_vec()).await;
            let slices = slices.map_err(|e| QueryError::Unavailable(e.to_string()))?;
            let events = slices.into_iter().flat_map(|slice| slice.events);
            history.extend(
                events
                    .filter(|event| event.organization == organization)
                    .filter_map(|event| ContactHistoryRow::of_own(&event.decode().ok()?)),
            );
        }
        Ok(history)
    }
}

#[async_trait]
impl ContactQueries for Queries {
    async fn contacts(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ContactFilter,
        page: PageRequest<ContactPlace>,
    ) -> Result<Page<ContactSummary, ContactPlace>, QueryError> {
        let mut select = Select::new(&format!(
            "SELECT (SELECT count(*) {ITS_CAMPAIGNS}), {} FROM contacts AS t",
            selected(ContactRow::TABLE, "t.")
        ));
        select.and("t.organization_id = ?", [organization.to_cell()]);
        leave_seen(&mut select, visible);
        leave(&mut select, filter);
        select.page(&["t.created_at", "t.contact_id"], Order::Descending, &page);
        let rows = self.cells(select).await?;
        let found: Result<Vec<_>, QueryError> = rows
            .into_iter()
            .map(|mut cells| {
                let columns = cells.split_off(1);
                let contact = ContactRow::from_cells(columns).map_err(unreadable)?;
                let place = ContactPlace {
                    created_at: contact.created_at,
                    contact_id: contact.contact_id,
                };
                let campaigns = value(cells.pop())?;
                Ok((place, ContactSummary { contact, campaigns }))
            })
            .collect();
        Ok(Page::of(found?, page.rows()))
    }

    async fn contact(
        &self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<Option<ContactRow>, QueryError> {
        self.row(&(organization, contact)).await
    }

    async fn sees_contact(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contact: ContactId,
    ) -> Result<bool, QueryError> {
        let mut select = Select::new("SELECT count(*) FROM contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.contact_id = ?", [contact.to_cell()]);
        leave_seen(&mut select, visible);
        let row = self.cells(select).await?.pop().unwrap_or_default();
        let count: i64 = value(row.into_iter().next())?;
        Ok(count > 0)
    }

    async fn contacts_seen(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactId>, QueryError> {
        if contacts.is_empty() {
            return Ok(vec![]);
        }
        let mut select = Select::new("SELECT t.contact_id FROM contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and_one_of("t.contact_id", contacts);
        leave_seen(&mut select, visible);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| value(row.into_iter().next()))
            .collect()
    }

    async fn contact_ids(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ContactFilter,
        page: PageRequest<ContactId>,
    ) -> Result<Page<ContactId, ContactId>, QueryError> {
        let mut select = Select::new("SELECT t.contact_id FROM contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.removed = ?", [false.to_cell()]);
        leave_seen(&mut select, visible);
        leave(&mut select, filter);
        select.page(&["t.contact_id"], Order::Ascending, &page);
        let rows = self.cells(select).await?;
        let ids: Result<Vec<_>, QueryError> = rows
            .into_iter()
            .map(|row| value::<ContactId>(row.into_iter().next()).map(|id| (id, id)))
            .collect();
        Ok(Page::of(ids?, page.rows()))
    }

    async fn contacts_by_ids(
        &self,
        organization: OrganizationId,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactRow>, QueryError> {
        let keys: Vec<_> = contacts.iter().map(|id| (organization, *id)).collect();
        self.rows_by_key(&keys).await
    }

    async fn campaigns_of_contact(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contact: ContactId,
    ) -> Result<Vec<Participation>, QueryError> {
        let mut select = Select::new(&format!(
            "SELECT m.campaign_id, c.name, c.kind, m.script_id, m.added_at, m.contacted_at, {DELIVERY}
               FROM campaign_contacts AS m
               JOIN campaigns AS c ON c.organization_id = m.organization_id AND c.campaign_id = m.campaign_id
               LEFT JOIN scripts AS s ON s.organization_id = m.organization_id AND s.script_id = m.script_id"
        ));
        select.and("m.organization_id = ?", [organization.to_cell()]);
        select.and("m.contact_id = ?", [contact.to_cell()]);
        select.and("c.status <> 'absent'", []);
        leave_visible(&mut select, "c", visible);
        select.add(
            " ORDER BY m.added_at DESC, m.campaign_id DESC LIMIT ?",
            [Cell::Int(i64::from(ROWS_MAX))],
        );
        let rows = self.cells(select).await?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                Ok(Participation {
                    campaign_id: value(cells.next())?,
                    campaign_name: value(cells.next())?,
                    campaign_kind: value(cells.next())?,
                    script_id: value(cells.next())?,
                    added_at: value(cells.next())?,
                    contacted_at: value(cells.next())?,
                    delivery: value(cells.next())?,
                })
            })
            .collect()
    }

    async fn contact_history(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        until: HistoryUntil,
        page: PageRequest<Position>,
    ) -> Result<Page<ContactHistoryRow, Position>, QueryError> {
        let mut select = of_organization::<ContactHistoryRow>(organization);
        select.and("t.contact_id = ?", [contact.to_cell()]);
        match until {
            HistoryUntil::Now => {}
            HistoryUntil::Position(position) => select.and("t.position <= ?", [position.to_cell()]),
            HistoryUntil::Recorded(at) => select.and("t.recorded_at <= ?", [at.to_cell()]),
        }
        select.page(&["t.position"], Order::Ascending, &page);
        let mut rows: Vec<ContactHistoryRow> = self.rows(select).await?;
        let reached = self.position().await?;
        rows.extend(
            self.own_history(organization, contact)
                .await?
                .into_iter()
                .filter(|row| {
                    // As far as the read models are, so that a page is of one moment.
                    let there =
                        page.after.is_none_or(|after| row.position > after) && row.position <= reached;
                    there
                        && match until {
                            HistoryUntil::Now => true,
                            HistoryUntil::Position(position) => row.position <= position,
                            HistoryUntil::Recorded(at) => row.recorded_at <= at,
                        }
                }),
        );
        rows.sort_unstable_by_key(|row| row.position);
        let places = rows.into_iter().map(|row| (row.position, row)).collect();
        Ok(Page::of(places, page.rows()))
    }

    async fn history_places(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        limit: u32,
    ) -> Result<HistoryPlaces, QueryError> {
        let streams = self.own_streams(organization, contact, Some(limit)).await?;
        let mut select = Select::new("SELECT t.position FROM contact_history AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.contact_id = ?", [contact.to_cell()]);
        select.add(" ORDER BY t.position LIMIT ?", [Cell::Int(i64::from(limit))]);
        let rows = self.cells(select).await?;
        let positions = rows.into_iter().map(|row| value(row.into_iter().next()));
        Ok(HistoryPlaces {
            streams,
            positions: positions.collect::<Result<_, _>>()?,
        })
    }

    async fn suppressions_of(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
        now: DateTime<Utc>,
    ) -> Result<Vec<Vec<String>>, QueryError> {
        // Most organizations that import have no list yet, and need no look-up of each number.
        let mut any = of_organization::<SuppressionRow>(organization);
        any.add(" LIMIT ?", [Cell::Int(1)]);
        let some: Vec<SuppressionRow> = self.rows(any).await?;
        if some.is_empty() {
            return Ok(vec![vec![]; indexes.len()]);
        }
        let rows: Vec<SuppressionRow> = self.rows_by(&BY_PHONE, by_phone(organization, indexes)).await?;
        let mut kinds: HashMap<PhoneIndex, BTreeSet<&str>> = HashMap::new();
        for row in rows
            .iter()
            .filter(|row| row.expires_at.is_none_or(|expires| expires > now))
        {
            kinds
                .entry(row.phone_index.clone())
                .or_default()
                .insert(row.kind.as_str());
        }
        let lists_of = |index: &PhoneIndex| {
            let on = kinds.get(index).into_iter().flatten();
            on.map(|kind| (*kind).to_owned()).collect()
        };
        Ok(indexes.iter().map(lists_of).collect())
    }

    async fn suppression_lists(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<SuppressionListRow>, QueryError> {
        let mut select = of_organization::<SuppressionListRow>(organization);
        select.add(
            " ORDER BY t.kind, t.list_id LIMIT ?",
            [Cell::Int(i64::from(ROWS_MAX))],
        );
        self.rows(select).await
    }
}

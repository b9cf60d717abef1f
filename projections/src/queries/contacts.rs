//! Questions about contacts and their history.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, ImportBatchId, OrganizationId, PhoneIndex, Position, StreamId,
    campaign::CampaignType, contact::ContactStanding, script::DeliveryStatus,
};
use serde::{Deserialize, Serialize};

use super::{Page, PageRequest, QueryError, Visible, page::cursor};
use crate::models::{ContactHistoryRow, ContactRow, SuppressionListRow};

/// Which contacts are wanted. Absent fields leave all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactFilter {
    /// In this campaign.
    pub campaign: Option<CampaignId>,
    /// In a campaign for this purpose.
    pub campaign_kind: Option<CampaignType>,
    /// Last contacted at or after.
    pub contacted_from: Option<DateTime<Utc>>,
    /// Last contacted before.
    pub contacted_until: Option<DateTime<Utc>>,
    /// Never contacted.
    pub never_contacted: bool,
    /// Of one of these standings (`do_not_contact`, `opted_out`…); empty for all.
    pub standings: Vec<ContactStanding>,
    /// From this import.
    pub batch: Option<ImportBatchId>,
    /// One of these: a search by phone, because a contact's id follows from its number; empty for all.
    pub ids: Vec<ContactId>,
    /// Those folded into another are left out unless this is set.
    pub with_merged: bool,
}

/// A contact in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactSummary {
    /// The contact.
    pub contact: ContactRow,
    /// Campaigns that it is in, deleted ones left out.
    pub campaigns: i64,
}

cursor! {
    /// A place in the list of contacts, newest first.
    pub struct ContactPlace of "contacts" {
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The contact.
        contact_id: ContactId,
    }
}

/// Up to where a history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryUntil {
    /// All of it.
    Now,
    /// Events up to this position.
    Position(Position),
    /// Events recorded up to this instant.
    Recorded(DateTime<Utc>),
}

/// Where the history of a contact stands in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryPlaces {
    /// Streams that are the contact's alone: its own and those of its scripts.
    pub streams: Vec<StreamId>,
    /// Single events of streams that are others' too.
    pub positions: Vec<Position>,
}

/// A contact's part in one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participation {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its name.
    pub campaign_name: String,
    /// What it is for.
    pub campaign_kind: CampaignType,
    /// The script.
    pub script_id: domain::ScriptId,
    /// When the contact was put in.
    pub added_at: DateTime<Utc>,
    /// When the voicemail was handed over, or began to be.
    pub contacted_at: Option<DateTime<Utc>>,
    /// How far the voicemail has got.
    pub delivery: DeliveryStatus,
}

/// Questions about contacts.
#[async_trait]
pub trait ContactQueries: Send + Sync {
    /// A page of contacts, newest first. Limited sight leaves those that are in a visible campaign or in none.
    async fn contacts(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ContactFilter,
        page: PageRequest<ContactPlace>,
    ) -> Result<Page<ContactSummary, ContactPlace>, QueryError>;

    /// One contact.
    async fn contact(
        &self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<Option<ContactRow>, QueryError>;

    /// Whether the person sees the contact: in a visible campaign, or in none.
    async fn sees_contact(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contact: ContactId,
    ) -> Result<bool, QueryError>;

    /// Of these contacts, those that the person sees, in no order; at most 1,000 at a time.
    async fn contacts_seen(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactId>, QueryError>;

    /// A page of the ids of contacts that are there, by id: what a list means when something is done to all of it.
    async fn contact_ids(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &ContactFilter,
        page: PageRequest<ContactId>,
    ) -> Result<Page<ContactId, ContactId>, QueryError>;

    /// Several contacts by id, in no order; those that are not there are left out.
    async fn contacts_by_ids(
        &self,
        organization: OrganizationId,
        contacts: &[ContactId],
    ) -> Result<Vec<ContactRow>, QueryError>;

    /// The campaigns that a contact is in, the last added first, at most 500.
    async fn campaigns_of_contact(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        contact: ContactId,
    ) -> Result<Vec<Participation>, QueryError>;

    /// A page of everything that touched a contact, oldest first.
    async fn contact_history(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        until: HistoryUntil,
        page: PageRequest<Position>,
    ) -> Result<Page<ContactHistoryRow, Position>, QueryError>;

    /// Where a contact's history stands in the journal; of each sort at most `limit`.
    async fn history_places(
        &self,
        organization: OrganizationId,
        contact: ContactId,
        limit: u32,
    ) -> Result<HistoryPlaces, QueryError>;

    /// For each index the kinds of the lists that events put it on, in force at `now`, in the order of the indexes. Numbers
    /// of loaded files are looked up elsewhere.
    async fn suppressions_of(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
        now: DateTime<Utc>,
    ) -> Result<Vec<Vec<String>>, QueryError>;

    /// The organization's suppression lists.
    async fn suppression_lists(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<SuppressionListRow>, QueryError>;
}

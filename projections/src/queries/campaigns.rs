//! Questions about campaigns and who is in them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, OrganizationId, PhoneIndex, UserId,
    campaign::{CampaignStatus, CampaignType},
    script::DeliveryStatus,
};
use serde::{Deserialize, Serialize};

use super::{Page, PageRequest, QueryError, Visible, page::cursor};
use crate::{
    AudioState, ReviewState,
    duplicates::DuplicateSummary,
    models::{CampaignContactRow, CampaignRow, ScriptRow},
};

/// Which campaigns are wanted. Absent fields leave all; deleted ones are never listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// In one of these statuses; empty for all.
    pub statuses: Vec<CampaignStatus>,
    /// For one of these purposes; empty for all.
    pub kinds: Vec<CampaignType>,
    /// With this in the name, in any case.
    pub name: Option<String>,
    /// Made at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before.
    pub created_until: Option<DateTime<Utc>>,
    /// Owned by this person.
    pub owner: Option<UserId>,
    /// With hand-offs in doubt, or without.
    pub in_doubt: Option<bool>,
    /// In the archive, or outside it.
    pub archived: Option<bool>,
}

cursor! {
    /// A place in the list of campaigns, newest first.
    pub struct CampaignPlace of "campaigns" {
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The campaign.
        campaign_id: CampaignId,
    }
}

/// How many campaigns are in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCount {
    /// The status.
    pub status: CampaignStatus,
    /// How many.
    pub campaigns: i64,
}

/// Which contacts of a campaign are wanted. Absent fields leave all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignContactFilter {
    /// With the script in this state.
    pub review: Option<ReviewState>,
    /// Without a script.
    pub without_script: bool,
    /// With the audio in this state.
    pub audio: Option<AudioState>,
    /// With the voicemail in one of these statuses; empty for all.
    pub deliveries: Vec<DeliveryStatus>,
    /// With one of these numbers: a search by phone; empty for all.
    pub phone_indexes: Vec<PhoneIndex>,
}

/// A contact in a campaign, and how far the campaign has got with it.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignContact {
    /// Its place in the campaign.
    pub place: CampaignContactRow,
    /// Its script; nothing while there is none.
    pub script: Option<ScriptRow>,
}

impl CampaignContact {
    /// Review of the script.
    pub fn review(&self) -> Option<ReviewState> {
        self.script.as_ref().map(|s| s.review)
    }

    /// Where the audio stands.
    pub fn audio(&self) -> AudioState {
        self.script.as_ref().map_or(AudioState::None, |s| s.audio)
    }

    /// How far the voicemail has got.
    pub fn delivery(&self) -> DeliveryStatus {
        self.script
            .as_ref()
            .map_or(DeliveryStatus::NotSent, |s| s.delivery)
    }
}

/// A contact that another campaign has, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateContact {
    /// The contact, here.
    pub contact_id: ContactId,
    /// The campaigns that share the number, the last contacted first.
    pub conflicts: Vec<Conflict>,
}

/// Another campaign that has the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The other campaign.
    pub campaign_id: CampaignId,
    /// Its name; nothing when the person who asks does not see it.
    pub campaign_name: Option<String>,
    /// Where it stands.
    pub status: CampaignStatus,
    /// When it contacted the number, if it has.
    pub contacted_at: Option<DateTime<Utc>>,
    /// Whole days from then to the asked instant.
    pub days_since: Option<i64>,
    /// What came of it.
    pub outcome: DeliveryStatus,
}

/// Questions about campaigns.
#[async_trait]
pub trait CampaignQueries: Send + Sync {
    /// A page of campaigns, newest first.
    async fn campaigns(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &CampaignFilter,
        page: PageRequest<CampaignPlace>,
    ) -> Result<Page<CampaignRow, CampaignPlace>, QueryError>;

    /// How many campaigns the filter leaves, by status.
    async fn campaigns_by_status(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        filter: &CampaignFilter,
    ) -> Result<Vec<StatusCount>, QueryError>;

    /// One campaign, unless it was deleted.
    async fn campaign(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
    ) -> Result<Option<CampaignRow>, QueryError>;

    /// Several campaigns by id, in no order; those that are not there are left out.
    async fn campaigns_by_ids(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaigns: &[CampaignId],
    ) -> Result<Vec<CampaignRow>, QueryError>;

    /// How many campaigns were made at or after an instant: the daily limit is checked against it. Deleted ones count.
    async fn campaigns_made_since(
        &self,
        organization: OrganizationId,
        since: DateTime<Utc>,
    ) -> Result<u64, QueryError>;

    /// A page of the contacts in a campaign, by contact.
    async fn campaign_contacts(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        filter: &CampaignContactFilter,
        page: PageRequest<ContactId>,
    ) -> Result<Page<CampaignContact, ContactId>, QueryError>;

    /// Contacts of the campaign whose number another campaign has: one that has not ended, or that contacted the number at or
    /// after `since`. By contact; days are counted to `now`.
    async fn duplicates(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
        (since, now): (DateTime<Utc>, DateTime<Utc>),
        page: PageRequest<ContactId>,
    ) -> Result<Page<DuplicateContact, ContactId>, QueryError>;

    /// How many these are, and with whom they are shared.
    async fn duplicate_summary(
        &self,
        organization: OrganizationId,
        visible: &Visible,
        campaign: CampaignId,
        since: DateTime<Utc>,
    ) -> Result<DuplicateSummary, QueryError>;

    /// Those of them whom another campaign contacted at or after `since`, by contact, after one contact; at most `limit`.
    async fn contacted_since(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        since: DateTime<Utc>,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactId>, QueryError>;
}

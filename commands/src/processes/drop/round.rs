//! What the drops of one claim share, loaded once: their campaigns and organizations. Each drop asks before it is handed over whether
//! that still stands, so that a pause, a cancellation or a halt bites at once, however many drops were claimed together.

use std::{collections::HashMap, sync::Arc};

use domain::{
    CampaignId, Decider, OrganizationId, StreamId,
    campaign::{Campaign, CampaignStatus},
    organization::Organization,
};
use tokio::sync::Mutex;

use crate::{
    context::Ports,
    error::CommandError,
    stream::{Loaded, load},
};

/// A campaign and its organization as they were a moment ago.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) campaign: Campaign,
    pub(super) organization: Organization,
    /// The last sequences of both.
    heads: Vec<u64>,
}

impl Terms {
    async fn load(
        ports: &Ports,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Self, CommandError> {
        let campaign: Loaded<Campaign> = load(ports, organization, campaign).await?;
        let organization: Loaded<Organization> = load(ports, organization, organization).await?;
        let (_, campaign, campaign_head) = campaign.into_parts();
        let (_, organization, organization_head) = organization.into_parts();
        Ok(Self {
            campaign,
            organization,
            heads: vec![campaign_head, organization_head],
        })
    }

    /// Somebody has halted it, the campaign or all sending.
    pub(super) fn are_withheld(&self) -> bool {
        self.campaign.status == CampaignStatus::Paused || self.organization.is_halted()
    }

    /// Whether what was decided on earlier terms may go out on these.
    pub(super) fn uphold(&self, earlier: &Self) -> bool {
        let is_same =
            self.campaign.schedule == earlier.campaign.schedule && self.organization == earlier.organization;
        is_same && self.campaign.is_sending() && !self.are_withheld()
    }
}

/// What the pieces of one claim share.
#[derive(Debug, Default)]
pub(in crate::processes) struct Round {
    terms: Mutex<HashMap<CampaignId, Arc<Terms>>>,
}

impl Round {
    /// The terms as they are now: loaded again where anything happened to campaign or organization.
    pub(super) async fn terms(
        &self,
        ports: &Ports,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Arc<Terms>, CommandError> {
        let streams = [
            StreamId::new(Campaign::KIND, campaign),
            StreamId::new(Organization::KIND, organization),
        ];
        loop {
            let known = self.terms.lock().await.get(&campaign).cloned();
            if let Some(terms) = &known
                && ports.journal.heads(streams.to_vec()).await? == terms.heads
            {
                return Ok(Arc::clone(terms));
            }
            let mut all = self.terms.lock().await;
            // Another drop may have loaded them meanwhile: then it is asked once more whether they stand.
            if all.get(&campaign).map(Arc::as_ptr) != known.as_ref().map(Arc::as_ptr) {
                continue;
            }
            let fresh = Arc::new(Terms::load(ports, organization, campaign).await?);
            all.insert(campaign, Arc::clone(&fresh));
            return Ok(fresh);
        }
    }
}

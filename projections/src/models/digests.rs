//! How a campaign ended, written when it completes and never changed: what came later shows in the campaign's own counters.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, MicroDollars, OrganizationId, Recorded,
    campaign::{CampaignEvent, CampaignType},
};

use super::{organization_of, stream_id};
use crate::{Rows, model::read_model};

read_model! {
    /// The figures of a completed campaign.
    pub struct DigestRow in "digests" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
        }
        all {
            /// Its name.
            name: String,
            /// What it was for.
            kind: CampaignType,
            /// When it was made.
            created_at: DateTime<Utc>,
            /// When it completed.
            completed_at: DateTime<Utc>,
            /// The farm.
            neighborhood: Option<String>,
            /// When it was given to the dispatcher.
            submitted_at: Option<DateTime<Utc>>,
            /// When the first voicemail was handed over.
            activated_at: Option<DateTime<Utc>>,
            /// Contacts in it.
            contacts: i64,
            /// Voicemails handed over.
            attempted: i64,
            /// Left in the mailbox, played ones included.
            delivered: i64,
            /// Played by then.
            listened: i64,
            /// Handed over, but not left.
            failed: i64,
            /// Never handed over: a rule forbids it.
            blocked: i64,
            /// Never handed over: held beyond the campaign's end.
            held: i64,
            /// Handed over, outcome unknown.
            in_doubt: i64,
            /// What writing cost.
            writer_cost: MicroDollars,
            /// What speaking cost.
            voice_cost: MicroDollars,
            /// What the carrier had charged by then.
            carrier_cost: MicroDollars,
        }
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::CampaignEvent(CampaignEvent::CampaignCompleted { totals }) = &event.event else {
        return;
    };
    let Some(campaign) = stream_id::<CampaignId>(event) else {
        return;
    };
    let organization = organization_of(event);
    let Some(row) = rows.campaigns.get(&(organization, campaign)) else {
        return;
    };
    let digest = DigestRow {
        organization_id: organization,
        campaign_id: campaign,
        name: row.name.clone(),
        kind: row.kind,
        created_at: row.created_at,
        completed_at: event.metadata.recorded_at,
        neighborhood: row.neighborhood.clone(),
        submitted_at: row.submitted_at,
        activated_at: row.activated_at,
        contacts: row.contacts,
        attempted: row.attempted,
        delivered: totals.delivered as i64,
        listened: row.listened,
        failed: totals.failed as i64,
        blocked: totals.blocked as i64,
        held: totals.held as i64,
        in_doubt: totals.in_doubt as i64,
        writer_cost: row.writer_cost,
        voice_cost: row.voice_cost,
        carrier_cost: row.carrier_cost,
    };
    rows.digests.put(digest);
}

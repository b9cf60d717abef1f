//! Who is in which campaign; also the deduplication ledger: by phone index it says which campaigns have a number, and when they
//! contacted it. How far a campaign has got with somebody is in the script's row alone: each of its events would else be written twice.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, ImportBatchId, OrganizationId, PhoneIndex, Recorded, ScriptId,
    campaign::CampaignEvent, import::ContactSource,
};

use super::{ScriptRow, campaigns::Progress, organization_of, stream_id, tallies};
use crate::{Rows, model::read_model};

read_model! {
    /// A contact in a campaign.
    pub struct CampaignContactRow in "campaign_contacts" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// The contact.
            contact_id: ContactId,
        }
        given {
            /// The one script of this contact in this campaign.
            script_id: ScriptId,
        }
        /// Look-up index of the number that the contact had when put in.
        phone_index: Option<PhoneIndex>,
        /// The import that put it in.
        batch_id: Option<ImportBatchId>,
        /// Where the contact came from.
        source: ContactSource,
        /// When it was handed over, or began to be.
        contacted_at: Option<DateTime<Utc>>,
        /// When it was put in.
        added_at: DateTime<Utc>,
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::CampaignEvent(happened) = &event.event else {
        return;
    };
    let Some(campaign) = stream_id::<CampaignId>(event) else {
        return;
    };
    match happened {
        CampaignEvent::ContactsImported {
            batch_id,
            source,
            contact_ids,
            ..
        } => {
            for contact in contact_ids {
                put_in(event, rows, campaign, *contact, (*batch_id, *source));
            }
        }
        CampaignEvent::ContactsRemoved { contact_ids, .. } => {
            for contact in contact_ids {
                take_out(event, rows, campaign, *contact);
            }
        }
        _ => {}
    }
}

fn put_in(
    event: &Recorded,
    rows: &mut Rows,
    campaign: CampaignId,
    contact: ContactId,
    (batch, source): (ImportBatchId, ContactSource),
) {
    let organization = organization_of(event);
    let script_id = ScriptId::of(campaign, contact);
    let mut after = CampaignContactRow::blank(organization, campaign, contact, script_id);
    after.batch_id = Some(batch);
    after.source = source;
    after.added_at = event.metadata.recorded_at;
    after.phone_index = rows
        .contacts
        .get(&(organization, contact))
        .map(|c| c.phone_index.clone());
    let key = (organization, campaign, contact);
    // Whoever is new has no place and no script but of this batch. A contact that was taken out and comes back finds its script again.
    let (was_in, script) = if rows.contacts.is_announced(&(organization, contact)) {
        (
            rows.campaign_contacts.recall(&key),
            rows.scripts.recall(&(organization, script_id)),
        )
    } else {
        (
            rows.campaign_contacts.share(&key),
            rows.scripts.share(&(organization, script_id)),
        )
    };
    after.contacted_at = script.as_ref().and_then(|s| s.attempted_at);
    rows.campaign_contacts.put(after);
    if was_in.is_none() {
        enter(rows, (organization, campaign), script.as_deref());
    }
}

/// Counts a contact in, with the script that it may have already.
fn enter(rows: &mut Rows, campaign: (OrganizationId, CampaignId), script: Option<&ScriptRow>) {
    rows.campaigns
        .change(&campaign, |c| c.recount(None, Some(Progress::of(script))));
    mark(rows, script, true);
}

fn take_out(event: &Recorded, rows: &mut Rows, campaign: CampaignId, contact: ContactId) {
    let organization = organization_of(event);
    let key = (organization, campaign, contact);
    let script = rows
        .scripts
        .share(&(organization, ScriptId::of(campaign, contact)));
    if rows.campaign_contacts.get(&key).is_none() {
        return;
    }
    rows.campaign_contacts.remove(&key);
    rows.campaigns.change(&(organization, campaign), |c| {
        c.recount(Some(Progress::of(script.as_deref())), None);
    });
    mark(rows, script.as_deref(), false);
}

/// Says of a script whether its contact is in the campaign; what stands in the way of one that is not is nobody's concern.
fn mark(rows: &mut Rows, script: Option<&ScriptRow>, in_campaign: bool) {
    let Some(before) = script else { return };
    let after = ScriptRow {
        in_campaign,
        ..before.clone()
    };
    tallies::follow_obstacle(rows, Some(before), Some(&after));
    rows.scripts.put(after);
}

/// Brings the ledger up to when the script says that the contact was called.
pub(super) fn follow_script(rows: &mut Rows, before: Option<&ScriptRow>, after: &ScriptRow) {
    if before.and_then(|b| b.attempted_at) == after.attempted_at {
        return;
    }
    let key = (after.organization_id, after.campaign_id, after.contact_id);
    rows.campaign_contacts
        .change(&key, |c| c.contacted_at = after.attempted_at);
}

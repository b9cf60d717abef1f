//! Who is in which campaign and how far it has got with them; also the deduplication ledger: by phone index it says which
//! campaigns have a number, and when they contacted it.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, ImportBatchId, OrganizationId, PhoneIndex, Recorded, ScriptId,
    campaign::CampaignEvent, import::ContactSource, script::DeliveryStatus,
};

use super::{ScriptRow, organization_of, stream_id, tallies};
use crate::{AudioState, ReviewState, Rows, model::read_model};

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
        /// Review of the script; nothing while there is no script.
        review: Option<ReviewState>,
        /// Where the audio stands.
        audio: AudioState,
        /// How far the voicemail has got.
        delivery: DeliveryStatus,
        /// The rule that holds or blocks it.
        obstacle_rule: Option<String>,
        /// What that rule says, in plain words.
        obstacle_detail: Option<String>,
        /// When a held one is looked at again.
        held_until: Option<DateTime<Utc>>,
        /// When it was handed over, or began to be.
        contacted_at: Option<DateTime<Utc>>,
        /// When it was put in.
        added_at: DateTime<Utc>,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
    }
}

impl CampaignContactRow {
    /// Takes over from the script how far it has got.
    fn follow(&mut self, script: &ScriptRow) {
        self.review = Some(script.review);
        self.audio = script.audio;
        self.delivery = script.delivery;
        self.obstacle_rule.clone_from(&script.obstacle_rule);
        self.obstacle_detail.clone_from(&script.obstacle_detail);
        self.held_until = script.held_until;
        self.contacted_at = script.attempted_at;
        self.updated_at = self.updated_at.max(script.updated_at);
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
    let at = event.metadata.recorded_at;
    let mut after = CampaignContactRow::blank(organization, campaign, contact, script_id);
    after.batch_id = Some(batch);
    after.source = source;
    (after.added_at, after.updated_at) = (at, at);
    after.phone_index = rows
        .contacts
        .get(&(organization, contact))
        .map(|c| c.phone_index.clone());
    // A contact that was taken out and comes back finds its script again.
    if let Some(script) = rows.scripts.get(&(organization, script_id)) {
        after.follow(script);
    }
    let before = rows
        .campaign_contacts
        .get(&(organization, campaign, contact))
        .cloned();
    rows.campaigns.change(&(organization, campaign), |c| {
        c.recount(before.as_ref(), Some(&after));
    });
    tallies::follow_obstacle(rows, before.as_ref(), Some(&after));
    rows.campaign_contacts.put(after);
    rows.scripts
        .change(&(organization, script_id), |s| s.in_campaign = true);
}

fn take_out(event: &Recorded, rows: &mut Rows, campaign: CampaignId, contact: ContactId) {
    let organization = organization_of(event);
    let key = (organization, campaign, contact);
    if let Some(before) = rows.campaign_contacts.get(&key).cloned() {
        rows.campaigns
            .change(&(organization, campaign), |c| c.recount(Some(&before), None));
        tallies::follow_obstacle(rows, Some(&before), None);
        rows.campaign_contacts.remove(&key);
    }
    rows.scripts
        .change(&(organization, ScriptId::of(campaign, contact)), |s| {
            s.in_campaign = false;
        });
}

/// Brings the contact's row and the campaign's counters up to what the script says now.
pub(super) fn follow_script(rows: &mut Rows, script: &ScriptRow) {
    let key = (script.organization_id, script.campaign_id, script.contact_id);
    let Some(before) = rows.campaign_contacts.share(&key) else {
        return;
    };
    let mut after = CampaignContactRow::clone(&before);
    after.follow(script);
    rows.campaigns
        .change(&(script.organization_id, script.campaign_id), |c| {
            c.recount(Some(&before), Some(&after));
        });
    tallies::follow_obstacle(rows, Some(&before), Some(&after));
    rows.campaign_contacts.put(after);
}

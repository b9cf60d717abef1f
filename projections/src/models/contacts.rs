//! Contacts: what the rules need in the clear, consent and standing, and when they were last contacted.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, ImportBatchId, Location, OrganizationId, PhoneIndex, Recorded, ScriptId, UsState,
    contact::{ConsentForm, ContactEvent, ContactStanding, SLOTS_REMEMBERED_MAX},
    import::ContactSource,
};
use serde::{Deserialize, Serialize};

use super::{organization_of, stream_id};
use crate::{Json, Rows, model::read_model};

/// A reserved hand-off, as the contact remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentSlot {
    /// The campaign.
    pub campaign: CampaignId,
    /// The script.
    pub script: ScriptId,
    /// When.
    pub at: DateTime<Utc>,
}

read_model! {
    /// A contact. What is personal stays in the journal, in its envelope, in one place.
    pub struct ContactRow in "contacts" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The contact.
            contact_id: ContactId,
        }
        given {
            /// Look-up index of the number.
            phone_index: PhoneIndex,
        }
        /// The three digits after `+1`.
        area_code: String,
        /// State of the address.
        state: Option<UsState>,
        /// Five-digit ZIP code.
        zip: Option<String>,
        /// City of the address.
        city: Option<String>,
        /// Where the contact came from.
        source: ContactSource,
        /// The import; nothing when added by hand.
        batch_id: Option<ImportBatchId>,
        /// Listing status of the property.
        listing_status: Option<String>,
        /// Whether the person may be contacted at all.
        standing: ContactStanding,
        /// No voicemails are wanted.
        opted_out: bool,
        /// No contact at all.
        do_not_contact: bool,
        /// Why.
        do_not_contact_reason: Option<String>,
        /// The data is gone.
        erased: bool,
        /// Taken out together with its import; lists leave it out.
        removed: bool,
        /// Form of the consent in force.
        consent_form: Option<ConsentForm>,
        /// The seller that it names.
        consent_seller: Option<String>,
        /// When it was given.
        consent_at: Option<DateTime<Utc>>,
        /// Consent was given once and ended.
        consent_revoked: bool,
        /// The last hand-offs, oldest first.
        recent_slots: Json<Vec<RecentSlot>>,
        /// When a voicemail was last handed over, or began to be.
        last_contacted_at: Option<DateTime<Utc>>,
        /// The campaign of that.
        last_campaign_id: Option<CampaignId>,
        /// The contact that this one was folded into.
        merged_into: Option<ContactId>,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
        /// The last sequence of its stream, for commands that expect one.
        sequence: i64,
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::ContactEvent(happened) = &event.event else {
        return;
    };
    let Some(contact) = stream_id::<ContactId>(event) else {
        return;
    };
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    // One that was taken out and comes again keeps what its person said.
    if let ContactEvent::ContactCreated { phone_index, .. } = happened
        && (event.sequence == 1 || rows.contacts.get(&(organization, contact)).is_none())
    {
        rows.contacts
            .begin(ContactRow::blank(organization, contact, phone_index.clone()));
    }
    rows.contacts.change(&(organization, contact), |row| {
        if let ContactEvent::ContactCreated { .. } = happened {
            row.created_at = at;
        }
        row.take_in(happened);
        row.standing = row.standing_now();
        row.updated_at = row.updated_at.max(at);
        row.sequence = event.sequence as i64;
    });
    if let ContactEvent::ContactsMerged { merged } = happened {
        rows.contacts.change(&(organization, *merged), |row| {
            row.merged_into = Some(contact);
            row.updated_at = row.updated_at.max(at);
        });
    }
}

impl ContactRow {
    const fn standing_now(&self) -> ContactStanding {
        match (self.erased, self.do_not_contact, self.opted_out) {
            _ if self.removed => ContactStanding::Absent,
            (true, ..) => ContactStanding::Erased,
            (_, true, _) => ContactStanding::DoNotContact,
            (_, _, true) => ContactStanding::OptedOut,
            _ => ContactStanding::Open,
        }
    }

    fn take_in(&mut self, event: &ContactEvent) {
        use ContactEvent as E;
        match event {
            E::ContactCreated {
                phone_index,
                location,
                source,
                batch_id,
                listing_status,
                ..
            } => {
                self.take_details(phone_index, location);
                self.removed = false;
                self.source = *source;
                self.batch_id = *batch_id;
                self.listing_status.clone_from(listing_status);
            }
            E::ContactDetailsChanged {
                phone_index,
                location,
                ..
            } => self.take_details(phone_index, location),
            E::ContactsMerged { .. } => {}
            E::ConsentRecorded { consent } => {
                self.consent_form = Some(consent.form);
                self.consent_seller = Some(consent.seller.clone());
                self.consent_at = Some(consent.captured_at);
                self.consent_revoked = false;
            }
            E::ConsentRevoked { .. } => {
                (self.consent_form, self.consent_seller, self.consent_at) = (None, None, None);
                self.consent_revoked = true;
            }
            E::VoicemailOptedOut { .. } => self.opted_out = true,
            E::MarkedDoNotContact { reason, .. } => {
                self.do_not_contact = true;
                self.do_not_contact_reason = Some(reason.clone());
            }
            E::DoNotContactLifted { .. } => {
                self.do_not_contact = false;
                self.do_not_contact_reason = None;
            }
            E::ListingStatusChanged { status } => self.listing_status = Some(status.clone()),
            E::SlotReserved {
                campaign_id,
                script_id,
                at,
                ..
            } => {
                let slots = &mut self.recent_slots.0;
                slots.push(RecentSlot {
                    campaign: *campaign_id,
                    script: *script_id,
                    at: *at,
                });
                if slots.len() > SLOTS_REMEMBERED_MAX {
                    slots.remove(0);
                }
                self.take_last_slot();
            }
            E::SlotReleased { script_id } => {
                self.recent_slots.0.retain(|s| s.script != *script_id);
                self.take_last_slot();
            }
            E::ContactRemoved { .. } => self.removed = true,
            E::ContactErased { .. } => {
                self.erased = true;
            }
        }
    }

    fn take_details(&mut self, phone_index: &PhoneIndex, location: &Location) {
        self.phone_index = phone_index.clone();
        self.area_code.clone_from(&location.area_code);
        self.state = location.state;
        self.zip.clone_from(&location.zip);
        self.city.clone_from(&location.city);
    }

    fn take_last_slot(&mut self) {
        let last = self.recent_slots.0.iter().max_by_key(|s| s.at);
        self.last_contacted_at = last.map(|s| s.at);
        self.last_campaign_id = last.map(|s| s.campaign);
    }
}

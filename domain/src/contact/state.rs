//! What a contact is after its events.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Consent, ContactEvent, SLOTS_REMEMBERED_MAX};
use crate::{
    CampaignId, ContactId, ImportBatchId, Location, PhoneIndex, ScriptId, Sealed, campaign::CampaignType,
};

/// A reserved hand-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The campaign.
    pub campaign: CampaignId,
    /// The script.
    pub script: ScriptId,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about, as far as known.
    pub subject: Option<CampaignType>,
}

/// Whether the person may be contacted at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactStanding {
    /// Not made yet.
    #[default]
    Absent,
    /// Yes, as far as the person is concerned.
    Open,
    /// No voicemails.
    OptedOut,
    /// Not at all.
    DoNotContact,
    /// The data is gone.
    Erased,
}

/// A contact as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id, once made.
    pub id: Option<ContactId>,
    /// Everything personal, sealed.
    pub envelope: Option<Sealed>,
    /// Look-up index of the number.
    pub phone_index: Option<PhoneIndex>,
    /// The coarse location.
    pub location: Location,
    /// The consent in force.
    pub consent: Option<Consent>,
    /// Consent was given once and ended.
    pub consent_revoked: bool,
    /// When it ended last; where an old event does not say, when the consent was given that ended.
    #[serde(default)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Voicemails are not wanted.
    pub opted_out: bool,
    /// No contact at all.
    pub do_not_contact: bool,
    /// The data is gone.
    pub erased: bool,
    /// Listing status of the property.
    pub listing_status: Option<String>,
    /// Reserved hand-offs, oldest first.
    pub slots: Vec<Slot>,
    /// The import that made it; nothing when made by hand.
    pub batch: Option<ImportBatchId>,
    /// Something happened to it since it was made, other than what its own source said.
    pub used: bool,
    /// It was taken out together with its import.
    pub removed: bool,
}

impl Contact {
    /// Whether the person may be contacted at all.
    pub const fn standing(&self) -> ContactStanding {
        match (self.id, self.erased, self.do_not_contact, self.opted_out) {
            (None, ..) => ContactStanding::Absent,
            _ if self.removed => ContactStanding::Absent,
            (_, true, ..) => ContactStanding::Erased,
            (_, _, true, _) => ContactStanding::DoNotContact,
            (_, _, _, true) => ContactStanding::OptedOut,
            _ => ContactStanding::Open,
        }
    }

    /// Whether it is there: made, and not taken out since.
    pub const fn is_there(&self) -> bool {
        self.id.is_some() && !self.removed
    }

    pub(super) fn take_in(&mut self, event: &ContactEvent) {
        use ContactEvent as E;
        self.used = match event {
            E::ContactCreated { .. } | E::ContactRemoved { .. } => false,
            // The source's own mark comes with the contact.
            E::MarkedDoNotContact { by, .. } => self.used || by.is_some(),
            // So do blanks that a later row of the same list fills.
            E::ContactDetailsChanged { batch_id, .. } => {
                self.used || batch_id.is_none() || *batch_id != self.batch
            }
            _ => true,
        };
        match event {
            E::ContactCreated {
                contact_id,
                envelope,
                phone_index,
                location,
                listing_status,
                batch_id,
                ..
            } => {
                self.id = Some(*contact_id);
                self.batch = *batch_id;
                self.removed = false;
                self.listing_status.clone_from(listing_status);
                self.take_details(envelope, phone_index, location);
            }
            E::ContactDetailsChanged {
                envelope,
                phone_index,
                location,
                ..
            } => {
                self.take_details(envelope, phone_index, location);
            }
            E::ContactsMerged { .. } => {}
            E::ConsentRecorded { consent } => {
                self.consent = Some(consent.clone());
                self.consent_revoked = false;
            }
            E::ConsentRevoked { at, .. } => {
                self.revoked_at = at.or(self.consent.as_ref().map(|consent| consent.captured_at));
                self.consent = None;
                self.consent_revoked = true;
            }
            E::VoicemailOptedOut { .. } => self.opted_out = true,
            E::MarkedDoNotContact { .. } => self.do_not_contact = true,
            E::DoNotContactLifted { .. } => self.do_not_contact = false,
            E::ListingStatusChanged { status } => self.listing_status = Some(status.clone()),
            E::SlotReserved {
                campaign_id,
                script_id,
                at,
                subject,
            } => {
                self.slots.push(Slot {
                    campaign: *campaign_id,
                    script: *script_id,
                    at: *at,
                    subject: *subject,
                });
                if self.slots.len() > SLOTS_REMEMBERED_MAX {
                    self.slots.remove(0);
                }
            }
            E::SlotReleased { script_id } => self.slots.retain(|s| s.script != *script_id),
            E::ContactRemoved { .. } => self.removed = true,
            E::ContactErased { .. } => {
                self.erased = true;
                self.envelope = None;
            }
        }
    }

    fn take_details(&mut self, envelope: &Sealed, phone_index: &PhoneIndex, location: &Location) {
        self.envelope = Some(envelope.clone());
        self.phone_index = Some(phone_index.clone());
        self.location = location.clone();
    }
}

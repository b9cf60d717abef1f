//! What can happen to a contact. Storage formats: names and fields only ever grow.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    CampaignId, ContactId, ImportBatchId, Location, PhoneIndex, ScriptId, Sealed, UserId,
    aggregate::event_names, campaign::CampaignType, import::ContactSource,
};

/// How consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentForm {
    /// Signed, on paper or electronically: what 47 CFR 64.1200(f) calls prior express written consent.
    Written,
    /// Spoken.
    Oral,
}

/// A consent with what an auditor asks about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// How it was given.
    pub form: ConsentForm,
    /// The seller that it names.
    pub seller: String,
    /// SHA-256 of the disclosure that was shown, hex.
    pub disclosure_sha256: String,
    /// When.
    pub captured_at: DateTime<Utc>,
    /// By what means, such as `web form`.
    pub how: String,
    /// Where the proof lies; a reference, no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// How an opt-out reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOutChannel {
    /// The automated line.
    Phone,
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
    /// A web page.
    Web,
    /// A person told a person.
    Agent,
    /// The carrier reported it.
    Carrier,
}

/// What happened to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactEvent {
    /// It was made.
    ContactCreated {
        /// Its own id.
        contact_id: ContactId,
        /// Everything personal, under the contact's key: a `PersonalDetails`.
        envelope: Sealed,
        /// Look-up index of the number.
        phone_index: PhoneIndex,
        /// The coarse location.
        location: Location,
        /// Where it came from.
        source: ContactSource,
        /// The import; nothing when added by hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch_id: Option<ImportBatchId>,
        /// Listing status of the property.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listing_status: Option<String>,
    },
    /// Details were changed or blanks filled in.
    ContactDetailsChanged {
        /// Everything personal, as it is now.
        envelope: Sealed,
        /// Look-up index of the number, as it is now.
        phone_index: PhoneIndex,
        /// The coarse location, as it is now.
        location: Location,
        /// The import whose row filled blanks; nothing when a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch_id: Option<ImportBatchId>,
    },
    /// Another contact turned out to be the same person.
    ContactsMerged {
        /// The one that was folded in.
        merged: ContactId,
    },
    /// The person agreed to be contacted.
    ConsentRecorded {
        /// How and to whom.
        consent: Consent,
    },
    /// The person no longer agrees.
    ConsentRevoked {
        /// By what means.
        how: String,
        /// When; nothing in events from before it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// The person wants no more voicemails.
    VoicemailOptedOut {
        /// How it reached us.
        channel: OptOutChannel,
    },
    /// The person must not be contacted at all.
    MarkedDoNotContact {
        /// Why.
        reason: String,
        /// Who; nothing when a source or the carrier said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    /// The mark was taken off.
    DoNotContactLifted {
        /// Why.
        reason: String,
        /// Who.
        by: UserId,
    },
    /// The property's listing status changed.
    ListingStatusChanged {
        /// The new status.
        status: String,
    },
    /// A hand-off to this person was reserved; two within the interval can't be.
    SlotReserved {
        /// The campaign.
        campaign_id: CampaignId,
        /// The script.
        script_id: ScriptId,
        /// When.
        at: DateTime<Utc>,
        /// What it is about; nothing in events from before rules asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<CampaignType>,
    },
    /// The hand-off provably did not happen.
    SlotReleased {
        /// The script.
        script_id: ScriptId,
    },
    /// The import that made it was taken back, and nothing had happened to it since. The next import of the number makes it
    /// again; what the person said (no contact, no voicemails) stays.
    ContactRemoved {
        /// The import.
        batch_id: ImportBatchId,
    },
    /// The person's key was destroyed on request.
    ContactErased {
        /// Reference of the request.
        request: String,
        /// What is kept, and under which duty.
        kept: Vec<String>,
    },
}

event_names!(ContactEvent {
    ContactCreated = "1",
    ContactDetailsChanged = "1",
    ContactsMerged = "1",
    ConsentRecorded = "1",
    ConsentRevoked = "1",
    VoicemailOptedOut = "1",
    MarkedDoNotContact = "1",
    DoNotContactLifted = "1",
    ListingStatusChanged = "1",
    SlotReserved = "1",
    SlotReleased = "1",
    ContactRemoved = "1",
    ContactErased = "1",
});

//! What can be asked of a contact.

use chrono::{DateTime, Utc};

use super::{Consent, OptOutChannel};
use crate::{
    CampaignId, ContactId, ImportBatchId, Location, PhoneIndex, ScriptId, Sealed, UserId,
    campaign::CampaignType, import::ContactSource,
};

/// What can be asked of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactCommand {
    /// Make it.
    Create {
        /// Its id.
        id: ContactId,
        /// Everything personal, sealed.
        envelope: Sealed,
        /// Look-up index of the number.
        phone_index: PhoneIndex,
        /// The coarse location.
        location: Location,
        /// Where it comes from.
        source: ContactSource,
        /// The import.
        batch: Option<ImportBatchId>,
        /// Listing status of the property.
        listing_status: Option<String>,
    },
    /// Replace the details.
    ChangeDetails {
        /// Everything personal, sealed.
        envelope: Sealed,
        /// Look-up index of the number.
        phone_index: PhoneIndex,
        /// The coarse location.
        location: Location,
        /// The import whose row fills blanks; nothing when a person does.
        batch: Option<ImportBatchId>,
    },
    /// Fold another contact in.
    Merge {
        /// Which.
        other: ContactId,
    },
    /// Record a consent.
    RecordConsent {
        /// The consent.
        consent: Consent,
        /// The present instant: nobody has agreed later than that.
        now: DateTime<Utc>,
    },
    /// Record that consent ended.
    RevokeConsent {
        /// By what means.
        how: String,
        /// When: no consent of before counts any more.
        at: DateTime<Utc>,
    },
    /// Record an opt-out from voicemail.
    OptOut {
        /// How it reached us.
        channel: OptOutChannel,
    },
    /// Forbid all contact.
    MarkDoNotContact {
        /// Why.
        reason: String,
        /// Who.
        by: Option<UserId>,
    },
    /// Allow contact again.
    LiftDoNotContact {
        /// Why.
        reason: String,
        /// Who.
        by: UserId,
    },
    /// Note the listing status.
    ChangeListingStatus {
        /// The new status.
        status: String,
    },
    /// Take the slot for a hand-off, in the same request as the attempt.
    ReserveSlot {
        /// The campaign.
        campaign: CampaignId,
        /// The script.
        script: ScriptId,
        /// When.
        at: DateTime<Utc>,
        /// What it is about.
        subject: Option<CampaignType>,
        /// Days that must lie between two hand-offs to one person.
        min_interval_days: u32,
    },
    /// Give the slot back: the hand-off provably did not happen.
    ReleaseSlot {
        /// The script.
        script: ScriptId,
    },
    /// Take it out again: the import that made it is taken back. Refused when it was used since.
    Remove {
        /// The import.
        batch: ImportBatchId,
    },
    /// Note that the person's key was destroyed.
    Erase {
        /// Reference of the request.
        request: String,
        /// What is kept, and under which duty.
        kept: Vec<String>,
    },
}

//! The words under which enums are stored in columns. The domain's own serialisation uses the same words; a test holds
//! the two together.

use domain::{
    campaign::{CampaignStatus, CampaignType},
    contact::{ConsentForm, ContactStanding},
    import::{ContactSource, ImportStatus},
    organization::Role,
    script::{Author, DeliveryStatus, FailureClass, Review},
    suppression::ListKind,
};
use serde::{Deserialize, Serialize};

use crate::{
    Cell,
    column::{Blank, ColumnKind, ColumnValue, codes},
};

/// What the reviewer said of the newest version, or that nothing was said yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nothing yet.
    Pending,
    /// It may be spoken and sent.
    Approved,
    /// It may not.
    Rejected,
    /// It may not as it is.
    NeedsRevision,
}

impl From<Option<Review>> for ReviewState {
    fn from(review: Option<Review>) -> Self {
        match review {
            None => Self::Pending,
            Some(Review::Approved) => Self::Approved,
            Some(Review::Rejected) => Self::Rejected,
            Some(Review::NeedsRevision) => Self::NeedsRevision,
        }
    }
}

impl From<ReviewState> for Option<Review> {
    fn from(state: ReviewState) -> Self {
        match state {
            ReviewState::Pending => None,
            ReviewState::Approved => Some(Review::Approved),
            ReviewState::Rejected => Some(Review::Rejected),
            ReviewState::NeedsRevision => Some(Review::NeedsRevision),
        }
    }
}

/// Where the audio of the newest version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioState {
    /// Not asked for.
    None,
    /// Asked for.
    Requested,
    /// Made.
    Rendered,
    /// Could not be made.
    Failed,
    /// Made, and deleted after its time.
    Removed,
}

/// What the last compliance decision said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictCode {
    /// It may be handed over.
    Cleared,
    /// Not yet.
    HeldUntil,
    /// Never.
    Blocked,
}

/// What the analytics count, each at most once a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Handed to the carrier, or about to be.
    Attempted,
    /// Left in the mailbox.
    Delivered,
    /// Played.
    Listened,
    /// Not left.
    Failed,
}

codes! {
    ReviewState as "a review state" {
        Pending = "pending", Approved = "approved", Rejected = "rejected", NeedsRevision = "needs_revision",
    }
    AudioState as "an audio state" {
        None = "none", Requested = "requested", Rendered = "rendered", Failed = "failed",
        Removed = "removed",
    }
    VerdictCode as "a verdict" { Cleared = "cleared", HeldUntil = "held_until", Blocked = "blocked" }
    Outcome as "an outcome" {
        Attempted = "attempted", Delivered = "delivered", Listened = "listened", Failed = "failed",
    }
    CampaignStatus as "a campaign status" {
        Absent = "absent", Draft = "draft", ImportingContacts = "importing_contacts",
        GeneratingScripts = "generating_scripts", Review = "review", GeneratingAudio = "generating_audio",
        Approved = "approved", Submitted = "submitted", Active = "active", Paused = "paused",
        Completed = "completed", Failed = "failed", Cancelled = "cancelled",
    }
    CampaignType as "a campaign type" {
        Custom = "custom", SphereOfInfluence = "sphere_of_influence", PastClients = "past_clients",
        NeighborhoodExpireds = "neighborhood_expireds", HighEquity = "high_equity",
    }
    ContactSource as "a contact source" {
        Manual = "manual", TitleRep = "title_rep", GoogleContacts = "google_contacts", Database = "database",
        MojoDialer = "mojo_dialer", CsvImport = "csv_import", ApiIntegration = "api_integration",
    }
    ContactStanding as "a standing" {
        Absent = "absent", Open = "open", OptedOut = "opted_out", DoNotContact = "do_not_contact",
        Erased = "erased",
    }
    ConsentForm as "a form of consent" { Written = "written", Oral = "oral" }
    ImportStatus as "an import status" {
        Absent = "absent", Running = "running", Completed = "completed", Failed = "failed",
        Cancelled = "cancelled", Undoing = "undoing", Undone = "undone",
    }
    Role as "a role" { Viewer = "viewer", Admin = "admin", Agent = "agent", Auditor = "auditor" }
    Author as "an author" { Manual = "manual", Ai = "ai", Template = "template" }
    DeliveryStatus as "a delivery status" {
        NotSent = "not_sent", Held = "held", Lapsed = "lapsed", Blocked = "blocked", Queued = "queued",
        InDoubt = "in_doubt", Sent = "sent", Failed = "failed", Delivered = "delivered", Listened = "listened",
    }
    FailureClass as "a class of failure" {
        Final = "final", Later = "later", Suppress = "suppress", PausesCampaign = "pauses_campaign",
        Configuration = "configuration", BadNumber = "bad_number", NotSent = "not_sent",
    }
    ListKind as "a kind of list" {
        Internal = "internal", FederalDnc = "federal_dnc", StateDnc = "state_dnc", Litigator = "litigator",
        Reassigned = "reassigned",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::Code;

    fn agrees<T: Code + Serialize>() {
        for variant in T::ALL {
            assert_eq!(
                serde_json::to_value(variant).unwrap(),
                Value::String(variant.code().to_owned())
            );
        }
    }

    #[test]
    fn columns_and_events_use_the_same_words() {
        agrees::<ReviewState>();
        agrees::<AudioState>();
        agrees::<VerdictCode>();
        agrees::<Outcome>();
        agrees::<CampaignStatus>();
        agrees::<CampaignType>();
        agrees::<ContactSource>();
        agrees::<ContactStanding>();
        agrees::<ConsentForm>();
        agrees::<ImportStatus>();
        agrees::<Role>();
        agrees::<Author>();
        agrees::<DeliveryStatus>();
        agrees::<FailureClass>();
        agrees::<ListKind>();
    }
}

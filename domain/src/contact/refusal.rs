//! Why a contact does not do what it was asked.

use chrono::{DateTime, Utc};

use crate::CampaignId;

/// A refused command; nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactRefusal {
    /// There is no such contact.
    #[error("there is no such contact")]
    NotFound,
    /// The id is taken by another person.
    #[error("the contact exists already")]
    AlreadyExists,
    /// The person's data was erased.
    #[error("the contact was erased and can't be changed")]
    Erased,
    /// The person must not be contacted.
    #[error("the contact must not be contacted")]
    DoNotContact,
    /// The person was contacted too recently.
    #[error("the contact was reached by campaign {campaign} and may be contacted again from {next_allowed}")]
    ContactedTooRecently {
        /// By which campaign.
        campaign: CampaignId,
        /// From when on it is allowed.
        next_allowed: DateTime<Utc>,
    },
    /// The consent is older than its revocation.
    #[error(
        "consent was revoked {}; one of before does not count any more: ask for a new one, and record when that was given",
        .revoked_at.format("%d %b %Y %H:%M UTC")
    )]
    ConsentBeforeRevocation {
        /// When it was revoked; where that is unknown, when the consent was given that was revoked.
        revoked_at: DateTime<Utc>,
    },
    /// The consent is said to be given in the future.
    #[error("the consent can't be given later than now; correct the time at which it was given")]
    ConsentFromTheFuture,
    /// Something happened to the contact since its import made it.
    #[error("the contact was used since it was imported, and is kept")]
    UsedSince,
    /// Another import made the contact.
    #[error("the contact was not made by this import, and is kept")]
    NotOfThisImport,
    /// A contact can't be folded into itself.
    #[error("a contact can't be merged with itself")]
    MergeWithItself,
    /// A reason is missing.
    #[error("a reason is needed")]
    NoReason,
}

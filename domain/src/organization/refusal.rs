//! Why an organization does not do what it was asked.

/// A refused command; nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationRefusal {
    /// There is no such organization.
    #[error("there is no such organization")]
    NotFound,
    /// The id is taken.
    #[error("the organization exists already")]
    AlreadyExists,
    /// No name, or one that is too long.
    #[error("a name of 1 to 120 characters is needed")]
    InvalidName,
    /// The person is not in it.
    #[error("the person is not a member")]
    NotAMember,
    /// The person is in it already, in another role.
    #[error("the person is a member already; change the role instead")]
    AlreadyAMember,
    /// There is no such team.
    #[error("there is no such team")]
    UnknownTeam,
    /// Somebody must be able to administer it.
    #[error("the last admin can't leave or change role; name another admin first")]
    LastAdmin,
    /// The number is not one of its own.
    #[error("the number is not one of the organization's caller ids")]
    UnknownCallerId,
    /// A setting out of bounds.
    #[error("the setting {setting} must be {bounds}")]
    InvalidSetting {
        /// Which.
        setting: &'static str,
        /// What it must be.
        bounds: &'static str,
    },
    /// A permit without a number, or with a text that is none.
    #[error("a permit has a number of 1 to 60 characters")]
    InvalidPermitNumber,
    /// A choice of columns that chooses none.
    #[error("the mapping names no column; choose at least the phone column")]
    EmptyMapping,
    /// Too many are kept.
    #[error("at most 200 mappings are kept; remove one that is no longer used")]
    TooManyMappingTemplates,
    /// Too many endpoints.
    #[error("an organization has at most 10 webhooks; remove one that is not used")]
    TooManyWebhookEndpoints,
    /// There is no such endpoint.
    #[error("there is no such webhook")]
    UnknownWebhookEndpoint,
    /// Too many secrets sign at once.
    #[error(
        "three secrets of the webhook sign already; wait until the oldest has ended, or remove the webhook and add it again"
    )]
    TooManyWebhookSecrets,
    /// Too many people.
    #[error("at most 20 people besides the owners of campaigns get digests; remove one")]
    TooManyDigestRecipients,
    /// A reason or proof is missing.
    #[error("a reason is needed")]
    NoReason,
}

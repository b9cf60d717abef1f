//! An organization: the tenant, a brokerage. Members, roles, teams and settings, each change with who did it.

mod command;
mod decide;
mod event;
mod outlets;
mod permits;
mod refusal;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub use command::OrganizationCommand;
pub use event::{HaltedBy, OrganizationEvent, Role};
pub use outlets::{
    DIGEST_RECIPIENTS_MAX, Outlets, SigningSecret, WEBHOOK_ENDPOINTS_MAX, WEBHOOK_SECRETS_OVERLAP, Webhook,
};
pub use permits::take_in_permits;
pub use refusal::OrganizationRefusal;
pub use settings::{AgentProfile, CallerId, PRONUNCIATIONS_MAX, Pronunciation, RateCard, Settings, spoken};
pub use state::{ConnectedSource, Member, Organization, StateSwitch};

crate::aggregate::cqrs_aggregate!(Organization);

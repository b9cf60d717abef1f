//! Campaigns in the API.

mod costs;
mod duplicates;
mod life_cycle;
mod mutation;
mod object;
mod outlook;
mod payload;
mod query;

pub use costs::CostQuery;
pub use duplicates::DuplicateQuery;
pub use life_cycle::LifeCycleMutation;
pub use mutation::ScriptEngineInput;
pub use object::{Campaign, contact_filter, script_filter};
pub use outlook::OutlookQuery;
pub use query::CampaignQuery;

use async_graphql::MergedObject;

/// Everything that can be done to campaigns.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "CampaignMutation")]
pub struct CampaignMutation(
    mutation::SetUpMutation,
    duplicates::DuplicateMutation,
    LifeCycleMutation,
);

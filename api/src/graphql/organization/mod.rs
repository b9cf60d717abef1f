//! The organization in the API: settings, members, teams, caller ids, states, lists.

mod mutation;
mod object;
mod outlets;
mod query;
mod rules;
mod settings;
mod suppression;

pub use mutation::OrganizationMutation;
pub use object::Organization;
pub use outlets::{OutletMutation, OutletQuery};
pub use query::OrganizationQuery;
pub use rules::{RulesMutation, RulesQuery};
pub use suppression::{SuppressionList, SuppressionMutation, SuppressionQuery};

//! Contacts in the API.

mod mutation;
mod object;
mod proof;
mod query;

pub use mutation::ContactMutation;
pub use object::Contact;
pub use query::{ContactFilterInput, ContactQuery};

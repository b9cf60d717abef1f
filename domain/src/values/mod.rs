//! Values with a rule inside: each is parsed once at the edge and is valid from there on.

mod location;
mod money;
mod phone;
mod us_state;

pub use location::Location;
pub use money::{MicroDollars, MoneyOverflow};
pub use phone::{InvalidPhone, PhoneNumber};
pub use us_state::{UnknownState, UsState};

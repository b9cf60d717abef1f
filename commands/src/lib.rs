//! The use cases: what users, processes and the carrier can make happen. Knows the domain and the ports it declares
//! itself; never a database, an HTTP library or a vendor.
//!
//! To add a use case: a function in the aggregate's module that takes a [`context::CommandContext`] (which a person only gets
//! through [`authorization::authorize`]), parses nothing, decides nothing itself, and runs a command by
//! [`execute::execute`] or several by [`stream::Batch`]. Effects on the world are planned by [`processes`], never made here.

pub mod access;
pub mod audio_link;
pub mod authorization;
pub mod compliance;
mod connected_account;
pub mod context;
mod error;
pub mod execute;
pub mod people;
pub mod ports;
pub mod processes;
pub mod scripts;
pub mod stream;
pub mod suppression;
pub mod transparency;
pub mod use_cases;

pub use context::{CommandContext, Ports};
pub use error::{CommandError, Refusal};

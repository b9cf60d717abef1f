//! The work side.

mod accounts;
mod audio;
mod inbox;
mod keys;
mod outbox;
mod processes;

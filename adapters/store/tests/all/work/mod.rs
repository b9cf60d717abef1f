//! The work side.

mod accounts;
mod audio;
mod connections;
mod inbox;
mod keys;
mod lists;
mod notifications;
mod outbox;
mod pace;
mod processes;
mod transparency;

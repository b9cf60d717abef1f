//! The API as its clients meet it: a running system, spoken to over HTTP by people with different roles.

mod access;
pub(crate) mod campaign;
mod carrier_reports;
mod compliance;
mod digests;
mod exports;
mod journey;
mod notifications;
mod refusals;
mod sending;
mod suppressions;

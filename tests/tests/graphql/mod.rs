//! The API as its clients meet it: a running system, spoken to over HTTP by people with different roles.

mod access;
mod analytics;
mod archive;
pub(crate) mod campaign;
mod carrier_reports;
mod compliance;
mod digests;
mod duplicates;
mod evidence;
mod exports;
mod first_run;
mod journey;
mod live_views;
mod notifications;
mod notifications_killed;
mod outlook;
mod refusals;
mod sending;
mod suppressions;
